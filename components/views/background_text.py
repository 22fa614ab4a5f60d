"""The text of the Background view, in the markup of `controls.prose`."""

from __future__ import annotations

from em.studies import NUDGE

MODEL = r"""
Each observation $x_n$ comes from one of $K$ components. The label $z_n$ that says which is never seen: it is
*latent*. Component $k$ is drawn with probability $\pi_k$, its *mixing weight*, and the observation then follows that
component’s density:

$$ \Pr(z_n = k) = \pi_k, \qquad x_n \mid z_n = k \;\sim\; f(x \mid \theta_k), \qquad n = 1, \dots, N, $$

independently for every $n$. The weights are not negative and sum to 1. Summed over the label, the density of an
observation is the *mixture*

$$ p(x \mid \theta) = \sum_k \pi_k\, f(x \mid \theta_k). $$

EM Lab has two families of components. *Exponential* components have a scale $\lambda_k > 0$, which is their mean and
their standard deviation; $1/\lambda_k$ is the rate:

$$ f(x \mid \lambda_k) = \frac{1}{\lambda_k}\, \mathrm e^{-x/\lambda_k}, \qquad x \ge 0. $$

*Gaussian* components have a mean $\mu_k$ and a standard deviation $\sigma_k > 0$:

$$ f(x \mid \mu_k, \sigma_k) = \frac{1}{\sqrt{2\pi}\,\sigma_k} \exp\!\left(-\frac{(x - \mu_k)^2}{2\sigma_k^2}\right). $$

*Numbering.* Run EM and this view number the components 0 and 1, as the notebook’s derivation does. The explorers
number them 1 and 2, as its sliders do: component 1 has weight $\pi_1$ and component 2 has $1 - \pi_1$. Nothing
depends on it. Exchanging the labels leaves the mixture as it is, so a maximum with two different components always
occurs twice.
"""

LIKELIHOOD = r"""
Since the labels are unknown, parameters are judged by the density they give to the observations alone, the
*incomplete-data log-likelihood*:

$$ \ell(\theta) = \sum_n \log \sum_k \pi_k\, f(x_n \mid \theta_k). $$

Had the labels been seen, the *complete-data log-likelihood* would take its place:

$$ \sum_n \log \bigl( \pi_{z_n} f(x_n \mid \theta_{z_n}) \bigr)
\allowbreak = \sum_k \sum_{n:\, z_n = k} \bigl( \log \pi_k + \log f(x_n \mid \theta_k) \bigr). $$

It falls apart into one sum for each component, and its maximum is a matter of counting and averaging. In $\ell$ the
sum over components stands inside the logarithm and nothing falls apart. Setting a derivative to zero, that of an
exponential scale for example, gives

$$ \lambda_k = \frac{\sum_n r_{nk}\, x_n}{\sum_n r_{nk}}, \qquad
r_{nk} = \Pr(z_n = k \mid x_n, \theta) = \frac{\pi_k f(x_n \mid \theta_k)}{\sum_j \pi_j f(x_n \mid \theta_j)}. $$

This is no solution, since the *responsibility* $r_{nk}$ depends on every parameter. The maximum has no closed form.
EM goes back and forth between the two equations.
"""

