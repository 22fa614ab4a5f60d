/* Own data: pasted, chosen or dropped. The server keeps nothing: they stay in the browser, and travel with each start
   and each run. */
import { dash } from "../core/dash.mjs";
import * as controls from "../core/controls.mjs";
import { byId, element } from "../core/dom.mjs";
import * as failures from "../core/failed_requests.mjs";
import * as text from "../core/text.mjs";

/** @type {Config} */
let settings = null;
/** @type {(...families: string[]) => void} */
let followReading = null;
/** @type {Reading} */
let reading = null; // the data in use
/** @type {{ text?: string, file?: string }} */
let content = null; // what they were read from: { text } or { file }
/** @type {{ source: typeof content, answers: Record<string, string> }} */
let sent = { source: null, answers: {} }; // the last request: its content, and what was chosen about its meaning
let listed = sent; // the request of which columns are listed
let request = 0;
let isReading = false;
/** @type {() => void} */
let whenRead = null; // what waits for that

const isReadingText = () => isReading && sent.source.text === byId("own-text").value; // a click first leaves the box

/** Whether data are being read; `action` is then called when they are, unless they are refused.
   @param {() => void} action */
function waits(action) {
  if (isReading) whenRead = action;
  return isReading;
}

/* `onReading` is called with the suitable families when the data are others. */
function begin(config, onReading) {
  settings = config;
  followReading = onReading;
  reading = config.own;
  build();
  failures.register("own-reply", {
    place: () => "own-said",
    focus: () => "own-use",
    onFailure: () => {
      isReading = false;
      showColumn();
    },
    onRetry: () => {
      isReading = true;
      show(words().reading);
    },
  });
}

const words = () => settings.ownWords;

function build() {
  const text = element("textarea", [], { id: "own-text", rows: 3, spellcheck: "false", autocomplete: "off" });
  const use = element("button", words().use, { id: "own-use", type: "button", class: "plain-button" });
  const file = element("input", [], { id: "own-file", type: "file", accept: ".csv,.tsv,.txt,text/plain,text/csv" });
  const columnLabel = element("label", words().column, { for: "own-column" });
  const columns = element("select", [], { id: "own-column" });
  byId("own-input").replaceChildren(
    element("label", words().paste, { for: "own-text" }),
    text,
    use,
    element("label", words().file, { for: "own-file" }),
    file,
    element("div", [columnLabel, columns], { id: "own-columns", class: "select" }),
    element("p", [], { id: "own-said", class: "about", "aria-live": "polite" }),
    element("div", [], { id: "own-choices", class: "own-choices" })
  );
  byId("own-columns").hidden = true;
  use.addEventListener("click", () => isReadingText() || send({ text: text.value }));
  text.addEventListener(
    "change",
    () => text.value.trim() && text.value !== sent.source?.text && send({ text: text.value })
  );
  file.addEventListener("change", () => file.files[0] && sendFile(file.files[0]));
  columns.addEventListener("change", () => send(listed.source, columns.value, listed.answers));
}

function show(sentence, isError = false) {
  controls.setText("own-said", sentence);
  byId("own-said").classList.toggle("error", isError);
}

/* Whether content is too large to be sent, which is then shown. */
function refuseSize(size) {
  const tooLarge = size > settings.ownLimit;
  if (tooLarge) show(text.fill(words().too_large, { size: text.count(size) }), true);
  return tooLarge;
}

function send(source, column = null, answers = {}) {
  whenRead = null;
  if (refuseSize((source.text || "").length)) return;
  sent = { source, answers };
  isReading = true;
  show(words().reading);
  dash.set_props("own-request", { data: { ...source, column, answers, id: ++request } });
}

function sendFile(file) {
  byId("own-file").value = ""; // so that the same file can be chosen again
  if (refuseSize(file.size)) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => send({ file: String(reader.result).replace(/^[^,]*,/, "") }));
  reader.addEventListener("error", () => show(words().unreadable, true));
  reader.readAsDataURL(file);
}

for (const type of ["dragover", "drop"])
  document.addEventListener(type, (event) => {
    const panel = byId("own-panel");
    if (!settings || !panel || panel.hidden || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (type === "drop" && event.dataTransfer.files[0]) sendFile(event.dataTransfer.files[0]);
  });

/* Select the column in use, after another could not be read; none if it is not of the content that is listed. */
const showColumn = () => (byId("own-column").value = listed.source === content ? reading?.column : "");

/* Offer the columns of the last content, if it has any, with what is wrong with each, and its other meanings. */
function offer({ columns = [], choices = [] }) {
  byId("own-choices").replaceChildren(...choices.map(buttonOf));
  if (!columns.length) return;
  listed = sent;
  const optionOf = ({ name, problem }) =>
    element("option", problem ? text.fill(words().unusable, { name, problem }) : name, { value: name });
  byId("own-column").replaceChildren(...columns.map(optionOf));
  byId("own-columns").hidden = columns.length < 2;
}

/** @param {OwnChoice} choice */
function buttonOf({ label, answer }) {
  const button = element("button", label, { type: "button", class: "plain-button" });
  const { column = null, ...answers } = answer;
  button.addEventListener("click", () => send(sent.source, column, { ...sent.answers, ...answers }));
  return button;
}

/** @param {OwnReply} reply */
function refuse(reply) {
  const inUse = sent.source === content && text.fill(words().kept, { column: reading.column });
  show(inUse ? `${reply.error} ${inUse}` : reply.error, true);
  offer(reply);
  showColumn();
}

/** For Dash: the server has read data, or refused them.
   @param {OwnReply | null} reply */
function showReading(reply) {
  if (!reply) return;
  isReading = false;
  if (reply.error) return refuse(reply);
  reading = reply.result;
  if (sent.source.file && sent.source !== content) byId("own-text").value = ""; // the text is not in use
  content = sent.source;
  show(reading.sentence);
  offer(reply);
  showColumn();
  const { families } = reading;
  followReading(...Object.keys(families).filter((family) => !families[family].problem));
  whenRead?.();
}

/* Why there can be no run with this family, or null. */
const problem = (family) => (reading ? reading.families[family].problem : words().none);

const isThere = () => reading !== null;

/** The source for a run; empty while there is a problem.
   @type {(family: string) => Source} */
const source = (family) => (problem(family) ? { about: "", samples: {}, starts: {} } : reading.families[family]);

const values = () => reading.values;

/** The data for the link, if it can carry them.
   @type {() => Setting[]} */
const linked = () => (reading?.packed ? [["data", reading.packed, null]] : []);

export { begin, isThere, linked, problem, showReading, source, values, waits };
