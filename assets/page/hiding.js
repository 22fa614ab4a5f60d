/* The button that reveals what a link hides (Python hides it), and the link from an embedded page to the whole one. */
(function () {
  "use strict";
  const { emlab } = window;

  /* Show everything. The button goes, so the focus moves to the first part that is shown. */
  function reveal(button) {
    const blind = emlab.dom.hides("truth");
    const hidden = emlab.dom.parts().filter((part) => part.hidden);
    for (const part of hidden) part.hidden = false;
    button.hidden = true;
    document.querySelector(".page").classList.remove("reveal");
    const first = hidden.find((part) => !part.closest("[hidden]"));
    if (first) {
      first.tabIndex = -1;
      first.focus({ preventScroll: true });
    }
    if (blind) emlab.run.rerun();
    emlab.events.changed();
  }

  document.addEventListener("click", ({ target }) => {
    if (target.id === "reveal") emlab.link.whenReady(() => reveal(target));
  });

  /* Give the link the present state when it is pressed, reached, or followed. That needs all views. */
  function prepare(event) {
    if (event.target.id !== "open-full") return;
    if (event.type === "click" && !emlab.link.isReady()) event.preventDefault();
    emlab.link.whenReady(() => {
      event.target.href = emlab.link.address({ embed: "off" });
      if (event.defaultPrevented) event.target.click();
    });
  }

  for (const type of ["pointerover", "pointerdown", "focusin", "click"]) document.addEventListener(type, prepare, true);
})();