BOUND = r"""
Let $q_n$ be any distribution over the labels of observation $n$: $q_{nk} \ge 0$, $\sum_k q_{nk} = 1$. By Jensen’s
inequality, the logarithm of an average is at least the average of the logarithms:

$$ \begin{aligned} \ell(\theta) &= \sum_n \log \sum_k q_{nk}\, \frac{\pi_k f(x_n \mid \theta_k)}{q_{nk}} \\[2pt]
&\ge \sum_n \sum_k q_{nk} \log \frac{\pi_k f(x_n \mid \theta_k)}{q_{nk}} =: J(q, \theta) \end{aligned} $$

$J$ is the *lower bound*, or negative free energy. As $\pi_k f(x_n \mid \theta_k) = r_{nk}\, p(x_n \mid \theta)$, the
gap is known exactly. It is a Kullback–Leibler divergence for each observation:

$$ J(q, \theta) = \ell(\theta) - \sum_n \mathrm{KL}\bigl(q_n \,\|\, r_n(\theta)\bigr), \qquad
\mathrm{KL}(q \,\|\, r) = \sum_k q_k \log \frac{q_k}{r_k} \ge 0. $$

EM raises $J$ in one argument at a time (Neal & Hinton 1998).

### E-step: the best $q$ at fixed $\theta$

$\ell(\theta)$ does not depend on $q$, so $J$ is largest where every divergence is zero. There the bound touches
$\ell$:

$$ q_{nk} \leftarrow r_{nk}(\theta), \qquad J(q, \theta) = \ell(\theta). $$

### M-step: the best $\theta$ at fixed $q$

The part $-\sum_n \sum_k q_{nk} \log q_{nk}$ of $J$ is free of $\theta$. What is left is the expected complete-data
log-likelihood

$$ \sum_n \sum_k q_{nk} \bigl( \log \pi_k + \log f(x_n \mid \theta_k) \bigr). $$

*Weights.* Write $N_k = \sum_n q_{nk}$. With a Lagrange multiplier $\alpha$ for the constraint $\sum_k \pi_k = 1$,

$$ \frac{\partial}{\partial \pi_k} \Bigl[ \sum_j N_j \log \pi_j + \alpha \Bigl( 1 - \sum_j \pi_j \Bigr) \Bigr]
\allowbreak = \frac{N_k}{\pi_k} - \alpha = 0 \qquad \Longrightarrow\quad \pi_k = \frac{N_k}{\alpha} = \frac{N_k}{N}, $$

since summing $N_k = \alpha\,\pi_k$ over $k$ gives $\alpha = N$.

*Exponential scales.*

$$ \frac{\partial J}{\partial \lambda_k}
= \sum_n q_{nk} \Bigl( -\frac{1}{\lambda_k} + \frac{x_n}{\lambda_k^2} \Bigr) = 0
\qquad \Longrightarrow\quad \lambda_k = \frac{1}{N_k} \sum_n q_{nk}\, x_n. $$

*Gaussian means and variances*, each variance about the new mean.

$$ \frac{\partial J}{\partial \mu_k} = \sum_n q_{nk}\, \frac{x_n - \mu_k}{\sigma_k^2} = 0
\qquad \Longrightarrow\quad \mu_k = \frac{1}{N_k} \sum_n q_{nk}\, x_n $$

$$ \frac{\partial J}{\partial \sigma_k^2}
= \sum_n q_{nk} \Bigl( -\frac{1}{2\sigma_k^2} + \frac{(x_n - \mu_k)^2}{2\sigma_k^4} \Bigr) = 0
\qquad \Longrightarrow\quad \sigma_k^2 = \frac{1}{N_k} \sum_n q_{nk}\, (x_n - \mu_k)^2 $$

Each is the usual estimate for a single component, with observation $n$ counted $q_{nk}$ times. Together they are the
only maximum of $J$ at fixed $q$.

### Why the log-likelihood never falls

$$ \ell(\theta_{t+1}) \;\ge\; J(q_{t+1}, \theta_{t+1}) \;\ge\; J(q_{t+1}, \theta_t) \allowbreak = \ell(\theta_t). $$

From left to right: $J$ is a lower bound, the M-step raised it, the E-step had closed the gap. So $\ell$
never falls (Dempster, Laird & Rubin 1977, theorem 1). How far it rises is another matter: EM can end at a local
maximum or a saddle, and which one depends on the start.
"""

ALGORITHM = r"""
For $K = 2$ the notebook writes $\rho = \pi_0$, $q_0(n)$ and $q_1(n)$ for $q_{n0}$ and $q_{n1}$, and $s_n$ for the
label. Its $r_0$ and $r_1$ are joint densities, not the responsibilities $r_{nk}$ above.
"""

