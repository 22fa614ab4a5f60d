"""Requests that are lost, in a real browser: sent again, then said, with a button; what needs no server goes on."""

from __future__ import annotations

import json

import pytest

from components.state import ids
from components.state.words import FAILED, STUDIES
from serving.limits import PAGE
from tests.failing import EVER, Mortal, broken_off, busy, is_callback, unexpected
from tests.page import RUN, Page


@pytest.fixture(scope="module")
def mortal(tmp_path_factory):
    server = Mortal(tmp_path_factory.mktemp("mortal"))
    yield server
    server.kill()


@pytest.fixture
def page(lab, mortal):
    """Run EM on a server that can be killed; afterwards the console must have nothing but lost requests."""
    mortal.start()
    page = Page(lab, mortal.address, RUN)
    yield page
    assert unexpected(page) == []


@pytest.fixture
def busy_page(lab, server):
    """Run EM on a server that refuses what it is told to."""
    page = Page(lab, server.address, RUN)
    yield page
    assert unexpected(page) == []


def result(page: Page) -> str:
    """The run on show, with every number in full."""
    return str(page.browser.execute_script("return JSON.stringify(emlab.runState.state.result)"))


def ask(page: Page, button: str = ids.RUN_BUTTON) -> None:
    """Press a button, wherever it is; `answered` then tells whether another result has come."""
    if button in map(ids.study, STUDIES):
        page.show(button.removeprefix(ids.study("")))
    page.browser.execute_script(
        "window.before = emlab.runState.state.result; document.activeElement.blur();"  # what was typed is taken
        "document.getElementById(arguments[0]).click()",
        button,
    )


def answered(page: Page) -> bool:
    return bool(page.browser.execute_script("return emlab.runState.state.result !== window.before"))


def lost(page: Page, place: str = ids.RUN_STATUS, words: str = FAILED["failed"]) -> bool:
    """Whether words and button stand in a place."""
    return page.text(place) == words + FAILED["again"]


def is_at_rest(page: Page) -> bool:
    button = page.element(ids.RUN_BUTTON)
    return button.text == "Run EM" and button.get_attribute("aria-busy") != "true"


def test_a_page_names_itself_in_what_it_asks_for_and_another_visit_is_another_page(busy_page, server):
    names = []
    server.refuse = lambda request: names.append(request.headers.get(PAGE)) if is_callback(request) else None
    ask(busy_page)
    busy_page.until(lambda: answered(busy_page))
    busy_page.visit(f"{RUN}&seed=2")
    one, *_, other = names
    assert one
    assert other
    assert one != other


# -- a server that is killed -----------------------------------------------------------------------------------------


def test_a_server_that_comes_back_answers_as_if_nothing_had_been(page, mortal):
    before = result(page), page.text(ids.RUN_TABLE)
    page.try_again_after(*EVER)
    mortal.kill()
    ask(page)
    page.until(lambda: page.text(ids.RUN_STATUS) == FAILED["trying"])
    live = "return document.querySelector('#run-status .note').closest('[aria-live]').getAttribute('aria-live')"
    assert page.browser.execute_script(live) == "polite"
    assert page.element(ids.RUN_BUTTON).text == "Running …"
    mortal.start()
    page.until(lambda: answered(page))
    page.until(lambda: is_at_rest(page))
    assert (result(page), page.text(ids.RUN_TABLE)) == before
    assert page.text(ids.RUN_STATUS) == ""


