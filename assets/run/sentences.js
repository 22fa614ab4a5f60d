/* What each figure of a run shows at the iteration on show, in a sentence with its numbers: its text alternative, which
   its aria-describedby names. No live region, since it changes at every step: it is read by who comes to the figure. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  const SURE = 0.9; // a responsibility above it tells to which component an observation belongs
  const NEAR = 0.01; // share of its last value within which a parameter has settled
  const DIGITS = { usual: 3, observation: 4, ell: 7 };
  const ZEROS = /\.0+$/; // that no observation was measured with
  const LAST_ZEROS = /(\.\d+?)0+$/; // of digits that are there to tell observations apart

  const fill = (template, values) => emlab.controls.fill(template, values);
  const number = (value, digits = DIGITS.usual) => emlab.controls.format(value, digits);
  const among = (result, value, name) => number(value, emlab.runFigures.digitsAmong(result, DIGITS.usual, name));
  const count = (whole) => emlab.controls.count(whole);
  const lists = new Intl.ListFormat("en-GB"); // one, two and three
  const list = (parts) => lists.format(parts);

  /* -- a sentence of each: a run's result, a step of the walk, the page's config -> words ------------------------------ */

  const shapes = {
    exponential: (result, p, said) => fill(said.at_zero, { density: number(emlab.densities.mixture("exponential", p, [0])[0]) }),
    gaussian(result, p, said) {
      const at = emlab.densities.modesSaid(p).map((mode) => among(result, mode));
      return fill(said[at.length === 1 ? "one_mode" : "many_modes"], { count: at.length, at: list(at) });
    },
  };

  function observed(result, value) {
    const digits = emlab.runFigures.digitsAmong(result, DIGITS.observation);
    const text = number(value, digits).replace(ZEROS, "");
    return digits > DIGITS.observation ? text.replace(LAST_ZEROS, "$1") : text;
  }

  /* Marks are sorted, and the first and the last are there however thin they are. */
  function data(result, { p }, { figureSentences: said }) {
    const { family, n, x } = result;
    const [low, high] = [x[0], x.at(-1)].map((one) => observed(result, one));
    const { mean } = emlab.densities.moments(family, p);
    return fill(said.data, { n: count(n), low, high, mean: among(result, mean), shape: shapes[family](result, p, said) });
  }

  /* Thinned marks are evenly many of all observations, so that they tell shares and no counts. */
  function posterior({ n, x }, { q }, { figureSentences: said }) {
    const components = q[0].map((_, k) => k);
    if (components.length === 1) return fill(said.posterior_one, { n: count(n) });
    const share = (some, template) => fill(template, { percent: Math.round((100 * some) / x.length) });
    const of = (some, k) => (n === x.length ? count(some) : share(some, said[k === 0 ? "first_share" : "share"]));
    const belong = components.map((k) => q.filter((one) => one[k] > SURE).length);
    const rest = belong.reduce((left, some) => left - some, x.length);
    const parts = belong.map((some, k) => fill(said[k ? "also_above" : "above"], { k, sure: SURE, count: of(some, k) }));
    parts.push(fill(said[components.length === 2 ? "neither_above" : "none_above"], { count: of(rest) }));
    return fill(said.posterior, { n: count(n), parts: list(parts) });
  }

  function logLikelihood({ log_likelihood: ell }, { t }, { figureSentences: said }) {
    const last = ell.length - 1;
    const facts = [fill(said.log_likelihood, { t: count(t), last: count(last), ell: number(ell[t], DIGITS.ell) })];
    if (t < last) facts.push(fill(said.below_end, { difference: number(ell[last] - ell[t]) }));
    if (t > 0) facts.push(fill(said.above_start, { difference: number(ell[t] - ell[0]) }));
    return `${facts.join(", ")}.`;
  }

  /* Each parameter, but the weight that the others leave; of more than two components, from the least to the greatest. */
  function parameters(result, { t, p }, { figureSentences: said, symbols }) {
    const values = Object.entries(symbols[result.family]).flatMap(([name, symbol]) => {
      if (p[name].length > 2) {
        const [low, high] = [Math.min(...p[name]), Math.max(...p[name])].map((one) => among(result, one, name));
        return fill(said.from_to, { symbol: fill(symbol, { k: "" }), low, high });
      }
      const free = name === "weights" ? p.weights.slice(0, -1) : p[name];
      return free.map((one, k) => fill(said.parameter, { symbol: fill(symbol, { k }), value: among(result, one, name) }));
    });
    return fill(said.parameters, { t: count(t), values: values.join(", "), near: 100 * NEAR, settled: count(settled(result)) });
  }

  const known = new WeakMap(); // result -> the record from which on every parameter is near its last value

  function settled(result) {
    if (known.has(result)) return known.get(result);
    const all = Object.values(result.trajectory);
    const isNear = (records, t) => records[t].every((value, k) => Math.abs(value - records.at(-1)[k]) <= NEAR * Math.abs(records.at(-1)[k]));
    let t = result.log_likelihood.length - 1;
    while (t > 0 && all.every((records) => isNear(records, t - 1))) t -= 1;
    known.set(result, t);
    return t;
  }

  function surface(result, { t, p }, { figureSentences: said, symbols }) {
    const drawn = emlab.studies.surface();
    if (!drawn) return ""; // gone, while its figure took another size
    const { x, y, log_likelihood: rows, parameter, components } = drawn;
    const best = { ell: -Infinity };
    rows.forEach((row, j) =>
      row.forEach((ell, i) => {
        if (ell !== null && ell > best.ell) Object.assign(best, { ell, at: [x[i], y[j]] }); // null: the density is 0
      })
    );
    const symbol = symbols[result.family][parameter];
    const one = (k, value) => fill(said.parameter, { symbol: fill(symbol, { k }), value: among(result, value, parameter) });
    const place = (values) => list(components.map((k, i) => one(k, values[i])));
    const here = place(components.map((k) => p[parameter][k]));
    return fill(said.surface, { ell: number(best.ell, DIGITS.ell), best: place(best.at), t: count(t), here });
  }

  const makers = {
    "data-figure": data,
    "posterior-figure": posterior,
    "log-likelihood-figure": logLikelihood,
    "parameters-figure": parameters,
    "surface-figure": surface,
  };

  document.addEventListener("figure", ({ detail: id }) => {
    if (!makers[id]) return; // an explorer's: it has its own sentence
    const { result, config } = emlab.walk.state;
    emlab.controls.say(`${id}-sentence`, makers[id](result, emlab.walk.step(), config));
  });
})();
