"""Sharing, without a browser: QR codes, what a link hides, and blind runs."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import zxingcpp
from dash import html
from dash.development.base_component import Component

from app import create_app
from components.controls.prose import to_html
from components.results import qr, studies
from components.state import ids
from components.state.options import EMBED, FLAGS, GROUPS, TRUTH
from components.state.presets import PRESETS
from components.views import page, share
from components.views import run as run_view
from tests.page_requests import run_request, study_request

HOST = "http://192.168.1.17:8050/"


# -- QR codes ----------------------------------------------------------------------------------------------------------


def pixels(answer: dict[str, Any], scale: int = 3) -> np.ndarray:
    """A code as a picture."""
    size = int(re.search(r'viewBox="0 0 (\d+) \1"', answer["svg"])[1])
    picture = np.full((size, size), 255, np.uint8)
    x, y = 0, 0.0
    (path,) = re.findall(r' d="([^"]+)"', answer["svg"])
    for move, dx, dy, width in re.findall(r"([Mm])(-?\d+) (-?[\d.]+)h(\d+)", path):
        x, y = (int(dx), float(dy)) if move == "M" else (x + int(dx), y + float(dy))
        picture[int(y), x : x + int(width)] = 0
        x += int(width)
    return picture.repeat(scale, 0).repeat(scale, 1)


@pytest.mark.slow
def test_addresses_of_every_length_can_be_read_from_their_code():
    rng = random.Random(8)
    alphabet = "abcdefghijklmnopqrstuvwxyz0123456789-_.=&,%"
    for length in [len(HOST), qr.MAX_LENGTH, *rng.sample(range(len(HOST), qr.MAX_LENGTH), 30)]:
        address = HOST + "".join(rng.choice(alphabet) for _ in range(length - len(HOST)))
        picture = pixels(qr.reply(address))
        (found,) = zxingcpp.read_barcodes(picture)
        assert found.text == address
        dark_rows, dark_columns = (np.flatnonzero((picture == 0).any(axis=axis)) for axis in (1, 0))
        for dark in (dark_rows, dark_columns):
            assert (dark[0], dark[-1]) == (4 * 3, len(picture) - 4 * 3 - 1), "four light modules all around"


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        ["http://a"],
        {"text": "http://a"},
        "",
        "http://",
        "ftp://a",
        "javascript:alert(1)",
        "http://a b",
        "http://a\n",
        "http://é",
        "http://\ud800",
        "say http://a",
    ],
)
def test_only_addresses_get_a_code(text):
    handed_back = text if isinstance(text, str) and text.isprintable() else None
    assert qr.reply(text) == {"text": handed_back, "error": qr.NO_ADDRESS}


def test_the_refusal_of_a_link_too_long_for_a_code_gives_its_length():
    assert "2,001 characters" in qr.reply("https://a/" + "b" * 1991)["error"]
    assert "svg" in qr.reply("https://a/" + "b" * 1990)


def test_the_server_makes_the_code():
    inputs = [{"id": ids.QR_REQUEST, "property": "data", "value": HOST}]
    body = {
        "output": f"{ids.QR_REPLY}.data",
        "outputs": {"id": ids.QR_REPLY, "property": "data"},
        "inputs": inputs,
        "changedPropIds": [f"{ids.QR_REQUEST}.data"],
    }
    response = create_app().server.test_client().post("/_dash-update-component", json=body)
    assert response.get_json()["response"][ids.QR_REPLY]["data"] == qr.reply(HOST)


# -- blind runs --------------------------------------------------------------------------------------------------------

TRUTHS = {
    "unequal": run_request(rho=0.047, lambda0=0.137, lambda1=1.219, n=3000),
    "switched": run_request(rho=0.047, lambda0=1.219, lambda1=0.137, n=3000),
    "gaussian": run_request("generated-gaussian", rho=0.047, mu0=-3.7, sigma0=0.3),
    "other sizes": run_request(true_k=3, k=2, weight0=0.047, lambda0=0.137),
}


def unlabelled(histogram: dict[str, Any] | None) -> dict[str, Any] | None:
    """A histogram with the counts of all labels together."""
    if histogram is None:
        return None
    together = [[sum(counts) for counts in zip(*histogram["counts"], strict=True)]]
    return histogram | {"counts": together} | ({"log": unlabelled(histogram["log"])} if "log" in histogram else {})


@pytest.mark.parametrize("request_", TRUTHS.values(), ids=TRUTHS)
def test_a_blind_run_is_the_same_run_without_a_word_of_the_truth(request_):
    full, blind = (run_view.reply(request_ | {"blind": yes})["result"] for yes in (False, True))
    assert full["true"] is not None
    assert full["z"] is not None
    for name in ("true", "z", "beside"):
        assert blind[name] is None, name
    assert unlabelled(full["histogram"]) == blind["histogram"]
    for name in ("x", "rank", "trajectory", "log_likelihood", "bounds"):
        assert blind[name] == full[name], name
    assert blind["sentence"] == full["sentence"].split(" (true ")[0].removesuffix(".") + "."
    assert full["notes"] != blind["notes"], "there is something to hide in these runs"
    for words in ("true", "Labels are switched"):
        assert words not in " ".join(blind["notes"])


@pytest.mark.slow
@pytest.mark.parametrize("study", studies.STUDIES)
def test_studies_know_nothing_of_the_truth(study):
    request_ = study_request(study, n=200, starts=5, lambda0=0.137)
    answer = studies.reply(request_ | {"blind": True})
    assert answer == studies.reply(request_)
    assert "true" not in answer["result"].get("sentence", "")


@pytest.mark.parametrize("odd", [None, 0, 1, "true", [], {}])
def test_blind_is_true_or_false(odd):
    assert run_view.reply(run_request() | {"blind": odd}) == {
        "errors": {"blind": "Whether the true values are hidden must be true or false."}
    }


def test_the_traps_whose_question_tells_the_truth_are_known():
    for preset in PRESETS.values():
        match = re.search(r"\btrue\b|come from one|comes from component", preset.predict)
        assert preset.tells_truth is (match is not None), preset.label


# -- what a link hides -------------------------------------------------------------------------------------------------


def parts(part: object) -> Iterator[Component]:
    """Every component of a layout."""
    if isinstance(part, (list, tuple)):
        for child in part:
            yield from parts(child)
    elif isinstance(part, Component):
        yield part
        yield from parts(getattr(part, "children", None))
        if getattr(part, "id", None) == ids.LATER_VIEWS:
            yield from parts(list(part.data.values()))


def hidden_groups(query: str) -> set[str]:
    """Groups with every part hidden; of other groups no part may be hidden."""
    states: dict[str, set[bool]] = {}
    for part in parts(page.layout(query)):
        if group := getattr(part, "data-group", None):
            states.setdefault(group, set()).add(bool(getattr(part, "hidden", False)))
    assert states.keys() == GROUPS.keys(), "each group is somewhere on the page"
    assert all(len(seen) == 1 for seen in states.values())
    return {group for group, seen in states.items() if True in seen}


def test_a_link_hides_what_it_names_and_nothing_else():
    assert hidden_groups("") == set()
    for group in GROUPS:
        assert hidden_groups(f"hide={group}") == {group}
    assert hidden_groups("hide=" + ",".join(GROUPS)) == set(GROUPS)
    assert hidden_groups("reveal=on") == set(), "one page has no effect on another"


def test_everything_that_names_true_values_is_hidden_with_them():
    def names_truth(part: Component) -> bool:
        name = str(getattr(part, "id", ""))
        return bool(re.match(r"(true_k|rho|lambda\d|mu\d|sigma\d)-row$", name)) or name == ids.TRUE_TABLE

    layout = page.layout("hide=truth")
    groups = [part for part in parts(layout) if getattr(part, "data-group", None) == TRUTH]
    inside = {part.id for group in groups for part in parts(group) if names_truth(part)}
    assert inside == {part.id for part in parts(layout) if names_truth(part)} != set()


def by_id(query: str) -> dict[str, Component]:
    return {part.id: part for part in parts(page.layout(query)) if isinstance(getattr(part, "id", None), str)}


def test_the_sentence_about_a_run_is_visible_without_its_button():
    for query in ("view=em&hide=run", "view=em&hide=controls"):
        hidden = [part for part in parts(page.layout(query)) if getattr(part, "hidden", False)]
        assert ids.RUN_STATUS not in {getattr(inner, "id", None) for part in hidden for inner in parts(part)}


def test_reveal_and_exit_are_there_only_where_they_are_needed():
    assert {ids.REVEAL, ids.OPEN_FULL}.isdisjoint(by_id(""))
    assert {ids.REVEAL, ids.OPEN_FULL}.isdisjoint(by_id("reveal=on&present=on"))
    assert {ids.REVEAL, ids.OPEN_FULL}.isdisjoint(by_id("hide=truth"))
    assert ids.REVEAL in by_id("hide=truth&reveal=on")
    assert by_id("embed=on")[ids.OPEN_FULL].rel == "noopener"
    header = next(part for part in parts(page.layout("embed=on")) if type(part).__name__ == "Header")
    assert header.hidden
    assert not next(part for part in parts(page.layout("")) if type(part).__name__ == "Header").hidden


def test_the_dialog_offers_every_group_and_flag_once():
    dialogs = share.as_dict()["dialogs"]
    assert re.findall(r'data-hide="([\w-]+)"', dialogs) == list(GROUPS)
    assert set(re.findall(r'data-flag="(\w+)"', dialogs)) == set(FLAGS)
    used = re.findall(r' id="([\w-]+)"', dialogs)
    assert len(used) == len(set(used))
    assert set(used).isdisjoint(by_id(f"{EMBED}=on&hide=truth&reveal=on"))
    made = {place.removesuffix("-place") for place in used}  # by the browser, in its place
    assert set(re.findall(r' for="([\w-]+)"', dialogs)) <= made | set(used)


def test_html_has_its_own_names_and_no_attribute_that_is_off():
    button = html.Button("a & b", autoFocus=True, disabled=False, **{"data-y": '"'})
    assert to_html(button) in (
        '<button autofocus data-y="&quot;">a &amp; b</button>',
        '<button data-y="&quot;" autofocus>a &amp; b</button>',
    )
    assert to_html(html.Label("l", htmlFor="z")) == '<label for="z">l</label>'
