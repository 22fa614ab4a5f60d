/* A box that scrolls sideways must be reachable from the keyboard; one that does not must not be in the way. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  /* A box wider than its room by a fraction of a pixel does not scroll, yet the browser would stop there: -1 says no. */
  function mark(box) {
    const scrolls = box.scrollWidth > box.clientWidth + 1;
    box.tabIndex = scrolls ? 0 : -1;
    for (const [name, value] of [["role", "group"], ["aria-label", box.dataset.scrolls]]) {
      if (scrolls) box.setAttribute(name, value);
      else box.removeAttribute(name);
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
