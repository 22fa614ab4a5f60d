"""What is taken home from the page, in a real browser: files and pictures."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import matplotlib.image
import pytest
from selenium.webdriver.common.by import By

from app import create_app
from components.figures.run_figures import SAVED, skeletons
from components.figures.theme import tokens
from components.state import ids, words
from components.views import export
from tests.browser.test_studies import draw_surface
from tests.page import RUN, Page
from tests.page_requests import run_request

pytestmark = pytest.mark.query(RUN)

TITLES = {
    ids.DATA_FIGURE: "Data and fit",
    ids.POSTERIOR_FIGURE: "Sorted posterior",
    ids.LOG_LIKELIHOOD_FIGURE: "Log-likelihood",
    ids.BOUND_FIGURE: "Bound",
    ids.PARAMETERS_FIGURE: "Parameters",
    ids.SURFACE_FIGURE: "Surface",
    ids.STARTS_FIGURE: "Other starts",
    ids.CHOICE_FIGURE: "How many components?",
}
STILL = (ids.STARTS_FIGURE, ids.CHOICE_FIGURE)
"""Figures of no iteration."""
COMPONENTS = {"● Component 0", "◆ Component 1"}
LEGENDS = {
    ids.DATA_FIGURE: {"● Label 0", "◆ Label 1", "Mixture"} | COMPONENTS,
    ids.POSTERIOR_FIGURE: {"● q0, ascending", "◆ q1, descending"},
    ids.LOG_LIKELIHOOD_FIGURE: {"ℓ(θt)", "Iteration on show"},
    ids.BOUND_FIGURE: {"Log-likelihood ℓ", "Lower bound J", "Gap", "Iteration on show"},
    ids.PARAMETERS_FIGURE: {"True values", "Iteration on show"} | COMPONENTS,
    ids.SURFACE_FIGURE: {"Path of the run", "Start", "End", "Iteration on show"},
    ids.STARTS_FIGURE: {"Best"},
    ids.CHOICE_FIGURE: {"AIC", "BIC", "Lowest"},
    ids.GAUSSIAN_FIGURE: {"Mixture density", "● Component 1, weighted", "◆ Component 2, weighted"},
}
LEGENDS[ids.EXPONENTIAL_FIGURE] = LEGENDS[ids.GAUSSIAN_FIGURE]
DATA = "Exponential mixture: 1,000 observations, seed 1."
WIDTH, HEIGHT = SAVED["layout"]["width"], SAVED["layout"]["height"]


@pytest.fixture
def take(lab, page) -> Callable[[str], Path]:
    """Waits for a download of this name."""
    folder = Path(lab.download_path)
    for old in folder.iterdir():
        old.unlink()

    def wait(name: str) -> Path:
        page.until(lambda: (folder / name).exists())
        assert [path.name for path in folder.iterdir()] == [name], "one file, no leftovers"
        return (folder / name).rename(folder.parent / name)

    return wait


def press(page: Page, what: str) -> None:
    page.browser.execute_script("document.getElementById(arguments[0]).click()", ids.export(what))


def answer(page: Page, what: str, **change: object) -> dict[str, str]:
    """What the server's pure function gives for the page's run."""
    return export.reply(run_request(**change) | {"what": what, "link": page.address()})["file"]


def save(page: Page, figure: str, kind: str) -> None:
    button = page.browser.find_element(By.CSS_SELECTOR, f'[data-figure="{figure}"] [aria-label$="as {kind}"]')
    page.browser.execute_script("arguments[0].click()", button)


def colour(page: Page, figure: str, uid: str) -> str:
    script = (
        "return document.querySelector(`#${arguments[0]} .js-plotly-plot`)"
        ".data.find((t) => t.uid === arguments[1]).line.color"
    )
    return str(page.browser.execute_script(script, figure, uid))


def dark(page: Page) -> None:
    page.choose(ids.THEME_CHOICE, "dark")
    page.until(lambda: colour(page, ids.DATA_FIGURE, "mixture") == tokens("dark")["ink"])


# -- files ------------------------------------------------------------------------------------------------------------


def test_each_file_arrives_and_is_what_the_pure_function_gives(page, take):
    read = {"data": csv.reader, "run": json.load, "script": lambda f: ast.parse(f.read()), "notebook": json.load}
    for what in export.FILES:
        press(page, what)
        expected = answer(page, what)
        path = take(expected["name"])
        assert path.read_bytes() == expected["text"].encode()
        assert page.text(ids.EXPORT_WORDS) == f"Saved as {path.name}."
        with path.open(encoding="utf-8", newline="") as file:
            content = read[what](file)
            if what == "data":
                assert len(list(content)) == 1 + 1000


def test_files_are_of_the_run_on_show_whatever_the_controls_say(page, take):
    page.type("n", "5x")
    press(page, "run")
    assert json.loads(take(answer(page, "run")["name"]).read_text("utf-8"))["n_observations"] == 1000
    page.type("n", "100000")
    page.type("max_iter", "10000")
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: "lower one of them" in page.text(ids.RUN_STATUS))
    press(page, "run")
    assert json.loads(take(answer(page, "run")["name"]).read_text("utf-8"))["n_observations"] == 1000


def test_a_hundred_thousand_observations_arrive(page, take):
    page.type("n", "100000")
    page.run()
    press(page, "data")
    text = take("em-lab-exponential-mixture-n100000-seed1-k2.csv").read_text("utf-8")
    assert sum(1 for _ in csv.reader(io.StringIO(text))) == 1 + 100_000


def test_one_file_is_asked_for_at_a_time(page, take):
    page.load_views()
    page.requests()
    script = "for (const id of arguments) document.getElementById(id).click(); return [...arguments].map((id) => "
    script += "document.getElementById(id).getAttribute('aria-disabled'))"
    assert page.browser.execute_script(script, *[ids.export(what) for what in ("data", "run")]) == ["true", "true"]
    take(answer(page, "data")["name"])
    assert len(page.requests()) == 1
    assert page.element(ids.export("run")).get_attribute("aria-disabled") is None


def test_a_refusal_is_said_beside_the_buttons(page):
    page.browser.execute_script("emlab.runState.state.request = {source: 'elsewhere'}")
    press(page, "data")
    page.until(lambda: "The data source must be one of" in page.text(ids.EXPORT_WORDS))
    assert page.element(ids.EXPORT_WORDS).get_attribute("class") == "error"
    assert page.element(ids.export("data")).get_attribute("aria-disabled") is None


def test_a_server_that_is_gone_is_said_and_pictures_still_come(dash_duo):
    dash_duo.start_server(create_app(), navigate=False)
    page = Page(dash_duo, query=RUN)
    page.try_again_after(50)
    dash_duo.server.stop()
    press(page, "script")
    page.until(lambda: words.FAILED["failed"] in page.text(ids.EXPORT_WORDS))
    assert page.element(ids.export("data")).get_attribute("aria-disabled") is None
    save(page, ids.POSTERIOR_FIGURE, "SVG")
    page.until(lambda: list(Path(dash_duo.download_path).glob("em-lab-sorted-posterior-*.svg")))
    assert all("_dash-update-component" in line or "did not respond" in line for line in page.logs())


# -- pictures ---------------------------------------------------------------------------------------------------------


def assert_is_a_picture(path: Path, figure: str, title: str, subtitle: str) -> None:
    """Well-formed, on white, with title, subtitle, axes and legend, in the light colours and in readable letters."""
    picture = ElementTree.parse(path).getroot()
    assert (picture.get("width"), picture.get("height")) == (str(WIDTH), str(HEIGHT))
    ground = next(picture.iter("{http://www.w3.org/2000/svg}rect"))
    assert "fill: rgb(255, 255, 255); fill-opacity: 1" in ground.get("style", "")
    assert (ground.get("width"), ground.get("height")) == (str(WIDTH), str(HEIGHT))
    texts = list(picture.iter("{http://www.w3.org/2000/svg}text"))
    said = [words_of(text) for text in texts]
    assert said.count(title) == 1
    assert said.count(subtitle) == 1
    for axis in ("xtitle", "ytitle"):
        (one,) = [text for text in texts if text.get("class") == axis]
        assert words_of(one)
    assert {words_of(text) for text in texts if text.get("class") == "legendtext"} == LEGENDS[figure]
    sizes = [float(size) for text in texts for size in re.findall(r"font-size: ([\d.]+)px", text.get("style", ""))]
    assert len(sizes) == len(texts)
    assert min(sizes) >= 14
    assert colours(tokens("dark")).isdisjoint(re.findall(r"rgb\(\d+, \d+, \d+\)", path.read_text("utf-8")))


def words_of(text: ElementTree.Element) -> str:
    return "".join(text.itertext()).replace("\u200b", "")


def colours(of: dict[str, str]) -> set[str]:
    """The mode's own colours as an SVG writes them."""
    own = {name: value for name, value in of.items() if name.startswith("component") or name == "ink"}
    return {f"rgb({', '.join(str(int(value[i : i + 2], 16)) for i in (1, 3, 5))})" for value in own.values()}


