"""
ocp-diag.jsonl: the run as the Open Compute Project's Test and Validation output specification 2.0 has it, one object a line.

A step per check; in it the readings as measurements, and a diagnosis per item. Only a live verdict is a result of the run:
what was simulated or replayed tested no hardware, so it ends as SKIP and NOT_APPLICABLE, whatever its verdict, and its word
("(simulated)") stands in the names of run and steps and in everything that is said of an item.
"""

from __future__ import annotations

import itertools
import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.files import write_atomically
from reports.journal import printable
from reports.plain import one_line
from reports.results import mode_suffix
from reports.words import accepted_values, function_of, is_number, limit_words, quantity, suspect_words

FILE = "ocp-diag.jsonl"
_LONGEST = 8000
_CUT = " ... (cut here; all of it is in results.json)"
_LIVE = {"ACCEPTED": ("COMPLETE", "PASS"), "REJECTED": ("COMPLETE", "FAIL")}
_TYPES = {"PASS": "PASS", "WARN": "PASS", "FAIL": "FAIL"}
_BOUNDS = (("min", "GREATER_THAN_OR_EQUAL"), ("max", "LESS_THAN_OR_EQUAL"))
_DRIVER = "inventory.driver_version"
_TOOL = re.compile(r"(?P<host>.+)/[^/]+\.(?P<tool>[^./]+)\.[^./]+\.[0-9]+")
_NOT_LITERAL = re.compile(r"[\\.^$|?*+()\[\]{}]")
Artifact = dict[str, Any]
Board = tuple[Any, ...]


@dataclass(frozen=True)
class _Run:
    """What is the same for all items: the word of the mode, what is required, and the ids of boards and of (host, tool)."""

    suffix: str
    required: frozenset[str]
    boards: Mapping[Board, str]
    tools: Mapping[tuple[str, str], str]

    def marked(self, words: str) -> str:
        """`words` with the word of the mode after them, however long they are."""
        return f"{_text(words)}{self.suffix}"


def write_ocp(results: Mapping[str, Any], folder: Path) -> None:
    """Write ocp-diag.jsonl into `folder`. Raises OSError where it cannot be written."""
    write_atomically(folder / FILE, document(results))


def document(results: Mapping[str, Any]) -> bytes:
    """
    The file, in ASCII. What the run began with bears the time of its start, everything else that of its end.

    The results know no other times; a run that did not end in order has its start alone.
    """
    began, told = results["started"], results["ended"] or results["started"]
    known = _Run(
        mode_suffix(results["mode"], results["origin"]), frozenset(results["required"]),
        {board: f"hw{number}" for number, board in enumerate(_boards(results["items"]))},
        {tool: f"sw{number}" for number, tool in enumerate(_tools(results["evidence"]), start=2)},
    )  # fmt: skip
    opening: list[Artifact] = [{"schemaVersion": {"major": 2, "minor": 0}}, {"testRunArtifact": {"testRunStart": _start(known, results)}}]
    artifacts = itertools.chain(opening, _steps(known, results["items"]), _conclusion(known, results))
    lines = (
        {**artifact, "sequenceNumber": number, "timestamp": began if number < len(opening) else told}
        for number, artifact in enumerate(artifacts)
    )
    return "".join(json.dumps(line, allow_nan=False) + "\n" for line in lines).encode("ascii")


def _text(value: object) -> str:
    """A name or a sentence: on one line, without characters that do not print, cut where it is endless."""
    return _cut(one_line(value))


def _cut(said: str) -> str:
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}{_CUT}"


def _value(value: Any) -> Any:
    """A value or a bound, character for character, so that both can be compared."""
    return _cut(printable(value)) if isinstance(value, str) else value


def _given(values: Mapping[str, object]) -> dict[str, str]:
    """What is known of `values`, as text: this format leaves out what is not."""
    return {name: _text(value) for name, value in values.items() if value not in (None, "")}


# --- the node ------------------------------------------------------------------------------------------------------


