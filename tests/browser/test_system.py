"""What the visitor's system asks for: its own colours, less motion, paper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from components.state import ids
from tests.page import Page


@pytest.fixture
def system(page: Page) -> Iterator[Page]:
    """A page whose browser can be told what the system asks for, and forgets it afterwards."""
    page.load_views()
    yield page
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


def ask(page: Page, **features: str) -> None:
    wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wanted})


def look(page: Page, selector: str, part: str = "", pseudo: str = "") -> str:
    return str(
        page.browser.execute_script(
            "return getComputedStyle(document.querySelector(arguments[0]), arguments[2] || null)[arguments[1]]",
            selector,
            part,
            pseudo,
        )
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_the_systems_colours_what_is_chosen_can_be_seen(system, scheme):
    ask(system, forced_colors="active", prefers_color_scheme=scheme)
    for chosen, other in (
        (ids.tab("gaussian"), ids.tab("run")),
        (ids.option(ids.GAUSSIAN_QUANTITY, "density"), ids.option(ids.GAUSSIAN_QUANTITY, "cumulative")),
    ):
        assert look(system, f"#{chosen}", "backgroundColor") != look(system, f"#{other}", "backgroundColor")
    knob = f"#{ids.option(ids.GAUSSIAN_COMPONENTS, 'button')} .knob"
    on = look(system, knob, "backgroundImage")
    system.element(ids.option(ids.GAUSSIAN_COMPONENTS, "button")).click()
    system.until(lambda: look(system, knob, "backgroundImage") != on)
    assert look(system, f"#{ids.RUN_BUTTON}", "borderTopWidth") == "1px"
    ground = look(system, ".graph", "backgroundColor")
    ink = look(system, ".graph", "color")
    assert (sum(map(int, ground[4:-1].split(", "))) > 384) == (scheme == "light"), ground
    assert (sum(map(int, ink[4:-1].split(", "))) > 384) == (scheme == "dark"), ink


def test_with_the_systems_colours_the_focus_can_be_seen(system):
    ask(system, forced_colors="active")
    system.element(ids.reset("gaussian")).send_keys("")
    system.browser.execute_script("document.activeElement.focus({focusVisible: true})")
    assert look(system, f"#{ids.reset('gaussian')}", "outlineStyle") == "solid"
    assert look(system, f"#{ids.reset('gaussian')}", "outlineWidth") == "2px"


def test_with_less_motion_nothing_moves_by_itself(system):
    ask(system, prefers_reduced_motion="reduce")
    system.open("run")
    system.element(ids.WALK_START).click()
    system.element(ids.WALK_PLAY).click()
    system.until(lambda: int(system.value(ids.WALK_SLIDER)) > 2)
    assert system.browser.execute_script("return document.getAnimations().length") == 0
    moving = system.browser.execute_script(
        "return [...document.querySelectorAll('*')].filter((node) => ['', '::before', '::after'].some((part) => {"
        "const { transitionDuration, animationName } = getComputedStyle(node, part || null);"
        "return animationName !== 'none' || transitionDuration.split(', ').some((time) => time !== '0s'); }))"
        ".map((node) => node.id || node.className.toString())"
    )
    assert moving == []
