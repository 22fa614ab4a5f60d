"""The Background view: its text, whether it is true, and how a real browser typesets it."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pytest
from dash import Dash, Input, Output, html
from dash.development.base_component import Component
from scipy.integrate import quad
from selenium.webdriver.support.ui import WebDriverWait

import em
from components.controls.prose import document, prose
from components.views import background as background_view
from serving import files

NOTEBOOK = em.ExponentialMixture([0.5, 0.5], [0.1, 1.0])


def nodes(tree: Component) -> list[Component]:
    return [tree, *(node for node in tree._traverse() if isinstance(node, Component))]


def is_formula(node: Component) -> bool:
    return "tex" in (getattr(node, "className", None) or "").split()


def formulas(tree: Component) -> list[str]:
    return [node.children for node in nodes(tree) if is_formula(node)]


def words(tree: Component | str | list, tex: bool = True) -> str:
    """All text in order, with or without the TeX of formulas."""
    if isinstance(tree, str):
        return tree
    if isinstance(tree, Component):
        return "" if is_formula(tree) and not tex else words(tree.children, tex)
    return "".join(words(child, tex) for child in tree)


@pytest.fixture(scope="module")
def view() -> Component:
    return background_view.article()


# -- markup ------------------------------------------------------------------------------------------------------------


def test_prose_marks_up_a_sentence() -> None:
    start, emphasis, _, formula, _, code, _, link = prose("A *word* ($x_n$), `code`\n  and [a link](#there)")
    assert (start, emphasis.children, code.children, link.href) == ("A ", ["word"], "code", "#there")
    assert [formula.children[0], formula.children[1].children, formula.children[2]] == ["(", "x_n", "),"]
    assert formula.className == "tex-glued"


def test_document_recognises_blocks() -> None:
    blocks = document("### Head\n\nText\nover lines\n\n- one\n- two\n\n$$ a \\qquad b \\allowbreak = c $$")
    assert [type(block).__name__ for block in blocks] == ["H3", "P", "Ul", "Div"]
    assert blocks[1].children == ["Text over lines"]
    assert len(blocks[2].children) == 2
    assert formulas(blocks[3]) == ["a", "b", "= c"]
    assert ["tex-continues" in part.className for part in blocks[3].children] == [False, True, False]


# -- its text ----------------------------------------------------------------------------------------------------------


def test_formulas_are_recognised_and_no_markup_remains(view: Component) -> None:
    tex = formulas(view)
    assert len(tex) > 100
    for formula in tex:
        assert formula == " ".join(formula.split()) != ""
        assert formula.count("{") == formula.count("}")
        assert "{{" not in formula
    assert not re.search(r"[$*`{}\\]|\]\(", words(view, tex=False))


def test_headings_and_contents(view: Component) -> None:
    kinds = [type(node).__name__ for node in nodes(view)]
    assert "H1" not in kinds
    assert kinds.count("H2") == len(background_view.SECTIONS)
    ids = [node.id for node in nodes(view) if getattr(node, "id", None)]
    assert ids == list(background_view.SECTIONS)
    links = [node.href for node in nodes(view) if isinstance(node, html.A)]
    assert links[: len(ids)] == [f"#{name}" for name in ids]
    assert all(link.removeprefix("#") in ids for link in links if link.startswith("#"))
    assert all(link.startswith("https://doi.org/10.") for link in links if not link.startswith("#"))


def test_the_five_errata(view: Component) -> None:
    assert len(background_view.ERRATA) == 5
    shown = next(node for node in nodes(view) if getattr(node, "className", None) == "background-errata")
    for erratum, item in zip(background_view.ERRATA, shown.children, strict=True):
        assert erratum.title in words(item)
        assert [node.children for node in nodes(item) if isinstance(node, html.Dt)] == ["Notebook", "Right", "Why"]
        assert all(node.children for node in nodes(item) if isinstance(node, html.Dd))


@pytest.mark.parametrize(
    "source",
    [
        r"Dempster, A\. P\., Laird, N\. M\. & Rubin, D\. B\. \(1977\)\..+39\(1\), 1–38",
        r"Neal, R\. M\. & Hinton, G\. E\. \(1998\)\..+355–368",
        r"Böhning, D\., .+ & Lindsay, B\. G\. \(1994\)\..+46\(2\), 373–388",
        r"McLachlan, G\. J\. & Peel, D\. \(2000\)\. Finite Mixture Models",
    ],
)
def test_sources_in_full(view: Component, source: str) -> None:
    assert re.search(source, words(view))


# -- whether it is true ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.5, 1.0, 3.0])
def test_the_notebooks_curve_has_another_area(rate: float) -> None:
    weight = 0.3
    area, _ = quad(lambda x: weight * np.exp(-rate * x) / rate, 0, np.inf)
    assert area == pytest.approx(weight / rate**2)
    for right in (lambda x: rate * np.exp(-rate * x), lambda x: np.exp(-x / rate) / rate):
        assert quad(lambda x, f=right: weight * f(x), 0, np.inf)[0] == pytest.approx(weight)


def test_the_bound_is_the_likelihood_less_the_divergence() -> None:
    rng = np.random.default_rng(1)
    x, _ = NOTEBOOK.sample(50, rng)
    q = rng.dirichlet([1, 1], 50)
    bound = np.sum(q * (np.log(NOTEBOOK.weights) + NOTEBOOK.component_log_density(x) - np.log(q)))
    divergence = np.sum(q * np.log(q / NOTEBOOK.responsibilities(x)))
    assert bound == pytest.approx(NOTEBOOK.log_likelihood(x) - divergence)


@pytest.mark.parametrize("family", [em.ExponentialMixture, em.GaussianMixture])
def test_the_derivatives_vanish_at_the_m_step(family: type[em.Mixture]) -> None:
    rng = np.random.default_rng(2)
    x, _ = NOTEBOOK.sample(50, rng)
    q = rng.dirichlet([1, 1], 50)
    new = family.m_step(x, q)
    column = x[:, np.newaxis]
    if isinstance(new, em.ExponentialMixture):
        derivatives = [q * (-1 / new.scales + column / new.scales**2)]
    else:
        variances = new.stds**2
        apart = column - new.means
        derivatives = [q * apart / variances, q * (-1 / (2 * variances) + apart**2 / (2 * variances**2))]
    for derivative in derivatives:
        assert derivative.sum(axis=0) == pytest.approx(0, abs=1e-9 * np.abs(derivative).sum())
    assert new.weights == pytest.approx(q.mean(axis=0))


def test_claims_that_a_reader_can_check_in_run_em() -> None:
    x, _ = NOTEBOOK.sample(200, np.random.default_rng(3))
    new = em.fit(x, em.ExponentialMixture([0.1, 0.9], [0.3, 0.6]), em.StoppingRule(1, 0)).mixture
    assert new.weights @ new.scales == pytest.approx(x.mean())
    (rho, _), (first, second) = new.weights, new.scales
    q = new.responsibilities(x)
    log_odds = np.log(rho * second / ((1 - rho) * first)) - (1 / first - 1 / second) * x
    assert np.log(q[:, 0] / q[:, 1]) == pytest.approx(log_odds)


def test_only_the_right_weight_update_stays_at_the_maximum() -> None:
    x, _ = NOTEBOOK.sample(2000, np.random.default_rng(4))
    best = em.fit(x, em.ExponentialMixture([0.5, 0.5], [0.2, 0.8]), em.StoppingRule(5000, 1e-12)).mixture
    joint = best.weights * np.exp(best.component_log_density(x))
    right = best.responsibilities(x)[:, 0].sum() / x.size
    notebook = joint[:, 0].sum() / joint.sum()
    assert right == pytest.approx(best.weights[0], abs=1e-4)
    assert abs(notebook - best.weights[0]) > 0.1


def test_the_numbers_of_the_symmetric_start(view: Component) -> None:
    cv2 = NOTEBOOK.cv2
    waiting = em.datasets.load("faithful-waiting").x
    text = words(view)
    assert f"has {cv2:.2f}" in text
    assert rf"\ln 2.34 \approx {np.log(1e16) / np.log(cv2):.0f}" in text
    assert f"Old Faithful it is {em.diagnosis.saddle_growth(waiting, em.GaussianMixture):.2f}" in text


@pytest.mark.parametrize("weights", [[0.5, 0.5], [0.1, 0.9]])
def test_differences_grow_as_it_says(weights: list[float]) -> None:
    x, _ = NOTEBOOK.sample(500, np.random.default_rng(5))
    d = np.array([-1e-6, 2e-6])
    once = em.StoppingRule(1, 0)
    exponential = em.fit(x, em.ExponentialMixture(weights, x.mean() * (1 + d)), once).mixture
    cv2 = x.var() / x.mean() ** 2
    assert exponential.scales / x.mean() - 1 == pytest.approx(cv2 * (d - weights @ d), abs=1e-10)

    z = (x - x.mean()) / x.std()
    skewness, kurtosis = (z**3).mean(), (z**4).mean()
    start = np.array([1e-6, -3e-6])
    gaussian = em.fit(
        x,
        em.GaussianMixture(
            weights, x.mean() + x.std() * start[0] * np.r_[0, 1], x.std() * (1 + start[1] * np.r_[0, 1])
        ),
        once,
    ).mixture
    after = np.r_[np.diff(gaussian.means), np.diff(gaussian.stds)] / x.std()
    matrix = np.array([[1, skewness], [skewness / 2, (kurtosis - 1) / 2]])
    assert after == pytest.approx(matrix @ start, abs=1e-9)


def test_the_tie_is_broken_as_it_says(view: Component) -> None:
    x, _ = NOTEBOOK.sample(500, np.random.default_rng(6))
    start = em.ExponentialMixture([0.1, 0.9], [0.5, 0.5])
    nudged = em.break_tie(x, start)
    assert "2% apart" in words(view)
    assert np.diff(nudged.scales) / 0.5 == pytest.approx(0.02)
    assert nudged.mean == pytest.approx(start.mean)
    assert em.fit(x, start, em.StoppingRule(10)).reason is em.StopReason.STATIONARY_START


def test_a_run_has_converged_when_the_decrement_confirms_it() -> None:
    x, _ = NOTEBOOK.sample(500, np.random.default_rng(7))
    run = em.fit(x, em.ExponentialMixture([0.5, 0.5], [0.2, 0.8]), em.StoppingRule(5000, 1e-6))
    here = em.information(x, run.mixture)
    decrement = here.gradient @ here.newton_step / 2 / x.size
    assert run.converged
    assert run.remaining_gain == pytest.approx(decrement, rel=1e-6)
    assert decrement < 1e-6


# -- in the browser ----------------------------------------------------------------------------------------------------


@pytest.fixture
def assets(tmp_path):
    """A folder with the style sheets, and the modules that the Background needs."""
    for path in files.own_files("css"):
        shutil.copy(path, tmp_path)
    for name in ("core/dash.mjs", "core/dom.mjs", "core/scrolling.mjs", "page/background.mjs"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(files.ASSETS / name, tmp_path / name)
    (tmp_path / "vendor").symlink_to(files.ASSETS / "vendor")
    return tmp_path


START = """
import("%sassets/page/background.mjs").then(({ open }) => {
  dash_clientside.emlab = { background: open };
  new DashRenderer();
})
"""


def make_app(assets, prefix: str) -> Dash:
    """The view, hidden as in the page, and a button that shows it; the policy forbids inline scripts."""
    app = Dash(
        __name__,
        url_base_pathname=prefix,
        assets_folder=str(assets),
        assets_path_ignore=["vendor", "core", "page"],
    )
    app.renderer = START % prefix
    app.layout = html.Div(
        [
            html.Button("Show", id="show"),
            html.Section(background_view.layout(), id="view-background", className="view", hidden=True),
        ]
    )
    app.clientside_callback(
        "(clicks) => !clicks",
        Output("view-background", "hidden"),
        Input("show", "n_clicks"),
    )
    background_view.register(app)
    scripts = " ".join(["'self'", *app.csp_hashes()])

    @app.server.after_request
    def _policy(response):
        response.headers["Content-Security-Policy"] = (
            f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
        )
        return response

    return app


LISTEN = """
window.logged = [];
for (const level of ["warn", "error"]) {
  const log = console[level];
  console[level] = (...what) => { window.logged.push(what.join(" ")); log.apply(console, what); };
}
"""
"""`get_logs` has errors only; KaTeX reports doubtful TeX in warnings."""


def visit(dash_duo, assets, prefix: str = "/") -> None:
    dash_duo.server(make_app(assets, prefix))
    dash_duo.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": LISTEN})
    dash_duo.wait_for_page(f"{dash_duo.server.url}{prefix}", timeout=20)
    dash_duo.wait_for_element("#show")


def show(dash_duo, width: int) -> None:
    dash_duo.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": False},
    )
    dash_duo.find_element("#show").click()


def katex_requests(dash_duo) -> list[str]:
    names = dash_duo.driver.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    return [name for name in names if "katex" in name.lower()]


def scroll_widths(dash_duo) -> tuple[int, int]:
    """Widths of the page's content and of its window."""
    return tuple(
        dash_duo.driver.execute_script(
            "const page = document.documentElement; return [page.scrollWidth, page.clientWidth]"
        )
    )


