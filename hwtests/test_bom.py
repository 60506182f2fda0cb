"""Are the parts those that were promised by serial number: all of them, no others, each in its slot, with its firmware?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading

if TYPE_CHECKING:
    from fixtures.bom import Part
    from fixtures.bom_items import Promise
    from fixtures.bom_parts import Found
    from fixtures.judging import Judge

pytestmark = pytest.mark.bom

_CHASSIS = "chassis"
_NAMED = 4
_WRITTEN = {"bom.vbios", "bom.firmware", "bom.bios"}
"""What can be written anew without another part."""
_OTHER = ("product", "model", "device")
"""Keys that tell another kind of part from the promised one, and not another state of the same."""


def test_part(bom_part: Promise, judge: Judge) -> None:
    """A part that is missing, was exchanged, stands elsewhere or is of another revision is not the one that was sold."""
    part = bom_part.part
    assert part is not None
    if part.section != _CHASSIS:
        judge("bom.present", lambda: _present(bom_part, part), tool=part.name, told=True)
    for key in part.judged:
        judge(f"bom.{key}", partial(_fact, bom_part, part, key), tool=part.name, told=True)
    failed = {reading["name"] for reading in judge.readings if reading["verdict"] == "FAIL"}
    judge.fault_class = "configuration" if failed and failed <= _WRITTEN else None


def test_extra(bom_section: Promise, judge: Judge) -> None:
    """What nobody promised is another's, or will be missed elsewhere."""
    judge("bom.unpromised", lambda: _unpromised(bom_section), tool=bom_section.section, told=True)


def _is(found: Found, part: Part) -> bool:
    """Whether this is the promised part: by its serial number, or by its slot where none was promised."""
    return part.slot in found.addresses if part.serial is None else part.serial in found.told_serials


def _present(promise: Promise, part: Part) -> Field:
    """How many there are: 1, or it is missing, or its serial number was copied."""
    parts = promise.look()
    mine = [found for found in parts if _is(found, part)]
    known_by = f"slot {part.slot}" if part.serial is None else f"serial {part.serial}"
    dead = [found for found in mine if not found.readable]
    if dead:
        return Reading(len(mine) - len(dead), "count", f"{known_by}: {dead[0].where} no longer answers on the bus (lspci: rev ff)")
    if mine:
        many = f"{len(mine)} parts tell it: " if len(mine) > 1 else ""
        return Reading(len(mine), "count", f"{known_by}: {many}{_listed(mine)}")
    if part.serial is None:
        return Reading(0, "count", f"missing: nothing of this kind stands in slot {part.slot}")
    unknown = _unknown(promise, parts)
    if unknown:
        why = f"serial {part.serial} was not found, and no serial number is told by {_listed(unknown)}: it may be this one"
        return ErrorWord("unidentified", why)
    return Reading(0, "count", f"missing: serial {part.serial} is nowhere on this node{_in_its_place(promise, part, parts)}")


def _in_its_place(promise: Promise, part: Part, parts: tuple[Found, ...]) -> str:
    other = next((found for found in parts if part.slot in found.addresses), None)
    if part.slot is None:
        return ""
    return f"; in its slot {part.slot} stands {_identity(promise, other)}" if other is not None else f", and its slot {part.slot} is empty"


def _identity(promise: Promise, found: Found) -> str:
    """Serial number, and to whom it is promised: on this node, to another of the lot, to nobody."""
    told = f"serial {' or '.join(found.told_serials)}" if found.told_serials else "a part that tells no serial number"
    return f"{told}, {_owner(promise, found)}"


def _owner(promise: Promise, found: Found) -> str:
    here = next((part for part in promise.bom.node.of(promise.section) if _is(found, part)), None)
    if here is not None:
        return f"which is {here.name}"
    owner = promise.bom.owner(promise.section, found.told_serials)
    return f"which the lot promises to {owner}" if owner else "which is promised to nobody"


