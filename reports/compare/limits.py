"""What became of the limits, and of what is required: by the specs, and by the limits that readings were judged with."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.compare.pairing import Run
from reports.compare.shape import LIMITS, LOOSER, TIGHTER, CompareError, Difference
from reports.words import accepted_values, check_of, is_number

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FIELDS = ("min", "max", "equals", "warn", "unit", "theoretical", "impossible_above", "conditions", "source")
_IMPLIED = re.compile(r"\[node\] ([a-z0-9_]+):")
_VERSION = re.compile(r"\d{1,9}(?:[.]\d{1,9})*", re.ASCII)
_TOLD_BY_RESULTS = ("name", "schema", "required", "max_warnings", "absent", "not_required", "unjudged", "node", "limits")
_NO_PROMISE = ("source", "sources")
Limit = Mapping[str, Any]
Table = Mapping[str, Any]


def spec_of(data: bytes, whose: str) -> dict[str, Any]:
    """The spec of a run. Raises CompareError where it is no TOML, which no spec is that anything was judged by."""
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise CompareError("bad-spec", f"the spec of {whose} cannot be read as TOML: {str(error)[:200]}") from error


def differences(a: Run, b: Run, spec_a: Table, spec_b: Table) -> Iterator[Difference]:
    """Limits by their keys, what was promised, what decides and what does not, and the rest of the specs."""
    changed = list(_limits(a, b, spec_a, spec_b))
    yield from changed
    told = {key for difference in changed for limit in (difference.before, difference.after) for key in _promises(limit)}
    bills = [{key: value for key, value in run.results["bill"].items() if key not in _NO_PROMISE} for run in (a, b)]
    yield from (difference for difference in unlike("promised", bills[0], bills[1]) if difference.name.partition(" ")[2] not in told)
    yield from _decisive(a.results, b.results)
    rest = [{key: value for key, value in spec.items() if key not in _TOLD_BY_RESULTS} for spec in (spec_a, spec_b)]
    yield from unlike("spec", rest[0], rest[1])
    for name in ("name", "sha256"):
        yield from _one(f"spec {name}", a.results["spec"][name], b.results["spec"][name])


def _promises(limit: Limit | None) -> list[str]:
    """The keys of the bill of materials that a limit says it is from."""
    return _IMPLIED.findall(str(limit["source"])) if limit else []


def _limits(a: Run, b: Run, spec_a: Table, spec_b: Table) -> Iterator[Difference]:
    stated = [_stated(spec) for spec in (spec_a, spec_b)]
    seen, judged = zip(*(_seen(run) for run in (a, b)), strict=True)
    ours, theirs = ({**used, **own} for own, used in zip(stated, seen, strict=True))
    for key in sorted({*ours, *theirs}):
        before, after = ours.get(key), theirs.get(key)
        if before and after and before != after:
            yield Difference(LIMITS, "limit", key, (), before, after, None, _sense(before, after))
        elif (before is None) != (after is None):
            here, there = (0, 1) if before else (1, 0)
            if key in stated[here] or key.partition("@")[0] in judged[there]:
                yield Difference(LIMITS, "only", key, (), before, after, None, LOOSER if before else TIGHTER)


def _stated(spec: Table) -> dict[str, Limit]:
    """The limits that the spec's [limits] state, as readings carry them."""
    limits = spec.get("limits", {})
    tables = limits.items() if isinstance(limits, Mapping) else ()
    return {key: _as_carried(table) for key, table in tables if isinstance(table, Mapping)}


def _as_carried(table: Table) -> dict[str, Any]:
    """Every field; of accepted values always a list; numbers alone compare by value (48 is 48.0)."""
    equals = table.get("equals")
    values = None if equals is None else [_scalar(value) for value in (equals if isinstance(equals, list) else [equals])]
    return {**{name: _scalar(table.get(name)) for name in FIELDS}, "equals": values}


def _scalar(value: Any) -> Any:
    """A value that is equal to itself and that JSON can write; what a table has no business to hold (dates, NaN) as text."""
    return value if value is None or isinstance(value, (str, bool)) or is_number(value) else str(value)


