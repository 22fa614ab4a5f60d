/* Points drawn from a mixture, their histogram and distribution function: no page, no colours, no plotly. A sample
   follows from the mixture, a seed and a count, so that a link need not carry it. */
/* Uniform numbers in [0, 1) from a seed: mulberry32 by Tommy Ettinger, in the public domain. */
function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/* A point of component k from uniform numbers: Box and Muller's transform; the inverse distribution function. */
const draws = {
  gaussian: (p, k, u, v) => p.means[k] + p.stds[k] * Math.sqrt(-2 * Math.log1p(-u)) * Math.cos(2 * Math.PI * v),
  exponential: (p, k, u) => -p.scales[k] * Math.log1p(-u),
};

/** `count` points of a mixture and their components. Each point takes three numbers of the generator, so that a larger
   sample begins with the smaller one.
   @type {(family: string, p: Mixture, seed: number, count: number) => { x: number[], k: number[] }} */
function sample(family, p, seed, count) {
  const next = uniform(seed);
  const points = { x: [], k: [] };
  for (let i = 0; i < count; i++) {
    let which = next();
    let k = 0;
    while (k < p.weights.length - 1 && which >= p.weights[k]) which -= p.weights[k++];
    points.k.push(k);
    points.x.push(draws[family](p, k, next(), next()));
  }
  return points;
}

/** A histogram of a window as a density; points outside the window count in the total.
   @param {number[]} xs
   @param {[number, number]} window
   @param {number} bins */
function histogram(xs, [low, high], bins) {
  const width = (high - low) / bins;
  const counts = Array(bins).fill(0);
  for (const x of xs) if (x >= low && x < high) counts[Math.min(bins - 1, Math.floor((x - low) / width))]++;
  return {
    x: counts.map((_, i) => low + (i + 0.5) * width),
    y: counts.map((count) => count / (xs.length * width)),
    width: counts.map(() => width), // one each, as in a run's histogram
  };
}

/** Corners of the empirical distribution function over a window: at each point it steps up by 1 / n.
   @param {number[]} xs
   @param {[number, number]} window */
function steps(xs, [low, high]) {
  const sorted = [...xs].sort((a, b) => a - b);
  const below = sorted.filter((x) => x < low).length;
  const within = sorted.filter((x) => x >= low && x <= high);
  const share = (count) => count / sorted.length;
  return {
    x: [low, ...within, high],
    y: [share(below), ...within.map((_, i) => share(below + i + 1)), share(below + within.length)],
  };
}

export { uniform, sample, histogram, steps };
