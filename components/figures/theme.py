"""Colours and the plotly template in light and dark, read from `assets/tokens.css`, the only place with colours."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

import plotly.graph_objects as go

Mode = Literal["light", "dark"]
MODES: tuple[Mode, ...] = ("light", "dark")

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
"""Line style of component 0, 1, …: curves must differ in more than colour."""

_LENGTH = re.compile(r"--([\w-]+):\s*(\d+)px")
_FONT = re.compile(r"--font:\s*(.+);")
_TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)")
_CSS = Path(__file__).parents[2] / "assets" / "tokens.css"


@cache
def tokens(mode: Mode) -> dict[str, str]:
    """Colour tokens of a mode: name (without the dashes) -> hex colour."""
    return {name: (light, dark)[MODES.index(mode)] for name, light, dark in _TOKEN.findall(_CSS.read_text("utf-8"))}


@cache
def lengths() -> dict[str, int]:
    """Length tokens in pixels: name -> number."""
    return {name: int(pixels) for name, pixels in _LENGTH.findall(_CSS.read_text("utf-8"))}


@cache
def font() -> str:
    """The page's typeface, as plotly wants it."""
    found = _FONT.search(_CSS.read_text("utf-8"))
    assert found is not None, "tokens.css names a typeface"
    return found[1].replace('"', "'")


def component_colour(k: int, mode: Mode) -> str:
    """Colour of component `k`, counted from 0."""
    return tokens(mode)[f"component-{k}"]


def translucent(colour: str, alpha: float) -> str:
    """A hex colour as rgba() with the given opacity."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def mixed(colour: str, ground: str, share: float) -> str:
    """So much of a hex colour in another: it covers what is beneath, unlike one with an opacity."""
    over, under = ([int(hexed[i : i + 2], 16) for i in (1, 3, 5)] for hexed in (colour, ground))
    return "rgb({},{},{})".format(*(round(share * a + (1 - share) * b) for a, b in zip(over, under, strict=True)))


def blended(low: str, high: str, levels: int) -> list[str]:
    """A scale of so many colours between two."""
    return [mixed(high, low, level / (levels - 1)) for level in range(levels)]


@cache
def template(mode: Mode) -> go.layout.Template:
    """The template of every figure."""
    colour = tokens(mode)
    axis = {
        "gridcolor": colour["line"],
        "linecolor": colour["edge"],
        "tickcolor": colour["edge"],
        "tickfont": {"size": lengths()["figure-tick"], "color": colour["quiet"]},
        "title": {"font": {"size": lengths()["figure-title"], "color": colour["ink"]}, "standoff": 8},
        "separatethousands": True,
        "minexponent": 7,  # powers of ten from ten million on, and below a millionth
        "exponentformat": "e",
        "ticks": "outside",
        "ticklen": 4,
        "zeroline": False,
        "showline": True,
        "automargin": False,
        "fixedrange": True,
    }
    return go.layout.Template(
        layout={
            "font": {"family": font(), "color": colour["ink"]},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "xaxis": axis | {"showgrid": False},
            "yaxis": axis,
            "margin": {"l": 66, "r": 14, "t": 12, "b": 44},
            "showlegend": False,  # legends are HTML
            "hoverlabel": {
                "bgcolor": colour["card"],
                "bordercolor": colour["edge"],
                "font": {"color": colour["ink"], "size": lengths()["figure-title"]},
            },
            "annotationdefaults": {"font": {"size": lengths()["figure-tick"]}},
            "dragmode": False,
        }
    )


@cache
def saved_template() -> go.layout.Template:
    """The template of every saved figure: light, on white, with large type and a legend."""
    size = lengths()
    axis = {
        "tickfont": {"size": size["saved-text"]},
        "title": {"font": {"size": size["saved-axis"]}},
        "automargin": True,
    }
    ground = tokens("light")["card"]
    return go.layout.Template(template("light")).update(
        layout={
            "paper_bgcolor": ground,
            "plot_bgcolor": ground,
            "xaxis": axis,
            "yaxis": axis,
            "margin": {"l": 80, "r": 24, "t": 112, "b": 100},
            "title": {
                "font": {"size": size["saved-title"]},
                "subtitle": {"font": {"size": size["saved-text"], "color": tokens("light")["quiet"]}},
                "x": 0.02,
                "y": 0.95,
                "yanchor": "top",
            },
            "annotationdefaults": {"font": {"size": size["saved-text"]}},
            "showlegend": True,
            "legend": {
                "font": {"size": size["saved-text"]},
                "orientation": "h",
                "itemwidth": 48,  # a long dash and its gap
                "x": 0.5,
                "xanchor": "center",
                "y": 0,
                "yanchor": "bottom",
                "yref": "container",
            },
        }
    )