def _start(known: _Run, results: Mapping[str, Any]) -> Artifact:
    options, suite, spec = results["options"], results["suite"], results["spec"]
    words = options.get("pytest")
    return {
        "name": f"hwaccept{known.suffix}", "version": _text(suite["version"]),
        "commandLine": _text(shlex.join(["pytest", *map(str, words if isinstance(words, list) else [])])),
        "parameters": {
            **{_text(name): _parameter(value) for name, value in options.items() if value is not None and name != "pytest"},
            "mode": results["mode"], "origin": results["origin"], "spec": _text(spec["name"]), "spec_sha256": spec["sha256"],
            "workers": results["workers"], "max_warnings": results["max_warnings"],
        },
        "dutInfo": {
            "dutInfoId": _text(results["node"]), "name": _text(results["node"]),
            "platformInfos": [{"info": _text(spec["name"])}],
            "softwareInfos": _software(known, results),
            "hardwareInfos": [_hardware(board, name, results["node"]) for board, name in known.boards.items()],
            "metadata": {name: results[name] for name in ("verdict", "mode", "origin")},
        },
    }  # fmt: skip


def _parameter(value: object) -> object:
    """An option of the run; the specification wants parameters flat, so what is nested is JSON in a text."""
    if isinstance(value, bool) or is_number(value):
        return value
    return _text(value if isinstance(value, str) else json.dumps(value))


def _software(known: _Run, results: Mapping[str, Any]) -> list[Artifact]:
    suite, node = results["suite"], results["node"]
    commit = suite["commit"] and f"{suite['commit']}{' with changes' if suite['dirty'] else ''}"
    found = [{"softwareInfoId": "sw0", "name": "hwaccept", "version": suite["version"], "revision": commit, "softwareType": "APPLICATION"}]
    read = [reading["value"] for item in results["items"] for reading in item["readings"] if reading["name"] == _DRIVER]
    driver = next((value for value in read if isinstance(value, str)), None)
    if driver:
        found.append({"softwareInfoId": "sw1", "name": "NVIDIA driver", "version": driver, "softwareType": "SYSTEM"})
    return [
        *(_given({**software, "computerSystem": node}) for software in found),
        *(_tool(name, tool, node if host == "local" else host) for (host, tool), name in known.tools.items()),
    ]


def _tool(name: str, tool: str, system: str) -> Artifact:
    return _given({"softwareInfoId": name, "name": tool, "softwareType": "APPLICATION", "computerSystem": system})


def _hardware(board: Board, name: str, node: str) -> Artifact:
    """One board. The format has no field for a UUID: it stands in the name, after the position."""
    device, serial, uuid, bus = board
    told = {"name": f"{device} {uuid or ''}".strip(), "location": bus, "serialNumber": serial, "computerSystem": node}
    return _given({"hardwareInfoId": name, **told})


def _board(item: Mapping[str, Any]) -> Board | None:
    """The position and the board that stood there; None where no board is known."""
    identity = item["identity"] or {}
    known = tuple(identity.get(name) for name in ("serial", "uuid", "pci_bus_id"))
    return (item["device"], *known) if any(known) else None


def _boards(items: Sequence[Mapping[str, Any]]) -> list[Board]:
    return list(dict.fromkeys(board for board in map(_board, items) if board))


def _tools(evidence: Sequence[str]) -> list[tuple[str, str]]:
    """(host, tool) of each evidence id, once."""
    return list(dict.fromkeys((match["host"], match["tool"]) for match in map(_TOOL.fullmatch, evidence) if match))


# --- the items -----------------------------------------------------------------------------------------------------


def _steps(known: _Run, items: Sequence[Mapping[str, Any]]) -> Iterator[Artifact]:
    checks: dict[str, list[Mapping[str, Any]]] = {}
    for item in items:
        checks.setdefault(item["check"], []).append(item)
    for number, (check, members) in enumerate(checks.items()):
        said = [found for item in members for found in _item(known, item)]
        begin, end = {"testStepStart": {"name": known.marked(check)}}, {"testStepEnd": {"status": _status(members)}}
        yield from ({"testStepArtifact": {"testStepId": str(number), **found}} for found in [begin, *said, end])


