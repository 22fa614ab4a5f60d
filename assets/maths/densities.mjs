/* The mathematics of the page, in the browser's language: no page, no colours, no plotly.
   tests/browser/test_densities.py holds each function to the engine's and scipy's in a real browser. */
const SQRT_2PI = Math.sqrt(2 * Math.PI);

/* A polynomial from its coefficients, the highest power first. */
const polynomial = (coefficients, x) => coefficients.reduce((total, one) => total * x + one, 0);

/* Distribution function of the standard normal by W. J. Cody's rational approximations, 1969 (Mathematics of
   Computation 23, 631–637) and 1993 (Algorithm 715, ACM Transactions on Mathematical Software 19, 22–32). */
const CODY = {
  middle: [
    [
      0.065682337918207449113, 2.2352520354606839287, 161.02823106855587881, 1067.6894854603709582,
      18154.981253343561249,
    ],
    [1, 47.20258190468824187, 976.09855173777669322, 10260.932208618978205, 45507.789335026729956],
  ],
  side: [
    [
      1.0765576773720192317e-8, 0.39894151208813466764, 8.8831497943883759412, 93.506656132177855979,
      597.27027639480026226, 2494.5375852903726711, 6848.1904505362823326, 11602.651437647350124, 9842.7148383839780218,
    ],
    [
      1, 22.266688044328115691, 235.38790178262499861, 1519.377599407554805, 6485.558298266760755,
      18615.571640885098091, 34900.952721145977266, 38912.003286093271411, 19685.429676859990727,
    ],
  ],
  tail: [
    [
      0.02307344176494017303, 0.21589853405795699, 0.1274011611602473639, 0.022235277870649807, 0.001421619193227893466,
      2.9112874951168792e-5,
    ],
    [
      1, 1.28426009614491121, 0.468238212480865118, 0.0659881378689285515, 0.00378239633202758244,
      7.29751555083966205e-5,
    ],
  ],
};

function normal(z) {
  /** @type {(coefficients: number[][], x: number) => number} */
  const rational = ([above, below], x) => polynomial(above, x) / polynomial(below, x);
  const y = Math.abs(z);
  if (y <= 0.67448975) return 0.5 + z * rational(CODY.middle, z * z);
  const far = () => (1 / SQRT_2PI - rational(CODY.tail, 1 / (z * z)) / (z * z)) / y;
  const tail = y <= Math.sqrt(32) ? rational(CODY.side, y) : far();
  const near = Math.trunc(16 * y) / 16; // its square is exact, so exp(−y²/2) keeps its digits
  const beyond = Math.exp(-0.5 * near * near) * Math.exp(-0.5 * (y - near) * (y + near)) * tail;
  return z > 0 ? 1 - beyond : beyond;
}

/* x − log(1 + x), where it is tiny too. */
const excess = (x) => x - Math.log1p(x);

/* A family: density, log density, distribution function, mean and std of component k with parameters p; its divergence
   (Kullback–Leibler) from the same component of p0; the lowest observation, if there is one. */
/** @type {Record<string, Family>} */
const families = {
  exponential: {
    lowest: 0,
    density: (p, k, x) => (x < 0 ? 0 : Math.exp(-x / p.scales[k]) / p.scales[k]),
    cumulative: (p, k, x) => (x < 0 ? 0 : -Math.expm1(-x / p.scales[k])),
    logDensity: (p, k, x) => (x < 0 ? -Infinity : -x / p.scales[k] - Math.log(p.scales[k])),
    divergence: (p, k, p0) => excess((p.scales[k] - p0.scales[k]) / p0.scales[k]),
    mean: (p, k) => p.scales[k],
    std: (p, k) => p.scales[k],
  },
  gaussian: {
    density(p, k, x) {
      const z = (x - p.means[k]) / p.stds[k];
      return Math.exp(-0.5 * z * z) / SQRT_2PI / p.stds[k];
    },
    logDensity(p, k, x) {
      const z = (x - p.means[k]) / p.stds[k];
      return -0.5 * z * z - Math.log(SQRT_2PI) - Math.log(p.stds[k]);
    },
    cumulative: (p, k, x) => normal((x - p.means[k]) / p.stds[k]),
    divergence(p, k, p0) {
      const z = (p.means[k] - p0.means[k]) / p0.stds[k];
      const wider = (p.stds[k] - p0.stds[k]) / p0.stds[k];
      return 0.5 * (z * z + excess(wider * (2 + wider)));
    },
    mean: (p, k) => p.means[k],
    std: (p, k) => p.stds[k],
  },
};

/** @param {Mixture} p */
const components = (p) => p.weights.map((_, k) => k);
/** @param {number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Weighted density of component k, or another quantity of it, over the points xs.
   @type {(family: string, p: Mixture, k: number, xs: number[], quantity?: Quantity) => number[]} */
function weightedComponent(family, p, k, xs, quantity = "density") {
  const of = families[family][quantity];
  return xs.map((x) => p.weights[k] * of(p, k, x));
}

/** The same of the mixture.
   @type {(family: string, p: Mixture, xs: number[], quantity?: Quantity) => number[]} */
function mixture(family, p, xs, quantity = "density") {
  const of = families[family][quantity];
  const ks = components(p);
  return xs.map((x) => sum(ks.map((k) => p.weights[k] * of(p, k, x))));
}

/** Logarithm of the weighted density of each component for one observation.
   @type {(family: string, p: Mixture, x: number) => number[]} */
