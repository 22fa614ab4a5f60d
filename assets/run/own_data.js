/* Somebody's own data: pasted, chosen or dropped. The server reads them and keeps nothing; they stay here, and go along
   with each run. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.emlab = clientside.emlab || {};

  let settings = null;
  let known = null; // the data in use, once there are any
  let content = null; // what they were read from: { text } or { file }
  let sent = null; // what was last sent
  let request = 0;
  const element = (id) => document.getElementById(id);

  function begin(config) {
    settings = config;
    known = config.own;
    build();
    const again = () => say(words().reading);
    emlab.failures.lookAfter("own-reply", { place: () => "own-said", from: () => "own-use", gaveUp: showColumn, again });
  }

  const words = () => settings.ownWords;

  function build() {
    const { element: make } = emlab.dom;
    const text = make("textarea", [], { id: "own-text", rows: 3, spellcheck: "false", autocomplete: "off" });
    const use = make("button", words().use, { id: "own-use", type: "button", class: "plain-button" });
    const file = make("input", [], { id: "own-file", type: "file", accept: ".csv,.tsv,.txt,text/plain,text/csv" });
    const columns = make("select", [], { id: "own-column" });
    element("own-input").replaceChildren(
      make("label", words().paste, { for: "own-text" }),
      text,
      use,
      make("label", words().file, { for: "own-file" }),
      file,
      make("div", [make("label", words().column, { for: "own-column" }), columns], { id: "own-columns", class: "select" }),
      make("p", [], { id: "own-said", class: "about", "aria-live": "polite" })
    );
    element("own-columns").hidden = true;
    use.addEventListener("click", () => send({ text: text.value }));
    file.addEventListener("change", () => file.files[0] && sendFile(file.files[0]));
    columns.addEventListener("change", () => send(content, columns.value));
  }

  function say(sentence, wrong = false) {
    emlab.controls.say("own-said", sentence);
    element("own-said").classList.toggle("error", wrong);
  }

  function send(what, column = null) {
    const size = (what.text || "").length;
    if (size > settings.ownLimit) return say(emlab.controls.fill(words().too_large, { size: emlab.controls.count(size) }), true);
    sent = what;
    say(words().reading);
    clientside.set_props("own-request", { data: { ...what, column, id: ++request } });
  }

  /* A file that is too large is not even sent. */
  function sendFile(file) {
    element("own-file").value = ""; // so that the same file can be chosen again
    if (file.size > settings.ownLimit) return say(emlab.controls.fill(words().too_large, { size: emlab.controls.count(file.size) }), true);
    const reader = new FileReader();
    reader.addEventListener("load", () => send({ file: reader.result.slice(reader.result.indexOf(",") + 1) }));
    reader.addEventListener("error", () => say(words().unreadable, true));
    reader.readAsDataURL(file);
  }

  for (const type of ["dragover", "drop"])
    document.addEventListener(type, (event) => {
      const panel = element("own-panel");
      if (!settings || !panel || panel.hidden || !event.dataTransfer || !event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      if (type === "drop" && event.dataTransfer.files[0]) sendFile(event.dataTransfer.files[0]);
    });

  /* In the list stands the column in use, whatever was chosen and did not come. */
  const showColumn = () => (element("own-column").value = known?.column);

  function refuse(error) {
    const kept = sent === content && emlab.controls.fill(words().kept, { column: known.column });
    say(kept ? `${error} ${kept}` : error, true);
    showColumn();
  }

  clientside.emlab.own_data = function (reply) {
    if (!reply) return;
    if (reply.error) return refuse(reply.error);
    known = reply.result;
    if (sent.file && sent !== content) element("own-text").value = ""; // it is not what is in use
    content = sent;
    say(known.sentence);
    const { element: make } = emlab.dom;
    element("own-column").replaceChildren(...known.columns.map((name) => make("option", name, { value: name })));
    showColumn();
    element("own-columns").hidden = known.columns.length < 2;
    emlab.run.follow("own", ...Object.keys(known.families).filter((family) => !known.families[family].problem));
  };

  /* The source as a run needs it; without data it has nothing to set. */
  const source = (family) => (known && !known.families[family].problem ? known.families[family] : { about: "", samples: {}, starts: {} });

  /* Why a run with this family cannot be asked for, or null. */
  const problem = (family) => (known ? known.families[family].problem : words().none);

  const values = () => known.values;

  /* For the link: the data, where it can carry them. */
  const state = () => (known && known.packed ? [["data", known.packed, null]] : []);

  emlab.own = { begin, problem, source, state, values };
})();
