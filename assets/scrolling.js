/* A box that scrolls sideways must be reachable from the keyboard; one that does not must not be in the way. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  /* Whether a box can be scrolled sideways, be it by a fraction of a pixel: then the browser lets Tab stop there. */
  function scrolls(box) {
    if (box.scrollLeft > 0) return true;
    box.scrollLeft = 1;
    const moved = box.scrollLeft > 0;
    box.scrollLeft = 0;
    return moved;
  }

  function mark(box) {
    if (scrolls(box)) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", box.dataset.scrolls);
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  }

  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const box = target.closest("[data-scrolls]");
      if (box) mark(box); // else there is another table in its place
    }
  });

  /* Look after a box and what is in it by now; its `data-scrolls` is what it is called while it scrolls. */
  function watch(box) {
    for (const element of [box, ...box.children]) sizes.observe(element);
  }

  emlab.scrolling = { watch };
})();
