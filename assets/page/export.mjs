/* Export: files of the run on show, which the server writes, and each figure as a picture. */
import { dash } from "../core/dash.mjs";
import { disable, setText } from "../core/controls.mjs";
import { byId, element } from "../core/dom.mjs";
import * as events from "../core/events.mjs";
import * as failures from "../core/failed_requests.mjs";
import * as features from "../core/features.mjs";
import { fill } from "../core/text.mjs";
import { registered } from "../figures/registry.mjs";
import * as tables from "../figures/tables.mjs";
import * as link from "./address.mjs";

const FORMATS = ["SVG", "PNG"];
/** @type {Config} */
let settings = null; // the page's config, once a view is there
let begun = false;
let waiting = false; // one file at a time
let request = 0;

/* For Dash: called when the view comes, and with each reply. */
function receive(reply, config) {
  if (!begun) begin(config);
  if (reply) save(reply);
  return dash.no_update;
}

function save(reply) {
  dash.set_props("export-reply", { data: null }); // it may be large
  if (reply.errors) return finish(Object.values(reply.errors).join(" "), true);
  const { name, type, text } = reply.file;
  const url = URL.createObjectURL(new Blob([text], { type }));
  download(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the user may have to choose a folder first
  finish(fill(settings.sentences.saved, { name }));
}

function begin(config) {
  settings = config;
  begun = true;
  failures.register("export-reply", {
    place: () => "export-words",
    focus: ({ what }) => `export-${what}`,
    onFailure: () => wait(false),
    onRetry: () => wait(true),
  });
}

const download = (url, name) => element("a", [], { href: url, download: name }).click();

const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-");

/* Each export contains the page's address, so it waits for it. */
const press = (what) => link.whenReady(() => (what === "handout" ? window.print() : requestFile(what)));

function requestFile(what) {
  const run = features.ofView("run").request();
  if (waiting || !run) return;
  wait(true);
  const atEnd = { iteration: settings.link.iteration.maximum };
  const shown = link.address(run.preview ? atEnd : {}); // the file is of a run
  dash.set_props("export-request", { data: { ...run, preview: false, id: ++request, what, link: shown } });
}

function wait(on) {
  waiting = on;
  for (const button of document.querySelectorAll(".export-buttons button")) disable(button, on);
  if (on) show(settings.sentences.working);
}

function finish(sentence, isError = false) {
  wait(false);
  show(sentence, isError);
}

function show(sentence, isError = false) {
  byId("export-words").className = isError ? "error" : "note";
  setText("export-words", sentence);
}

/* Put the buttons beside a figure: in a menu, where there is little room. */
function addButtons(place) {
  const { title, figure, inMenu } = place.dataset;
  const buttons = [
    tables.button(title),
    ...FORMATS.map((format) => {
      const label = fill(settings.sentences.save_as, { title, format });
      return element("button", format, { type: "button", title: label, "aria-label": label });
    }),
  ];
  place.replaceChildren(...(inMenu ? menu(title, `${figure}-menu`, buttons) : buttons));
}

function menu(title, id, buttons) {
  const label = fill(settings.sentences.table_and_files, { title });
  const attributes = { type: "button", title: label, "aria-label": label, "aria-expanded": "false" };
  const opener = element("button", "⋯", { ...attributes, "aria-controls": id, "data-discloser": "" });
  return [opener, element("div", buttons, { id, class: "menu" })];
}

/** A figure as it is on show, but in light colours; null without numbers.
   @param {string} id */
const inLight = (id) => registered[id].make({ ...settings, mode: "light" })?.figure;

async function savePicture(id, name, format) {
  const figure = inLight(id);
  if (!figure) return;
  const { data, layout } = figure;
  const [title, text] = registered[id].caption(name);
  const saved = structuredClone(settings.saved);
  Object.assign(layout, saved.layout, { title: { text: title.join(" · "), subtitle: { text } } });
  const { width, height } = layout;
  const scale = format === "PNG" ? saved.scale : 1;
  const url = await window.Plotly.toImage({ data, layout }, { format: slug(format), width, height, scale });
  download(url, `${["em-lab", ...title].map(slug).join("-")}.${slug(format)}`);
}

document.addEventListener("click", ({ target }) => {
  if (!settings || target.tagName !== "BUTTON") return;
  const { textContent: format } = target;
  const picture = target.closest(".save")?.dataset;
  if (picture && FORMATS.includes(format)) savePicture(picture.figure, picture.title, format);
  else if (target.closest(".export-buttons")) press(target.id.replace("export-", ""));
});

events.onViewReady((view, config) => {
  settings = config;
  document.querySelectorAll(`#view-${view} .save:empty`).forEach(addButtons);
});

export { inLight, receive };
