/* The lower bound J of EM and the log-likelihood ℓ along the line between two records.

   With the responsibilities q of the first, θ, the bound touches there, and its maximum is the second, θ′. Both are
   counted from ℓ(θ), and no long sums are subtracted, so that the digits of the last steps of a run are true ones. */
import { divergence, logJoint, logSum, sum } from "./densities.mjs";

const SIGNED = "means"; // all other parameters are positive
const SMALL = 1; // change of a log density for which log1p and expm1 keep more digits

/** The mixture at a share of the way.
   @type {(from: Mixture, to: Mixture, share: number) => Mixture} */
function between(from, to, share) {
  const mixed = (name) => from[name].map((value, k) => (1 - share) * value + share * to[name][k]);
  return /** @type {Mixture} */ (Object.fromEntries(Object.keys(from).map((name) => [name, mixed(name)])));
}

/** Whether numbers are a mixture's parameters: a line leaves these where a weight or a width falls to 0.
   @param {Mixture} p */
const isMixture = (p) =>
  Object.entries(p).every(
    ([name, values]) => name === SIGNED || values.every((value) => value > 0 || (name === "weights" && value === 0))
  );

/** An observation at the beginning of the line: log joint densities, their logarithmic sum, responsibilities.
   @type {(joint: number[]) => { joint: number[], evidence: number, q: number[] }} */
function placed(joint) {
  const evidence = logSum(joint);
  return { joint, evidence, q: joint.map((value) => Math.exp(value - evidence)) };
}

/** By how much the bound and the gap beneath ℓ change for one observation, whose log joint densities are `now`. Loops,
   since this is done for every observation at every point of the line.
   @type {(before: ReturnType<typeof placed>, now: number[]) => [bound: number, gap: number]} */
function changeOf({ joint, evidence, q }, now) {
  let mean = 0;
  for (let k = 0; k < q.length; k++) if (q[k] > 0) mean += q[k] * (now[k] - joint[k]);
  let moved = 0;
  for (let k = 0; k < q.length; k++) {
    const further = now[k] === joint[k] ? 0 : now[k] - joint[k] - mean; // −∞ stays
    if (!(Math.abs(further) < SMALL)) return [mean, Math.max(0, logSum(now) - evidence - mean)];
    moved += q[k] * Math.expm1(further);
  }
  return [mean, Math.max(0, Math.log1p(moved))]; // below 0 by rounding only
}

/** ℓ and J over shares of the line from one record to the next, both counted from ℓ at the first.

   After an M-step J follows from the two records: the second has the expected statistics, so J is lower at θ than at θ′
   by n times the divergence of θ′ from θ. Only the gap needs the observations xs, which stand for n. So the maximum is
   at θ′ even if they are not all. Other steps have no bound; there ℓ needs `rise`, which it has at θ′.
   @type {(family: string, from: Mixture, to: Mixture, xs: number[], n: number, shares: number[], rise?: number) =>
     { ell: number[], bound: number[] | null }} */
function along(family, from, to, xs, n, shares, rise) {
  const before = xs.map((x) => placed(logJoint(family, from, x)));
  const changesAt = (share) => {
    const p = between(from, to, share);
    const changes = xs.map((x, i) => changeOf(before[i], logJoint(family, p, x)));
    return [0, 1].map((part) => (sum(changes.map((change) => change[part])) * n) / xs.length);
  };
  if (rise === undefined) {
    const whole = divergence(family, to, from);
    const bound = shares.map((share) => n * (whole - divergence(family, to, between(from, to, share))));
    return { ell: shares.map((share, i) => bound[i] + changesAt(share)[1]), bound };
  }
  const of = (share) => sum(changesAt(share));
  const missed = xs.length < n ? rise - of(1) : 0; // a few observations have their maximum elsewhere
  return { ell: shares.map((share) => of(share) + share * missed), bound: null };
}

export { along, between, isMixture };
