/* Copy link, and the dialog in which a teacher sets what a link opens: the link, its QR code and a preview follow what
   is chosen there. The dialog's HTML and words come from Python (components/views/share.py). */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.emlab = clientside.emlab || {};

  const SAID = 2000; // ms that “Copied” stays
  const CODE_REST = 250; // ms without a change until a QR code is asked for
  const PREVIEW_REST = 700; // and until the preview is loaded anew
  const SCREEN = { page: [1280, 800], embed: [800, 600] }; // what the preview is a picture of, px
  const THIS_COMPUTER = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"];

  let settings = null; // the page's words, once they are known
  const kept = {}; // the iteration at which a run opens
  const element = (id) => document.getElementById(id);

  /* -- copying ------------------------------------------------------------------------------------------------------ */

  /* Whether a text could be put on the clipboard: over plain http browsers offer the older way only. */
  async function put(text, button) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = emlab.dom.element("textarea", text, { readonly: "", class: "unseen" });
      button.after(area); // beside the button: outside an open dialog nothing can be selected
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      button.focus();
      return done;
    }
  }

  const timers = {};
  function after(ms, name, then) {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(then, ms);
  }

  /* Copy a text and say so beside the button; else show it selected, in the box of that id in the dialog. */
  async function copy(button, text, boxId) {
    const { copied, not_copied: failed } = settings.share;
    if (await put(text, button)) {
      const said = button.parentElement.querySelector(".copied");
      said.textContent = copied;
      after(SAID, button.id, () => (said.textContent = ""));
      if (isOpen()) emlab.controls.say("share-problem", "");
    } else {
      if (!isOpen()) open();
      emlab.controls.say("share-problem", failed);
      element(boxId).select();
      element(boxId).focus();
    }
  }

  /* -- the dialog --------------------------------------------------------------------------------------------------- */

  const isOpen = () => Boolean(element("share-dialog") && element("share-dialog").open);
  const all = (selector) => [...element("share-dialog").querySelectorAll(selector)];
  const isOn = (button) => ["aria-checked", "aria-pressed"].some((name) => button.getAttribute(name) === "true");

  function turn(button, on) {
    button.setAttribute(button.hasAttribute("aria-checked") ? "aria-checked" : "aria-pressed", String(on));
  }

  function build() {
    const shown = emlab.link.shown();
    document.body.insertAdjacentHTML("beforeend", settings.share.dialogs); // our own, from the server's code
    for (const button of all("[data-hide]")) turn(button, emlab.dom.hides(button.dataset.hide));
    for (const button of all("[data-flag]")) turn(button, shown[button.dataset.flag] === "on");
    element("share-dialog").addEventListener("close", () => showPreview(false));
  }

  /* What is chosen stays from one time to the next; view, colours and iteration are those on show. */
  function open() {
    if (!element("share-dialog")) build();
    const shown = emlab.link.shown();
    element("share-view").value = shown.view;
    element("share-theme").value = shown.theme;
    const last = lastIteration();
    emlab.controls.say("share-iteration", emlab.controls.fill(settings.share.opens_at, { last: emlab.controls.count(last) }));
    const parameter = iterationUpTo(last);
    Object.assign(element("iteration-box"), { max: last, step: parameter.step });
    emlab.controls.lookAfter([parameter], kept, settings, follow);
    emlab.controls.set([parameter], { iteration: emlab.walk.onShow() ?? last }, kept);
    emlab.controls.say("share-problem", "");
    element("share-dialog").showModal();
    follow();
  }

  /* What can be chosen of a run of so many iterations: halves of them where they are walked through. */
  function iterationUpTo(last) {
    const { whole, ...halves } = settings.link.iteration;
    const parameter = emlab.walk.state.halves ? halves : whole;
    const { count } = emlab.controls;
    return { ...parameter, maximum: last, allowed: parameter.allowed.replace(count(parameter.maximum), count(last)) };
  }

  function lastIteration() {
    const { result } = emlab.walk.state;
    return result ? result.log_likelihood.length - 1 : 0;
  }

  /* What the link is to differ in from the page that is on show. */
  function chosen() {
    const flags = all("[data-flag]").map((button) => [button.dataset.flag, isOn(button) ? "on" : "off"]);
    return {
      view: element("share-view").value,
      theme: element("share-theme").value,
      iteration: kept.iteration < lastIteration() ? kept.iteration : null,
      hide: all("[data-hide]").filter(isOn).map((button) => button.dataset.hide).join(","),
      ...Object.fromEntries(flags),
    };
  }

  let link = null; // what the dialog shows
  let code = null; // the QR code of it, once it has come

  function follow() {
    const choices = chosen();
    const { length, only_here: onlyHere, snippet } = settings.share;
    const now = emlab.link.address(choices);
    const words = [emlab.controls.fill(length, { count: now.length })];
    if (THIS_COMPUTER.includes(location.hostname)) words.push(onlyHere);
    emlab.controls.say("share-length", words.join(" "));
    const inHtml = now.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
    element("share-snippet").value = emlab.controls.fill(snippet, { address: inHtml });
    element("share-snippet").parentElement.hidden = choices.embed === "off";
    if (now === link && code) return;
    link = now;
    element("share-link").value = now;
    showCode(null);
    after(CODE_REST, "code", () => clientside.set_props("qr-request", { data: link }));
    if (isOn(element("share-preview"))) after(PREVIEW_REST, "preview", preview);
  }

  /* -- the QR code -------------------------------------------------------------------------------------------------- */

  function drawn({ svg }) {
    const template = document.createElement("template");
    template.innerHTML = svg;
    const picture = template.content.firstChild;
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", settings.share.qr);
    picture.style.setProperty("--modules", picture.viewBox.baseVal.width);
    return picture;
  }

  /* A code, words instead of one, or nothing while it is on its way. */
  function showCode(answer) {
    code = answer && answer.svg ? answer : null;
    element("share-qr").replaceChildren(...(code ? [drawn(code)] : answer ? [answer.error] : []));
    element("share-large").disabled = !code;
  }

  clientside.emlab.qr = function (answer, config) {
    if (!settings) {
      settings = config;
      emlab.failures.lookAfter("qr-reply", {
        place: (asked) => isOpen() && asked === link && "share-qr",
        from: () => "share-preview", // the next button
        sentence: settings.share.no_answer,
      });
    }
    if (answer && answer.text === link) showCode(answer); // not one that was asked for before
  };

  function showLarge() {
    element("qr-large").replaceChildren(drawn(code));
    element("qr-address").textContent = link;
    element("qr-dialog").showModal();
  }

  /* -- the preview -------------------------------------------------------------------------------------------------- */

  /* A picture of what the link opens: nothing in it can be pressed or reached. Made anew each time, since going to
     another address would leave a step in the browser's history. */
  function preview() {
    const frame = emlab.dom.element("iframe", [], { src: link, title: settings.share.preview, inert: "" });
    const [width, height] = SCREEN[chosen().embed === "on" ? "embed" : "page"];
    const room = element("share-frame");
    const scale = room.clientWidth / width;
    Object.assign(frame.style, { width: `${width}px`, height: `${height}px`, transform: `scale(${scale})` });
    room.style.height = `${height * scale}px`;
    room.replaceChildren(frame);
  }

  function showPreview(on) {
    turn(element("share-preview"), on);
    element("share-frame").hidden = !on;
    element("share-frame").replaceChildren();
    if (on) preview();
  }

  /* -- what is pressed ---------------------------------------------------------------------------------------------- */

  const actions = {
    "copy-link": (button) => copy(button, emlab.link.address(), "share-link"),
    share: open,
    "share-copy": (button) => copy(button, link, "share-link"),
    "share-copy-snippet": (button) => copy(button, element("share-snippet").value, "share-snippet"),
    "share-close": () => element("share-dialog").close(),
    "share-large": showLarge,
    "share-preview": (button) => showPreview(!isOn(button)),
    "qr-close": () => element("qr-dialog").close(),
  };

  document.addEventListener("click", ({ target }) => {
    const button = target.closest && target.closest("button");
    if (!settings || !button) return;
    if (actions[button.id]) emlab.link.whenReady(() => actions[button.id](button));
    if (!button.dataset.hide && !button.dataset.flag) return;
    turn(button, !isOn(button));
    follow();
  });

  document.addEventListener("change", ({ target }) => {
    if (["share-view", "share-theme"].includes(target.id)) follow();
  });
})();
