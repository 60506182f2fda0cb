"""schema.json is what others write programs against: it must refuse what is not a results document."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reports import results
from reports.schema import SCHEMA_VERSION, first_problem, schema
from reports.tests import sample, sample_network

NETWORK = sample_network.network(sample_network.hosts(3))
FLOW = sample_network.flow("n1", "n2", "eth0", ("FAIL", 20.0), suspect=sample_network.SUSPECT)
SELDOM = ("lost",)
"""Only a run that lost what it had recorded says so."""
DOCUMENT = results.build(sample.run(network=NETWORK), [*sample.troubled_items(), FLOW], sample.end())


def test_it_is_a_schema_of_2020_12_with_a_name_and_a_version() -> None:
    """The name says which version of the document it describes."""
    Draft202012Validator.check_schema(schema())
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema()["$id"] == f"urn:hwaccept:results:{SCHEMA_VERSION}"
    assert schema()["$defs"]["results"]["properties"]["schema_version"] == {"const": SCHEMA_VERSION}


def test_every_object_of_ours_is_closed() -> None:
    """additionalProperties false wherever keys are listed, and every listed key is required but what only few runs have."""
    for part in _objects(schema()):
        assert part["additionalProperties"] is False
        assert part["required"] == [name for name in part["properties"] if name not in SELDOM]


def _objects(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if "properties" in part and isinstance(part.get("type"), str):
            yield part
        for value in part.values():
            yield from _objects(value)
    elif isinstance(part, list):
        for value in part:
            yield from _objects(value)


def test_the_sample_fits() -> None:
    """Before it is shown what is refused: a good document is not."""
    assert first_problem(DOCUMENT) == ""


@pytest.mark.parametrize("key", sorted(DOCUMENT))
def test_a_missing_key_is_refused(key: str) -> None:
    """No key of the document may be left out."""
    assert f"'{key}' is a required property" in first_problem({name: value for name, value in DOCUMENT.items() if name != key})


@pytest.mark.parametrize("place", ["", "items", "readings", "limit", "identity", "suspect", "suite", "spec", "counts", "network", "port"])
def test_an_unknown_key_is_refused_on_every_level(place: str) -> None:
    """A key that nobody knows may be the one that matters."""
    document = copy.deepcopy(DOCUMENT)
    item = next(item for item in document["items"] if item["identity"] and item["readings"])
    places = {
        "": document,
        "items": item,
        "readings": item["readings"][0],
        "limit": item["readings"][0]["limit"],
        "identity": item["identity"],
        "suspect": document["items"][-1]["suspect"],
        "port": document["network"]["interfaces"][0],
    }
    places.get(place, document.get(place, {}))["surprise"] = 1
    assert "'surprise' was unexpected" in first_problem(document)


@pytest.mark.parametrize(
    "verdict", ["accepted", "ACCEPTED ", "ACCEPTED (live)", "PASS", "", None, True, "ACCEPTED\n", "REJECTED(simulated)"]
)  # fmt: skip
def test_a_word_that_is_no_verdict_is_refused(verdict: object) -> None:
    """Programs compare these words; there are twelve of them."""
    assert first_problem({**DOCUMENT, "verdict": verdict}).startswith("['verdict']")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "pciebw.link"), ("id", "pciebw.link[gpu0]\n"), ("id", "<b>.link[gpu0]"), ("device", "a b"), ("subject", "nobody"),
        ("class", "software"), ("verdict", "OK"), ("seconds", -1), ("seconds", "1"), ("evidence", ["../up"]), ("evidence", ["local/a\n"]),
        ("evidence", ["/etc/passwd"]), ("evidence", ["local/../../etc"]), ("evidence", ["javascript:alert(1)"]), ("identity", {}),
        ("suspect", {}), ("suspect", "n3"), ("suspect", {"kind": "gpu", "name": "gpu3", "why": ""}),
        ("suspect", {"kind": "host", "name": "<b>", "why": ""}),
    ],
)  # fmt: skip
def test_a_wrong_item_is_refused(key: str, value: object) -> None:
    """Ids become file names, links and anchors; words become colours and counts."""
    assert first_problem({**DOCUMENT, "items": [{**sample.item("pciebw.link[gpu0]"), key: value}]}) != ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("own", ""), ("own", "<b>"), ("own", None), ("hosts", []), ("hosts", ["n1", "n1"]), ("hosts", ["n 1"]), ("hosts", {"n1": 1}),
        ("interfaces", ["eth0"]), ("interfaces", [{"name": "eth0"}]), ("pairs", "some"), ("pairs", "sample:0"), ("pairs", "sample:"),
        ("pairs", "full\n"), ("pairs", None), ("source", None), ("by_host", 0),
    ],
)  # fmt: skip
def test_a_wrong_network_is_refused(key: str, value: object) -> None:
    """The report puts the devices of flows together from it: with a wrong one every flow would seem not to have been measured."""
    assert first_problem({**DOCUMENT, "network": {**NETWORK, key: value}}) != ""


@pytest.mark.parametrize("port", [{"name": ""}, {"rate_gbit_s": 0}, {"rate_gbit_s": "100"}, {"mtu": 0}, {"mtu": 1500.5}, {"kind": None}])
def test_a_wrong_interface_is_refused(port: dict[str, object]) -> None:
    """A rate of nothing, an MTU of no bytes."""
    ports = [{**NETWORK["interfaces"][0], **port}]
    assert first_problem({**DOCUMENT, "network": {**NETWORK, "interfaces": ports}}) != ""


@pytest.mark.parametrize("about", [1, ["n1"], {}])
def test_a_reading_is_about_a_name_or_nothing(about: object) -> None:
    """One reading is about one flow."""
    reading = {**sample.reading("k", 1, None, None), "about": about}
    assert first_problem({**DOCUMENT, "items": [sample.item("pciebw.link[gpu0]", readings=[reading])]}) != ""


@pytest.mark.parametrize(
    ("key", "value"),
    [("started", "today"), ("started", "2026-11-23T14:00:00"), ("ended", ""), ("workers", -1), ("max_warnings", True), ("reasons", [])],
)
def test_a_wrong_value_is_refused(key: str, value: object) -> None:
    """Times are UTC and say so, numbers are numbers, and there is no verdict without a reason."""
    assert first_problem({**DOCUMENT, key: value}) != ""
