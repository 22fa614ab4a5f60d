"""The page's state in its address: one link shows everybody the same.

Names in the address are those of parameters and options; values equal to their defaults are left out. The browser
writes the address (assets/page/address.mjs), this module reads it, also after mail or chat has changed it (query.py).
What cannot be read is ignored, and the page says so. The version goes up when a default or a name changes, so that
older links keep their meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain
from typing import Any

from components.state import ids
from components.state.families import FAMILIES
from components.state.options import CHOICES, FAMILY_SCALES, FLAGS, GROUPS, SWITCHES
from components.state.own_data.packing import unpack
from components.state.parameters import (
    ACROSS,
    DRAWN,
    EXPONENTIAL,
    GAUSSIAN,
    MAX_ITER,
    PROBLEMS,
    SAMPLE,
    START,
    START_SEED,
    STOPPING,
    STUDY,
    Parameter,
)
from components.state.query import pairs
from components.state.run_request import own_source
from components.state.sources import OWN, SOURCES, Source
from components.state.words import ON_SHOW

VERSION = 2
V = "v"
"""Name in a link of the version."""
SCALES_SINCE = 2
"""First version whose links mean the family's own scale of x (`FAMILY_SCALES`) where they name none."""
STARTS_SINCE = 2
"""First version whose links show the start, before any run, where they name no iteration; older ones show the end."""

VIEW = "view"
VIEWS = {"em" if view == "run" else view: view for view in ids.VIEWS}
"""Name of a view in a link -> view."""
FIRST_VIEW = "gaussian"

HIDE = "hide"
"""Name in a link of the hidden groups, separated by commas."""

ITERATION = Parameter("iteration", ON_SHOW, 0, MAX_ITER.maximum, 0, 0.5, slider=False)
"""The iteration on show; a half-step follows an M-step."""

ALWAYS = (
    *SAMPLE,
    *START,
    *GAUSSIAN,
    *EXPONENTIAL,
    *chain.from_iterable(DRAWN.values()),
    START_SEED,
    *STUDY,
    *ACROSS,
    ITERATION,
)
"""Parameters that every link may set."""

NAMES = {ids.THEME_CHOICE: "theme"}
"""Choices whose name in a link is not their id."""
FORMER = {"speed": {"1": None, "4": None, "20": None}, "half-steps": {"on": None, "off": None}}
"""Options of former versions, which are read and mean nothing: name -> words."""
ON_OFF = {True: "on", False: "off"}

NO_SUCH = "there is no such option"
LEFT_OUT = "{part} “{name}” was left out: {problem}. Allowed: {allowed}."
DATA = "data"
"""Name in a link of own data, packed (components/state/own_data/packing.py)."""
NO_DATA = "This link was made with somebody’s own data and does not carry them: ask for the file and choose it here."
OTHER_FAMILY = "A {family} mixture is fitted instead: {problem}"
LOST = "Part of the link was not understood: {parts}. All else is as the link says; copy the whole link again."
NEWER = "This link was made by another version of EM Lab; what is not known here is left out."

