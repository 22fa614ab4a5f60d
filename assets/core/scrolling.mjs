/* A box that scrolls sideways must be reachable from the keyboard; one that does not must not be in the way. */
/* Browsers stop at a box that is a fraction of a pixel too wide, though it does not scroll: -1 prevents that. */
function mark(box) {
  const scrolls = box.scrollWidth > box.clientWidth + 1;
  box.tabIndex = scrolls ? 0 : -1;
  for (const [name, value] of [
    ["role", "group"],
    ["aria-label", box.dataset.scrolls],
  ]) {
    if (scrolls) box.setAttribute(name, value);
    else box.removeAttribute(name);
  }
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const box = target.closest("[data-scrolls]");
    if (box) mark(box); // else another table has replaced it
  }
});

/* Observe a box and its present children; `data-scrolls` is its name while it scrolls. */
function watch(box) {
  for (const element of [box, ...box.children]) sizes.observe(element);
}

export { watch };