def test_each_figure_of_the_run_is_saved_as_it_is_on_show_in_light_colours(page, take):
    dark(page)
    draw_surface(page)
    for study, figure in (("starts", ids.STARTS_FIGURE), ("sizes", ids.CHOICE_FIGURE)):
        page.study(study)
        page.until(lambda figure=figure: page.text(ids.sentence(figure)))
    for button in (ids.WALK_START, ids.WALK_FORWARD):
        page.element(button).click()
    page.until(lambda: page.text(ids.WALK_PLACE) == "Iteration 1 of 61")
    for figure, name in TITLES.items():
        save(page, figure, "SVG")
        title = name if figure in STILL else f"{name} · Iteration 1 of 61"
        path = take(f"em-lab-{re.sub(r'[^a-z0-9]+', '-', title.lower())}.svg")
        marks = " Marks are coloured by true label." if figure == ids.DATA_FIGURE else ""
        assert_is_a_picture(path, figure, title, DATA + marks)
    assert colour(page, ids.DATA_FIGURE, "mixture") == tokens("dark")["ink"], "the page stays as it is"


def test_the_figures_of_the_explorers_are_saved_with_what_is_set(page, take):
    page.open("gaussian")
    page.move("gaussian-mu1", 2)
    save(page, ids.GAUSSIAN_FIGURE, "SVG")
    path = take("em-lab-gaussian-mixture.svg")
    settings = (
        "Mixing weight π1 = 0.5, Mean μ1 = 2, Standard deviation σ1 = 0.5, Mean μ2 = −1, Standard deviation σ2 = 0.5"
    )
    assert_is_a_picture(path, ids.GAUSSIAN_FIGURE, "Gaussian mixture", settings)
    page.open("exponential")
    page.element(ids.option(ids.PARAMETRISATION, "rate")).click()
    page.until(lambda: page.text(f"{ids.box('exponential-lambda1')}-label") == "Rate λ1")
    save(page, ids.EXPONENTIAL_FIGURE, "SVG")
    path = take("em-lab-exponential-mixture.svg")
    settings = "Mixing weight π1 = 0.5, Rate λ1 = 0.5, Rate λ2 = 0.5"
    assert_is_a_picture(path, ids.EXPONENTIAL_FIGURE, "Exponential mixture", settings)


