"""The page's state in its address: every state survives, every address opens a page."""

from __future__ import annotations

import json
import random
import string
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from app import create_app
from components.state import address, ids, parameters
from components.state.address import Link, decode
from components.state.options import CHOICES, FLAGS, GROUPS, SWITCHES
from components.state.own_data.packing import pack
from components.state.sources import SIZES, SOURCES, STARTS
from tests.page import RUN, Page

NUMBERS = [*parameters.GAUSSIAN, *parameters.EXPONENTIAL, *parameters.STUDY, *parameters.ACROSS]

V1 = {
    "v=1&view=em&n=500&seed=7&rho=0.3": {"view": "run", "n": 500, "seed": 7, "rho": 0.3},
    "v=1&view=gaussian&theme=dark&gaussian-mu1=0.2&gaussian-components=off": {
        "view": "gaussian",
        "theme-choice": "dark",
        "gaussian-mu1": 0.2,
        "gaussian-components": False,
    },
    "v=1&view=exponential&parametrisation=rate&y-axis=log&notebook-curve=on&exponential-lambda1=0.25": {
        "view": "exponential",
        "parametrisation": "rate",
        "y-axis": "log",
        "notebook-curve": True,
        "exponential-lambda1": 0.25,
    },
    "v=1&view=em&source=galaxies&start-from=kmeans&start_seed=9&k=4&iteration=3.5&half-steps=on&tol=1e-9": {
        "view": "run",
        "source": "galaxies",
        "start-from": "kmeans",
        "start_seed": 9,
        "k": 4,
        "iteration": 3.5,
        "tol": 1e-9,
    },
    "v=1&view=em&true_k=3&k=3&weight2=2&lambda2=3.5&start_weight0=0.5&start_lambda2=1.25&max_iter=20": {
        "view": "run",
        "true_k": 3,
        "k": 3,
        "weight2": 2,
        "lambda2": 3.5,
        "start_weight0": 0.5,
        "start_lambda2": 1.25,
        "max_iter": 20,
    },
    "v=1&view=em&hide=truth,data,surface&reveal=on&iteration=0": {
        "view": "run",
        "hide": ("truth", "data", "surface"),
        "reveal": True,
        "iteration": 0,
    },
    "v=1&hide=controls&embed=on&present=on": {"hide": ("controls",), "embed": True, "present": True},
}
"""Links of version 1, and what each must always mean."""


@pytest.mark.parametrize("query", V1)
def test_links_of_version_1_keep_their_meaning(query):
    assert decode(query) == decode(f"?{query}") == Link(V1[query], version=1)


@pytest.mark.parametrize("query", ["v=1", "view=em", "v=1&source=air-conditioning", "source=galaxies", "v=x"])
def test_links_of_version_1_and_those_without_a_version_are_linear(query):
    assert decode(query).x_scale() == "linear"
    for named in ("log", "linear"):
        assert decode(f"{query}&x-scale={named}").x_scale() == named


@pytest.mark.parametrize("query", ["", "?", "fbclid=1", f"v={address.VERSION}", f"v={address.VERSION}&source=galaxies"])
def test_a_bare_address_and_later_links_show_the_start_unless_they_name_an_iteration(query):
    assert decode(query).problems == ()
    assert decode(query).version == address.VERSION
    assert decode(query).opens_at() is None
    for iteration in (0, 12.5):
        assert decode(f"v={address.VERSION}&iteration={iteration}").opens_at() == iteration


def test_a_bare_address_has_the_scale_on_which_components_are_told_apart():
    assert decode("").x_scale() == "log"


@pytest.mark.parametrize(("version", "exponential"), [(1, "linear"), (address.SCALES_SINCE, "log"), (9, "log")])
def test_later_links_mean_the_scale_of_the_family_where_they_name_none(version, exponential):
    assert address.scales(version) == {"exponential": exponential, "gaussian": "linear"}
    for source, expected in (("air-conditioning", exponential), ("galaxies", "linear")):
        assert decode(f"v={version}&source={source}").x_scale() == expected


