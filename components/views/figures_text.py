"""How to read the figures of Run EM: a part of the Background view, in the markup of `controls.prose`."""

from __future__ import annotations

from components.state.presets import PRESETS
from em.studies import FEWEST, MANY, NARROWEST, ROUNDING

_CARDS = r"""
### Data and fit

The histogram has area 1, so that the mixture $p(x \mid \theta_t)$, the strong line, can be laid over it. Of
rounded data, each bin holds the same number of possible values. Where the labels are known, bars of each label stand
one upon another in its colour. The thin curves are the weighted components $\pi_k f(x \mid \theta_k)$; they add up to
the line. Each dot below is an observation, in the row of its label; real data have no labels, and there the row is that
of the likelier component. Within its row the height of a dot has no meaning: it keeps ties apart. Coloured by
responsibility, a dot says which component is the likelier and how surely: with two of them its colour goes over from
that of component 1 to that of component 0 as $r_{n0}$ goes from 0 to 1.

On *log x* the axis is in decades, and bars and curves are densities per decade, $\ln(10)\, x\, p(x)$: again areas are
shares of the observations. An exponential component then is a hump of one shape, with its top at its scale $\lambda$:
components whose scales differ stand side by side. Of rounded data the bins are wider at the low end, where the possible
values are far apart in decades. There is no 0 on this axis: the title of the axis counts the zeros.

### Sorted posterior

The responsibilities of two components, each sorted by itself: $q_0$ ascending, $q_1$ descending. As
$q_1(n) = 1 - q_0(n)$, one curve is the other upside down, and the mean height of $q_0$ is the $\rho$ that the next
M-step gives. More components are stacked to 1, in the order of $x$: at one place all bands are of one observation, and
the share of the stack that a band takes is the weight that the next M-step gives. Where a curve is near 0 or 1 the
components are told apart; a long slope about $\tfrac12$ is made of observations that could be either’s. Exponentials
with $\lambda_0 < \lambda_1$ never tell all apart: $q_0$ is largest at $x = 0$, and there it is
$\rho\lambda_1 / \bigl(\rho\lambda_1 + (1 - \rho)\lambda_0\bigr)$, below 1.

### Log-likelihood

The curve of $\ell(\theta_t)$ over the iterations never falls, as [the lower bound](#background-bound) shows. But where
it is flat it need not be at its end: near a saddle the gains are small and then grow, and between overlapping
components they stay small for thousands of iterations. An estimate of what is left at the end of a run, for each
observation, stands under *Why*, if it can be told; see [When it stops](#background-end).

### Estimates

Run EM counts components from 0, as the notebook does, and the explorers from 1; $\rho$ is $\pi_0$.
Beside a final value stands its *standard error*, from the observed information $-H$: the roots of the diagonal of its
inverse. The maximum of $\ell$ is off the true value by more than two of them about one time in twenty, if the
observations are many and the components apart. Where simulations found it to be much more often, a note says so. Where
$-H$ is not positive definite there are none.

### Parameters

There is a row for each kind of parameter and a line for each component; of generated data the true values are dotted.
No line need end on its dotted one, since the maximum of $\ell$ belongs to the sample: the difference shrinks like
$1/\sqrt N$ as observations are added. Where two lines have ended near each other’s dotted ones, the *labels are
switched*. The log-likelihood is the same in either order, and the start decides which comes out; the table of estimates
sets each beside a true component, so that all pairs together are as near as can be.

### E-step and M-step

The walk goes through every record of the run; the button *M-step* stops between two of them, and *E-step* goes on from
there. After an E-step $q$ holds the responsibilities of $\theta_t$, and the bound touches: $J = \ell(\theta_t)$. An
M-step raises $J$, and $\ell$ by at least as much, for $q$ is now behind $\theta_{t+1}$ and a gap opens:

$$ \ell(\theta_{t+1}) = J(q, \theta_{t+1}) \allowbreak
+ \sum_n \mathrm{KL}\bigl(q_n \,\|\, r_n(\theta_{t+1})\bigr). $$

### Bound

The horizontal axis is a line through the space of the parameters, $\theta_t + s\,(\theta_{t+1} - \theta_t)$, with
$\theta_t$ at $s = 0$ and $\theta_{t+1}$ at $s = 1$; heights count from $\ell(\theta_t)$. With $q$ from the E-step at
$\theta_t$ the bound $J(q, \cdot)$ lies nowhere above $\ell$ and touches it at $\theta_t$ with the same slope. The
M-step goes to the maximum of $J$ over all parameters, which is also that over the line. Near a maximum of $\ell$, $J$
is curved more than $\ell$ by the information that the labels would add. The more that is, the shorter is the step, and
the larger is the gap beside the rise of $J$: EM is slow there.

### Surface

This is $\ell$ over the scales, or the means, of two components, with all else held as at the iteration that was on
show when it was drawn. The circle is the start and the diamond the end of the run; only the record that was on show
(the diamond, at the end of a walk) lies truly on the surface, since elsewhere on the way the other parameters had other
values. Exchanging labels leaves $\ell$ as it is only if everything is exchanged: the surface is the same on both sides
of the diagonal only if the weights of the two are equal, and with Gaussians their standard deviations too. A click
starts EM from that point, with the other parameters as they are held there: it starts at the height of that point. The
surface then stays, with the earlier
paths, pale, until the observations or the number of components change. A later run’s path is laid over it only: its
other parameters are not those of the surface.

The contours are even steps of $\sqrt{2\,(\ell_{\max} - \ell)}$, where $\ell_{\max}$ is the highest value on the
surface. Near the top $\ell$ falls like a parabola, so that this root is a distance in standard errors: those which the
parameters would have if all else were known.

Drawn for an accelerated run, the surface shows EM’s path from the same start too, dashed, and the sentence says how
many passes over the data both took. Near its end an iteration of EM closes, along the slowest direction, only the share
of the distance that is left of the information when the labels are unknown: that share is the smallest eigenvalue of
the observed information relative to that of the complete data. *Accelerated* takes a few iterations of EM, and then
leaps to where, by gradient $g$ and Hessian $H$ of $\ell$, many more would lead, as soon as such leaps arrive at a
maximum without passing where $\ell$ bends upwards by more than a little; until then it goes on with EM. Near the top a
leap is Newton’s step, $\theta - H^{-1} g$.

### Other starts

EM runs from as many seeded starts as are asked for, in turn at random and as in $k$-means++. Each is a dot above the
log-likelihood where it ended; dots at one place are stacked. Converged runs that end
with the same log-likelihood and the same density, in any order of the labels, are one optimum and one row. A run that
converges lower than the best is called *trapped*: no iteration lowers $\ell$, so none leads out of a local maximum. One
that converges to another density of the same $\ell$, as when the data are symmetric, is *as high*. One that is cut off
before that has *not converged* and may climb on.

The likelihood of Gaussians has no bound: it grows as one component shrinks onto a few observations; so does that of
exponentials if some observations are 0. Such an end says nothing about where the data come from, however high it is. An
end with two or more components is called a *spike* if one of them has a weight times $N$ below FEWEST (components that
are nearly the same count together) or is too narrow. No component may be narrower than what rounding alone gives,
ROUNDING of the step between neighbouring values; no Gaussian narrower than NARROWEST of the sample’s standard
deviation, nor, if its weight times $N$ is below MANY, than the step. Spikes are listed last and never chosen. Runs in
which a component shrank all the way, or lost its weight, have ended *degenerate*, without a maximum; the sentence
counts them.

### How many components?

Another component never lowers the best $\ell$, for a component can always be written twice; so $\ell$ alone would ask
for ever more of them. Two criteria set a price on each of the $p$ free parameters, of which $K$ exponentials have
$2K - 1$ and $K$ Gaussians $3K - 1$:

$$ \mathrm{AIC} = 2p - 2\ell, \qquad \mathrm{BIC} = p \ln N - 2\ell. $$

Lower is better, and from $N = 8$ on BIC’s price is the higher.

For each $K$ a short run is made from many starts, some of which split a component of the best fit with fewer. The runs
that have come highest are continued to their ends, until several have reached the best or many have been made. The run
that is on show then and those of *Other starts* are compared too. Spikes and degenerate ends do not count. Where
nothing else is found, or nothing higher, the row shows the fit with fewer components, one of them written twice; it has
none where a half of that would be a spike. Where few runs reached the best fit, the sentence says how many: there may
be a better one.

### The questions

Each asks its question first. What to look for in the answer:
"""