def test_a_server_that_is_gone_is_said_and_everything_else_goes_on(page, mortal):
    before = result(page), page.text(ids.RUN_TABLE)
    page.try_again_after(50, 50)
    mortal.kill()
    ask(page)
    page.until(lambda: lost(page))
    assert is_at_rest(page)
    assert (result(page), page.text(ids.RUN_TABLE)) == before
    again = page.element(ids.try_again(ids.RUN_STATUS))
    assert again.is_displayed()
    assert again.size["height"] >= 44
    page.element(ids.option(ids.COLOUR_BY, "responsibility")).click()
    page.until(lambda: "coloured by responsibility" in page.text(ids.RUN_NOTE))
    page.element(ids.WALK_START).click()
    page.until(lambda: "Iteration 0 of" in page.text(ids.WALK_PLACE))
    for view, figure, slider in (
        ("gaussian", ids.GAUSSIAN_FIGURE, "gaussian-mu1"),
        ("exponential", ids.EXPONENTIAL_FIGURE, "exponential-lambda1"),
    ):
        page.open(view)
        curve, words = page.trace(figure, "mixture")["y"], page.text(ids.sentence(view))
        page.move(slider, 2)
        page.until(lambda figure=figure, curve=curve: page.trace(figure, "mixture")["y"] != curve)
        page.until(lambda view=view, words=words: page.text(ids.sentence(view)) != words)
    page.open("run")
    mortal.start()
    ask(page, ids.try_again(ids.RUN_STATUS))
    page.until(lambda: answered(page))
    page.until(lambda: is_at_rest(page))
    assert result(page) == before[0]
    assert page.text(ids.RUN_STATUS) == ""
    assert page.browser.execute_script("return document.activeElement.id") == ids.RUN_BUTTON


@pytest.mark.parametrize("study", ["sizes", "surface"])
def test_a_study_that_is_lost_can_be_asked_for_again(page, mortal, study):
    words = ids.study_words(study)
    page.try_again_after(50)
    mortal.kill()
    ask(page, ids.study(study))
    page.until(lambda: lost(page, words))
    assert page.text(ids.RUN_STATUS) == "", "it is said where it was asked for"
    mortal.start()
    ask(page, ids.try_again(words))
    found = {"sizes": "BIC is lowest with K = 2", "surface": "all else held as at iteration"}[study]
    page.until(lambda: found in page.text(words))


def test_files_and_own_data_that_are_lost_can_be_asked_for_again(page, mortal):
    page.choose(ids.SOURCE, "own")
    page.until(page.element("own-text").is_displayed)
    page.element("own-text").send_keys("1 2 3 4 5 6 7 8 9 20 21 22 23")
    page.try_again_after(50)
    mortal.kill()
    ask(page, "own-use")
    page.until(lambda: lost(page, "own-said"))
    ask(page, ids.export("script"))
    page.until(lambda: lost(page, ids.EXPORT_WORDS))
    mortal.start()
    ask(page, ids.try_again(ids.EXPORT_WORDS))
    page.until(lambda: page.text(ids.EXPORT_WORDS).startswith("Saved as em-lab-"))
    ask(page, ids.try_again("own-said"))
    page.until(lambda: answered(page))
    assert "13 values" in page.text("own-said")


def test_a_connection_that_is_lost_is_waited_for(page):
    def connected(yes: bool) -> None:
        conditions = {"offline": not yes, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        page.browser.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)
        page.until(lambda: page.browser.execute_script("return navigator.onLine") is yes)

    page.browser.execute_cdp_cmd("Network.enable", {})
    page.try_again_after(50)
    page.browser.execute_script("emlab.network.schedule.offline = 1e6")
    connected(False)
    ask(page)
    page.until(lambda: page.text(ids.RUN_STATUS) == FAILED["trying"])  # long after its one further try
    connected(True)
    page.until(lambda: answered(page))
    page.until(lambda: page.text(ids.RUN_STATUS) == "")
    page.browser.execute_script("emlab.network.schedule.offline = 50")
    connected(False)
    ask(page)
    page.until(lambda: lost(page))
    connected(True)


# -- a server that refuses -------------------------------------------------------------------------------------------


def asks_for(n: int, request) -> bool:
    """Whether a request is for a run of so many observations."""
    value = request.get_json()["inputs"][0]["value"] if is_callback(request) else None
    return isinstance(value, dict) and value.get("n") == n and "study" not in value