# -- round trip --------------------------------------------------------------------------------------------------------


def some_value(rng: random.Random, parameter: parameters.Parameter) -> float:
    """An allowed value, as the page holds it."""
    if parameter.step is None:
        return rng.choice([parameter.minimum, parameter.maximum, rng.random(), 10 ** rng.uniform(-15, 0)])
    steps = rng.randint(0, round((parameter.maximum - parameter.minimum) / parameter.step))
    value = round(parameter.minimum + steps * parameter.step, 6)
    return int(value) if parameter.whole else value


def some_state(rng: random.Random) -> list[tuple[str, Any, Any]]:
    """Name in the link -> value and default, for everything that a page can show."""
    view = rng.choice(list(address.VIEWS))
    state: list[tuple[str, Any, Any]] = [(address.VIEW, view, address.FIRST_VIEW)]
    source, start_from = rng.choice(list(SOURCES)), rng.choice(list(STARTS))
    chosen = {ids.SOURCE: source, ids.START_FROM: start_from}
    for key, choice in CHOICES.items():
        state.append((address.NAMES.get(key, key), chosen.get(key, rng.choice(list(choice.options))), choice.default))
    state += [(key, address.ON_OFF[rng.random() < 0.5], address.ON_OFF[on]) for key, on in SWITCHES.items()]
    state.append((address.HIDE, ",".join(group for group in GROUPS if rng.random() < 0.5), ""))
    state += [(flag, address.ON_OFF[rng.random() < 0.5], address.ON_OFF[False]) for flag in FLAGS]
    true_k, k = rng.choice(SIZES), rng.choice(SIZES)
    for p in [*NUMBERS, *SOURCES[source].parameters(true_k, k, start_from)]:
        value = {"true_k": true_k, "k": k}.get(p.name, some_value(rng, p))
        state.append((p.name, value, p.default))
    state.append((address.ITERATION.name, some_value(rng, address.ITERATION), None))
    return state


def meant(state: list[tuple[str, Any, Any]]) -> dict[str, Any]:
    """The expected result of decoding the link of a state."""
    keys = {name: key for key, name in address.NAMES.items()}
    on_off = {word: on for on, word in address.ON_OFF.items()}
    readings = dict.fromkeys((*SWITCHES, *FLAGS), on_off.get)
    readings |= {address.VIEW: address.VIEWS.get, address.HIDE: lambda groups: tuple(groups.split(","))}
    named = {keys.get(name, name): value for name, value, default in state if value != default}
    return {key: readings[key](value) if key in readings else value for key, value in named.items()}


def test_ten_thousand_states_survive_the_round_trip_exactly_in_short_links(page):
    rng = random.Random(4)
    longest = 0
    for _ in range(10):
        states = [some_state(rng) for _ in range(1000)]
        queries = page.browser.execute_script(
            "return arguments[0].map((state) => emlab.query.encode(state, arguments[1]))", states, address.VERSION
        )
        for state, query in zip(states, queries, strict=True):
            assert decode(query) == Link(meant(state)), query
            longest = max(longest, len(query))
    assert longest < 1950, "with scheme, host and path a link has at most 2,000 characters"


# -- invalid addresses -------------------------------------------------------------------------------------------------


def some_address(rng: random.Random) -> str:
    """A broken link, or no link at all."""
    query = "&".join(f"{name}={value}" for name, value, default in some_state(rng) if value != default)
    alphabet = string.printable + "é٣２−∞\x00\ud800%&=?#+"
    for _ in range(rng.randint(1, 12)):
        at = rng.randrange(len(query) + 1)
        kind = rng.randrange(5)
        if kind == 0:
            query = query[:at] + rng.choice(alphabet) + query[at:]
        elif kind == 1:
            query = query[:at] + query[at + rng.randint(1, 9) :]
        elif kind == 2:
            query = query[:at] + "".join(rng.choice(alphabet) for _ in range(rng.randint(1, 40))) + query[at:]
        elif kind == 3:
            query = query.replace("=", rng.choice(["=-", "=1e", "=1e999", "=nan", "==", "=%", "=9" * 3]), 2)
        else:
            query = query[:at] + query[:at][::-1] + query[at:]
    return query


