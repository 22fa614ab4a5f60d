"""Which addresses open one page, so that its layout is made once for all of them; and how it is written."""

from __future__ import annotations

import json
from itertools import combinations

import pytest
from dash._utils import to_json

from app import create_app
from components.state.address import key
from components.state.own_data.packing import pack
from components.views import page

OWN = f"source=own&data={pack([1, 2, 3, 4, 5])}"

ONE = [
    "v=1&view=em&n=12",
    "n=12&view=em",
    "x=1&view=em&n=12&utm_source=y",
    "v=1&amp;view=em&amp;n=12",
    "view=em&n=12.0",
]
OTHERS = [
    "",
    "view=em",
    "n=12",
    "view=em&n=13",
    "view=em&n=12&k=3",
    "view=em&n=12&theme=dark",
    "view=em&n=12&hide=start",
]
BAD = ["n=-1", "n=x", "n=-1&seed=-1", "view=none", "v=2"]


@pytest.mark.parametrize("query", ONE)
def test_a_layout_has_one_key_however_its_address_is_written(query):
    assert key(query) == key(ONE[0]) is not None
    assert to_json(page.layout(query)) == to_json(page.layout(ONE[0]))


def test_other_layouts_have_other_keys():
    queries = [ONE[0], *OTHERS, *BAD]
    keys, made = (
        {query: key(query) for query in queries},
        {query: to_json(page.layout(query)) for query in queries},
    )
    for one, other in combinations(queries, 2):
        assert (keys[one] == keys[other]) == (made[one] == made[other]), (one, other)
    assert None not in keys.values()


@pytest.mark.parametrize("query", [OWN, f"view=em&{OWN}", f"source=own&{OWN[11:40]}", "data=1", "view=em&0.123"])
def test_an_address_that_may_carry_own_data_has_no_key(query):
    assert key(query) is None


@pytest.mark.parametrize("query", ["", ONE[0], OWN, *BAD])
def test_the_layout_is_what_dash_would_write(query):
    answer = create_app().server.test_client().get("/_dash-layout", query_string=query)
    assert answer.mimetype == "application/json"
    assert answer.get_json() == json.loads(to_json(page.layout(query)))
