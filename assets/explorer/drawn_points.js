/* The points drawn in an explorer: how many, from which seed, and what the figure and the page show of them. They belong
   to the mixture they were drawn from, and go when it changes. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  const kept = {}; // view -> { count, seed, of: the mixture they belong to, gone: with an earlier one }

  function begin(view, config) {
    const [count, seed] = config.parameters[`${view}-drawn`].map(({ name, default: usual }) => config.link.values[name] ?? usual);
    kept[view] = { count, seed, of: null, gone: false };
  }

  /* As many more as a press draws, up to the bound. */
  function draw(view, config) {
    const [{ step, maximum }] = config.parameters[`${view}-drawn`];
    Object.assign(kept[view], { count: Math.min(kept[view].count + step, maximum), gone: false });
  }

  /* The next are others. */
  function clear(view, config) {
    const [, { maximum, default: first }] = config.parameters[`${view}-drawn`];
    const { count, seed } = kept[view];
    Object.assign(kept[view], { count: 0, seed: !count ? seed : seed < maximum ? seed + 1 : first, gone: false });
  }

  function reset(view, config) {
    const [, seed] = config.parameters[`${view}-drawn`];
    Object.assign(kept[view], { count: 0, seed: seed.default, gone: false });
  }

  /* Whether points have gone because the mixture is now `p`. */
  function keepTo(view, p, config) {
    const now = JSON.stringify(p);
    const { of, count } = kept[view];
    kept[view].of = now;
    if (!count || of === null || of === now) return false;
    clear(view, config);
    return (kept[view].gone = true);
  }

  const sample = (view, p) => emlab.sampling.sample(view, p, kept[view].seed, kept[view].count);

  /* Put the points into a figure; what they reach up to. */
  function fill(figure, view, p, window, quantity, { bins }) {
    const { shapes, meta } = figure.layout;
    if (!kept[view].count) {
      figure.layout.shapes = [];
      return 0;
    }
    const { x, k } = sample(view, p);
    const [low, high] = window;
    shapes.forEach((shape, row) => {
      const [from, to] = meta.rows[row];
      shape.path = x.map((at, i) => (k[i] === row && at >= low && at <= high ? `M${at},${from}V${to}` : "")).join("");
    });
    figure.layout.shapes = shapes.filter(({ path }) => path);
    const cumulative = quantity === "cumulative";
    const made = cumulative ? emlab.sampling.steps(x, window) : emlab.sampling.histogram(x, window, bins);
    Object.assign(emlab.figures.trace(figure, cumulative ? "steps" : "histogram"), made, { visible: true });
    return Math.max(...made.y);
  }

  /* What is said of them. */
  function words(view, p, config) {
    const { count, gone } = kept[view];
    const { sentences } = config;
    if (!count) return gone ? sentences.points_gone : sentences.no_points;
    return emlab.controls.fill(isFull(view, config) ? sentences.points_all : sentences.points, {
      count: emlab.controls.count(count),
      found: emlab.controls.count(sample(view, p).k.filter((k) => k === 0).length),
      expected: Number((count * p.weights[0]).toFixed(1)).toLocaleString("en"),
    });
  }

  const isFull = (view, config) => kept[view].count >= config.parameters[`${view}-drawn`][0].maximum;

  function show(view, text, config) {
    if (kept[view].shown === text) return; // while a slider moves nothing changes here
    kept[view].shown = text;
    emlab.controls.say(`${view}-drawn`, text);
    const { count } = kept[view];
    const usable = { draw: !isFull(view, config), clear: count > 0 };
    for (const [name, can] of Object.entries(usable)) {
      const button = document.getElementById(`${view}-${name}`);
      if (can) button.removeAttribute("aria-disabled");
      else button.setAttribute("aria-disabled", "true");
    }
    document.getElementById(`${view}-clear`).parentElement.classList.toggle("drawn", count > 0);
  }

  /* Parameters and values of a view's, for the link; without points the next seed is nobody's concern. */
  function state(view, config) {
    const parameters = config.parameters[`${view}-drawn`];
    const [points, seed] = parameters;
    const { count, seed: now } = kept[view];
    return [parameters, { [points.name]: count, [seed.name]: count ? now : seed.default }];
  }

  emlab.points = { begin, clear, draw, fill, keepTo, reset, show, state, words };
})();
