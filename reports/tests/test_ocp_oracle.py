"""
The specification's own Python library, ocptv, writes the same run as we do, and reads what we wrote.

ocptv is an oracle here and never a part of the product: it has one writer and one counter for a whole process, takes the clock
for the time of everything, and knows no way to tell a run that has ended.
"""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from reports import ocp, results
from reports.tests import sample, sample_network

# Published as typed, but it exports its names in a way that strict type checkers refuse.
tv: Any = pytest.importorskip("ocptv.output", reason="ocptv, of the extra `dev`, is not installed")
objects: Any = pytest.importorskip("ocptv.output.objects")
emit: Any = pytest.importorskip("ocptv.output.emit")

Line = dict[str, Any]
BOUND = sample.limit("pciebw.host_to_device", "GB/s", min=48.0, warn=50.0, impossible_above=63.0)


# --- the same run, told to ocptv -----------------------------------------------------------------------------------

DRIVER = sample.reading("inventory.driver_version", "550.127.05", None, None, unit="version", evidence="local/node.nvidia-smi.start.1")
COUNT = sample.reading("n", 8, sample.limit("n", "count", equals=8), "PASS")
COPY = "local/gpu0.nvbandwidth.copy.1"
MODEL = sample.reading("inventory.product", "B", sample.limit("inventory.product", "text", equals=["A", "B.1"]), "FAIL", reason="it is B")
ITEMS = [
    sample.item("inventory.driver[node]", readings=[DRIVER, COUNT], evidence=[]),
    sample.item("inventory.board[gpu0]", "FAIL", [MODEL], reason="inventory.product: it is B", evidence=[]),
    sample.item("pciebw.host_to_device[gpu0]", "WARN", [sample.reading("pciebw.host_to_device", 48.5, BOUND, "WARN")], evidence=[COPY]),
    sample.item("pciebw.device_to_host[gpu0]", "ERROR", [], reason="nvbandwidth crashed", evidence=[COPY]),
    sample.item("state.idle[gpu0]", "SKIP", [], reason="never idle", evidence=[]),
]
DOCUMENT = results.build(sample.run(required=[item["id"] for item in ITEMS], mode="live", origin="live"), ITEMS, sample.end())