MAX_LENGTH = 8_000
"""Characters of an address that are read."""
TOO_LONG = f"Of this link only the first {MAX_LENGTH:,} characters were read."
_NUMBER = re.compile(r"-?(\d{1,25}\.?\d{0,25}|\.\d{1,25})(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Link:
    """What an address sets, checked; messages about what was left out; own data, if the address carries them; and the
    version by which it is read."""

    values: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    own: Source | None = None
    version: int = VERSION

    def view(self) -> str:
        """The view that is open."""
        return str(self.values.get(VIEW, FIRST_VIEW))

    def number(self, parameter: Parameter) -> float:
        """Value of a parameter."""
        value = self.values.get(parameter.name)
        return parameter.default if value is None or parameter.problem(value) else float(value)

    def whole(self, parameter: Parameter) -> int:
        """Value of a parameter whose values are whole."""
        return int(self.number(parameter))

    def chosen(self, choice_id: str) -> str:
        """Value of a choice."""
        return str(self.values.get(choice_id, CHOICES[choice_id].default))

    def x_scale(self) -> str:
        """Scale of x: the one named, or else what links of this version mean."""
        return str(self.values.get(ids.X_SCALE, scales(self.version)[self.source().family.family]))

    def opens_at(self) -> float | None:
        """The iteration at which the run opens, or its end if that is before it; None for the start, before any run."""
        usual = None if self.version >= STARTS_SINCE else MAX_ITER.maximum
        given = self.values.get(ITERATION.name, usual)
        return None if given is None else float(given)

    def is_on(self, switch_id: str) -> bool:
        """Whether a switch or a flag is on."""
        return bool(self.values.get(switch_id, SWITCHES.get(switch_id, False)))

    def hidden(self) -> tuple[str, ...]:
        """Groups that are hidden."""
        return tuple(self.values.get(HIDE, ()))

    def run_parameters(self) -> tuple[Parameter, ...]:
        """The parameters of the run that the link shows."""
        (k,), true_k = START, next(p for p in SAMPLE if p.name == "true_k")
        return self.source().parameters(self.whole(true_k), self.whole(k), self.chosen(ids.START_FROM))

    def source(self) -> Source:
        """Where the observations come from."""
        return self.own or SOURCES[self.chosen(ids.SOURCE)]


def scales(version: int) -> dict[str, str]:
    """Family -> scale of x that links of a version mean where they name none."""
    return FAMILY_SCALES if version >= SCALES_SINCE else dict.fromkeys(FAMILY_SCALES, CHOICES[ids.X_SCALE].default)


def decode(query: str) -> Link:
    """Read the query of an address, whatever it holds."""
    given, lost = pairs(query[:MAX_LENGTH], names())
    values: dict[str, Any] = {}
    problems: list[str] = []

    def take(name: str, key: str, read: Any, allowed: str) -> None:
        if name not in given:
            return
        value, problem = read(given[name])
        if value is not None:
            values[key] = value
        if problem is not None:
            part = "The link’s" if value is None else "Part of the link’s"
            problems.append(LEFT_OUT.format(part=part, name=name, problem=problem, allowed=allowed))

    if len(query) > MAX_LENGTH:
        problems.append(TOO_LONG)
    if lost:
        problems.append(LOST.format(parts=", ".join(f"“{part}”" for part in lost)))
    version = given.get(V, "")[:9]
    if version.isdecimal() and int(version) > VERSION:
        problems.append(NEWER)
    elif not version.isdecimal():
        take(V, V, _reader({}), f"1 to {VERSION}")
    for name, key, options in _options():
        take(name, key, _reader(options), ", ".join(options))
    for name, former in FORMER.items():
        take(name, name, _reader(former), ", ".join(former))
    own, problem = _read_own(given, values)
    problems += [problem] if problem else []
    take(HIDE, HIDE, _read_groups, ", ".join(GROUPS))
    for parameter in ALWAYS:
        take(parameter.name, parameter.name, _number_reader(parameter), parameter.allowed)
    for parameter in Link(values, own=own).run_parameters():  # they depend on the values read above
        if parameter.name not in values:
            take(parameter.name, parameter.name, _number_reader(parameter), parameter.allowed)
    return Link(values, tuple(dict.fromkeys(problems)), own, _version(version, given))


def as_dict() -> dict[str, Any]:
    """What the browser needs to write links: name, id and default of each option; parameters have their own table."""
    return {
        "version": VERSION,
        "iteration": ITERATION.as_dict() | {"whole": replace(ITERATION, step=1).as_dict()},
        "view": {"name": VIEW, "default": FIRST_VIEW, "names": {view: name for name, view in VIEWS.items()}},
        "choices": [
            {"name": NAMES.get(key, key), "id": key, "default": c.default}
            for key, c in CHOICES.items()
            if key != ids.X_SCALE
        ],
        "scales": scales(VERSION),
        "switches": [{"name": key, "id": key, "default": ON_OFF[on]} for key, on in SWITCHES.items()],
        "hide": {"name": HIDE, "groups": list(GROUPS)},
        "flags": list(FLAGS),
    }


@cache
def names() -> frozenset[str]:
    """All names in links."""
    mixtures = (group for source in SOURCES.values() for group in (source.samples, source.starts) if group)
    of_runs = chain.from_iterable(parameters for group in mixtures for parameters in group.values())
    numbers = {parameter.name for parameter in (*ALWAYS, *STOPPING, *of_runs)}
    return frozenset({V, HIDE, DATA} | FORMER.keys() | {name for name, _, _ in _options()} | numbers)


def carries_data(query: str) -> bool:
    """Whether an address carries own data, or something that may be a part of them."""
    found, lost = pairs(query, names())
    return DATA in found or bool(lost)


def key(query: str) -> str | None:
    """What an address sets: equal for those that open the same page, however written; None if it may carry own data."""
    if carries_data(query[:MAX_LENGTH]):
        return None
    link = decode(query)
    return repr((sorted(link.values.items()), link.problems, min(link.version, VERSION)))


def _version(version: str, given: dict[str, str]) -> int:
    """Version by which names are read: that of the page for a bare address, and 1 for a link that names none."""
    return int(version) if version.isdecimal() else 1 if given else VERSION


def _read_own(given: dict[str, str], values: dict[str, Any]) -> tuple[Source | None, str | None]:
    """Own data and a message if the family had to change; or None and why they cannot be read, without the source."""
    if values.get(ids.SOURCE) != OWN:
        return None, None
    try:
        data = list(unpack(given[DATA])) if DATA in given else None
    except ValueError as error:
        del values[ids.SOURCE]
        return None, str(error)
    problem = NO_DATA
    wanted = values.get(ids.FAMILY, CHOICES[ids.FAMILY].default)
    for family in sorted(FAMILIES, key=lambda name: name != wanted) if data is not None else ():
        source, errors = own_source(data, family)
        if source is not None:
            values |= {DATA: given[DATA], ids.FAMILY: family}
            return source, None if family == wanted else OTHER_FAMILY.format(family=family, problem=problem)
        if family == wanted:
            problem = " ".join(errors.values())
    del values[ids.SOURCE]
    return None, problem


def _options() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Of everything that is one of several: name in the link, key, and word in the link -> value."""
    yield VIEW, VIEW, VIEWS
    for key, choice in CHOICES.items():
        yield NAMES.get(key, key), key, {value: value for value in choice.options}
    for key in (*SWITCHES, *FLAGS):
        yield key, key, {word: on for on, word in ON_OFF.items()}


def _reader(options: Mapping[str, Any]) -> Any:
    return lambda text: (options[text], None) if text in options else (None, NO_SUCH)


def _read_groups(text: str) -> tuple[tuple[str, ...] | None, str | None]:
    """The known groups, in the page's order. They are hidden even if the link names unknown ones too."""
    named = set(text.split(","))
    return tuple(group for group in GROUPS if group in named) or None, NO_SUCH if named - GROUPS.keys() else None


def _number_reader(parameter: Parameter) -> Any:
    def read(text: str) -> tuple[float | None, str | None]:
        number = float(text) if _NUMBER.fullmatch(text) else text and float("nan")
        problem = parameter.problem(number)
        return (None, PROBLEMS[problem]) if problem else (float(number), None)

    return read