TRAPS = {
    "notebook": r"""a log-likelihood that is almost flat for three iterations, while the difference between the scales
        grows by a factor of about $\mathrm{CV}^2 = 2.3$ in each; then they part.""",
    "overlap": r"""$\ell$ that looks finished after twenty iterations, and parameters that go on moving for
        thousands.""",
    "slow": r"""two paths to one summit: EM’s first iterations go far and its last thousands hardly anywhere, along
        the ridge on which the data can barely tell the components apart; Newton’s steps cross that ridge’s length in
        one go, since they divide the gradient by the curvature.""",
    "single": r"""two scales that are drawn together, as $\mathrm{CV}^2$ is below 1: what remains is one exponential,
        written twice.""",
    "spike": r"""$\sigma_0$ falling to 0 in the last few iterations and $\ell$ shooting up; the run is called
        degenerate, not converged.""",
    "local": r"""a run that converges as it should, at $\ell = -220.243$; *Other starts* has an optimum at $-220.058$,
        where few of them end.""",
    "unequal": r"""estimates near the true values, but a $\lambda_0$ that rests on fewer than 300 of the 5,000
        observations, and some fifty iterations before the scales have parted.""",
    "faithful": r"""a sorted posterior that is almost a step: a good third of the waits is about 55 minutes long, the
        others about 80, and hardly any could be either.""",
    "air": r"""two scales that look well apart and yet gain only 2.5 in $\ell$ over one exponential; BIC is lowest
        with $K = 1$, AIC with $K = 2$.""",
}
"""Name of each trap -> what to look for, after its label and a colon."""

for _name, _limit in (("FEWEST", FEWEST), ("MANY", MANY), ("NARROWEST", NARROWEST), ("ROUNDING", ROUNDING)):
    _CARDS = _CARDS.replace(_name, f"{_limit:.0%}" if _limit < 1 else str(_limit))

FIGURES = _CARDS + "\n" + "\n".join(f"- *{preset.label}*: {TRAPS[name]}" for name, preset in PRESETS.items())