@pytest.mark.slow
def test_ten_thousand_broken_addresses_are_read_and_give_only_allowed_values():
    rng = random.Random(5)
    for _ in range(10_000):
        found = decode(some_address(rng))
        known = {p.name: p for p in (*NUMBERS, *found.run_parameters(), address.ITERATION, parameters.START_SEED)}
        sizes = {p.name: p for p in (*parameters.SAMPLE, *parameters.START)}
        for key, value in found.values.items():
            if key in CHOICES:
                assert value in CHOICES[key].options
            elif key in SWITCHES or key in FLAGS:
                assert isinstance(value, bool)
            elif key == address.HIDE:
                assert set(value) <= set(GROUPS)
            elif key == address.VIEW:
                assert value in ids.VIEWS
            else:
                assert (known | sizes)[key].problem(value) is None
        assert all(problem.endswith(".") and "\n" not in problem for problem in found.problems)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("n=1e9", "“n” was left out: this is too large. Allowed: a whole number from 1 to 100000."),
        ("n=1_000", "not a number"),
        ("n=２", "not a number"),
        ("n=", "empty"),
        ("rho=0.0005", "between two steps"),
        ("tol=nan", "not a number"),
        ("tol=inf", "not a number"),
        ("view=elsewhere", "Allowed: gaussian, exponential, em, background."),
        ("half-steps=yes", "Allowed: on, off."),
        ("embed=1", "The link’s “embed” was left out: there is no such option. Allowed: on, off."),
        ("hide=everything", "The link’s “hide” was left out: there is no such option. Allowed: truth, controls,"),
        ("hide=truth,everything", "Part of the link’s “hide” was left out"),
        ("v=99&n=5", "another version"),
    ],
)
def test_a_message_names_what_is_left_out_of_a_link(query, words):
    assert any(words in problem for problem in decode(query).problems)


def test_what_a_link_hides_is_hidden_with_any_other_values():
    assert decode("hide=surface,everything,truth,truth").values == {"hide": ("truth", "surface")}
    assert decode("hide=").values == {}


def test_unknown_names_and_parameters_of_other_sources_are_ignored():
    found = decode("bogus=1&source=galaxies&lambda0=3&n=5&__proto__=1&start_mu0=12")
    assert found.problems == ()
    assert found.values == {"source": "galaxies", "n": 5, "start_mu0": 12}


@pytest.mark.parametrize("query", ["n=" + "9" * 100_000, "&" * 100_000, "n=5&" * 20_000, "%" * 5000, "a=b=c", "=", "n"])
def test_long_and_empty_addresses_open_the_page(query):
    client = create_app().server.test_client()
    assert client.get("/", query_string=query).status_code == 200
    layout = client.get("/_dash-layout", query_string=query)
    assert layout.status_code == 200
    assert json.loads(layout.get_data(as_text=True))["props"]


# -- in the browser ----------------------------------------------------------------------------------------------------


def assert_opens_the_same(page: Page) -> None:
    """The page's address, opened in a new page, shows the same."""
    address = page.address()
    page.until(lambda: page.browser.current_url == address)
    before = page.seen()
    page.browser.get("about:blank")
    page.browser.get(address)
    page.ready()
    page.until(lambda: page.seen() == before)
    assert page.browser.current_url == address


def test_the_gaussian_explorer_travels(page):
    page.move("gaussian-mu1", 0.3)
    page.type("gaussian-sigma2", "1.2")
    page.element(f"{ids.GAUSSIAN_COMPONENTS}-button").click()
    page.choose(ids.THEME_CHOICE, "dark")
    page.until(lambda: "gaussian-sigma2=1.2" in page.browser.current_url)
    assert_opens_the_same(page)


