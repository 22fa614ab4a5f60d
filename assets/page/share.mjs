/* Copy link, and the dialog in which a teacher chooses what a link opens (its HTML: components/views/share.py). */
import { dash } from "../core/dash.mjs";
import * as controls from "../core/controls.mjs";
import { delay, setText } from "../core/controls.mjs";
import { byId, element, hides } from "../core/dom.mjs";
import * as events from "../core/events.mjs";
import * as failures from "../core/failed_requests.mjs";
import { count, fill } from "../core/text.mjs";
import { isFitted, iterationOnShow, state } from "../run/state.mjs";
import * as link from "./address.mjs";

const COPIED = 2000; // ms that “Copied” stays
const CODE_REST = 250; // ms without a change until a QR code is requested
const PREVIEW_REST = 700; // ms without a change until the preview is reloaded
const SCREEN = { page: [1280, 800], embed: [800, 600] }; // px, of the preview before it is scaled
const THIS_COMPUTER = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"];

/** @type {Config} */
let settings = null; // the page's config
const values = {}; // the iteration at which a run opens

/* Put a text on the clipboard; whether that worked. Over plain http there is only `execCommand`. */
async function write(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = element("textarea", text, { readonly: "", class: "unseen" });
    button.after(area); // beside the button: outside an open dialog nothing can be selected
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    button.focus();
    return isDone;
  }
}

/** Copy a text and confirm it beside the button; on failure select it in a box of the dialog.
   @type {(button: HTMLElement, text: string, boxId: "share-link" | "share-snippet") => Promise<void>} */
async function copy(button, text, boxId) {
  const { copied, not_copied: failed } = settings.share;
  if (await write(text, button)) {
    const message = button.parentElement.querySelector(".copied");
    message.textContent = copied;
    delay(COPIED, `${button.id}-copied`, () => (message.textContent = ""));
    if (isOpen()) setText("share-problem", "");
  } else {
    if (!isOpen()) open();
    setText("share-problem", failed);
    byId(boxId).select();
    byId(boxId).focus();
  }
}

const isOpen = () => Boolean(byId("share-dialog")?.open);
const all = (selector) => [...byId("share-dialog").querySelectorAll(selector)];
const isOn = (button) => ["aria-checked", "aria-pressed"].some((name) => button.getAttribute(name) === "true");

const switchTo = (button, on) =>
  button.setAttribute(button.hasAttribute("aria-checked") ? "aria-checked" : "aria-pressed", String(on));

function build() {
  const shown = link.shown();
  document.body.insertAdjacentHTML("beforeend", settings.share.dialogs); // our own, from the server's code
  for (const button of all("[data-hide]")) switchTo(button, hides(button.dataset.hide));
  for (const button of all("[data-flag]")) switchTo(button, shown[button.dataset.flag] === "on");
  byId("share-dialog").addEventListener("close", () => showPreview(false));
}

/* View, theme, iteration and Present are those on show; other choices stay from the last time. */
function open() {
  if (!byId("share-dialog")) build();
  const shown = link.shown();
  byId("share-view").value = shown.view;
  byId("share-theme").value = shown.theme;
  switchTo(byId("share-dialog").querySelector('[data-flag="present"]'), shown.present === "on");
  offerIterations();
  setText("share-problem", "");
  byId("share-dialog").showModal();
  update();
}

let offered = null; // the last iteration of the run that the dialog knows

/* The iterations of the run on show: from its start to its end, at first the one on show. Before it there are none. */
function offerIterations() {
  const last = lastIteration();
  offered = last;
  setText("share-iteration", fill(settings.share.opens_at, { last: count(last) }));
  const parameter = iterationUpTo(last);
  for (const id of ["share-iteration", "iteration-box-place"]) byId(id).hidden = !isFitted();
  values.iteration = iterationOnShow() ?? last;
  controls.register([parameter], values, settings, update);
}

// A run was under way when the dialog was opened, and has come.
events.onChanged(() => {
  if (!settings || !isOpen() || lastIteration() === offered) return;
  offerIterations();
  update();
});

/* The parameter for the iteration of a run: in halves if half an iteration is on show. */
function iterationUpTo(last) {
  const { whole, ...halves } = settings.link.iteration;
  const parameter = state.place % 2 ? halves : whole;
  return { ...parameter, maximum: last, allowed: parameter.allowed.replace(String(parameter.maximum), String(last)) };
}

