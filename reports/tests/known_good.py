"""
Bundles of live, accepted nodes, as they are calibrated on. All of it is made up: no board was ever measured for them.

A node has two boards and three readings of each: a copy, a bandwidth of its memory that the spec does not judge, and a latency.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from reports import results
from reports.bundle import Loaded
from reports.tests import sample

Record = dict[str, Any]
COPY, LATENCY, DAXPY = "pciebw.host_to_device@nvbandwidth", "gpumem.latency", "gpumem.daxpy"
SPEC = '''\
# The head of a made-up spec.

schema = 1
name = "sample"   # letters

[node]
source = """
[limits."pciebw.host_to_device@nvbandwidth"]
min = 1
# not a comment"""
lists = [
    # of lists
    ["a"],
]

[unjudged]
"gpumem.daxpy" = "no floor is known yet"
"gpumem.note" = "a text"

# ---- Copies ----

[limits."pciebw.host_to_device@nvbandwidth"]   # the header's comment stays
min = 48.0
warn = 50.4
unit = "GB/s"
theoretical = 63.02
impossible_above = 63.02
conditions = "best of 3"
source = """\\
    a table begins with [ at the \\
[limits."nowhere"]
# beginning"""

# ---- The rest ----

[limits . "gpumem.latency"]
max = 9
unit = "us"
source = "who knows"

[limits."gpumem.never"]
min = 1.0
unit = "GB/s"
source = "nobody measures it"

[[dcgm.parameters]]
value = "x=1"
'''
COPIES = ((55.31, 55.42), (55.20, 55.38), (55.29, 55.33), (54.90, 55.62), (55.30, 55.35))
DAXPYS = (2944.97, 2931.5)


def nodes(copies: Sequence[Sequence[float]] = COPIES, spec: str = SPEC) -> list[Loaded]:
    """A bundle of each node, whose boards measured these copies."""
    return [node(number, mine, spec) for number, mine in enumerate(copies)]


def node(number: int = 0, copies: Sequence[float] = COPIES[0], spec: str = SPEC, **changes: Any) -> Loaded:
    """One node's bundle; `changes` are of the run's record."""
    items = [item for position, copy in enumerate(copies) for item in board(number, position, copy)]
    promised = sample.limit("inventory.driver_version", "version", min="535")
    driver = sample.reading("inventory.driver_version", "580.105.08", promised, "PASS")
    return bundle(number, [sample.item("inventory.driver[node]", readings=[driver]), *items], spec, **changes)


def bundle(number: int, items: Sequence[Record], spec: str = SPEC, **changes: Any) -> Loaded:
    """The bundle of these items, all of them required."""
    told = {
        "mode": "live", "origin": "live", "node": f"n{number}", "required": [item["id"] for item in items],
        "spec": {"name": "sample", "sha256": hashlib.sha256(spec.encode()).hexdigest(), "file": "sample.toml"},
        "options": {"seed": 0, "dcgm_level": 3, "faults": []}, "started": f"2026-11-{20 + number}T14:00:00.123456Z",
    }  # fmt: skip
    document = results.build(sample.run(**{**told, **changes}), items, sample.end(exit_status=0))
    programs = (("gpucheck", "c", None), ("nvbandwidth", "a", "0.8"))
    tools = [
        {"host": "local", "tool": name, "path": f"/usr/bin/{name}", "sha256": letter * 64, "version": version}
        for name, letter, version in programs
    ]
    return Loaded(Path(f"n{number}.tar.gz"), document, tools, f"{number}\n".encode(), spec.encode(), {})


def board(number: int, position: int, copy: float) -> list[Record]:
    """The items of one board of a node."""
    product = sample.reading("inventory.product", "NVIDIA H100", sample.limit("inventory.product", "text", equals="NVIDIA H100"), "PASS")
    bound = sample.limit(COPY, "GB/s", min=48.0, warn=50.4, theoretical=63.02, impossible_above=63.02, conditions="best of 3")
    bandwidth = sample.reading("pciebw.host_to_device", copy, bound, "PASS", evidence=f"local/gpu{position}.nvbandwidth.copy.1")
    by = {"evidence": f"local/gpu{position}.gpucheck.compute.1"}
    latency = sample.reading(LATENCY, 4 + position, sample.limit(LATENCY, "us", max=9), "PASS", **by)
    daxpy = sample.reading(DAXPY, DAXPYS[position], None, None, unit="GB/s", **by)
    of = {"pciebw.host_to_device": [bandwidth], "gpumem.compute": [latency, daxpy], "inventory.board": [product]}
    found = [sample.item(f"{name}[gpu{position}]", readings=readings) for name, readings in of.items()]
    return [{**item, "identity": {**item["identity"], "serial": f"165{number:04d}{position:02d}"}} for item in found]


def with_results(loaded: Loaded, **changes: Any) -> Loaded:
    """The same bundle with other results."""
    return replace(loaded, results={**loaded.results, **changes})


def with_readings(loaded: Loaded, which: str, **changes: Any) -> Loaded:
    """The same bundle, with all readings of that name changed."""
    items = [
        {**item, "readings": [{**reading, **(changes if reading["name"] == which else {})} for reading in item["readings"]]}
        for item in loaded.results["items"]
    ]
    return with_results(loaded, items=items)


def with_tool(loaded: Loaded, tool: str, **changes: Any) -> Loaded:
    """The same bundle, with another program of that name."""
    return replace(loaded, tools=[{**entry, **(changes if entry["tool"] == tool else {})} for entry in loaded.tools])
