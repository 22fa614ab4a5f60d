/* A box that scrolls sideways must be reachable from the keyboard; one that does not must not be in the way. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  function mark(box) {
    if (box.scrollWidth > box.clientWidth + 1) {
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