const lastIteration = () => (state.result?.log_likelihood.length ?? 1) - 1;

/* What the link changes in the present state. */
function chosen() {
  const flags = all("[data-flag]").map((button) => [button.dataset.flag, isOn(button) ? "on" : "off"]);
  return {
    view: byId("share-view").value,
    theme: byId("share-theme").value,
    iteration: isFitted() ? values.iteration : null,
    hide: all("[data-hide]")
      .filter(isOn)
      .map((button) => button.dataset.hide)
      .join(","),
    ...Object.fromEntries(flags),
  };
}

let chosenLink = null; // the link in the dialog
let code = null; // its QR code, once it has come

function update() {
  const choices = chosen();
  const { length, only_here: onlyHere, snippet } = settings.share;
  const now = link.address(choices);
  const words = [fill(length, { count: now.length })];
  if (THIS_COMPUTER.includes(location.hostname)) words.push(onlyHere);
  setText("share-length", words.join(" "));
  const inHtml = now.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  byId("share-snippet").value = fill(snippet, { address: inHtml });
  byId("share-snippet").parentElement.hidden = choices.embed === "off";
  if (now === chosenLink && code) return;
  chosenLink = now;
  byId("share-link").value = now;
  showCode(null);
  delay(CODE_REST, "share-code", () => dash.set_props("qr-request", { data: chosenLink }));
  if (isOn(byId("share-preview"))) delay(PREVIEW_REST, "share-preview", preview);
}

function pictureOf({ svg }) {
  const template = document.createElement("template");
  template.innerHTML = svg;
  const picture = /** @type {SVGSVGElement} */ (template.content.firstChild);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", settings.share.qr);
  picture.style.setProperty("--modules", String(picture.viewBox.baseVal.width));
  return picture;
}

/* Show a code, an error, or nothing while there is no reply. */
function showCode(reply) {
  code = reply?.svg ? reply : null;
  byId("share-qr").replaceChildren(...(code ? [pictureOf(code)] : reply ? [reply.error] : []));
  byId("share-large").disabled = !code;
}

/* For Dash: a QR code has come. */
function receiveCode(reply, config) {
  if (!settings) {
    settings = config;
    failures.register("qr-reply", {
      place: (requested) => isOpen() && requested === chosenLink && "share-qr",
      focus: () => "share-preview", // the next button
      sentence: settings.share.no_answer,
    });
  }
  if (reply?.text === chosenLink) showCode(reply); // else it is for an earlier link
}

function showLarge() {
  byId("qr-large").replaceChildren(pictureOf(code));
  byId("qr-address").textContent = chosenLink;
  byId("qr-dialog").showModal();
}

/* Show what the link opens, as a picture. A new frame each time leaves no step in the browser's history. */
function preview() {
  const frame = element("iframe", [], { src: chosenLink, title: settings.share.preview, inert: "" });
  const [width, height] = SCREEN[chosen().embed === "on" ? "embed" : "page"];
  const box = byId("share-frame");
  const scale = box.clientWidth / width;
  Object.assign(frame.style, { width: `${width}px`, height: `${height}px`, transform: `scale(${scale})` });
  box.style.height = `${height * scale}px`;
  box.replaceChildren(frame);
}

function showPreview(on) {
  switchTo(byId("share-preview"), on);
  byId("share-frame").hidden = !on;
  byId("share-frame").replaceChildren();
  if (on) preview();
}

const actions = {
  "copy-link": (button) => copy(button, link.address(), "share-link"),
  share: open,
  "share-copy": (button) => copy(button, chosenLink, "share-link"),
  "share-copy-snippet": (button) => copy(button, byId("share-snippet").value, "share-snippet"),
  "share-close": () => byId("share-dialog").close(),
  "share-large": showLarge,
  "share-preview": (button) => showPreview(!isOn(button)),
  "qr-close": () => byId("qr-dialog").close(),
};

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button");
  if (!settings || !button) return;
  if (actions[button.id]) link.whenReady(() => actions[button.id](button));
  if (!button.dataset.hide && !button.dataset.flag) return;
  switchTo(button, !isOn(button));
  update();
});

document.addEventListener("change", ({ target }) => {
  if (["share-view", "share-theme"].includes(target.id)) update();
});

export { receiveCode };
