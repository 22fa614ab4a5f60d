/* The mathematics of the page, in the browser's language: no page, no colours, no plotly.
   tests/test_densities.py holds each function to the engine's and scipy's in a real browser. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {});
  const SQRT_2PI = Math.sqrt(2 * Math.PI);

  /* A family: density and log density of component k with parameters p, and that component's mean and std. */
  const families = {
    exponential: {
      density: (p, k, x) => (x < 0 ? 0 : Math.exp(-x / p.scales[k]) / p.scales[k]),
      logDensity: (p, k, x) => (x < 0 ? -Infinity : -x / p.scales[k] - Math.log(p.scales[k])),
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
      mean: (p, k) => p.means[k],
      std: (p, k) => p.stds[k],
    },
  };

  const components = (p) => p.weights.map((_, k) => k);
  const sum = (values) => values.reduce((total, value) => total + value, 0);

  /* Weighted density of component k over the points xs. */
  function weightedComponent(family, p, k, xs) {
    const { density } = families[family];
    return xs.map((x) => p.weights[k] * density(p, k, x));
  }

  /* Density of the mixture over the points xs. */
  function mixture(family, p, xs) {
    const { density } = families[family];
    const ks = components(p);
    return xs.map((x) => sum(ks.map((k) => p.weights[k] * density(p, k, x))));
  }

  /* Responsibilities of the components for one observation; they sum to 1 far out in the tails too. */
  function responsibilities(family, p, x) {
    const { logDensity } = families[family];
    const logJoint = components(p).map((k) => (p.weights[k] > 0 ? Math.log(p.weights[k]) + logDensity(p, k, x) : -Infinity));
    const top = Math.max(...logJoint);
    const shares = logJoint.map((value) => Math.exp(value - top));
    const total = sum(shares);
    return shares.map((share) => share / total);
  }

  function moments(family, p) {
    const { mean, std } = families[family];
    const ks = components(p);
    const m = sum(ks.map((k) => p.weights[k] * mean(p, k)));
    const variance = sum(ks.map((k) => p.weights[k] * (std(p, k) ** 2 + (mean(p, k) - m) ** 2)));
    return { mean: m, std: Math.sqrt(variance), cv2: variance / (m * m) };
  }

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

  /* Modes of a Gaussian mixture, ascending: the slope changes from up to down, between the outer means. */
  function modes(p) {
    const ks = components(p).filter((k) => p.weights[k] > 0);
    const slope = (x) =>
      sum(ks.map((k) => -p.weights[k] * families.gaussian.density(p, k, x) * ((x - p.means[k]) / p.stds[k] ** 2)));
    const means = ks.map((k) => p.means[k]);
    const low = Math.min(...means);
    const high = Math.max(...means);
    if (low === high) return [low];
    const grid = new Set([low, high]);
    for (const k of ks)
      for (let i = -120; i <= 120; i++) grid.add(Math.min(high, Math.max(low, p.means[k] + (p.stds[k] * i) / 20)));
    const points = [...grid].sort((a, b) => a - b);
    const slopes = points.map(slope);
    const found = [];
    for (let i = 0; i < points.length; i++) {
      const before = i === 0 ? 1 : slopes[i - 1];
      const after = i === points.length - 1 ? -1 : slopes[i + 1];
      if (slopes[i] === 0 && before > 0 && after < 0) found.push(points[i]);
      else if (slopes[i] > 0 && after < 0 && i < points.length - 1) found.push(bisect(slope, points[i], points[i + 1]));
    }
    return found;
  }

  /* Time by which half of an exponential mixture has decayed: its median. */
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

  emlab.densities = {
    families,
    weightedComponent,
    mixture,
    responsibilities,
    moments,
    modes,
    halfLife,
    notebookCurve,
    notebookArea,
  };
})();
