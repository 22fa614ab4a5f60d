"""Own data in requests of the page: read, packed, run, and refused in words."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

import em
from app import create_app
from components.results import studies
from components.state import address, ids
from components.state.families import FAMILIES
from components.state.own_data.packing import MAX_PACKED, pack, unpack
from components.state.parameters import MAX_VALUES, Parameter, number
from components.state.sources import OWN, SIZES, own
from components.views import own_panel
from components.views.run import reply
from tests.page_requests import study_request

VALUES = np.round(
    em.GaussianMixture([0.4, 0.6], [2, 6], [1, 1]).sample(90, np.random.default_rng(3))[0] + 5, 2
).tolist()


def own_request(values=VALUES, family="gaussian", k=2, **change):
    """A request for a run on own data."""
    suited = family if isinstance(family, str) and family in FAMILIES else "gaussian"
    parameters = own(VALUES, FAMILIES[suited]).parameters(k=k)
    defaults = {p.name: p.default for p in parameters} | {"k": k}
    return {"source": OWN, "start_from": "hand", "family": family, "data": values} | defaults | change


def test_text_and_files_are_read_packed_and_ready_to_run():
    text = "\n".join(map(str, VALUES))
    for request in ({"text": text}, {"file": base64.b64encode(text.encode()).decode()}):
        result = own_panel.reply(request)["result"]
        assert result["values"] == VALUES
        assert list(unpack(result["packed"])) == VALUES
        assert result["sentence"].startswith("90 values were read")
        assert [family["problem"] for family in result["families"].values()] == [None, None]
        assert json.loads(json.dumps(result)) == json.loads(json.dumps(result | {}))
        for family in result["families"].values():
            assert set(family["starts"]) == set(SIZES)


def test_more_than_a_link_carries_is_reported_and_not_packed():
    result = own_panel.reply({"text": " ".join(str(i) for i in range(MAX_PACKED + 1))})["result"]
    assert result["packed"] is None
    assert own_panel.NOT_CARRIED in result["sentence"]
    assert own_panel.reply({"text": " ".join(str(i) for i in range(MAX_PACKED))})["result"]["packed"]


def test_what_stands_among_the_numbers_of_a_list_is_named():
    for text, among in (
        ("5.1 4.8 abc 9.8", "row 1: “abc”"),
        ("1.2, 3.4 2.2\n5,6 1O.5 abc 7.7 -2 1e3", "row 2: “1O.5”, “abc”"),
        ("1.2,3.4,2.2\n5.6,abc,7.7", "row 2: “abc”"),
    ):
        assert f"Among the numbers of {among}. " in own_panel.reply({"text": text})["error"]
    assert "Among the numbers" not in own_panel.reply({"text": "Berlin 3 645 000\nHamburg 1 841 000"})["error"]


def test_a_column_is_chosen_by_its_name():
    text = "height,mass\n1.5,70\n1.75,80\n1.9,60\n"
    first = own_panel.reply({"text": text})
    assert first["columns"] == [{"name": "height", "problem": None}, {"name": "mass", "problem": None}]
    assert first["result"]["values"] == [1.5, 1.75, 1.9]
    second = own_panel.reply({"text": text, "column": "mass"})["result"]
    assert (second["values"], second["column"]) == ([70, 80, 60], "mass")
    assert "no column" in own_panel.reply({"text": text, "column": "age"})["error"]


def test_columns_that_cannot_be_used_are_offered_with_what_is_wrong_with_each():
    text = "year;height;note\n2020;<1;5*\n2020;170,5;6\n2020;165,2;7\n"
    reply_ = own_panel.reply({"text": text})
    assert reply_["result"]["column"] == "height"
    assert "1 was left out: row 2 (“<1”): only a limit is known." in reply_["result"]["sentence"]
    assert [column["problem"] for column in reply_["columns"]] == [
        "all 3 values are 2020",
        None,
        "row 2 (“5*”) is no number as a whole",
    ]
    refused = own_panel.reply({"text": text, "column": "note"})
    assert refused["error"].startswith("Column “note” cannot be used: row 2 (“5*”) is no number as a whole.")
    assert refused["columns"] == reply_["columns"]
    alone = own_panel.reply({"text": "x\n<1\n5\n"})
    assert alone["error"].startswith("There is only one value")
    assert alone["error"].endswith("1 was left out: row 2 (“<1”): only a limit is known.")


def test_other_meanings_are_choices_and_each_is_read_when_it_is_chosen():
    text = "1.000\n2.000\n5.500"
    question = own_panel.reply({"text": text})
    assert "can be 1 or 1000" in question["error"]
    assert [choice["label"] for choice in question["choices"]] == ["1.000 is 1", "1.000 is 1000"]
    read = [
        own_panel.reply({"text": text, "answers": choice["answer"]})["result"]["values"]
        for choice in question["choices"]
    ]
    assert read == [[1, 2, 5.5], [1000, 2000, 5500]]
    for answers in ({"decimal": 5}, {"decimal": "x"}, {5: 5}, [], "decimal", {"layout": "none"}, {"header": ["names"]}):
        assert own_panel.reply({"text": text, "answers": answers}) == question


def test_negative_values_leave_only_the_gaussian_family_with_a_reason():
    result = own_panel.reply({"text": "-1 2 3 4 7"})["result"]
    assert result["families"]["gaussian"]["problem"] is None
    assert "negative" in result["families"]["exponential"]["problem"]
    assert "negative" in reply(own_request([-1, 2, 3, 4], "exponential"))["errors"]["data"]


@pytest.mark.parametrize(
    "request_",
    [
        None,
        [],
        5,
        "x",
        {},
        {"text": 5},
        {"file": 5},
        {"file": "no base 64!"},
        {"file": "é"},
        {"text": None, "file": None},
    ],
)
def test_odd_requests_are_refused_in_words(request_):
    assert own_panel.reply(request_) == {"error": own_panel.BAD_REQUEST}


@pytest.mark.parametrize("text", ["", "hello", "3 3 3 3", "7", "nan inf", "\x00\x01", "1,2,x;3"])
def test_input_without_data_is_refused_in_words(text):
    answer = own_panel.reply({"text": text})
    assert answer["error"].endswith(".")


def test_a_run_on_them_is_the_engines():
    result = reply(own_request())["result"]
    start = {p.name: p.default for p in own(VALUES, em.GaussianMixture).starts[2]}
    mixture = em.GaussianMixture(
        [0.5, 0.5],
        [start["start_mu0"], start["start_mu1"]],
        [start["start_sigma0"], start["start_sigma1"]],
    )
    run = em.fit(VALUES, mixture, em.StoppingRule(tol=1e-12))
    np.testing.assert_allclose(result["log_likelihood"], run.log_likelihood, rtol=1e-11)
    assert result["z"] is None
    assert result["beside"] is None
    np.testing.assert_allclose(result["x"], np.sort(VALUES))


@pytest.mark.slow
@pytest.mark.parametrize("study", studies.STUDIES)
def test_studies_of_them_are_answered(study):
    request = study_request(study) | own_request()
    assert "result" in studies.reply(request)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "list of finite numbers"),
        ("1 2 3", "list of finite numbers"),
        ([1, "2"], "list of finite numbers"),
        ([1, True], "list of finite numbers"),
        ([1, [2]], "list of finite numbers"),
        ([], "no values"),
        ([5], "only one value"),
        ([5, 5, 5], "two different"),
        ([1, float("nan")], "list of finite numbers"),
        ([1, float("inf")], "list of finite numbers"),
        ([1, 1e299], "beyond ±1e+12"),
        ([1, 10**400], "list of finite numbers"),
        ([1.5] * (MAX_VALUES + 1), "at most 100,000"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_data_that_cannot_be_fitted_are_refused_in_words(data, words):
    for family in FAMILIES:
        answer = reply(own_request(data, family))
        assert words in answer["errors"]["data"], answer


def test_the_family_is_checked():
    for family in (None, "poisson", ["gaussian"], 3):
        assert "must be one of" in reply(own_request(family=family))["errors"]["family"]


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1, 1e5, 1e9])
@pytest.mark.parametrize("family", FAMILIES)
def test_starts_suit_data_of_any_size(scale, family):
    rng = np.random.default_rng(0)
    for sample in range(20):
        values = (np.abs(rng.normal(3, 1, 50)) * scale).tolist()
        source = own(values, FAMILIES[family])
        for k in SIZES:
            for p in source.starts[k]:
                assert p.problem(p.default) is None, p
                assert p.minimum < p.default < p.maximum, p
        if sample < 3:  # a run takes longer than all the checks above
            request = own_request(values, family) | {p.name: p.default for p in source.parameters()}
            assert "result" in reply(request)


@pytest.mark.parametrize(("centre", "spread"), [(3e6, 0.1), (1e6, 0.01), (1.7e9, 0.05), (-4e8, 1e-3), (5e11, 0.1)])
def test_starts_suit_data_far_from_0_too_and_bounds_differ(centre, spread):
    values = np.random.default_rng(0).normal(centre, spread, 50).tolist()
    source = own(values, FAMILIES["gaussian"])
    for k in SIZES:
        for p in source.starts[k]:
            assert p.problem(p.default) is None, p
            assert p.minimum < p.maximum
            assert number(p.minimum) != number(p.maximum)
    request = own_request(values, "gaussian") | {p.name: p.default for p in source.parameters()}
    assert "result" in reply(request)
    assert source.starts[2][1].problem(source.starts[2][1].maximum + spread) == "too_large"


def test_a_value_between_two_steps_is_refused_also_where_numbers_are_sparse():
    parameter = Parameter("x", "x", 1_699_999_999, 1_700_000_001, 1.7e9, 0.0001)
    assert parameter.problem(1_700_000_000.1234) is None
    assert parameter.problem(1_700_000_000.12345) == "off_step"


# -- in links ----------------------------------------------------------------------------------------------------------


def test_a_link_carries_them_and_damage_is_reported():
    packed = pack(VALUES)
    found = address.decode(f"view=em&source=own&data={packed}&k=3&start_mu2=7")
    assert found.problems == ()
    assert found.own is not None
    np.testing.assert_array_equal(found.own.x, VALUES)
    assert found.values["k"] == 3
    assert found.values["start_mu2"] == 7
    for data in (packed[:-1], packed[1:], "x", "", "é", "9" * 5000):
        broken = address.decode(f"view=em&source=own&data={data}&k=3")
        assert broken.own is None
        assert broken.values == {"view": "run", "k": 3}
        assert "data" in " ".join(broken.problems)
    assert address.NO_DATA in address.decode("source=own").problems
    assert "negative" in address.decode(f"source=own&family=exponential&data={pack([-1, 2, 3])}").problems[0]


def test_links_of_version_1_with_data_keep_their_meaning():
    found = address.decode("v=1&view=em&source=own&data=5.-1.10.81.zmEaAfYywVM")
    assert found.own is not None
    assert found.own.x.tolist() == [1, 2, 3, 4.5, 9]


def test_a_file_of_the_largest_size_reaches_the_server():
    content = base64.b64encode(b"1.25\n" * 1_000_000).decode()
    body = {
        "output": f"{ids.OWN_REPLY}.data",
        "outputs": {"id": ids.OWN_REPLY, "property": "data"},
        "inputs": [{"id": ids.OWN_REQUEST, "property": "data", "value": {"file": content}}],
        "changedPropIds": [f"{ids.OWN_REQUEST}.data"],
        "state": [],
    }
    client = create_app().server.test_client()
    response = client.post("/_dash-update-component", json=body)
    assert response.status_code == 200
    assert "rows; at most" in response.get_json()["response"][ids.OWN_REPLY]["data"]["error"]
    body["inputs"][0]["value"]["file"] = content * 2
    assert client.post("/_dash-update-component", json=body).status_code in (400, 413)


def test_data_of_a_link_whose_family_does_not_suit_are_kept_with_one_that_does():
    data = pack([-1, 2, 3, 5, 8, 1, 2])
    found = address.decode(f"source=own&family=exponential&data={data}")
    assert found.own is not None
    assert found.own.family is em.GaussianMixture
    assert found.chosen(ids.FAMILY) == "gaussian"
    assert found.values["data"] == data
    (problem,) = found.problems
    assert problem.startswith("A gaussian mixture is fitted instead: 1 of the 7 values is negative")
    alike = address.decode(f"source=own&family=exponential&data={pack([2, 2, 2])}")
    assert alike.own is None
    assert "All 3 values are 2" in alike.problems[0]