def _unknown(promise: Promise, parts: tuple[Found, ...]) -> list[Found]:
    """Parts that tell no serial number and are not promised by their slot: any of them may be one that is missed."""
    promised = promise.bom.node.of(promise.section)
    return [found for found in parts if not found.told_serials and not any(_is(found, part) for part in promised)]


def _fact(promise: Promise, part: Part, key: str) -> Field:
    """What the part tells of this key."""
    parts = promise.look()
    if part.section == _CHASSIS:
        return _serial_of_chassis(promise, part, parts[0]) if key == "serial" else _revision(parts[0].facts[key], part, key)
    mine = [found for found in parts if _is(found, part)]
    if len(mine) != 1:
        return ErrorWord("not one", "several parts tell its serial number" if mine else "the part was not found")
    if not mine[0].readable:
        return ErrorWord("dead", "the part no longer answers")
    return _slot(promise, part, mine[0]) if key == "slot" else _revision(mine[0].facts.get(key, Absent(key)), part, key)


def _revision(field: Field, part: Part, key: str) -> Field:
    if not isinstance(field, Reading) or field.value == part.keys[key]:
        return field
    return Reading(field.value, field.unit, f"{f'another {key}' if key in _OTHER else 'wrong revision'}: {field.line}")


def _serial_of_chassis(promise: Promise, part: Part, found: Found) -> Field:
    """The firmware knows the system by a serial number, and its enclosure; a packing list may have either."""
    if part.serial in found.told_serials:
        return Reading(str(part.serial), "text", f"serial {part.serial}")
    untold = [field for field in found.serials if not isinstance(field, Reading)]
    return untold[0] if untold else Reading(found.told_serials[0], "text", f"another chassis: {_identity(promise, found)}")


def _slot(promise: Promise, part: Part, mine: Found) -> Field:
    if not mine.addresses:
        return NotApplicable(f"{mine.name} sits in no PCI slot")
    if part.slot in mine.addresses:
        return Reading(str(part.slot), "text", f"serial {part.serial} at {mine.where}")
    return Reading(mine.addresses[0], "text", _elsewhere(promise, part, mine))


def _elsewhere(promise: Promise, part: Part, mine: Found) -> str:
    """Swapped with another promised part, which stands in this one's slot, or moved."""
    parts, promised = promise.look(), promise.bom.node.of(promise.section)
    for other in promised:
        if other.slot in mine.addresses and any(_is(found, other) and part.slot in found.addresses for found in parts):
            return f"swapped with {other.name}: serial {part.serial} stands in its slot, and serial {other.serial} in this one"
    return f"moved: serial {part.serial} stands at {mine.where}{_in_its_place(promise, part, parts)}"


def _unpromised(promise: Promise) -> Field:
    """How many parts there are beside the promised ones; one without a serial number is one too many only if no promised one is missed."""
    parts, promised = promise.look(), promise.bom.node.of(promise.section)
    strangers = [found for found in parts if found.own and not any(_is(found, part) for part in promised)]
    missed = [part for part in promised if part.serial is not None and not any(_is(found, part) for found in parts)]
    unknown = [found for found in strangers if not found.told_serials and promise.section != "nvswitches"]
    known = [found for found in strangers if found not in unknown]
    number = len(known) + max(0, len(unknown) - len(missed))
    if unknown and not number:
        return ErrorWord("unidentified", f"no serial number is told by {_listed(unknown)}: whether it was promised is not known")
    told = [f"{found.where} with {_identity(promise, found)}" for found in (*known, *unknown)]
    return Reading(number, "count", f"not promised: {_some(told)}" if number else f"{len(parts)} of {promise.section}, all promised")


def _listed(found: list[Found]) -> str:
    return _some([each.where for each in found])


def _some(told: list[str]) -> str:
    return ", ".join(told[:_NAMED]) + (f" and {len(told) - _NAMED} more" if len(told) > _NAMED else "")
