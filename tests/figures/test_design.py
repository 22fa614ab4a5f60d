"""One design: only assets/tokens.css defines how things look."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from components.figures import theme
from components.figures.run_figures import FIGURES, SENTENCES
from serving.files import own_files
from tests import ROOT

ASSETS = ROOT / "assets"
SHEETS = own_files("css")
TOKENS = ASSETS / "tokens.css"
LITERAL_COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|lab|lch)\(|\b(?:white|black|red|gr[ae]y|blue)\b", re.I
)
"""A literal colour; `transparent`, `currentcolor` and colours of the system are allowed."""


def declarations(sheet: Path) -> list[tuple[str, str]]:
    """Properties and values of a style sheet, without comments."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.S)
    return [(name.strip(), value.strip()) for name, value in re.findall(r"([\w-]+)\s*:\s*([^:;{}]+);", text)]


def literal(name: str, value: str) -> bool:
    """Whether a declaration has a literal value that should be a token."""
    own = re.sub(r"var\([^()]*\)", "", value)
    if LITERAL_COLOUR.search(own):
        return True
    if name in {"font-size", "font"}:  # em is relative to the text around it, % to the whole page
        return bool(re.search(r"\d(?:px|rem|pt)", own))
    if name.startswith("border") and name.endswith("radius"):
        return bool(re.search(r"[1-9]\d*(?:px|rem|em)", own))
    if name == "box-shadow":
        return bool(re.search(r"\dpx", own))
    # Single pixels and negative steps align things by eye; the Background has spaces in rem.
    if re.match(r"(?:padding|margin|(?:row-|column-)?gap)", name):
        return any(float(pixels) >= 2 for pixels in re.findall(r"(?<![-\d.])(\d+(?:\.\d+)?)px", own))
    return False


@pytest.mark.parametrize("sheet", [sheet for sheet in SHEETS if sheet != TOKENS], ids=lambda sheet: sheet.name)
def test_colours_type_radii_shadows_and_spaces_are_tokens(sheet):
    assert [f"{name}: {value}" for name, value in declarations(sheet) if literal(name, value)] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("color", "#1a1f26"),
        ("background", "rgb(0 0 0 / 45%)"),
        ("background", "white"),
        ("font-size", "0.75rem"),
        ("border-radius", "10px"),
        ("box-shadow", "0 0 0 4px var(--of)"),
        ("padding", "5px var(--space-2)"),
    ],
)
def test_literal_values_are_found(name, value):
    assert literal(name, value)


def test_every_token_that_is_used_is_defined():
    texts = [sheet.read_text("utf-8") for sheet in SHEETS]
    scripts = [script.read_text("utf-8") for script in own_files("mjs")]
    written = {name for text in texts for name in re.findall(r"(--[\w-]+)\s*:", text)}
    written |= {name for script in scripts for name in re.findall(r"setProperty\(\"(--[\w-]+)", script)}
    written |= {name for script in scripts for name in re.findall(r"(--[\w-]+):", script)}
    used = {name for text in texts for name in re.findall(r"var\((--[\w-]+)\)", text)}
    assert used - written == set()


def test_python_and_scripts_write_no_colour():
    for path in [*own_files("mjs"), *(ASSETS.parent / "components").rglob("*.py")]:
        assert not re.search(r"[\"']#[0-9a-f]{3,8}[\"']", path.read_text("utf-8"), re.I), path.name


def test_figures_have_the_pages_typeface_and_sizes():
    text = TOKENS.read_text("utf-8")
    for mode in theme.MODES:
        layout = theme.template(mode).layout
        assert f"--font: {layout.font.family}".replace("'", '"') in text
        assert f"--figure-tick: {layout.xaxis.tickfont.size}px" in text
        assert f"--figure-title: {layout.yaxis.title.font.size}px" in text


def test_words_of_sentences_beneath_figures_have_names_of_their_own():
    assert len(SENTENCES) == sum(len(figure.words) for figure in FIGURES.values())