KEYS = (
    ("●", r"Component 0: weight $\rho$, scale $\lambda_0$, responsibility $q_0(n)$"),
    ("◆", r"Component 1: weight $1 - \rho$, scale $\lambda_1$, responsibility $q_1(n)$"),
)

STEPS = (
    r"*Start.* Choose $\rho$ between 0 and 1, and two different scales $\lambda_0$ and $\lambda_1$.",
    r"""
*E-step.* For every observation,

$$ r_0(n) = \frac{\rho}{\lambda_0}\, \mathrm e^{-x_n/\lambda_0}, \qquad
r_1(n) = \frac{1 - \rho}{\lambda_1}\, \mathrm e^{-x_n/\lambda_1}, $$

$$ q_0(n) = \frac{r_0(n)}{r_0(n) + r_1(n)}, \qquad q_1(n) = \frac{r_1(n)}{r_0(n) + r_1(n)}. $$
""",
    r"""
*M-step.*

$$ \rho \leftarrow \frac{1}{N} \sum_n q_0(n), \qquad
\lambda_0 \leftarrow \frac{\sum_n q_0(n)\, x_n}{\sum_n q_0(n)}, \qquad
\lambda_1 \leftarrow \frac{\sum_n q_1(n)\, x_n}{\sum_n q_1(n)}. $$
""",
    r"""Record the parameters with *their own* $\ell(\theta_t)$; record 0 is the start. Unless it is time to stop, go
    back to 2.""",
)

CHECKS = r"""
Two things to check in Run EM. After any iteration the mixture has the mean of the sample, $\rho\lambda_0 + (1 -
\rho)\lambda_1 = \bar x$. And the log-odds are linear in the observation:

$$ \log \frac{q_0(n)}{q_1(n)} = \log \frac{\rho\,\lambda_1}{(1 - \rho)\,\lambda_0}
- \Bigl( \frac{1}{\lambda_0} - \frac{1}{\lambda_1} \Bigr)\, x_n. $$

With $\lambda_0 < \lambda_1$ the responsibility $q_0$ therefore falls as $x$ grows: small observations go to the
component with the small scale.
"""

START = r"""
The notebook starts at $\lambda_0 = \lambda_1 = 0.5$. Identical components explain every observation equally well, so
$q_0(n) = \rho$ for all $n$. The M-step gives back the same $\rho$, and the sample mean $\bar x$ as both scales. There
every derivative of $\ell$ is zero, and in exact arithmetic EM never leaves.

### Exponential components: a difference grows by $\mathrm{CV}^2$

Move the scales apart a little: $\lambda_k = \bar x\,(1 + d_k)$, and let $\bar d = \sum_j \pi_j d_j$. To first order,
one iteration gives

$$ q_k(n) \approx \pi_k \Bigl( 1 + (d_k - \bar d)\, \frac{x_n - \bar x}{\bar x} \Bigr), \qquad
d_k \leftarrow \mathrm{CV}^2\, (d_k - \bar d), \qquad
\mathrm{CV}^2 = \frac{\tfrac1N \sum_n (x_n - \bar x)^2}{\bar x^2}. $$

So the difference $d_1 - d_0$ is multiplied by $\mathrm{CV}^2$, the squared coefficient of variation. Above 1 the
point is a saddle and the difference grows. Below 1 it is a local maximum: EM returns to it from near by, and does not
tell two exponentials from one.

A mixture of two different exponentials has $\mathrm{CV}^2 > 1$. The notebook’s, with $\rho = 0.5$ and scales 0.1 and
1, has 2.34. Rounding errors of about $10^{-16}$ then need some $\ln 10^{16} / \ln 2.34 \approx 43$ iterations to
become visible, and they, not the data, decide which label goes to which component.

### Gaussian components: the same with a matrix

Two Gaussians at the sample’s mean and standard deviation $s$ obey the same law. Let $d_\mu$ and $d_\sigma$ be the
differences between their means and between their standard deviations, in units of $s$; $\gamma$ the sample’s skewness
and $\kappa$ its kurtosis (3 for a single Gaussian). To first order,

$$ \begin{pmatrix} d_\mu \\ d_\sigma \end{pmatrix} \leftarrow
\begin{pmatrix} 1 & \gamma \\ \gamma/2 & (\kappa - 1)/2 \end{pmatrix}
\begin{pmatrix} d_\mu \\ d_\sigma \end{pmatrix}. $$

The growth per iteration is the larger eigenvalue. It is above 1 for every skewed sample; for a symmetric one it is
the larger of 1 and $(\kappa - 1)/2$. Where it is exactly 1, higher orders decide, and slowly. For the waiting times
of Old Faithful it is 1.12: from equal components, a hundred iterations look as if nothing would ever happen.
"""