def test_a_newer_request_takes_the_place_of_the_older_one(busy_page, server):
    page = busy_page
    page.try_again_after(*[20] * 1000)
    server.refuse = lambda request: busy() if asks_for(1000, request) else None
    ask(page)
    page.until(lambda: len(server.refused) > 3)
    page.type("n", "500")
    ask(page)
    page.until(lambda: answered(page))
    tried = len(server.refused)
    for seed in range(2, 6):
        page.type("seed", str(seed))
        ask(page)
        page.until(lambda: answered(page))
        assert json.loads(result(page))["n"] == 500
        page.until(lambda: is_at_rest(page))
    assert len(server.refused) == tried, "the older one is not sent any more"
    assert page.text(ids.RUN_STATUS) == ""


def test_a_newer_request_takes_away_the_button_of_the_older_one(busy_page, server):
    page = busy_page
    page.try_again_after(20)
    server.refuse = lambda request: busy() if is_callback(request) else None
    ask(page)
    page.until(lambda: lost(page, words="Too many ask at once."))
    page.try_again_after(*EVER)
    page.browser.execute_script("emlab.network.schedule.silent = 1e6; emlab.run.rerun()")
    page.until(lambda: page.text(ids.RUN_STATUS) == "")
    assert page.element(ids.RUN_BUTTON).text == "Running …"
    server.refuse = lambda _request: None
    page.until(lambda: answered(page))
    page.until(lambda: is_at_rest(page))


def test_a_study_of_an_earlier_run_is_not_shown_beside_a_later_one(busy_page, server):
    page = busy_page
    page.try_again_after(*[20] * 1000)
    server.refuse = lambda request: busy() if "study" in request.get_data(as_text=True) else None
    ask(page, ids.study("sizes"))
    page.until(lambda: len(server.refused) > 3)
    page.type("n", "500")
    ask(page)
    page.until(lambda: answered(page))
    page.browser.execute_script(
        "window.came = 0; const { emlab } = dash_clientside; const show = emlab.study_results;"
        "emlab.study_results = (...reply) => { show(...reply); window.came += 1; }"
    )
    server.refuse = lambda _request: None
    page.until(lambda: page.browser.execute_script("return window.came"))
    assert page.text(ids.study_table("sizes")) == ""


def test_a_server_that_asks_to_be_waited_for_is_and_its_own_words_are_said_in_the_end(busy_page, server):
    page = busy_page
    page.try_again_after(10, 10, 10)
    server.refuse = lambda request: busy(429, 1) if is_callback(request) and len(server.refused) < 2 else None
    ask(page)
    page.until(lambda: answered(page))
    first, second = server.refused
    assert second - first > 0.95, "a second, as it asked"
    page.try_again_after(10, 10)
    sentence = "<b>Busy.</b> " + "Come again. " * 40
    server.refuse = lambda request: busy(503, 0, sentence) if is_callback(request) else None
    ask(page)
    page.until(lambda: lost(page, words=sentence[:200]))
    assert len(server.refused) == 2 + 3
    assert is_at_rest(page)


def test_a_server_that_goes_on_to_be_busy_is_waited_for_longer(busy_page, server):
    page = busy_page
    page.try_again_after(10)
    page.browser.execute_script("emlab.network.schedule.busy = 1e6")
    server.refuse = lambda request: busy(503, 0) if is_callback(request) and len(server.refused) < 8 else None
    ask(page)
    page.until(lambda: answered(page))
    assert len(server.refused) == 8


def test_a_study_is_made_of_the_run_on_show_and_not_of_one_that_was_lost(busy_page, server):
    page = busy_page
    page.try_again_after(10)
    asked = []

    def refuse(request):
        if not is_callback(request):
            return None
        value = request.get_json()["inputs"][0]["value"]
        if isinstance(value, dict) and "study" in value:
            asked.append(value["seed"])
            return None
        return busy()

    server.refuse = refuse
    page.type("seed", "7")
    ask(page)
    page.until(lambda: page.text(ids.RUN_STATUS).endswith(FAILED["again"]))
    ask(page, ids.study("sizes"))
    page.until(lambda: "BIC is lowest" in page.text(ids.study_words("sizes")))
    assert asked == [1]