class _Kept:
    """A writer for ocptv that keeps what it would print."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def write(self, buffer: str) -> None:
        """Take one line."""
        self.lines.append(json.loads(buffer))


def told_to_ocptv() -> list[Line]:
    """The run of DOCUMENT, as a program that knows ocptv would tell it."""
    kept = _Kept()
    tv.config(writer=kept)
    node = DOCUMENT["node"]
    dut = tv.Dut(id=node, name=node, metadata=tv.Metadata(verdict="REJECTED", mode="live", origin="live"))
    dut.add_platform_info("hgx-sample")
    application: dict[str, Any] = {"type": tv.SoftwareType.APPLICATION, "computer_system": node}
    dut.add_software_info("hwaccept", version="0.1.0", revision=DOCUMENT["suite"]["commit"], **application)
    dut.add_software_info("NVIDIA driver", version="550.127.05", type=tv.SoftwareType.SYSTEM, computer_system=node)
    dut.add_software_info("nvidia-smi", **application)
    copier = dut.add_software_info("nvbandwidth", **application)
    board: Line = sample.identity("gpu0") or {}
    gpu = dut.add_hardware_info(
        f"gpu0 {board['uuid']}", location=board["pci_bus_id"], serial_no=board["serial"], computer_system=node
    )  # fmt: skip
    run = tv.TestRun(
        "hwaccept", "0.1.0", command_line="pytest hwtests",
        parameters={
            "seed": 0, "dcgm_level": 2, "faults": '["gpu3:pcie-width=8"]', "mode": "live", "origin": "live", "spec": "hgx-sample",
            "spec_sha256": "ab" * 32, "workers": 1, "max_warnings": 2,
        },
    )  # fmt: skip
    run.start(dut=dut)
    _inventory(run.add_step("inventory"), gpu)
    _copies(run.add_step("pciebw"), gpu, copier)
    idle = run.add_step("state")
    idle.start()
    idle.add_log(tv.LogSeverity.INFO, "state.idle[gpu0]: SKIP: never idle", source_location=None)
    idle.end(status=tv.TestStatus.SKIP)
    for reason in DOCUMENT["reasons"]:
        run.add_log(tv.LogSeverity.INFO, reason if reason.startswith("REJECTED") else f"REJECTED: {reason}", source_location=None)
    run.end(status=tv.TestStatus.COMPLETE, result=tv.TestResult.FAIL)
    return kept.lines


def _metadata(item: str, verdict: str, **more: object) -> Any:
    return tv.Metadata(item=item, verdict=verdict, concurrency=1, **more)


def _inventory(step: Any, gpu: Any) -> None:
    source: Line = {"limit_source": BOUND["source"]}
    step.start()
    driver = _metadata("inventory.driver[node]", "recorded only", evidence="local/node.nvidia-smi.start.1")
    step.add_measurement(name="inventory.driver_version", value="550.127.05", unit="version", metadata=driver)
    count = _metadata("inventory.driver[node]", "PASS", limit="must be 8", limit_key="n", **source)
    equal = tv.Validator(name="n equals", type=tv.ValidatorType.EQUAL, value=8)
    step.add_measurement(name="n", value=8, unit="count", validators=[equal], metadata=count)
    said: Line = {"message": "inventory.driver[node]: PASS", "source_location": None}
    step.add_diagnosis(tv.DiagnosisType.PASS, verdict="inventory.driver-pass", **said)
    one_of = tv.Validator(name="inventory.product equals", type=tv.ValidatorType.REGEX_MATCH, value=r"^(A|B\.1)$")
    words: Line = {"limit": "must be A or B.1", "limit_key": "inventory.product", "reason": "it is B", **source}
    found = _metadata("inventory.board[gpu0]", "FAIL", **words)
    step.add_measurement(name="inventory.product", value="B", unit="text", validators=[one_of], hardware_info=gpu, metadata=found)
    said = {"message": "inventory.board[gpu0]: FAIL: inventory.product: it is B", "hardware_info": gpu, "source_location": None}
    step.add_diagnosis(tv.DiagnosisType.FAIL, verdict="inventory.board-fail", **said)
    step.end(status=tv.TestStatus.COMPLETE)


def _copies(step: Any, gpu: Any, copier: Any) -> None:
    words: Line = {"limit": "min 48 GB/s", "limit_key": "pciebw.host_to_device", "limit_source": BOUND["source"]}
    marginal = _metadata("pciebw.host_to_device[gpu0]", "WARN", **words, warn="50 GB/s", impossible_above="63 GB/s")
    floor = tv.Validator(name="pciebw.host_to_device min", type=tv.ValidatorType.GREATER_THAN_OR_EQUAL, value=48.0)
    step.start()
    step.add_measurement(
        name="pciebw.host_to_device", value=48.5, unit="GB/s", validators=[floor], hardware_info=gpu, metadata=marginal
    )  # fmt: skip
    said: Line = {"message": "pciebw.host_to_device[gpu0]: WARN: see the readings", "hardware_info": gpu, "source_location": None}
    step.add_diagnosis(tv.DiagnosisType.PASS, verdict="pciebw.host_to_device-warn", **said)
    said = {"message": "pciebw.device_to_host[gpu0]: ERROR: nvbandwidth crashed", "source_location": None}
    step.add_error(symptom="pciebw.device_to_host-error", software_infos=[copier], **said)
    step.add_diagnosis(tv.DiagnosisType.UNKNOWN, verdict="pciebw.device_to_host-error", hardware_info=gpu, **said)
    step.end(status=tv.TestStatus.ERROR)


def comparable(lines: list[Line]) -> list[Line]:
    """
    Without times, and with ids by order of appearance.

    ocptv gives boards and programs the same ids, which its specification forbids: the kind is put before them.
    """
    (start,) = [line["testRunArtifact"]["testRunStart"] for line in lines if "testRunStart" in line.get("testRunArtifact", {})]
    ids: dict[tuple[str, str], str] = {}
    for kind in ("hardwareInfo", "softwareInfo"):
        ids |= {(f"{kind}Id", entry[f"{kind}Id"]): f"{kind} {n}" for n, entry in enumerate(start["dutInfo"][f"{kind}s"])}
    return [{name: _renamed(value, ids) for name, value in line.items() if name != "timestamp"} for line in lines]


def _renamed(value: Any, ids: Mapping[tuple[str, str], str]) -> Any:
    if isinstance(value, list):
        return [_renamed(entry, ids) for entry in value]
    if not isinstance(value, dict):
        return value
    told = {name: ids.get((name, entry), entry) if isinstance(entry, str) else _renamed(entry, ids) for name, entry in value.items()}
    if "softwareInfoIds" in told:
        told["softwareInfoIds"] = [ids["softwareInfoId", name] for name in told["softwareInfoIds"]]
    return told


def ours(document: Mapping[str, Any]) -> list[Line]:
    """The lines that we write."""
    return [json.loads(line) for line in ocp.document(document).splitlines()]


def test_ocptv_tells_the_same_run_in_the_same_artifacts() -> None:
    """A run with every kind of item, artifact by artifact."""
    theirs = comparable(told_to_ocptv())
    for mine, expected in zip(comparable(ours(DOCUMENT)), theirs, strict=True):
        assert mine == expected


# --- what we wrote, read by ocptv's classes ------------------------------------------------------------------------


class _Reader:
    """Makes ocptv's objects of our lines. Refuses a key that is no field of theirs, a field that is missing, a value of another type."""

    def __init__(self) -> None:
        self.referred: dict[str, Any] = {}

    def root(self, line: Line) -> Any:
        """One line."""
        told = {name: value for name, value in line.items() if name not in ("sequenceNumber", "timestamp")}
        time = datetime.strptime(line["timestamp"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
        return objects.Root(impl=self._one_of(objects.Root, told), sequence_number=line["sequenceNumber"], timestamp=time)

    def _one_of(self, kind: Any, told: Line) -> Any:
        """The artifact that stands in a container under its own name."""
        kinds = {member.SPEC_OBJECT: member for member in _members(typing.get_type_hints(kind)["impl"])}
        ((name, value),) = told.items()
        return self._made(kinds[name], value)

    def _made(self, kind: Any, told: Line) -> Any:
        hints, left, fields = typing.get_type_hints(kind), dict(told), {}
        for field in dataclasses.fields(kind):
            if field.name == "impl":
                continue
            hint = hints[field.name]
            name = field.metadata.get("spec_field") or next(m.SPEC_OBJECT for m in _members(hint) if m is not type(None))
            needed = type(None) not in _members(hint)
            assert name in left or not needed, f"{kind.__name__} needs {name}"
            fields[field.name] = self._value(field.name, hint, left.pop(name)) if name in left else None
        if "impl" in hints:
            fields["impl"], left = self._one_of(kind, left), {}
        assert not left, f"{kind.__name__} has no {', '.join(left)}"
        made = kind(**fields)
        if kind in (objects.HardwareInfo, objects.SoftwareInfo):
            assert made.id not in self.referred, f"two things are called {made.id}"
            self.referred[made.id] = made
        return made

    def _value(self, name: str, hint: Any, told: Any) -> Any:
        assert told is not None, f"{name} is null"
        if name == "hardware_info":
            return self.referred[told]
        if name == "software_infos" and all(isinstance(entry, str) for entry in told):
            return [self.referred[entry] for entry in told]
        (kind, *_) = [member for member in _members(hint) if member is not type(None)]
        if typing.get_origin(kind) is list and dataclasses.is_dataclass(typing.get_args(kind)[0]):
            return [self._made(typing.get_args(kind)[0], entry) for entry in told]
        if dataclasses.is_dataclass(kind):
            return self._made(kind, told)
        if isinstance(kind, type) and issubclass(kind, (Enum, objects.Metadata)):
            return kind(told)
        return told


def _members(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if typing.get_origin(hint) is typing.Union else (hint,)


NETWORK = sample_network.network(sample_network.hosts(3))
ABOUT = sample.item("iperf.sends[n1.eth0]", readings=sample_network.flow_readings("PASS", 93.4, "n1--n2.eth0"))
RUNS = {
    "small": DOCUMENT,
    "troubled": results.build(sample.run(), sample.troubled_items(), sample.end()),
    "killed": results.build(sample.run(), sample.troubled_items()[:40], None),
    "network": results.build(sample.run(network=NETWORK), [*sample_network.flows(NETWORK), ABOUT], sample.end()),
    "empty": results.build(sample.run(required=[]), [], sample.end()),
}


@pytest.mark.parametrize("document", RUNS.values(), ids=RUNS)
def test_ocptv_reads_every_line_and_would_write_it_alike(document: Line) -> None:
    """Each line becomes an object of theirs, whose types they check; written by them again, it is the line it came from."""
    reader = _Reader()
    lines = ours(document)
    for line in lines:
        again = json.loads(emit.ArtifactEmitter._serialize(reader.root(line)))
        assert again == line


def test_the_reader_refuses_what_is_not_theirs() -> None:
    """A key too many, a key too few, a value of another type, a board that nobody told."""
    *_, end = ours(DOCUMENT)
    for wrong in ({"status": "COMPLETE"}, {"status": "DONE", "result": "PASS"}, {"status": "COMPLETE", "result": "PASS", "name": "x"}):
        with pytest.raises((AssertionError, ValueError)):
            _Reader().root({**end, "testRunArtifact": {"testRunEnd": wrong}})
    changes: list[Line] = [{"value": None}, {"value": {}}, {"hardwareInfoId": "hw9"}, {"partType": "GPU"}]
    times = {name: value for name, value in end.items() if name != "testRunArtifact"}
    for change in changes:
        told = {"name": "x", "value": 1, "validators": [], **change}
        with pytest.raises((AssertionError, KeyError, TypeError)):
            _Reader().root({**times, "testStepArtifact": {"testStepId": "0", "measurement": told}})


def test_what_was_written_to_disk_is_read_too(tmp_path: Path) -> None:
    """The file, not only the bytes in memory."""
    ocp.write_ocp(DOCUMENT, tmp_path)
    reader = _Reader()
    roots = [reader.root(json.loads(line)) for line in (tmp_path / ocp.FILE).read_text(encoding="ascii").splitlines()]
    assert isinstance(roots[0].impl, objects.SchemaVersion)
    assert isinstance(roots[-1].impl, objects.RunArtifact)
    assert isinstance(roots[-1].impl.impl, objects.RunEnd)
    assert roots[-1].impl.impl.result is tv.TestResult.FAIL