def _status(items: Sequence[Mapping[str, Any]]) -> str:
    verdicts = {item["verdict"] for item in items}
    return "ERROR" if "ERROR" in verdicts else "SKIP" if verdicts == {"SKIP"} else "COMPLETE"


def _item(known: _Run, item: Mapping[str, Any]) -> Iterator[Artifact]:
    """Its readings, then what follows from them: a diagnosis, or of what the spec skips a line of the log."""
    for reading in item["readings"]:
        yield from _reading(known, item, reading)
    if item["verdict"] == "SKIP":
        yield _log(_message(known, item))
        return
    if item["verdict"] == "ERROR":
        yield _error(known, f"{function_of(item['id'])}-error", _message(known, item), item["evidence"])
    yield {"diagnosis": {**_diagnosis(known, item), **_hardware_id(known, item)}}


def _diagnosis(known: _Run, item: Mapping[str, Any]) -> dict[str, str]:
    """The verdict on this node: where a peer or the fabric failed, or nobody knows who did, it is not known to be bad."""
    elsewhere = item["verdict"] == "FAIL" and item["subject"] != "node"
    word = f"{item['verdict'].lower()}-{item['subject']}" if elsewhere else item["verdict"].lower()
    return {
        "verdict": known.marked(f"{function_of(item['id'])}-{word}"),
        "type": "UNKNOWN" if elsewhere else _TYPES.get(item["verdict"], "UNKNOWN"),
        "message": _message(known, item),
    }


def _message(known: _Run, item: Mapping[str, Any]) -> str:
    parts = [
        item["reason"], item["class"] and f"class {item['class']}", item["suspect"] and suspect_words(item["suspect"]),
        "" if item["id"] in known.required else "not required: it decides nothing",
    ]  # fmt: skip
    return _sentence(known, item["id"], item["verdict"], "; ".join(filter(None, parts)))


def _sentence(known: _Run, subject: str, verdict: str, why: str) -> str:
    """Pciebw.link[gpu0]: PASS (simulated): why."""
    return f"{_text(subject)}: {verdict}{known.suffix}{': ' if why else ''}{_text(why)}"


def _hardware_id(known: _Run, item: Mapping[str, Any]) -> dict[str, str]:
    board = _board(item)
    return {"hardwareInfoId": known.boards[board]} if board else {}


def _log(message: str) -> Artifact:
    return {"log": {"severity": "INFO", "message": message}}


def _error(known: _Run, symptom: str, message: str, evidence: Sequence[str] = ()) -> Artifact:
    """An error with the programs that were at work; the symptom gets the word of the mode, `message` has it."""
    tools = [known.tools[tool] for tool in _tools(evidence) if tool in known.tools]
    return {"error": {"symptom": known.marked(symptom), "message": message, "softwareInfoIds": tools}}


# --- the readings --------------------------------------------------------------------------------------------------


def _reading(known: _Run, item: Mapping[str, Any], reading: Mapping[str, Any]) -> Iterator[Artifact]:
    """A measurement where there is a value. No value, or one that cannot be judged, is an error unless nobody wanted to judge it."""
    measured = isinstance(reading["value"], str) or is_number(reading["value"])
    subject = f"{item['id']}: {reading['name']}{' of ' if reading['about'] else ''}{reading['about'] or ''}"
    if measured:
        yield {"measurement": _measurement(known, item, reading)}
    if reading["verdict"] == "ERROR" or (reading["verdict"] and not measured):
        message = _sentence(known, subject, "ERROR", reading["reason"])
        symptom = f"{reading['name']}-{'not-judged' if measured else 'not-measured'}"
        yield _error(known, symptom, message, [reading["evidence"]] if reading["evidence"] else [])
    elif not measured:
        yield _log(_sentence(known, subject, "not measured, and not judged", reading["reason"]))


