"""Files of a run, requested without a browser."""

from __future__ import annotations

import ast
import json

import nbformat
import numpy as np
import pytest

import em
from components.results.completed_run import CompletedRun
from components.results.export_tables import observations_csv, run_json
from components.state.sources import SOURCES
from components.views import run as run_view
from components.views.export import FILES, LINK_REFUSAL, MAX_LINK, reply
from tests.page_requests import run_request

LINK = "http://127.0.0.1:8050/?seed=7"


def requested(what="run", link=LINK, **change):
    return run_request(**change) | {"what": what, "link": link, "id": 1}


def file(**change):
    return reply(requested(**change))["file"]


def errors(**change):
    refusal = reply(requested(**change))
    assert refusal.keys() == {"errors"}
    return refusal["errors"]


def drawn(seed):
    truth = em.ExponentialMixture([0.5, 0.5], [0.1, 1])
    x, z = truth.sample(300, np.random.default_rng(seed))
    start = em.break_tie(x, em.ExponentialMixture([0.1, 0.9], [0.5, 0.5]))
    source = SOURCES["generated"]
    run = em.fit(x, start, em.StoppingRule(tol=1e-12))
    return CompletedRun(source.label, source.about, source.x_title, x, run, z, truth, seed, LINK)


def test_a_file_is_of_the_run_that_the_engine_makes():
    expected = drawn(5)
    assert file(what="data", n=300, seed=5)["text"] == observations_csv(expected)
    assert file(n=300, seed=5)["text"] == run_json(expected)


def test_real_data_have_no_seed_and_no_truth():
    document = json.loads(file(source="galaxies", k=3)["text"])
    assert (document["title"], document["n_components"]) == ("Galaxies", 3)
    assert (document["seed"], document["true"]) == (None, None)
    assert em.datasets.load("galaxies").citation in document["source"]
    assert file(what="data", source="galaxies", k=3)["text"].startswith("x,q0,q1,q2\r\n")


@pytest.mark.parametrize(
    ("change", "stem"),
    [
        ({"source": "galaxies", "k": 3}, "em-lab-galaxies-k3"),
        ({"source": "faithful-waiting", "k": 1}, "em-lab-old-faithful-waiting-k1"),
        ({"n": 50, "seed": 9}, "em-lab-exponential-mixture-n50-seed9-k2"),
    ],
)
def test_names_describe_the_contents_of_a_file(change, stem):
    for what, extension in {"data": "csv", "run": "json", "script": "py", "notebook": "ipynb"}.items():
        assert file(what=what, **change)["name"] == f"{stem}.{extension}"


def test_every_file_has_the_format_of_its_type_and_the_address():
    texts = {what: file(what=what, n=50) for what in FILES}
    assert [one["type"].split("/")[0] for one in texts.values()] == ["text", "application", "text", "application"]
    ast.parse(texts["script"]["text"])
    nbformat.validate(nbformat.reads(texts["notebook"]["text"], 4))
    assert json.loads(texts["run"]["text"])["link"] == LINK
    assert f"# The run on the page: {LINK}" in texts["script"]["text"]
    assert LINK in texts["notebook"]["text"]


@pytest.mark.parametrize("what", [None, "", "elsewhere", 7, ["data"], {"data": 1}])
def test_an_unknown_file_is_refused_in_words(what):
    assert errors(what=what) == {"what": "The file must be one of: data, run, script, notebook."}


@pytest.mark.parametrize(
    "link",
    [
        None,
        "",
        7,
        ["http://a/"],
        "file:///etc/passwd",
        "javascript:alert(1)",
        " http://a/",
        "http://a/" + "x" * MAX_LINK,
        "h" * 10**6,
    ],
    ids=lambda link: str(link)[:20],
)
def test_a_huge_or_odd_address_is_refused_in_words(link):
    assert errors(link=link) == {"link": LINK_REFUSAL}


@pytest.mark.parametrize("end", ["\nimport os", "\r\nimport os", "\u2028import os", "\x00import os", "\ud800"])
def test_an_address_stays_one_comment(end):
    text = file(what="script", link=LINK + end, n=50)["text"]
    plain = file(what="script", n=50)["text"]
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(plain))
    text.encode()


def test_the_longest_address_is_written():
    longest = LINK.ljust(MAX_LINK, "x")
    assert longest in file(what="script", link=longest, n=50)["text"]


def test_bad_values_are_refused_as_for_a_run():
    assert list(errors(n=0, seed=-1)) == ["n", "seed"]
    assert list(reply(requested() | {"source": "elsewhere"})["errors"]) == ["source"]


@pytest.mark.parametrize("request_", [None, [], 7, "run", {}])
def test_odd_requests_are_answered_in_words(request_):
    assert list(reply(request_)) == ["errors"]


@pytest.mark.parametrize("respond", [reply, run_view.reply])
def test_an_error_of_the_fit_is_not_reported_as_one_of_the_start(monkeypatch, respond):
    def fails(*_args):
        raise ValueError("elsewhere")

    monkeypatch.setattr(em, "fit", fails)
    with pytest.raises(ValueError, match="elsewhere"):
        respond(requested())


def test_observations_that_give_no_start_are_refused_in_words():
    words = errors(source="generated-gaussian", n=1, start_from="quantiles")["start_from"]
    assert words.startswith("No start can be made from these observations")
