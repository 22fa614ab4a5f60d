"""What people type into number boxes: taken as a whole, or refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from components.state import ids
from components.state.parameters import GAUSSIAN, PROBLEMS, STOPPING, Parameter
from components.state.sources import SOURCES
from tests import ROOT
from tests.page import RUN, Page

CASES = json.loads((ROOT / "tests/cases/boxes.json").read_text("utf-8"))
TRUE, STARTS = (
    groups[size]
    for groups, size in ((SOURCES["generated-gaussian"].samples, 2), (SOURCES["generated-gaussian"].starts, 3))
)
SLIDER, PLAIN, CELL = (
    next(p for p in group if p.name == name)
    for group, name in ((TRUE, "mu0"), (STOPPING, "tol"), (STARTS, "start_mu0"))
)
BOXES = {ids.box("mu0"): SLIDER, ids.box("tol"): PLAIN, "start_mu0-cell": CELL}


def enter(page: Page, box_id: str, text: str) -> None:
    """Type in place of what is there, and leave the box."""
    page.advanced()
    page.element(box_id).send_keys(Keys.CONTROL, "a", Keys.NULL, Keys.DELETE, text, Keys.TAB)


def held(page: Page, box_id: str, parameter: Parameter) -> dict[str, Any]:
    """What a box shows and tells, and the value that a run would have."""
    script = """
    const [id, name] = arguments;
    const box = document.getElementById(id);
    const words = document.getElementById(box.getAttribute('aria-describedby'))?.textContent ?? '';
    return {text: box.value, words, now: Number(box.getAttribute('aria-valuenow')),
      value: emlab.runState.state.values[name]};
    """
    return dict(page.browser.execute_script(script, box_id, parameter.name))


@pytest.mark.query(f"{RUN}&source=generated-gaussian&k=3")
def test_what_is_typed_is_taken_or_refused_in_words_in_every_kind_of_box(page):
    kept = {box_id: p.default for box_id, p in BOXES.items()}
    for typed, value in ((case["typed"], case["value"]) for case in CASES):
        for box_id, p in BOXES.items():
            enter(page, box_id, typed)
            good = value is not None and p.problem(value) is None
            found = held(page, box_id, p)
            kept[box_id] = value if good else kept[box_id]
            assert found["value"] == found["now"] == kept[box_id], (typed, found)
            if good:
                assert (float(found["text"]), found["words"]) == (value, ""), (typed, found)
            else:
                assert found["text"] == typed, "no character is lost"
                assert found["words"].startswith(f"{p.label}: "), (typed, found)
                if value is not None:
                    assert PROBLEMS[p.problem(value)] in found["words"]
    enter(page, ids.box("n"), "10,000")
    words = "Observations N: this can be 10 or 10000; write 10 or 10000. Allowed: a whole number from 1 to 100000."
    assert page.error("n") == f"{words} Kept: 1000."
    enter(page, ids.box("seed"), "1 000")
    assert "thousands take no space or mark; write 1000" in page.error("seed")


@pytest.mark.query(f"{RUN}&lambda1=1.234")
def test_what_the_page_writes_is_read_as_the_same_value(page):
    box = page.element(ids.box("lambda1"))
    assert box.get_attribute("value") == "1.2340"
    box.send_keys(Keys.CONTROL, "ac", Keys.NULL, Keys.DELETE, Keys.CONTROL, "v", Keys.NULL, Keys.TAB)
    assert page.error("lambda1") == ""
    assert page.value(ids.box("lambda1")) == "1.2340"
    page.move("lambda1", 2.345)
    assert page.value(ids.box("lambda1")) == "2.3450"


def test_a_text_is_made_plain_when_its_box_is_left_not_under_the_hand(page):
    name = "gaussian-pi1"
    box = page.element(ids.box(name))
    page.type(name, "0,2")
    page.until(lambda: float(page.value(ids.slider(name))) == 0.2)
    assert box.get_attribute("value") == "0,2"
    script = """
    const [box, name] = arguments;
    box.value = '0,25';
    box.dispatchEvent(new InputEvent('input', {inputType: 'insertText', bubbles: true}));
    emlab.controls.read({triggered: [{prop_id: `${name}-slider.value`, value: '0.2'}]}); // as Dash does, a moment late
    return box.value;
    """
    assert page.browser.execute_script(script, box, name) == "0,25"
    box.send_keys(Keys.ENTER)
    page.until(lambda: box.get_attribute("value") == "0.25")
    page.until(lambda: float(page.value(ids.slider(name))) == 0.25)


def test_keys_step_from_what_is_typed_within_the_bounds(page):
    name = "gaussian-mu1"
    parameter = next(p for p in GAUSSIAN if p.name == name)
    box = page.element(ids.box(name))
    page.type(name, "0,25")
    for keys, value in (
        (Keys.ARROW_UP, "0.3"),
        (Keys.ARROW_DOWN + Keys.ARROW_DOWN, "0.1"),
        (Keys.PAGE_UP, "1.1"),
        (Keys.PAGE_UP * 2, "2.5"),
        (Keys.ARROW_UP, "2.5"),
        (Keys.HOME + "-", "-2.5"),
    ):
        box.send_keys(keys)
        assert box.get_attribute("value") == value
    page.until(lambda: float(page.value(ids.slider(name))) == -2.5)
    told = [box.get_attribute(f"aria-value{of}") for of in ("min", "max", "now")]
    assert [float(text) for text in told] == [parameter.minimum, parameter.maximum, -2.5]
    assert page.error(name) == ""


@pytest.mark.query(RUN)
def test_bounds_and_keypad_follow_the_source(page):
    modes = {name: page.element(ids.box(name)).get_attribute("inputmode") for name in ("n", "lambda0", "tol")}
    assert modes == {"n": "decimal", "lambda0": "decimal", "tol": "text"}  # a tolerance has an exponent
    for source, mode in (("faithful-waiting", "decimal"), ("generated-gaussian", "text")):
        page.choose(ids.SOURCE, source)
        first = next(p for p in SOURCES[source].starts[2] if p.name == "start_mu0")
        page.until(lambda first=first: page.value(ids.box("start_mu0")) == f"{first.default:g}")
        box = page.element(ids.box("start_mu0"))
        limits = [float(box.get_attribute(f"aria-value{of}")) for of in ("min", "max")]
        assert limits == [first.minimum, first.maximum]
        assert box.get_attribute("inputmode") == mode
