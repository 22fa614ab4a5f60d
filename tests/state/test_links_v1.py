"""A hundred links of version 1, or without a version, as they were written and shown when that was the last version.

Of each, `links_v1.json` has what was set, the iteration that was on show, and its log-likelihood.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from components.results import runs
from components.state import ids
from components.state.address import HIDE, Link, decode
from components.state.options import TRUTH
from components.state.run_request import parse_run

LINKS = json.loads(Path(__file__).with_name("links_v1.json").read_text("utf-8"))


def request_of(link: Link) -> dict[str, object]:
    """The request for the run that a link shows, as the page makes it."""
    values = {p.name: link.whole(p) if p.whole else link.number(p) for p in link.run_parameters()}
    choices = {name: link.chosen(name) for name in (ids.SOURCE, ids.METHOD)}
    return {**choices, "start_from": link.chosen(ids.START_FROM), "blind": TRUTH in link.hidden(), **values}


def test_there_are_a_hundred_links_of_every_kind():
    assert len({link["query"] for link in LINKS}) == 100
    assert {link["view"] for link in LINKS} == set(ids.VIEWS)
    assert {"v=1" in link["query"] for link in LINKS} == {True, False}
    assert len({group for link in LINKS for group in link["values"].get("hide", [])}) > 10


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link["query"])
def test_a_link_of_version_1_shows_what_it_showed(link):
    found = decode(link["query"])
    assert found.problems == ()
    values = dict(found.values)
    former = {name: values.pop(name, None) for name in ("speed", "half-steps")}
    assert set(former.values()) == {None}
    assert set(values.pop(HIDE, ())) == set(link["values"].get(HIDE, ()))
    assert values == {name: value for name, value in link["values"].items() if name != HIDE}
    assert found.view() == link["view"]
    assert found.x_scale() == "linear"

    spec, errors = parse_run(request_of(found))
    assert spec is not None, errors
    result = runs.execute(spec)
    ell = result["log_likelihood"]
    place = min(2 * found.opens_at(), 2 * (len(ell) - 1))  # the run is shown, at its end or where the link says
    if result["bounds"] is None:
        place += place % 2  # no half-steps
    assert place / 2 == link["iteration"]
    assert ell[math.ceil(place / 2)] == pytest.approx(link["log_likelihood"], rel=1e-9)
