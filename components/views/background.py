"""The Background view: the derivation of EM, what the page does beyond it, its figures, and the notebook's errata."""

from __future__ import annotations

from dataclasses import dataclass

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from components.controls.prose import document, prose, to_html
from components.state import ids
from components.state.words import INVITATIONS
from components.views import background_text as text
from components.views.figures_text import FIGURES

SECTIONS = {
    "background-model": "The mixture model",
    "background-likelihood": "The log-likelihood",
    "background-bound": "The lower bound, and EM",
    "background-algorithm": "EM for two exponentials",
    "background-start": "The symmetric start",
    "background-end": "When it stops",
    "background-figures": "How to read the figures of Run EM",
    "background-errata": "What differs from the notebook, and why",
    "background-sources": "Sources",
}
"""Id of a section -> its heading, in order."""


@dataclass(frozen=True)
class Erratum:
    """A mistake in the notebook: what it has, what is right, and why."""

    title: str
    has: str
    right: str
    why: str


ERRATA = (
    Erratum(
        "The curve in the exponential explorer",
        r"$\pi\,\mathrm e^{-\lambda x}/\lambda$ for each component.",
        r"""$\pi\,\lambda\,\mathrm e^{-\lambda x}$ if $\lambda$ is a rate, $\pi\,\mathrm e^{-x/\lambda}/\lambda$ if it
        is a scale.""",
        r"""The notebook’s curve encloses the area $\pi/\lambda^2$, not $\pi$, so it is a weighted density at
        $\lambda = 1$ only. The explorer draws the density, and the notebook’s curve as a dashed line if asked to.""",
    ),
    Erratum(
        "The second posterior",
        r"$q_0 = r_1/r$, where $r = r_0 + r_1$.",
        r"$q_1 = r_1/r$.",
        r"""The line before it already gives $q_0 = r_0/r$. As it stands, $q_0$ has two values and $q_1$ none; together
        they must be 1.""",
    ),
    Erratum(
        "The expected log-likelihood and its derivative",
        r"""An expected complete-data log-likelihood without the factor $q(s_n)$; and $-\lambda_0$ as a term of
        $\partial J/\partial\lambda_0$.""",
        r"$\sum_n \sum_{s_n} q(s_n) \log p(x_n, s_n \mid \theta)$; and $-1/\lambda_0$ as that term.",
        r"""An expectation weights each value by its probability, and $-1/\lambda_0$ is the derivative of
        $-\log\lambda_0$. The updates that follow in the notebook are right.""",
    ),
    Erratum(
        "The update of the mixing weight",
        r"$\rho \leftarrow \sum_n r_0(n) \big/ \sum_n \bigl(r_0(n) + r_1(n)\bigr)$.",
        r"$\rho \leftarrow \tfrac1N \sum_n q_0(n)$.",
        r"""The notebook’s $r_0$ and $r_1$ are joint densities, so each observation would count in proportion to its
        density $r_0 + r_1 = p(x_n)$ instead of once. With $q$ in place of $r$ the two lines agree, as
        $q_0 + q_1 = 1$.""",
    ),
    Erratum(
        "The start",
        r"$\lambda_0 = \lambda_1 = 0.5$.",
        r"Two scales that differ. The page moves equal ones apart, and says so.",
        r"""The first iteration takes both scales to the sample mean, a stationary point. What separates them in the
        notebook is the growth of rounding errors: see [The symmetric start](#background-start).""",
    ),
)

SOURCES = (
    """Böhning, D., Dietz, E., Schaub, R., Schlattmann, P. & Lindsay, B. G. (1994). The distribution of the likelihood
    ratio for mixtures of densities from the one-parameter exponential family. *Annals of the Institute of Statistical
    Mathematics* 46(2), 373–388. [doi:10.1007/BF01720593](https://doi.org/10.1007/BF01720593)""",
    """Dempster, A. P., Laird, N. M. & Rubin, D. B. (1977). Maximum likelihood from incomplete data via the EM
    algorithm. *Journal of the Royal Statistical Society, Series B* 39(1), 1–38.
    [doi:10.1111/j.2517-6161.1977.tb01600.x](https://doi.org/10.1111/j.2517-6161.1977.tb01600.x)""",
    """McLachlan, G. J. & Peel, D. (2000). *Finite Mixture Models*. New York: Wiley.
    [doi:10.1002/0471721182](https://doi.org/10.1002/0471721182)""",
    """Neal, R. M. & Hinton, G. E. (1998). A view of the EM algorithm that justifies incremental, sparse, and other
    variants. In M. I. Jordan (ed.), *Learning in Graphical Models*, 355–368. Dordrecht: Kluwer.
    [doi:10.1007/978-94-011-5014-9_12](https://doi.org/10.1007/978-94-011-5014-9_12)""",
)


def layout() -> Component:
    """The view, empty until it is first opened."""
    return html.Div([html.Div(id=ids.BACKGROUND_ARTICLE), dcc.Store(id=ids.BACKGROUND_HTML, data=to_html(article()))])


def register(app: Dash) -> None:
    """Bind the view: the browser inserts its text when it is opened."""
    app.clientside_callback(
        ClientsideFunction("emlab", "background"),
        Output(ids.BACKGROUND_ARTICLE, "data-filled"),
        Input(ids.panel("background"), "hidden"),
        State(ids.BACKGROUND_HTML, "data", allow_optional=True),
    )


def article() -> Component:
    """The whole text."""
    parts: list[list[Component]] = [
        document(text.MODEL),
        document(text.LIKELIHOOD),
        document(text.BOUND),
        _algorithm(),
        document(text.START + text.TIE),
        document(text.END),
        document(FIGURES),
        [*document(text.ERRATA), html.Ol(list(map(_erratum, ERRATA)), className="background-errata")],
        [html.Ul([html.Li(prose(source)) for source in SOURCES], className="background-sources")],
    ]
    sections = [
        html.Section([html.H2(title), *part], id=name)
        for (name, title), part in zip(SECTIONS.items(), parts, strict=True)
    ]
    invitation = html.P(INVITATIONS["background"], className="invitation")
    return html.Article(
        [_contents(), html.Div([invitation, *sections], className="background-text")], className="background"
    )


def _contents() -> Component:
    links = [html.Li(html.A(title, href=f"#{name}")) for name, title in SECTIONS.items()]
    return html.Nav(html.Ol(links), className="background-contents", **{"aria-label": "Contents of Background"})


def _algorithm() -> list[Component]:
    keys = [
        html.Li([html.Span(mark, className=f"background-mark-{k}", **{"aria-hidden": "true"}), html.Span(prose(words))])
        for k, (mark, words) in enumerate(text.KEYS)
    ]
    return [
        *document(text.ALGORITHM),
        html.Ul(keys, className="background-keys"),
        html.Ol([html.Li(document(step)) for step in text.STEPS]),
        *document(text.CHECKS),
    ]


def _erratum(erratum: Erratum) -> Component:
    rows = (("Notebook", erratum.has), ("Right", erratum.right), ("Why", erratum.why))
    terms = [part for name, words in rows for part in (html.Dt(name), html.Dd(prose(words)))]
    return html.Li([html.H3(erratum.title), html.Dl(terms)])