function logJoint(family, p, x) {
  const { logDensity } = families[family];
  return p.weights.map((weight, k) => (weight > 0 ? Math.log(weight) + logDensity(p, k, x) : -Infinity));
}

/** Logarithm of a sum from the logarithms of its terms.
   @param {number[]} logs */
function logSum(logs) {
  const top = Math.max(...logs);
  return top === -Infinity ? top : top + Math.log(logs.reduce((total, value) => total + Math.exp(value - top), 0));
}

/** Log-likelihood of observations.
   @type {(family: string, p: Mixture, xs: number[]) => number} */
const logLikelihood = (family, p, xs) => sum(xs.map((x) => logSum(logJoint(family, p, x))));

/** Responsibilities of the components for one observation; they sum to 1 far out in the tails too.
   @type {(family: string, p: Mixture, x: number) => number[]} */
function responsibilities(family, p, x) {
  const joint = logJoint(family, p, x);
  const top = Math.max(...joint);
  const shares = joint.map((value) => Math.exp(value - top));
  const total = sum(shares);
  return shares.map((share) => share / total);
}

/** Divergence of mixture p from p0: of the labels, and of the components given the labels.
   @type {(family: string, p: Mixture, p0: Mixture) => number} */
function divergence(family, p, p0) {
  const of = families[family].divergence;
  const labels = (weight, before) => (weight > 0 ? weight * excess((before - weight) / weight) : before);
  const part = (weight, k) => labels(weight, p0.weights[k]) + (weight > 0 ? weight * of(p, k, p0) : 0);
  return sum(p.weights.map(part));
}

/** @type {(family: string, p: Mixture) => { mean: number, std: number, cv2: number }} */
function moments(family, p) {
  const { mean, std } = families[family];
  const ks = components(p);
  const m = sum(ks.map((k) => p.weights[k] * mean(p, k)));
  const variance = sum(ks.map((k) => p.weights[k] * (std(p, k) ** 2 + (mean(p, k) - m) ** 2)));
  return { mean: m, std: Math.sqrt(variance), cv2: variance / (m * m) };
}

/** @type {(f: (x: number) => number, low: number, high: number) => number} */
function bisect(f, low, high) {
  const rising = f(high) > f(low);
  for (let i = 0; i < 200; i++) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (f(middle) > 0 === rising) high = middle;
    else low = middle;
  }
  return low + (high - low) / 2;
}

/** Modes of a Gaussian mixture, ascending, as em.diagnosis.modes finds them: where the slope changes from up to down,
   between the outer means, on points that are close on the scale of every component.
   @param {Mixture} p */
function modes(p) {
  const ks = components(p).filter((k) => p.weights[k] > 0);
  const rises = ks.map((k) => p.weights[k] / p.stds[k] ** 2); // up to a common factor
  const slope = (x) => {
    let total = 0;
    for (let i = 0; i < ks.length; i++) {
      const z = (x - p.means[ks[i]]) / p.stds[ks[i]];
      total -= rises[i] * z * Math.exp(-0.5 * z * z);
    }
    return total;
  };
  const [means, stds] = [ks.map((k) => p.means[k]), ks.map((k) => p.stds[k])];
  const narrowest = Math.min(...stds);
  const [low, high] = [Math.min(...means) - narrowest, Math.max(...means) + narrowest]; // uphill, downhill
  const points = [low, high];
  for (const k of ks)
    for (let i = -120; i <= 120; i++) {
      const x = p.means[k] + (p.stds[k] * i) / 20;
      if (x > low && x < high) points.push(x);
    }
  const found = [];
  let before = null; // the last point whose slope is not rounding error, and that slope
  for (const x of points.sort((one, other) => one - other)) {
    if (before && x - before.x < 1e-3 * narrowest) continue;
    const now = { x, slope: slope(x) };
    if (now.slope === 0) continue;
    if (before && before.slope > 0 && now.slope < 0) found.push(bisect(slope, before.x, x));
    before = now;
  }
  return found;
}

/** Modes for display. Where one is about to split, the slope is so flat that its sign is rounding error over 1e-5
   standard deviations: so near to 0 a mode is at 0. Elsewhere the error is below the digits on display.
   @param {Mixture} p */
function shownModes(p) {
  const near = 1e-4 * Math.min(...p.stds);
  return modes(p).map((mode) => (Math.abs(mode) < near ? 0 : mode));
}

/** The median of an exponential mixture.
   @param {Mixture} p */
function halfLife(p) {
  const scales = p.scales.filter((_, k) => p.weights[k] > 0);
  const excess = (t) => sum(components(p).map((k) => p.weights[k] * Math.exp(-t / p.scales[k]))) - 0.5;
  return bisect(excess, Math.LN2 * Math.min(...scales), Math.LN2 * Math.max(...scales));
}

/* The original notebook's exponential curve, π e^(−λx)/λ summed over components: not a density.
   Its area is the sum of π/λ². */
const notebookCurve = (weights, lambdas, xs) =>
  xs.map((x) => sum(weights.map((w, k) => (w * Math.exp(-lambdas[k] * x)) / lambdas[k])));
const notebookArea = (weights, lambdas) => sum(weights.map((w, k) => w / (lambdas[k] * lambdas[k])));

export {
  families,
  weightedComponent,
  mixture,
  logJoint,
  logLikelihood,
  logSum,
  responsibilities,
  divergence,
  moments,
  modes,
  shownModes,
  sum,
  halfLife,
  notebookCurve,
  notebookArea,
};
