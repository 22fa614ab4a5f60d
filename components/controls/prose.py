"""Text with mathematics: from strings to Dash components.

Blank lines separate blocks: ``### `` starts a heading, ``- `` the items of a list, ``$$`` a formula on its own line,
which may break at ``\\qquad`` and ``\\allowbreak``; anything else is a paragraph. Inside a block ``$...$`` is TeX,
``*...*`` is emphasis, `` `...` `` is code and ``[words](address)`` is a link. The browser typesets every ``.tex``
element (``assets/page/background.mjs``); until then it shows the TeX source.
"""

from __future__ import annotations

import re
from html import escape

from dash import html
from dash.development.base_component import Component

from components.state.words import SCROLLS

_TEX = r"(?P<before>\(?)\$(?P<tex>[^$]+)\$(?P<after>[^\s$*\[]*)"
_LINK = r"\[(?P<words>[^\]]+)\]\((?P<address>[^)\s]+)\)"
_EMPHASIS = r"\*(?P<emphasis>[^*]+)\*"
_CODE = "`(?P<code>[^`]+)`"
_MARKUP = re.compile(f"{_TEX}|{_LINK}|{_EMPHASIS}|{_CODE}")


def document(text: str) -> list[Component]:
    """Turn blocks of text into headings, paragraphs, lists and equations."""
    return [_block(block.strip()) for block in re.split(r"\n\s*\n", text.strip())]


def _block(block: str) -> Component:
    if block.startswith("$$"):
        return _equation(block.strip("$"))
    if block.startswith("### "):
        return html.H3(prose(block.removeprefix("### ")))
    if block.startswith("- "):
        return html.Ul([html.Li(prose(item)) for item in re.split(r"^\s*- ", block, flags=re.MULTILINE)[1:]])
    return html.P(prose(block))


def _equation(tex: str) -> Component:
    """Each part is a box: a narrow window shows one below the other."""
    *others, last = re.split(r"(\\qquad|\\allowbreak)", tex)
    parts = [
        _formula(part, "tex tex-display" if end == r"\qquad" else "tex tex-display tex-continues")
        for part, end in zip(others[::2], others[1::2], strict=True)
    ]
    parts.append(_formula(last, "tex tex-display"))
    return html.Div(parts, className="equation", **{"data-scrolls": SCROLLS["equation"]})


def prose(text: str) -> list[str | Component]:
    """Split one block into text, formulas, emphasis and links."""
    text = _one_line(text)
    children: list[str | Component] = []
    end = 0
    for match in _MARKUP.finditer(text):
        children += [text[end : match.start()], _marked_up(match)]
        end = match.end()
    return [child for child in (*children, text[end:]) if child != ""]


def _marked_up(match: re.Match[str]) -> Component:
    if match["tex"]:
        formula = _formula(match["tex"], "tex")
        before, after = match["before"], match["after"]
        # Without this, a line could break between the box of a formula and its comma.
        return html.Span([before, formula, after], className="tex-glued") if before or after else formula
    if match["words"]:
        return html.A(prose(match["words"]), href=match["address"])
    if match["code"]:
        return html.Code(match["code"])
    return html.Em(prose(match["emphasis"]))


def _formula(tex: str, class_name: str) -> Component:
    return html.Span(_one_line(tex), className=class_name)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def to_html(node: object) -> str:
    """Write static Dash components as HTML: hundreds of components more would slow down every callback of the page."""
    if isinstance(node, (list, tuple)):
        return "".join(to_html(child) for child in node)
    if not isinstance(node, Component):
        return "" if node is None else escape(str(node))
    props = node.to_plotly_json()["props"]
    children = to_html(props.pop("children", None))
    tag = type(node).__name__.lower()
    attributes = "".join(_attribute(name, value) for name, value in props.items())
    return f"<{tag}{attributes}>{children}</{tag}>"


def _attribute(name: str, value: object) -> str:
    name = {"className": "class", "htmlFor": "for"}.get(name, name.lower())
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
