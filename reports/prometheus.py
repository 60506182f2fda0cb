"""
metrics.prom, and hwaccept.prom for node_exporter's textfile collector: gauges in Prometheus' text format 0.0.4.

Alert on a node of which nothing good is known (rejected, incomplete, only simulated, no file), and on a verdict nobody renewed:

    up{job="node"} unless on (instance) hwaccept_node_verdict{verdict="ACCEPTED"} == 1
    time() - hwaccept_run_started_timestamp_seconds > 30 * 86400
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

from reports.files import write_atomically
from reports.margins import ORDER, most_urgent
from reports.plain import one_line
from reports.results import mode_suffix
from reports.words import is_number

FILE = "metrics.prom"
PUBLISHED = "hwaccept.prom"
_VERDICTS = ("ACCEPTED", "REJECTED", "INCOMPLETE")
_LONGEST = 512  # characters, at most 2048 bytes: stores of Prometheus' series refuse longer ones
_EVIDENCE_PARTS = 4  # TARGET.TOOL.PURPOSE.N
_HELP = {
    "hwaccept_item": "1: the verdict on one check of one device.",
    "hwaccept_item_readings_left_out": "Numeric readings of an item that has too many for a series each; readings.csv has all.",
    "hwaccept_items": "Items of a check by verdict; what did not run is ERROR.",
    "hwaccept_node_verdict": "1 for the verdict on the node, 0 for the others; (simulated) and (replayed) are part of the word.",
    "hwaccept_reading": "What was measured, in the unit that the label names.",
    "hwaccept_reading_limit_max": "The most that the reading with these labels may be.",
    "hwaccept_reading_limit_min": "The least that the reading with these labels may be.",
    "hwaccept_results_info": "1: the suite and the spec by which the node was judged.",
    "hwaccept_run_ended_timestamp_seconds": "When the run ended; absent where it did not end in order.",
    "hwaccept_run_started_timestamp_seconds": "When the run began.",
}
Record = Mapping[str, Any]
Labels = Mapping[str, object]
Series = tuple[Labels, float]
_Told = TypeVar("_Told")


def write_prometheus(results: Record, folder: Path) -> None:
    """Write metrics.prom into `folder`. Raises OSError where it cannot be written."""
    write_atomically(folder / FILE, document(results))


def publish(results: Record, textfile_folder: Path) -> None:
    """
    Put the results where node_exporter reads them, as hwaccept.prom, in place of those of the run before.

    node_exporter sees the old file or the new one, never a part. It has to be allowed to read what the umask leaves of 0644,
    and no second copy may lie in the folder: the same series twice and node_exporter answers nothing at all.
    Raises OSError where the folder is not there or cannot be written; what was published before then stays.
    """
    if not textfile_folder.is_dir():
        asked = "give the folder that node_exporter was started with, --collector.textfile.directory"
        raise NotADirectoryError(f"{textfile_folder}: {PUBLISHED} was not published: there is no such folder; {asked}")
    write_atomically(textfile_folder / PUBLISHED, document(results))


def document(results: Record) -> bytes:
    """The file; every series says by its labels node, spec, mode and origin whether anything was measured."""
    run = {"node": results["node"], "spec": results["spec"]["name"], "mode": results["mode"], "origin": results["origin"]}
    families = {**_of_run(results, run), **_of_items(results, run), **_of_readings(results["items"], run)}
    return "".join(_family(name, families[name]) for name in sorted(families) if families[name]).encode("utf-8")


def _of_run(results: Record, run: Labels) -> dict[str, list[Series]]:
    suffix = mode_suffix(results["mode"], results["origin"])
    words = [f"{word}{suffix}" for word in _VERDICTS]
    suite = {"suite_version": results["suite"]["version"], "suite_commit": results["suite"]["commit"]}
    return {
        "hwaccept_node_verdict": [({**run, "verdict": word}, int(word == results["verdict"])) for word in words],
        "hwaccept_results_info": [({**run, **suite, "spec_sha256": results["spec"]["sha256"]}, 1)],
        **{f"hwaccept_run_{name}_timestamp_seconds": _moment(results[name], run) for name in ("started", "ended")},
    }


def _moment(time: str | None, run: Labels) -> list[Series]:
    """A time that is not known, or is none, has no series: an alert on its age must not be given a made-up one."""
    form = "%Y-%m-%dT%H:%M:%S.%fZ" if "." in (time or "") else "%Y-%m-%dT%H:%M:%SZ"
    try:
        return [(run, datetime.strptime(time or "", form).replace(tzinfo=timezone.utc).timestamp())]
    except ValueError:
        return []


def _of_items(results: Record, run: Labels) -> dict[str, list[Series]]:
    items, required = results["items"], set(results["required"])
    counts = Counter((item["check"], item["verdict"]) for item in items)
    checks = {item["check"] for item in items}
    decides = {True: "yes", False: "no"}
    return {
        "hwaccept_item": _numbered(
            ({**run, **_item(item), "verdict": item["verdict"], "required": decides[item["id"] in required]}, 1) for item in items
        ),
        "hwaccept_items": [({**run, "check": check, "verdict": word}, counts[check, word]) for check in checks for word in ORDER],
    }


def _item(item: Record) -> Labels:
    board = item["identity"] or {"serial": None, "uuid": None, "pci_bus_id": None}
    return {"item": item["id"], "check": item["check"], "device": item["device"], **board}


def _of_readings(items: Sequence[Record], run: Labels) -> dict[str, list[Series]]:
    numeric = [({**run, **_item(item)}, [found for found in item["readings"] if is_number(found["value"])]) for item in items]
    chosen = [(about, most_urgent(readings)[0], len(readings)) for about, readings in numeric]
    shown = _numbered(({**about, **_reading(found)}, found) for about, readings, _ in chosen for found in readings)
    left = _numbered((about, total - len(readings)) for about, readings, total in chosen if total > len(readings))
    return {
        "hwaccept_reading": [(labels, reading["value"]) for labels, reading in shown],
        "hwaccept_reading_limit_min": _bounds(shown, "min"),
        "hwaccept_reading_limit_max": _bounds(shown, "max"),
        "hwaccept_item_readings_left_out": left,
    }


def _reading(reading: Record) -> Labels:
    return {"reading": reading["name"], "about": reading["about"], "unit": reading["unit"], "tool": _tool(reading["evidence"])}


def _tool(evidence_id: str | None) -> str:
    """The program that a reading is from, by its evidence HOST/TARGET.TOOL.PURPOSE.N; a TARGET may have points in it."""
    parts = (evidence_id or "").rpartition("/")[2].rsplit(".", _EVIDENCE_PARTS - 1)
    return parts[1] if len(parts) == _EVIDENCE_PARTS else ""


def _bounds(shown: Iterable[tuple[Labels, Record]], side: str) -> list[Series]:
    """Bounds in the unit of their reading, under its labels: PromQL then compares one with the other as they stand."""
    limits = [(labels, reading["limit"]) for labels, reading in shown if reading["limit"] and reading["limit"]["unit"] == reading["unit"]]
    return [(labels, limit[side]) for labels, limit in limits if is_number(limit[side])]


def _numbered(told: Iterable[tuple[Labels, _Told]]) -> list[tuple[Labels, _Told]]:
    """The second and later of those that would be written with the same labels get the label `nth`: no series may stand twice."""
    seen: Counter[str] = Counter()
    found: list[tuple[Labels, _Told]] = []
    for labels, value in told:
        written = _labels(labels)
        seen[written] += 1
        found.append(({**labels, "nth": seen[written]} if seen[written] > 1 else labels, value))
    return found


def _family(name: str, series: Sequence[Series]) -> str:
    lines = sorted(f"{name}{{{_labels(labels)}}} {value!r}\n" for labels, value in series)
    return f"# HELP {name} {_HELP[name]}\n# TYPE {name} gauge\n{''.join(lines)}"


def _labels(labels: Labels) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def _escaped(value: object) -> str:
    """`value` on one line, cut where it is too long, as it stands between the quotes of a label."""
    line = one_line(value)
    kept = line if len(line) <= _LONGEST else f"{line[: _LONGEST - 4]} ..."
    return kept.replace("\\", "\\\\").replace('"', '\\"')