TIE = rf"""
### What the page does

Run EM breaks such a tie, always the same way, and says so. It moves identical components {2 * NUDGE:.0%} apart, or less
where one would meet another component. They move along the direction in which two components alone part fastest, the
lower number to the side of the smaller scale or mean; their common mean and their weights stay as they were. Where the
growth is below 1, two components alone fall together again. The engine itself, `em.fit`, starts exactly where it is
told to. There a run that starts with identical components never ends as converged: where it comes to rest, it is
reported as a *stationary start*.
"""

END = r"""
A small last step does not mean that the maximum is near: between overlapping components EM creeps for thousands of
iterations, and close to a saddle it hardly moves. So the rule estimates what is left. Let $\Delta_t = \ell(\theta_t)
- \ell(\theta_{t-1})$ be the last gain and $c_t = \Delta_t / \Delta_{t-1}$. If the gains go on shrinking by that
factor, they add up to *Aitken’s estimate* of the limit (Böhning et al. 1994):

$$ \ell_\infty \approx \ell(\theta_{t-1}) + \Delta_t\,(1 + c_t + c_t^2 + \cdots)
\allowbreak = \ell(\theta_{t-1}) + \frac{\Delta_t}{1 - c_t}, \qquad 0 \le c_t < 1. $$

This *suggests* an end when the estimated gain, divided by $N$, is below the tolerance twice running, and never while
$c_t \ge 1$; a gain that rounding alone could make counts as none. But on a plateau gains shrink as they do near a
maximum. So one more pass over the data asks gradient $g$ and Hessian $H$ of $\ell$ at the point itself. The parabola
that they describe has still to rise by the *Newton decrement*

$$ \tfrac12\, g^{\mathsf T} (-H)^{-1} g, $$

and a run has *converged* when that, divided by $N$, *confirms* it: when it is below the tolerance too. Where $\ell$
bends upwards in some direction, as between nearly identical components that would part, nothing is confirmed, and the
run goes on however little an iteration gains. An accelerated run has $g$ and $H$ at hand; once its steps are Newton’s,
the decrement alone decides, twice running. The sentence about a run names the decrement where it was asked at the end,
as it was of every run that converged, and Aitken’s estimate elsewhere, if gains shrank. Both are estimates and no
bounds. A tolerance of 0 asks for exactly the maximum number of iterations.

There are three other ends, and none of them is called convergence:

- *The limit.* The maximum number of iterations, or the time that the page has for a run, is reached first.
- *A stationary start.* The components began identical and were left so: they still are, or only rounding parted them.
- *A degenerate component.* The likelihood of a Gaussian mixture is unbounded: put $\mu_0$ on one observation and let
  $\sigma_0 \to 0$; that observation’s density goes to infinity while component 1 covers the others. An exponential
  with $\lambda_0 \to 0$ does the same to observations equal to 0. A component can also lose all its weight, $N_k \to
  0$. The run then stops, keeps the last proper parameters and names the component. Another start may lead to a proper
  maximum (McLachlan & Peel 2000).
"""

ERRATA = """
EM Lab grew out of a notebook and keeps its order, its notation and its default values. In five places it
departs from it:
"""
