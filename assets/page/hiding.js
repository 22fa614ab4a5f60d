/* What a link hides, the button that reveals it, and the way out of a page that stands in another one. Which parts are
   hidden can be read from the page itself: Python has hidden them before it came here. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  /* Bring everything back. The button goes, so the focus moves on to the first part that it brought. */
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
    if (blind) emlab.run.askAgain();
    emlab.link.changed();
  }

  document.addEventListener("click", ({ target }) => {
    if (target.id === "reveal") emlab.link.whenReady(() => reveal(target));
  });

  /* The whole page as it is at this moment: when the link is pressed, reached by keyboard, or followed. */
  for (const type of ["pointerdown", "focusin", "click"])
    document.addEventListener(
      type,
      ({ target }) => {
        if (target.id !== "open-full") return;
        if (emlab.link.isReady()) target.href = emlab.link.address({ embed: "off" });
        else target.search = location.search.replace(/([?&])embed=on&?/, "$1"); // nothing has been changed yet
      },
      true
    );
})();