def _measurement(known: _Run, item: Mapping[str, Any], reading: Mapping[str, Any]) -> Artifact:
    value, limit = reading["value"], reading["limit"]
    told = {"item": item["id"], "verdict": f"{reading['verdict'] or 'recorded only'}{known.suffix}", "reason": reading["reason"]}
    if limit is not None:
        told |= {"limit": limit_words(limit), "limit_key": limit["key"], "limit_source": limit["source"]}
        told |= {"limit_conditions": limit["conditions"]}
        told |= {name: quantity(limit[name], limit["unit"]) for name in ("warn", "impossible_above") if limit[name] is not None}
    return {
        "name": _text(reading["name"]), "value": _value(value),
        **_given({"unit": reading["unit"]}), "validators": [] if limit is None else _validators(reading, limit),
        **_hardware_id(known, item), **({"subcomponent": {"name": _text(reading["about"])}} if reading["about"] else {}),
        "metadata": {**_given({**told, "evidence": reading["evidence"]}), "concurrency": reading["concurrency"]},
    }  # fmt: skip


def _validators(reading: Mapping[str, Any], limit: Mapping[str, Any]) -> list[Artifact]:
    """
    The limit, whole or not at all, for whoever reads half a limit judges by half of it; `metadata` has it in words anyway.

    The format compares numbers with numbers and texts with texts, and has no order of versions. A set is an alternation: the
    specification's text wants an array in IN_SET, which its schema refuses. Of several numbers there is no form at all.
    """
    value, accepted = reading["value"], accepted_values(limit)
    bounds = [(name, kind, limit[name]) for name, kind in _BOUNDS if limit[name] is not None]
    everything = [value, *accepted, *(bound for _, _, bound in bounds)]
    of_numbers = all(map(is_number, everything)) and len(accepted) < 2
    of_texts = all(map(_is_comparable_text, everything)) and not bounds
    if reading["unit"] != limit["unit"] or not (of_numbers or of_texts):
        return []
    found = [_validator(limit, name, kind, bound) for name, kind, bound in bounds]
    if len(accepted) == 1:
        found.append(_validator(limit, "equals", "EQUAL", accepted[0]))
    elif accepted:
        one_of = "|".join(_NOT_LITERAL.sub(r"\\\g<0>", text) for text in accepted)
        found.append(_validator(limit, "equals", "REGEX_MATCH", f"^({one_of})$"))
    return found


def _is_comparable_text(value: object) -> bool:
    """Whether it is a text that stands in the file whole, and in which `$` has one meaning to all who know regular expressions."""
    return isinstance(value, str) and value.isprintable() and len(value) <= _LONGEST


def _validator(limit: Mapping[str, Any], name: str, kind: str, bound: Any) -> Artifact:
    return {"name": _text(f"{limit['key']} {name}"), "type": kind, "value": _value(bound)}


# --- the end -------------------------------------------------------------------------------------------------------


def _conclusion(known: _Run, results: Mapping[str, Any]) -> Iterator[Artifact]:
    """The verdict with its reasons, an error where it is that nothing is known, and the end of the run."""
    found = {item["id"] for item in results["items"]}
    lost = [item for item in dict.fromkeys(results["required"]) if item not in found]
    for item in lost:
        yield {"testRunArtifact": _error(known, "not-run", _sentence(known, item, "ERROR", "it is required and did not run"))}
    verdict = results["verdict"]
    for reason in results["reasons"]:
        said = _text(reason if reason.startswith(verdict) else f"{verdict}: {reason}")
        yield {"testRunArtifact": _error(known, "incomplete", said) if reason.startswith("INCOMPLETE") else _log(said)}
    status, result = ("SKIP", "NOT_APPLICABLE") if known.suffix else _LIVE.get(verdict, ("ERROR", "NOT_APPLICABLE"))
    yield {"testRunArtifact": {"testRunEnd": {"status": status, "result": result}}}