def test_a_png_has_twice_the_size_and_a_white_ground(page, take):
    dark(page)
    save(page, ids.DATA_FIGURE, "PNG")
    picture = matplotlib.image.imread(take("em-lab-data-and-fit-iteration-61-of-61.png"))
    assert picture.shape[:2] == (SAVED["scale"] * HEIGHT, SAVED["scale"] * WIDTH)
    assert (picture[[0, 0, -1, -1], [0, -1, 0, -1], :3] == 1).all()
    assert picture[..., :3].min() < 0.2, "something is drawn"


def test_buttons_of_figures_have_names_and_room(page):
    page.load_views()
    found = page.browser.execute_script(
        "return [...document.querySelectorAll('.save button')].map((button) => {"
        "const { width, height } = button.getBoundingClientRect();"
        "const seen = button.checkVisibility({ visibilityProperty: true });"
        "return [button.ariaLabel, button.textContent, Math.min(width, height), seen]})"
    )
    openers = {f"{title}: table and files" for title in TITLES.values()}
    names = [name for name, *_ in found if name not in openers]
    for title in TITLES.values():
        assert {f"Save {title} as SVG", f"Save {title} as PNG"} <= set(names)
    assert len(names) == len(set(names)) == 3 * len(skeletons())
    assert all(label.casefold() in name.casefold() for name, label, *_ in found if label != "⋯")
    seen = {name: side for name, _, side, visible in found if visible}
    assert not [name for name in seen if "Surface" in name], "it is not drawn yet"
    assert len(openers & seen.keys()) == 2, "those of both figures; the others are in closed panels"
    assert min(side for name, side in seen.items() if name in openers) >= 24
