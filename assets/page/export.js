/* What can be taken home: files of the run on show, which the server writes, and each figure as a picture. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.emlab = clientside.emlab || {};

  const FORMATS = ["SVG", "PNG"];
  let settings = null; // the page's words and figures, once they are known
  let begun = false;
  let waiting = false; // one file at a time
  let request = 0;

  /* Called first as the view comes, and with each answer. */
  clientside.emlab.export = function (reply, config) {
    if (!begun) begin(config);
    if (reply) save(reply);
    return clientside.no_update;
  };

  function save(reply) {
    clientside.set_props("export-reply", { data: null }); // it may be large
    if (reply.errors) return answered(Object.values(reply.errors).join(" "), true);
    const { name, type, text } = reply.file;
    const url = URL.createObjectURL(new Blob([text], { type }));
    download(url, name);
    setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser may still be asking where to put it
    answered(emlab.controls.fill(settings.sentences.saved, { name }));
  }

  function begin(config) {
    settings = config;
    begun = true;
    emlab.failures.lookAfter("export-reply", {
      place: () => "export-words",
      from: ({ what }) => `export-${what}`,
      gaveUp: () => wait(false),
      again: () => wait(true),
    });
  }

  function download(url, name) {
    emlab.dom.element("a", [], { href: url, download: name }).click();
  }

  const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-");

  /* -- files -------------------------------------------------------------------------------------------------------- */

  /* All that is taken home says where it can be seen: when there is an address to say. */
  const press = (what) => emlab.link.whenReady(() => (what === "handout" ? window.print() : ask(what)));

  const buttons = () => document.querySelectorAll(".export button");

  function ask(what) {
    const run = emlab.run.onShow();
    if (waiting || !run) return;
    wait(true);
    clientside.set_props("export-request", { data: { ...run, id: ++request, what, link: emlab.link.address() } });
  }

  function wait(on) {
    waiting = on;
    buttons().forEach((button) => (on ? button.setAttribute("aria-disabled", "true") : button.removeAttribute("aria-disabled")));
    if (on) say(settings.sentences.working, false);
  }

  function answered(words, failed = false) {
    wait(false);
    say(words, failed);
  }

  function say(words, failed) {
    document.getElementById("export-words").className = failed ? "error" : "note";
    emlab.controls.say("export-words", words);
  }

  /* -- pictures ----------------------------------------------------------------------------------------------------- */

  /* Put the buttons beside the figures of a view that has come. */
  function offer(view, config) {
    settings = config;
    document.querySelectorAll(`#view-${view} .save:empty`).forEach(addButtons);
  }

  function addButtons(place) {
    const { title } = place.dataset;
    place.replaceChildren(
      emlab.figureTables.button(title),
      ...FORMATS.map((format) => {
        const label = emlab.controls.fill(settings.sentences.save_as, { title, format });
        return emlab.dom.element("button", format, { type: "button", title: label, "aria-label": label });
      })
    );
  }

  const viewOf = (id) => document.getElementById(id).closest(".view").id.replace("view-", "");

  /* A figure as it is on show, but in the light colours; null while there is no run to show. */
  function inLight(id) {
    const light = { ...settings, mode: "light" };
    if (viewOf(id) !== "run") return emlab.explorers.figureOf(viewOf(id), light);
    if (!emlab.run.onShow()) return null;
    return id === "surface-figure" ? emlab.studies.figureOf(light) : emlab.walk.figureOf(id, light);
  }

  const settingOf = ([label, value]) =>
    emlab.controls.fill(settings.sentences.setting, { label, value: String(value).replace(/^-/, "−") });

  /* What a figure shows: its name and, of a run, the iteration; then the data, or what is set. */
  function wordsOf(id, name) {
    if (viewOf(id) !== "run") return [[name], emlab.explorers.settings(viewOf(id)).map(settingOf).join(", ")];
    const { result, colours } = emlab.walk.state;
    return [
      [name, document.getElementById("walk-place").textContent],
      id === "data-figure" ? `${result.data} ${colours}` : result.data,
    ];
  }

  async function savePicture(id, name, format) {
    const figure = inLight(id);
    if (!figure) return;
    const { data, layout } = figure;
    const [title, text] = wordsOf(id, name);
    const saved = structuredClone(settings.saved);
    Object.assign(layout, saved.layout, { title: { text: title.join(" · "), subtitle: { text } } });
    const { width, height } = layout;
    const scale = format === "PNG" ? saved.scale : 1;
    const url = await window.Plotly.toImage({ data, layout }, { format: slug(format), width, height, scale });
    download(url, `${["em-lab", ...title].map(slug).join("-")}.${slug(format)}`);
  }

  document.addEventListener("click", ({ target }) => {
    if (!settings || target.tagName !== "BUTTON") return;
    const picture = target.closest(".save");
    if (picture && FORMATS.includes(target.textContent)) savePicture(picture.dataset.figure, picture.dataset.title, target.textContent);
    else if (target.closest(".export")) press(target.id.replace("export-", ""));
  });

  emlab.events.onViewReady(offer);

  emlab.exports = { inLight, settingOf };
})();
