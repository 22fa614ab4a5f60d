/* Export: files of the run on show, which the server writes, and each figure as a picture. */
(function () {
  "use strict";
  const { emlab, dash_clientside: clientside } = window;
  const { disable, fill, setText } = emlab.controls;
  const FORMATS = ["SVG", "PNG"];
  let settings = null; // the page's config, once a view is there
  let registered = false;
  let waiting = false; // one file at a time
  let request = 0;

  /* Called when the view comes, and with each reply. */
  clientside.emlab.export = function (reply, config) {
    if (!registered) begin(config);
    if (reply) save(reply);
    return clientside.no_update;
  };

  function save(reply) {
    clientside.set_props("export-reply", { data: null }); // it may be large
    if (reply.errors) return finish(Object.values(reply.errors).join(" "), true);
    const { name, type, text } = reply.file;
    const url = URL.createObjectURL(new Blob([text], { type }));
    download(url, name);
    setTimeout(() => URL.revokeObjectURL(url), 60_000); // the user may have to choose a folder first
    finish(fill(settings.sentences.saved, { name }));
  }

  function begin(config) {
    settings = config;
    registered = true;
    emlab.failures.register("export-reply", {
      place: () => "export-words",
      focus: ({ what }) => `export-${what}`,
      onFailure: () => wait(false),
      onRetry: () => wait(true),
    });
  }

  const download = (url, name) => emlab.dom.element("a", [], { href: url, download: name }).click();

  const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-");

  /* Each export contains the page's address, so it waits for it. */
  const press = (what) => emlab.link.whenReady(() => (what === "handout" ? window.print() : requestFile(what)));

  function requestFile(what) {
    const run = emlab.run.onShow();
    if (waiting || !run) return;
    wait(true);
    clientside.set_props("export-request", { data: { ...run, id: ++request, what, link: emlab.link.address() } });
  }

  function wait(on) {
    waiting = on;
    for (const button of document.querySelectorAll(".export button")) disable(button, on);
    if (on) show(settings.sentences.working);
  }

  function finish(sentence, isError = false) {
    wait(false);
    show(sentence, isError);
  }

  function show(sentence, isError = false) {
    document.getElementById("export-words").className = isError ? "error" : "note";
    setText("export-words", sentence);
  }

  /* Put the buttons beside a figure. */
  function addButtons(place) {
    const { title } = place.dataset;
    place.replaceChildren(
      emlab.figureTables.button(title),
      ...FORMATS.map((format) => {
        const label = fill(settings.sentences.save_as, { title, format });
        return emlab.dom.element("button", format, { type: "button", title: label, "aria-label": label });
      })
    );
  }

  const viewOf = (id) => document.getElementById(id).closest(".view").id.replace("view-", "");

  /* A figure on show, in light colours; null without a run. */
  function inLight(id) {
    const light = { ...settings, mode: "light" };
    if (viewOf(id) !== "run") return emlab.explorers.figureOf(viewOf(id), light);
    if (!emlab.run.onShow()) return null;
    return id === "surface-figure" ? emlab.studies.figureOf(light) : emlab.walk.figureOf(id, light);
  }

  const settingOf = ([label, value]) =>
    fill(settings.sentences.setting, { label, value: String(value).replace(/^-/, "−") });

  /* Title and subtitle of a picture: name and iteration; data or settings. */
  function titleOf(id, name) {
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
    const [title, text] = titleOf(id, name);
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
    else if (target.closest(".export")) press(target.id.replace("export-", ""));
  });

  emlab.events.onViewReady((view, config) => {
    settings = config;
    document.querySelectorAll(`#view-${view} .save:empty`).forEach(addButtons);
  });

  emlab.exports = { inLight, settingOf };
})();