def test_the_exponential_explorer_travels(page):
    page.open("exponential")
    page.move("exponential-lambda1", 0.125)
    page.element(ids.option(ids.PARAMETRISATION, "rate")).click()
    page.element(ids.option(ids.Y_AXIS, "log")).click()
    page.element(f"{ids.NOTEBOOK_CURVE}-button").click()
    page.until(lambda: "notebook-curve=on" in page.browser.current_url)
    assert_opens_the_same(page)


@pytest.mark.query(RUN)
def test_a_run_travels_with_the_iteration_on_show(page):
    page.choose(ids.SOURCE, "generated-gaussian")
    page.until(lambda: "Gaussian mixture" in page.text(ids.RUN_NOTE))
    page.type("true_k", "3")
    page.type("k", "3")
    page.type("seed", "11")
    page.until(lambda: page.browser.execute_script("return !!document.getElementById('mu2-cell')"))
    cell = page.element("mu2-cell")
    cell.clear()
    cell.send_keys("4.5", Keys.TAB)
    page.element(ids.option(ids.COLOUR_BY, "responsibility")).click()
    page.element(ids.WALK_FORWARD).click()  # the end of the run is not told, so that a link does not tell it either
    page.until(lambda: "Iteration 1 of" in page.text(ids.WALK_PLACE))
    page.element(ids.M_STEP).click()
    page.until(lambda: "iteration=1.5" in page.browser.current_url)
    page.until(lambda: len(page.trace(ids.PARAMETERS_FIGURE, "row2-component-2").get("y") or []) > 3)
    assert_opens_the_same(page)


def test_the_background_travels_and_a_bare_page_has_a_bare_address(page):
    assert page.browser.current_url == page.url
    page.open("background")
    page.until(lambda: page.browser.current_url == f"{page.url}?v=2&view=background")
    assert_opens_the_same(page)
    page.open("gaussian")
    page.until(lambda: page.browser.current_url == page.url)


def test_a_broken_link_opens_a_page_that_says_so(page):
    page.visit("view=em&n=12&seed=-3&k=many&hello=world&source=own&family=exponential&data=" + pack([2, 2, 2]))
    words = page.text(ids.LINK_PROBLEMS)
    assert "“seed” was left out: this is too small" in words
    assert "“k” was left out: this is not a number" in words
    assert "All 3 values are 2" in words
    assert page.element(ids.LINK_PROBLEMS).is_displayed()
    page.until(lambda: "12 observations, seed 1" in page.text(ids.RUN_NOTE))


@pytest.mark.parametrize(
    "path",
    [
        "?v=1&amp;view=em&amp;n=1%0D%0A2&amp;seed=7).",
        "?v=1&#38;view=em&#038;n=12&#38;seed=7",
        "%3Fv=1&view=em&n=12&seed=7",
        "%253Fv%253D1%2526view%253Dem%2526n%253D12%2526seed%253D7",
    ],
)
@pytest.mark.query(None)
def test_a_link_that_has_travelled_opens_what_it_meant(page, path):
    page.browser.get(page.url + path)
    page.until(lambda: "12 observations, seed 7" in page.text(ids.RUN_NOTE))
    assert page.text(ids.LINK_PROBLEMS) == ""
    assert page.address().startswith(f"{page.url}?v=2&view=em&n=12&seed=7&iteration=")
    assert page.address().endswith("&x-scale=linear")


def test_a_link_whose_family_does_not_suit_its_data_keeps_the_data(page):
    page.visit("view=em&source=own&family=exponential&data=" + pack([-1, 2e-5, 3]))
    words = page.text(ids.LINK_PROBLEMS)
    assert words.startswith("A gaussian mixture is fitted instead: 1 of the 3 values is negative, the smallest −1: ")
    assert page.value(ids.selected(ids.FAMILY)) == "gaussian"
    page.until(lambda: "Your own data: 3 observations" in page.text(ids.RUN_NOTE))


def test_a_link_costs_no_more_requests_than_a_bare_page(page):
    page.visit("view=em&n=12&k=3&theme=dark&iteration=1")
    paths = [url for url in page.requests() if "_dash-update-component" in url]
    assert len(paths) == 1