def _seen(run: Run) -> tuple[dict[str, Limit], set[str]]:
    """The limits that readings were judged with, by key, and the names of all readings."""
    limits: dict[str, Limit] = {}
    names = set()
    for item in run.results["items"]:
        for reading in item["readings"]:
            names.add(reading["name"])
            if reading["limit"]:
                limits.setdefault(reading["limit"]["key"], _as_carried(reading["limit"]))
    return limits, names


def _sense(before: Limit, after: Limit) -> str:
    """Looser where every bound that changed lets more pass, tighter where it lets less; empty where they disagree or none changed."""
    if before["unit"] != after["unit"]:
        return ""
    up = TIGHTER if before["min"] is not None and after["min"] is not None else LOOSER
    senses = {
        _moved(before["min"], after["min"], TIGHTER), _moved(before["max"], after["max"], LOOSER),
        _moved(before["warn"], after["warn"], up), _accepted(accepted_values(before), accepted_values(after)),
    }  # fmt: skip
    senses.discard("")
    return senses.pop() if len(senses) == 1 else ""


def _moved(before: Any, after: Any, up: str) -> str:
    """What it means that a bound moved, when up means `up`; one that appears is tighter."""
    if before == after:
        return ""
    if before is None or after is None:
        return LOOSER if after is None else TIGHTER
    first, second = _size(before), _size(after)
    if first is None or second is None or len({type(first), type(second)}) > 1:
        return ""
    down = LOOSER if up == TIGHTER else TIGHTER
    return up if second > first else down


def _size(bound: Any) -> Any:
    """What a bound is compared by: its value, or the numbers of a dotted version; None of what is neither."""
    if is_number(bound):
        return float(bound)
    return tuple(map(int, bound.split("."))) if isinstance(bound, str) and _VERSION.fullmatch(bound) else None


def _accepted(before: Sequence[Any], after: Sequence[Any]) -> str:
    if set(before) == set(after):
        return ""
    if not before or not after:
        return LOOSER if before else TIGHTER
    return LOOSER if set(before) < set(after) else TIGHTER if set(after) < set(before) else ""


def _decisive(a: Table, b: Table) -> Iterator[Difference]:
    """Which checks decide, which the node has nothing for, what is not judged, and how many warnings a check may have."""
    ours, theirs = ({check_of(item) for item in results["required"]} for results in (a, b))
    for check in sorted(ours ^ theirs):
        was = check in ours
        yield Difference(LIMITS, "required", check, (), was, not was, None, LOOSER if was else TIGHTER)
    for kind in ("absent", "not_required", "unjudged"):
        for name in sorted({*a[kind], *b[kind]}):
            before, after = a[kind].get(name), b[kind].get(name)
            if before != after:
                sense = "" if None not in (before, after) else TIGHTER if after is None else LOOSER
                yield Difference(LIMITS, kind, name, (), before, after, None, sense)
    if a["max_warnings"] != b["max_warnings"]:
        sense = LOOSER if b["max_warnings"] > a["max_warnings"] else TIGHTER
        yield Difference(LIMITS, "changed", "max_warnings", (), a["max_warnings"], b["max_warnings"], None, sense)


def _one(name: str, before: Any, after: Any) -> Iterator[Difference]:
    if before != after:
        yield Difference(LIMITS, "changed", name, (), before, after)


def unlike(area: str, a: Table, b: Table, heading: str = LIMITS) -> Iterator[Difference]:
    """Every value that differs between two tables, by its path in them; a list of values is one value, an empty table none."""
    ours, theirs = dict(_leaves(a)), dict(_leaves(b))
    for path in sorted({*ours, *theirs}):
        before, after = ours.get(path), theirs.get(path)
        if before != after:
            yield Difference(heading, "changed", f"{area} {path}", (), before, after)


def _leaves(table: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(table, Mapping):
        for key, value in table.items():
            yield from _leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(table, (list, tuple)) and any(isinstance(value, (Mapping, list, tuple)) for value in table):
        for number, value in enumerate(table):
            yield from _leaves(value, f"{path}[{number}]")
    else:
        yield path, [_scalar(value) for value in table] if isinstance(table, (list, tuple)) else _scalar(table)