def test_a_traps_study_is_made_of_its_own_run_only(busy_page, server):
    page = busy_page
    page.try_again_after(10)
    server.refuse = lambda request: busy() if is_callback(request) else None
    ask(page, ids.preset("local"))
    page.until(lambda: page.text(ids.RUN_STATUS).endswith(FAILED["again"]))
    studies = []
    server.refuse = lambda request: studies.append(1) if '"study"' in request.get_data(as_text=True) else None
    page.choose(ids.SOURCE, "generated")
    page.until(lambda: answered(page))
    page.until(lambda: is_at_rest(page))
    assert page.text(ids.study_words("starts")) == ""
    assert studies == []


def test_figures_that_cannot_be_drawn_are_said_and_asked_for_again(lab, server):
    def of_plotly(request):
        return busy(502) if "plotly-emlab" in request.path else None

    server.refuse = lambda request: of_plotly(request) if len(server.refused) < 2 else None
    page = Page(lab, server.address)  # the first is what the page's head asks for
    assert len(server.refused) == 2
    assert page.text(ids.FIGURES_FAILED) == ""
    server.refuse = of_plotly
    page.browser.get(f"{server.address}?seed=3")
    page.until(lambda: page.browser.execute_script("return window.emlab?.network"))
    page.try_again_after(10)
    page.until(lambda: lost(page, ids.FIGURES_FAILED, FAILED["no_figures"]))
    assert page.element(ids.sentence("gaussian")).text
    server.refuse = lambda _request: None
    page.element(ids.try_again(ids.FIGURES_FAILED)).click()
    page.ready()
    assert page.text(ids.FIGURES_FAILED) == ""
    assert [line for line in unexpected(page) if "plotly-emlab" not in line] == []


@pytest.mark.parametrize("status", [500, 400])
def test_what_would_fail_again_is_not_tried_again(busy_page, server, status):
    server.refuse = lambda request: busy(status) if is_callback(request) else None
    ask(busy_page)
    busy_page.until(lambda: busy_page.text(ids.RUN_STATUS) == FAILED["failed"])
    assert len(server.refused) == 1
    assert is_at_rest(busy_page)


def test_an_answer_that_breaks_off_is_asked_for_again(busy_page, server):
    page = busy_page
    page.try_again_after(10)
    before = result(page)
    server.refuse = lambda request: broken_off() if is_callback(request) and not server.refused else None
    ask(page)
    page.until(lambda: answered(page))
    assert result(page) == before
    assert len(server.refused) == 1


# -- the first load --------------------------------------------------------------------------------------------------


def of_the_page(request) -> bool:
    return request.path.endswith(("_dash-layout", "_dash-dependencies"))


def test_a_page_whose_layout_is_lost_at_first_comes(lab, server):
    server.refuse = lambda request: busy(502) if of_the_page(request) and len(server.refused) < 2 else None
    page = Page(lab, server.address)
    assert len(server.refused) == 2
    assert page.text(ids.FIRST_LOAD) == ""
    assert unexpected(page) == []


def test_a_page_that_never_comes_says_so_and_can_be_asked_for_again(lab, server):
    page = Page(lab, server.address)
    server.refuse = lambda request: busy(502) if of_the_page(request) else None
    page.browser.get(f"{server.address}?{RUN}&n=321")
    page.until(lambda: page.text(ids.FIRST_LOAD) == FAILED["trying"])
    page.try_again_after()
    page.until(lambda: lost(page, ids.FIRST_LOAD, FAILED["no_page"]))
    tried = len(server.refused)
    press = "document.getElementById(arguments[0]).click()"  # at once: the words come anew with each request's end
    page.browser.execute_script(press, ids.try_again(ids.FIRST_LOAD))
    page.until(lambda: len(server.refused) > tried and lost(page, ids.FIRST_LOAD, FAILED["no_page"]))
    page.until(lambda: page.element(ids.try_again(ids.FIRST_LOAD)).size["height"] >= 44)
    server.refuse = lambda _request: None
    page.browser.execute_script(press, ids.try_again(ids.FIRST_LOAD))
    page.ready()
    assert len(page.observations()) == 321
    assert page.text(ids.FIRST_LOAD) == ""
    assert unexpected(page) == []
