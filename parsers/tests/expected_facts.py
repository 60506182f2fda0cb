"""
What EXPECTED.jsonl says of outside recordings, in its words: a function for each of its files, from the record to the facts.

A fact that is told in a sentence stands in `RESTATED` as what the sentence means, so that it can be compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading

Facts = dict[str, Any]

NOTES = {
    "csv": "how the table was asked for; its record is that of the text",
    "decoration": "progress in dots, which measures nothing",
    "exit_code": "of the process, not of what it printed",
    "lines": "line ends of the file; the record counts entries, and some of them have several lines",
    "note": "how numbers are written; their values are compared",
}
"""Facts that no record holds, and why."""

REFUSED = {
    "dcgmi-diag/dcgm4-8gpu-diagnostic-test-fragment.json.txt": "one test object, with a comma behind it: no JSON, and not a run",
    "nvbandwidth/stas-gb300-station-excerpt.txt": "the release is cut off, and the fourth table ends before its sum",
}
"""Files of which a reader finds something, and that are refused by design."""

RESTATED: dict[str, object] = {
    "GPU ids only in the wrapped text: 0,1,2,3,4,5 (text is truncated)": [0, 1, 2, 3, 4, 5],
    "average 0 is legitimate for one GPU": "a measurement",
    "bandwidthTest-D2D (no -Pinned)": ["D2D", "Device"],
    "fail despite exit 0": "no measurement",
    "no result": "no measurement",
    "none found among the NVRM lines looked at (first 20 nvidia lines read)": [],
}
"""What the sentences of EXPECTED.jsonl mean."""

_RATE = re.compile(r"([0-9.]+) ([KMGT]?)bits/sec")
_SCALES = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def meant(fact: Any) -> Any:
    """A fact with its sentences restated, and rates as iperf3 prints them in bit/s."""
    if isinstance(fact, dict):
        return {key: meant(value) for key, value in fact.items()}
    if not isinstance(fact, str):
        return fact
    rate = _RATE.fullmatch(fact)
    return float(rate[1]) * _SCALES[rate[2]] if rate else RESTATED.get(fact, fact)


def _value(field: Field) -> Any:
    """The value of a Reading, None where there is none."""
    return field.value if isinstance(field, Reading) else None


def _one(values: Iterable[Any]) -> Any:
    """What all of them are."""
    [value] = set(values)
    return value


def _copy(result: Any) -> list[Any]:
    """Size and bandwidth of a copy in the unit that was printed."""
    printed = result.bandwidth_gb_s.line
    return [result.size_bytes, round(_value(result.bandwidth_gb_s) * (1000 if "MB/s" in printed else 1), 6)]


def _bandwidth_test(record: Any) -> Facts:
    copies = {way: [_copy(result) for result in record.results if result.direction == way.upper()] for way in ("h2d", "d2h", "d2d")}
    return {
        "devices": list(record.devices),
        "device": record.devices[0] if len(record.devices) == 1 else None,
        "unit": _one(word for result in record.results for word in re.findall("[MG]B/s", result.bandwidth_gb_s.line)),
        "mode": record.mode,
        **copies,
        "rows": len(record.results),
        "row_name": [record.results[0].direction, record.results[0].memory],
        "first": _copy(record.results[0]),
        "last": _copy(record.results[-1]),
        "result": record.result,
    }


def _diag_head(record: Any) -> Facts:
    statuses = {result.status for result in (*record.results, *record.test_summaries)}
    return {
        "dcgm_version": record.dcgm_version,
        "driver": record.driver_version,
        "device_ids": list(record.device_ids or ()),
        "overall": "Fail" if "Fail" in statuses else "Pass",
    }


def _diag_of_tests(record: Any) -> Facts:
    """The table of DCGM 4: tests with a status of their own above those of the GPUs."""
    named = {status: [test.test for test in record.test_summaries if test.status == status] for status in ("Pass", "Fail")}
    return {
        **_diag_head(record),
        "passed": named["Pass"],
        "failed": named["Fail"],
        "failed_tests": named["Fail"],
        "failed_gpus": [result.entity for result in record.results if result.status == "Fail"],
        "warnings": sum(len(test.errors) for test in record.test_summaries),
    }


def _whom(result: Any) -> Any:
    """Which GPUs a result of the older table is about: all, or those that its message names."""
    if result.line.endswith(" - All"):
        return "All"
    return [int(number) for error in result.errors for number in re.findall("GPU ([0-9]+)", error.text)]


def _diag_of_gpus(record: Any) -> Facts:
    """The table up to DCGM 3."""
    shown = [(result.line.partition(": ")[0], result) for result in record.results]
    return {
        **_diag_head(record),
        "passed": sum(result.status == "Pass" for _, result in shown),
        "failed": {name: _whom(result) for name, result in shown if result.status == "Fail"},
        "skipped": [name for name, result in shown if result.status == "Skip"],
    }


def _diag_json(record: Any) -> Facts:
    """The document up to DCGM 3, of a run of level 1: checks of the software."""
    named = {status: [result for result in record.results if result.status == status] for status in ("Pass", "Fail", "Warn")}
    return {
        "tests": len(record.results),
        "first_test": record.results[0].subtest,
        "passed": len(named["Pass"]),
        "failed": len(named["Fail"]),
        "warned": len(named["Warn"]),
        "failed_tests": {result.subtest: result.entity for result in named["Fail"]},
        "warned_tests": [result.subtest for result in named["Warn"]],
    }


def _discovery(record: Any) -> Facts:
    first = record.gpus[0]
    return {
        "gpus": len(record.gpus),
        "name": _one(gpu.name for gpu in record.gpus),
        "nvswitches": record.nvswitches,
        "gpu0": {"bus": f"0000{first.pci_bus_id}", "uuid": first.uuid},
    }


def _build(record: Any) -> Facts:
    return {"version": record.version, "hostengine_version": record.hostengine_version, "build_date": record.build_date}


def _log(record: Any) -> Facts:
    events = {kind: [event for event in record.events if event.kind == kind] for kind in {event.kind for event in record.events}}
    limited = events.get("pcie_link", [])
    return {
        "driver": events["driver_loaded"][-1].version if "driver_loaded" in events else None,
        "nvswitches": len(events.get("nvswitch_found", [])),
        "xids": [event.number for event in events.get("xid", [])],
        "sxids": [event.number for event in events.get("sxid", [])],
        "pcie_limited": [f"{each.pci_bus_id} x{_value(each.limit.lanes)} of x{_value(each.limit.capable_lanes)}" for each in limited],
    }


def _one_xid(record: Any) -> Facts:
    details = [{"bus": event.pci_bus_id.removesuffix(".0"), "xid": event.number, "pid": event.pid} for event in record.events]
    return {"xids": details, "timestamp": record.first_timestamp}


def _burn(record: Any) -> Facts:
    return {
        "gpus": len(record.gpus),
        "ok": sum(_value(gpu.status) == "OK" for gpu in record.gpus),
        "gpu": _one(gpu.name for gpu in record.listed),
        "progress_lines": record.progress_lines,
    }


def _iperf3_json(record: Any) -> Facts:
    flows = (record.sum, record.sum_sent, record.sum_received)
    measured = record.complete and any(isinstance(flow.bits_per_second, Reading) for flow in flows)
    return {
        "version": record.version,
        "error": record.error,
        "verdict": "a measurement" if measured else "no measurement",
        "udp": record.test_start is not None and record.test_start.protocol == "UDP",
        "sent_bps": _value(record.sum_sent.bits_per_second),
        "recv_bps": _value(record.sum_received.bits_per_second),
        "sent_bytes": _value(record.sum_sent.bytes),
        "recv_bytes": _value(record.sum_received.bytes),
        "retransmits": _value(record.sum_sent.retransmits),
        "bps": _value(record.sum.bits_per_second),
        "lost_packets": _value(record.sum.lost_packets),
        "packets": _value(record.sum.packets),
        "jitter_ms": _value(record.sum.jitter_ms),
    }


def _rate(field: Field) -> Any:
    """The rate of a flow; of a run that failed, the one in the line that is kept with the error, which is no Reading."""
    printed = _RATE.search(field.line) if isinstance(field, ErrorWord) else None
    return meant(printed[0]) if printed else _value(field)


def _iperf3_text(record: Any) -> Facts:
    sent, received = _rate(record.sum_sent.bits_per_second), _rate(record.sum_received.bits_per_second)
    return {
        "sender": sent,
        "receiver": received,
        "sum_sender": sent,
        "sum_receiver": received,
        "retr": _value(record.sum_sent.retransmits),
        "streams": len({row.socket for row in record.results} - {None}),
        "interrupted": (record.error or "").startswith("interrupt"),
    }


def _iperf3_version(record: Any) -> Facts:
    return {"version": _value(record.version)}


def _nccl(record: Any) -> Facts:
    last, average = record.rows[-1], record.average_bus_bandwidth_gb_s
    return {
        "avg_busbw": _value(average),
        "rows": len(record.rows),
        "ranks": len(record.ranks),
        "verdict": "a measurement" if record.complete and isinstance(average, Reading) else "no measurement",
        "last": {
            "size": last.size_bytes,
            "oop_busbw": _value(last.out_of_place.busbw_gb_s),
            "ip_busbw": _value(last.in_place.busbw_gb_s),
        },
    }


def _nvbandwidth(record: Any) -> Facts:
    table = record.testcases[0].matrix
    diagonal = [row[number] for number, row in enumerate(table)]
    return {
        "version": f"v{record.version}",
        "devices": len(table[0]),
        "sums": {testcase.name: _value(testcase.sum) for testcase in record.testcases},
        "row": [_value(cell) for cell in table[0]],
        "cell_0_1": _value(table[0][1]),
        "diag": "N/A" if all(isinstance(cell, NotApplicable) for cell in diagonal) else None,
    }


def _ecc_errors(gpu: Any) -> Iterable[Field]:
    for scope in (gpu.ecc.volatile, gpu.ecc.aggregate):
        counters = (getattr(scope, name) for name in scope.__dataclass_fields__)
        yield from (counter for counter in counters if not isinstance(counter, Absent))


def _query(record: Any) -> Facts:
    errors = [field for gpu in record.gpus for field in _ecc_errors(gpu)]
    rows = [gpu.remapped for gpu in record.gpus]
    return {
        "driver": _value(record.driver_version),
        "attached_gpus": _one([_value(record.attached_gpus), len(record.gpus)]),
        "product_name": _one(_value(gpu.product_name) for gpu in record.gpus),
        "ecc": "N/A" if errors and all(isinstance(field, NotApplicable) for field in errors) else None,
        "remapped_all": _one(
            f"unc {_value(row.uncorrectable)}, pending {_value(row.pending)}, failure {_value(row.failure)}" for row in rows
        ),
        "hw_slowdown_active": sum(_value(gpu.events.hw_slowdown) == "Active" for gpu in record.gpus),
        "hw_power_brake_active": sum(_value(gpu.events.hw_power_brake_slowdown) == "Active" for gpu in record.gpus),
    }


def _ping(record: Any) -> Facts:
    trips = (record.rtt_min_ms, record.rtt_avg_ms, record.rtt_max_ms, record.rtt_mdev_ms)
    return {
        "host": record.host,
        "tx": _value(record.transmitted),
        "rx": _value(record.received),
        "duplicates": _value(record.duplicates),
        "loss": _value(record.loss_percent),
        "rtt": [_value(trip) for trip in trips],
    }


FACTS: dict[str, Callable[[Any], Facts]] = {
    "bandwidthtest/pkb-k80x2-quick.txt": _bandwidth_test,
    "bandwidthtest/superbench-cuda-d2d.log": _bandwidth_test,
    "bandwidthtest/superbench-cuda-h2d.log": _bandwidth_test,
    "dcgmi-diag-text/a10g-4.4.2-r2-pass.txt": _diag_of_tests,
    "dcgmi-diag-text/b200x8-4.4.1-r2-pcie-fail-gpus-pass.txt": _diag_of_tests,
    "dcgmi-diag-text/h200x8-3.1.8-r1-persistence-fail.txt": _diag_of_gpus,
    "dcgmi-diag-text/rtx3090x8-3.x-pcie-fail-all-empty-stress.txt": _diag_of_gpus,
    "dcgmi-diag-text/v100x4-4.4.1-pcie-fail-trailing-spaces.txt": _diag_of_tests,
    "dcgmi-diag/gcm-r1-fail-edited.json": _diag_json,
    "dcgmi-diag/gcm-r1-pass.json": _diag_json,
    "dcgmi-diag/virtualclient-DCGMIDiag_r1_results.json": _diag_json,
    "dcgmi-discovery/llmaction-8xH800.txt": _discovery,
    "dcgmi-version/llmaction-3.1.8.txt": _build,
    "dmesg/gpud-dmesg-iso-1.txt": _log,
    "dmesg/imbue-xid-94-64-sxid.txt": _log,
    "dmesg/stas-xid63.txt": _one_xid,
    "gpu-burn/rtx-a2000-ok-without-work.txt": _burn,
    "gpu-burn/superbench-gpu_burn.log": _burn,
    "iperf3/cloudpilot-3.6-error-control-socket.json": _iperf3_json,
    "iperf3/cloudpilot-3.6-tcp.json": _iperf3_json,
    "iperf3/cloudpilot-3.9-connected-then-nothing.json": _iperf3_json,
    "iperf3/cloudpilot-text-ctrlc.txt": _iperf3_text,
    "iperf3/cloudpilot-text-ok.txt": _iperf3_text,
    "iperf3/iperf3python-3.0.11-tcp.json": _iperf3_json,
    "iperf3/local-3.12-refused.json": _iperf3_json,
    "iperf3/local-3.12-tcp-P2.json": _iperf3_json,
    "iperf3/local-3.12-udp.json": _iperf3_json,
    "iperf3/local-3.12-unknown-host.json": _iperf3_json,
    "iperf3/moler-text-basic-client.txt": _iperf3_text,
    "iperf3/moler-version.txt": _iperf3_version,
    "iperf3/pkb-win-tcp-P5.txt": _iperf3_text,
    "nccl-tests/awsome-nccl-awsbatch-tagged.txt": _nccl,
    "nccl-tests/deepops-slurm-a100.txt": _nccl,
    "nccl-tests/gcm-a100x16-2node-allreduce.txt": _nccl,
    "nccl-tests/gcm-a100x8-allreduce.txt": _nccl,
    "nccl-tests/rtx5090-single-gpu-busbw0.txt": _nccl,
    "nccl-tests/superbench-allreduce.log": _nccl,
    "nccl-tests/superbench-reduce.log": _nccl,
    "nvbandwidth/h20x8-v0.8-local-copy.txt": _nvbandwidth,
    "nvbandwidth/llmaction-h800-d2d-read-v0.2.txt": _nvbandwidth,
    "nvidia-smi-q/gpud-4090x8-535.154.05-0.txt": _query,
    "nvidia-smi-q/gpud-h100x8-535.161.08-hwslowdown.txt": _query,
    "ping/busybox-ipv6-10.txt": _ping,
    "ping/cloudpilot-ctrlc-1of1.txt": _ping,
    "ping/jc-centos7-missing-hostname.txt": _ping,
    "ping/moler-duplicates.txt": _ping,
}
"""What tells the facts of a file."""
