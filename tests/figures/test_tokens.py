"""Colours of the page: contrast of text and marks, and components that everybody can distinguish."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from components.figures.run_figures import skeletons
from components.figures.theme import DASHES, MODES, tokens
from components.state import ids
from components.state.parameters import MAX_COMPONENTS
from components.state.words import SIGNS
from serving.files import own_files
from tests.colour import VISION, Rgb, contrast, difference, lab, over, srgb

STYLES = {path.name: path.read_text("utf-8") for path in own_files("css")}

GROUNDS = ("paper", "card", "tint")
TEXT = ("ink", "quiet", "accent", "bad")
"""Colours of text on any of the backgrounds."""
MARKS = ("edge", "accent", "ink", "quiet", "bad")
"""Borders of controls, rings of the focus, and lines that belong to no component."""
COMPONENTS = tuple(f"component-{k}" for k in range(MAX_COMPONENTS))
BUSY = 0.85
"""Share of the accent in the button of a run under way (assets/core/widgets.css)."""

LEAST_TEXT, LEAST_MARK = 4.5, 3.0
LEAST_DIFFERENCE = 6.0
"""Least CIEDE2000 between any two components for anybody, about two and a half times a just noticeable difference. The
first two, which most mixtures here have, must be far more apart."""
LEAST_OF_TWO = 30.0


def rgb(mode: str) -> dict[str, Rgb]:
    return {name: srgb(colour) for name, colour in tokens(mode).items()}


@pytest.mark.parametrize("mode", MODES)
def test_text_is_readable_on_every_background(mode):
    colour = rgb(mode)
    pairs = {(text, ground): contrast(colour[text], colour[ground]) for text in TEXT for ground in GROUNDS}
    pairs["card", "ink"] = contrast(colour["card"], colour["ink"])  # "Copied"
    busy = over(colour["accent"], colour["card"], BUSY)
    for ground in (colour["accent"], busy):
        pairs["on-accent", str(ground)] = contrast(colour["on-accent"], ground)
    assert {pair: ratio for pair, ratio in pairs.items() if ratio < LEAST_TEXT} == {}


@pytest.mark.parametrize("mode", MODES)
def test_edges_lines_and_components_are_visible(mode):
    colour = rgb(mode)
    pairs = {(mark, ground): contrast(colour[mark], colour[ground]) for mark in MARKS for ground in GROUNDS}
    pairs |= {(name, "card"): contrast(colour[name], colour["card"]) for name in COMPONENTS}  # figures and tables
    pairs |= {(name, "paper"): contrast(colour[name], colour["paper"]) for name in COMPONENTS[:2]}  # Background
    assert {pair: ratio for pair, ratio in pairs.items() if ratio < LEAST_MARK} == {}


def test_style_sheets_use_no_other_pairs():
    grounds, colours = set[str](), set[str]()
    for name, style in STYLES.items():
        if name != "print.css":
            colours |= set(re.findall(r"(?<![\w-])(?:color|border(?:-\w+)*|outline):[^;]*var\(--([\w-]+)\)", style))
            grounds |= set(re.findall(r"(?<![\w-])background(?:-color)?:\s*var\(--([\w-]+)\)", style))
    lengths = {name for name in colours if name.startswith("radius")}
    codes = {"qr-ink"}  # on its own background, in light and dark
    known = {*TEXT, *MARKS, *COMPONENTS, "on-accent", "card", "line"}
    assert colours - {"of", *lengths, *codes} <= known
    assert grounds <= {*GROUNDS, "accent", "ink", "qr-ground", "dim"}  # dim: over the page during the tour
    assert f"color-mix(in srgb, var(--accent) {BUSY:.0%}, var(--card))" in STYLES["widgets.css"]


def drawn(figure: dict[str, Any]) -> dict[str, str]:
    """Colours of the lines, outlines and marks of a figure."""
    found = {}
    for trace in figure["data"]:
        if trace["type"] == "contour" or trace["uid"].startswith("casing"):
            continue  # tested below
        line, marker = trace.get("line", {}), trace.get("marker", {})
        for part in (line, marker.get("line", {}) if trace["type"] == "bar" else marker):
            if part.get("width") != 0 and part.get("color"):
                found[trace["uid"]] = part["color"]
    for shape in figure["layout"].get("shapes", ()):
        assert shape.get("opacity", 1) == 1
        found[shape["name"]] = shape["line"]["color"]
    return found


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("graph", skeletons())
def test_everything_drawn_is_visible(graph, mode):
    ground = rgb(mode)["card"]
    faint = {}
    for uid, colour in drawn(json.loads(json.dumps(skeletons()[graph][mode]))).items():
        ratio = contrast(srgb(colour), ground)
        if ratio < LEAST_MARK:
            faint[uid] = round(ratio, 2)
    assert faint == {}


@pytest.mark.parametrize("mode", MODES)
def test_marks_are_visible_from_the_lowest_to_the_highest_point_of_the_surface(mode):
    (contour, *others) = json.loads(json.dumps(skeletons()[ids.SURFACE_FIGURE][mode]))["data"]
    ends = [seen(colour) for _, colour in contour["colorscale"]]
    faint = {}
    for trace in others:
        line, marker = trace.get("line", {}), trace.get("marker", {})
        edge = marker.get("line", {}).get("color")
        grounds = [srgb(edge)] if edge == tokens(mode)["card"] else ends  # a mark with a rim has its own background
        assert trace.get("opacity", 1) == 1
        for part in filter(None, (line.get("color"), marker.get("color"))):
            ratio = min(contrast(srgb(part), ground) for ground in grounds)
            if ratio < LEAST_MARK:
                faint[trace["uid"]] = round(ratio, 2)
    assert faint == {}


@pytest.mark.parametrize("mode", MODES)
def test_curves_are_told_from_the_bars_beneath_them(mode):
    data = json.loads(json.dumps(skeletons()[ids.DATA_FIGURE][mode]))["data"]
    place = {trace["uid"]: i for i, trace in enumerate(data)}
    bars = [trace for trace in data if trace["type"] == "bar"]
    assert len(bars) == 1 + MAX_COMPONENTS
    ink = srgb(data[place["mixture"]]["line"]["color"])
    card = rgb(mode)["card"]
    for trace in bars:
        fill = trace["marker"]["color"]
        if trace["uid"] != "histogram":
            assert fill.startswith("rgb("), "opaque, so that no two colours mix"
            assert trace["marker"]["line"]["color"] == tokens(mode)[f"component-{trace['uid'][-1]}"]
        beneath = seen(fill) if fill.startswith("rgb(") else over(rgb(mode)["quiet"], card, 0.28)
        assert contrast(ink, beneath) >= LEAST_MARK
    for k in range(MAX_COMPONENTS):
        casing, curve = (data[place[f"{name}-{k}"]] for name in ("casing", "component"))
        assert "fill" not in curve
        assert casing["line"]["color"] == tokens(mode)["card"], "each curve has its own background"
        assert casing["line"]["width"] >= curve["line"]["width"] + 2
        assert place[f"label-{MAX_COMPONENTS - 1}"] < place[f"casing-{k}"] < place[f"component-{k}"]


def seen(colour: str) -> Rgb:
    """A colour as figures have it: hex, or rgb(…)."""
    return srgb(colour) if colour.startswith("#") else np.array(re.findall(r"\d+", colour), float) / 255


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("mode", MODES)
def test_components_are_distinguishable_with_any_colour_vision(mode, vision):
    seen = {name: lab(srgb(tokens(mode)[name]), VISION[vision]) for name in COMPONENTS}
    differences = {pair: difference(*(seen[name] for name in pair)) for pair in combinations(COMPONENTS, 2)}
    assert {pair: found for pair, found in differences.items() if found < LEAST_DIFFERENCE} == {}
    assert differences[COMPONENTS[:2]] > LEAST_OF_TWO


def test_components_differ_in_line_and_sign_too():
    for marks in (DASHES, SIGNS):
        assert len(set(marks[:MAX_COMPONENTS])) == MAX_COMPONENTS


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_differences_equal_the_published_ones(one, other, expected):
    """Sharma, Wu and Dalal (2005), "The CIEDE2000 color-difference formula", table 1."""
    found = difference(np.array(one, float), np.array(other, float))
    assert found == pytest.approx(expected, abs=1e-4)
