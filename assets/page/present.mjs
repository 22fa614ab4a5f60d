/* Present: the page for a lecture hall, by a button as by a link. */
import { byId } from "../core/dom.mjs";

document.addEventListener("click", ({ target }) => {
  if (target.id !== "present") return;
  const isOn = document.querySelector(".page").classList.toggle("present");
  byId("present").setAttribute("aria-pressed", String(isOn));
  window.dispatchEvent(new Event("resize")); // figures are drawn anew in the other size of type
});