@pytest.mark.parametrize("prefix", ["/", "/lab/"])
def test_typeset_when_first_opened_and_not_before(dash_duo, assets, prefix: str) -> None:
    visit(dash_duo, assets, prefix)
    dash_duo.driver.execute_async_script("const done = arguments[0]; requestIdleCallback(() => setTimeout(done))")
    assert katex_requests(dash_duo) == []

    show(dash_duo, 390)
    dash_duo.wait_for_element(".tex[data-rendered] .katex", timeout=20)
    dash_duo.wait_for_no_elements(".tex:not([data-rendered])", timeout=20)
    expected = len(formulas(background_view.article()))
    assert len(dash_duo.find_elements(".tex > .katex, .tex > .katex-display > .katex")) == expected
    assert len(dash_duo.find_elements(".tex math")) == expected
    assert dash_duo.find_elements(".katex-error") == []
    assert any(name.endswith(".woff2") for name in katex_requests(dash_duo))

    content, window = scroll_widths(dash_duo)
    assert window == 390
    assert content <= window
    assert dash_duo.driver.execute_script("return window.logged") == []
    assert dash_duo.get_logs() == []


def test_wide_equations_scroll_in_their_own_box(dash_duo, assets) -> None:
    visit(dash_duo, assets)
    show(dash_duo, 280)
    dash_duo.wait_for_element(".equation[tabindex='0']", timeout=20)
    content, window = scroll_widths(dash_duo)
    assert content <= window == 280
    box = dash_duo.find_element(".equation[tabindex='0']")
    assert box.get_attribute("aria-label")
    dash_duo.driver.execute_script("arguments[0].scrollLeft = 40", box)
    assert dash_duo.driver.execute_script("return arguments[0].scrollLeft", box) == 40
    dash_duo.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    dash_duo.wait_for_no_elements('.equation[tabindex="0"]')


def test_without_katex_the_tex_stays_readable(dash_duo, assets) -> None:
    visit(dash_duo, assets)
    dash_duo.driver.execute_cdp_cmd("Network.enable", {})
    dash_duo.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*katex.min.js*"]})
    show(dash_duo, 390)
    WebDriverWait(dash_duo.driver, 20).until(lambda driver: driver.execute_script("return window.logged.length"))
    (message,) = dash_duo.driver.execute_script("return window.logged")
    assert re.search("Formulas are shown as TeX: .+ could not be loaded", message)
    assert dash_duo.find_elements("[data-rendered]") == []
    assert dash_duo.find_element(".equation .tex").text == r"\Pr(z_n = k) = \pi_k,"
    content, window = scroll_widths(dash_duo)
    assert content <= window == 390
