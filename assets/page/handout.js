/* The handout: what the open view is like on paper. Style sheets do the most (print.css); here the figures take the
   light colours and the width of the paper, and what was set is written down, since controls are not printed. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  const onScreen = []; // figures as they were: plot, data, layout

  /* Nothing here may wait: the page is printed as it is when this returns. */
  window.addEventListener("beforeprint", () => {
    const config = emlab.events.config();
    const view = document.querySelector(".view:not([hidden])");
    if (!config || !view) return;
    describe(view, config);
    for (const id of Object.keys(config.skeletons)) {
      const plot = emlab.figures.plotOf(id);
      if (!plot || !plot._fullLayout || !view.contains(plot) || !plot.offsetWidth) continue;
      const figure = emlab.exports.inLight(id);
      if (!figure) continue;
      onScreen.push([plot, plot.data, plot.layout]);
      const layout = { ...figure.layout, autosize: false, ...sizeOf(plot) };
      window.Plotly.react(plot, figure.data, layout, plot._context);
    }
  });

  window.addEventListener("afterprint", () => {
    const first = onScreen.splice(0).reverse(); // what was there before the first of several prints comes last
    for (const [plot, data, layout] of first) window.Plotly.react(plot, data, layout, plot._context);
  });

  /* In pixels, from print.css, though it does not apply yet. */
  function sizeOf(plot) {
    const style = getComputedStyle(plot);
    const [width, height] = ["--print-width", "--print-height"].map((name) => parseFloat(style.getPropertyValue(name)));
    return { width, height };
  }

  function describe(view, config) {
    const { element } = emlab.dom;
    const name = view.id.replace("view-", "");
    const title = document.getElementById(`tab-${name}`).textContent;
    const lines = settingsOf(name, config).map(([heading, words]) => element("p", [element("b", heading), words.join(", ")]));
    document.getElementById("handout-head").replaceChildren(element("h2", title), ...lines);
    emlab.controls.say("handout-foot", emlab.controls.fill(config.sentences.link, { link: emlab.link.address() }));
  }

  /* What was set, under the headings of the controls. */
  function settingsOf(name, config) {
    const { settingOf } = emlab.exports;
    if (name !== "run") return config.parameters[name] ? [["", emlab.explorers.settings(name).map(settingOf)]] : [];
    const asked = emlab.run.onShow();
    if (!asked) return [];
    const { sample, start, start_seed: seed, stopping } = config.parameters;
    const { about, samples, starts } = config.sources[asked.source];
    const words = (...groups) =>
      groups.flat().flatMap((p) => (p.name in asked ? [settingOf([p.label, asked[p.name]])] : []));
    const truth = !asked.blind && samples[asked.true_k];
    const groups = [
      truth ? [chosen("source", asked.source), ...words(sample, truth)] : [about],
      [chosen("start-from", asked.start_from), ...words(start, seed, starts[asked.k])],
      [document.getElementById(`method-${asked.method}`).textContent, ...words(stopping)],
    ];
    const headings = document.querySelectorAll("#view-run .controls h2");
    return groups.map((group, i) => [`${headings[i].textContent}: `, group]);
  }

  /* What a list calls one of its values. */
  const chosen = (list, value) => document.querySelector(`#${list}-select [value="${value}"]`).textContent;
})();
