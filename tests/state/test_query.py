"""Links that mail, chat or an HTML page has changed mean the same, or words say what is lost; never another state."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from components.state import address, ids
from components.state.address import NEWER, decode
from components.state.options import CHOICES, FLAGS, GROUPS
from components.state.own_data.packing import pack
from components.state.query import pairs
from components.state.sources import OWN
from tests.state.test_address import V1, some_state

BREAKS = ("+", "%0A", "%0D%0A", "%20", "%0D%0A%20", "%C2%A0", "%E2%80%8B", "%C2%AD", "%EF%BB%BF")
MARKS = (*".,>)\"'*;:!?]}", "%3E", "%22", "%E2%80%9D", "%E2%80%99", ").", "**", ".%0A", "&", "&%20")


def some_link(rng: random.Random) -> str:
    """A link as the page writes it: of any view and source, also with own data."""
    state = {name: value for name, value, default in some_state(rng) if value != default}
    if rng.random() < 0.3:
        state = {name: value for name, value in state.items() if not re.match("start_(mu|sigma|lambda)", name)}
        data = [round(rng.gauss(0, 5), rng.randrange(17)) for _ in range(rng.randint(5, 60))]
        state |= {ids.SOURCE: OWN, ids.FAMILY: "gaussian", address.DATA: pack(data)}
    return "&".join(["v=1", *(f"{name}={quote(str(value), safe=',')}" for name, value in state.items())])


def read(query: str) -> tuple[Any, ...]:
    link = decode(query)
    return dict(link.values), link.own and link.own.x.tolist(), link.problems


def somewhere(rng: random.Random, link: str, *inserted: str) -> str:
    at = rng.randint(1, len(link))
    return link[:at] + rng.choice(inserted) + link[at:]


def twice(rng: random.Random, link: str, inserted: str) -> str:
    """The same at two places, neither of them inside what is inserted."""
    first, last = sorted(rng.sample(range(1, len(link) + 1), 2))
    return link[:first] + inserted + link[first:last] + inserted + link[last:]


def wrapped(link: str) -> str:
    """In quoted-printable, in lines of 76 characters."""
    return re.sub(r"(.{73}[^=]{3})", r"\1=%0D%0A", link.replace("=", "=3D"))


DAMAGES: dict[str, Callable[[random.Random, str], str]] = {
    "none": lambda _, link: f"?{link}",
    "html": lambda rng, link: link.replace("&", rng.choice(["&amp;", "&amp;amp;", "&#38;", "&#x26;", "&amp%3B"])),
    "html without semicolons": lambda _, link: link.replace("&para", "%C2%B6").replace("&not", "%C2%AC"),
    "html, in part": lambda _, link: f"amp;{link.replace('&', '&amp;', 2)}",
    "& encoded": lambda rng, link: link.replace("&", rng.choice(["%26", "%2526", "%26amp%3B", "%26%2338%3B"])),
    "= encoded": lambda rng, link: link.replace("=", rng.choice(["%3D", "%3d", "%253D"])),
    "encoded": lambda _, link: quote(link, safe=""),
    "encoded with its question mark": lambda _, link: quote(f"?{link}", safe=""),
    "encoded twice": lambda _, link: quote(quote(link, safe=""), safe=""),
    "encoded, then opened by a tracker": lambda _, link: f"{quote(link, safe='')}&utm_source=a&fbclid=IwAR0_x",
    "quoted-printable": lambda _, link: link.replace("=", "=3D"),
    "quoted-printable, wrapped": lambda _, link: wrapped(link),
    "a soft break": lambda rng, link: somewhere(rng, link, "=%0D%0A", "=%0A", "=%20"),
    "a break": lambda rng, link: somewhere(rng, link, *BREAKS),
    "breaks": lambda rng, link: twice(rng, link, "%0D%0A"),
    "a break, encoded": lambda rng, link: quote(somewhere(rng, link, *BREAKS[1:]), safe=""),
    "a mark": lambda rng, link: link + rng.choice(MARKS),
    "html and a mark": lambda rng, link: link.replace("&", "&amp;") + rng.choice(MARKS),
    "a word processor": lambda rng, link: link.replace("-", rng.choice(["%E2%80%91", "%E2%80%93", "%E2%88%92"])),
    "escaped": lambda _, link: link.replace("_", "\\_").replace("-", "%5C-"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_link_means_what_it_meant(damage):
    rng = random.Random(damage)
    links = [*filter(None, V1), *(some_link(rng) for _ in range(15))]
    for link in links:
        meant = read(link)
        assert meant[2] == (), link
        assert read(DAMAGES[damage](rng, link)) == meant, link


def test_a_link_that_is_damaged_in_several_ways_means_the_same_or_what_is_lost_is_said():
    rng = random.Random(7)
    odd = ("%0A>%20", "%3Cbr%3E", "%0D%0A%0D%0A", "…", "*", "%26", "\\", "%00")
    kinds = [*DAMAGES.values(), *[lambda rng, link: somewhere(rng, link, *odd)] * 9]
    same = 0
    for _ in range(300):
        link = damaged = some_link(rng)
        for damage in rng.choices(kinds, k=rng.randint(2, 3)):
            damaged = damage(rng, damaged)
        meant, found = read(link), read(damaged)
        assert found == meant or found[2], f"{link}\n{damaged}"
        same += found == meant
    assert same > 100


def test_what_the_page_writes_holds_nothing_that_is_repaired():
    written = re.compile(r"[a-z][a-z0-9_-]*")
    options = [value for choice in CHOICES.values() for value in choice.options]
    for word in (*address.names(), *options, *address.VIEWS, *GROUPS, *FLAGS):
        assert written.fullmatch(word), word


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("v=1.", None),
        ("amp;v=1", None),
        ("v=01", None),
        ("v=1&k=3&gt;", None),
        ("v=1&k=3&quot;&gt;", None),
        ("v=1&rho=“0.3”", None),
        ("v=1&rho=(0.3)&k=3/", None),
        ("v=1&k=3&gt;5", "“gt;5”"),
        ("v=1%26k=3", None),
        ("v=one&k=3", "The link’s “v” was left out: there is no such option. Allowed: 1 to 2."),
        ("v=99", NEWER),
        ("rho=0.3%0Ak=2", "Part of the link was not understood: “rho=0.3k=2”. All else is as the link says;"),
        ("v=1&k=2&start_rh", "“start_rh”"),
        ("rh%0A>%20o=0.3", "“rh%0A>%20o=0.3”"),
        ("k=2...", "“k” was left out: this is not a number"),
        ("rho=0.3%E2%80%A6", "“rho” was left out: this is not a number"),
        ("n=2%2B3", "“n” was left out: this is not a number"),
        ("k=3%26k%3D4%26x", "“x”"),
        ("<b>&n&%00a&b&c", "not understood: “<b>”, “n”, “a”."),
        ("x" * 50, f"not understood: “{'x' * 40}”."),
        ("%00&k=3", None),
        ("k=3" + "&" * 8_000, "Of this link only the first 8,000 characters were read."),
        ("utm_source=mail%26k%3D4&fbclid=a==", None),
    ],
)
def test_what_is_not_understood_is_said_and_nothing_else(query, words):
    problems = decode(query).problems
    assert (words in problems[0] and len(problems) == 1) if words else not problems


def test_free_texts_are_left_as_they_are():
    text = "Is 2+2 = 4 & ρ ≤ ½, “amp;” or 3D=?  Yes."
    names, texts = {"v", "k"}, {"question"}
    link = f"v=1&question={quote(text, safe='')}&k=2"
    assert pairs(link, names, texts) == ({"v": "1", "question": text, "k": "2"}, [])
    assert pairs("question=two+words", names, texts) == ({"question": "two words"}, [])
    for damage in ("html", "encoded", "encoded twice", "quoted-printable", "a mark"):
        found, lost = pairs(DAMAGES[damage](random.Random(damage), link), names, texts)
        assert (found["question"], found["k"], lost) == (text, "2", [])


def test_a_link_of_any_length_is_read_in_a_moment():
    """Work grows with the length: what is encoded again and again is decoded three times."""
    for one in ("&", "=%0A", "%25", "%2526", "a&", "k=%26", "v=3D", "&#0000", "%26amp%3B", "k=%2526"):
        found, lost = pairs("k=" + one * 20_000, {"k", "v"})
        assert len(found) <= 2
        assert len(lost) <= 3
