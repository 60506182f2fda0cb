"""
`grep -H . /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_serial ...`: what the firmware says of chassis, board and itself.

The kernel has a file for every string that the firmware's SMBIOS tables hold (drivers/firmware/dmi-id.c, Linux 2.6.26 to 6.18);
grep prints them as PATH:VALUE, one line each, in the order in which they were asked for, and nothing for an empty one. What the
strings mean is in the SMBIOS specification (DMTF DSP0134): `product_*` is the system (type 1), `board_*` its base board (type 2),
`chassis_*` its enclosure (type 3). `chassis_type` is that specification's number: 23 is a rack mount chassis. Old kernels print
the UUID in capitals; here it is always in small letters.

Serial numbers and the UUID are readable by root only. A file that is missing or unreadable is a message on stderr, exit code 2,
and here Absent; where the message stands among the lines, what could not be read is an ErrorWord. Bytes that are no text make
grep say "binary file matches": an ErrorWord too. There is no end mark and no count: a record is never complete, and whoever
judges must see that what it needs is a Reading.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from parsers.cells import COUNT, read_cell
from parsers.errors import ParseError
from parsers.identity import read_identity, read_word
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import Absent, ErrorWord, Field, Reading
from parsers.tool import Tool

TOOL = "grep /sys/class/dmi/id"
_PATH = r"/sys/(?:class|devices/virtual)/dmi/id/(?P<key>[a-z0-9_]{1,40})"
_VALUE = re.compile(f"{_PATH}:(?P<value>.*)")
_MESSAGE = re.compile(f"grep: {_PATH}: (?P<word>[A-Z][A-Za-z ]{{1,60}}|binary file matches)")
_BINARY = re.compile(f"(?P<word>Binary file) {_PATH} matches")
_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_IDENTITIES = frozenset({"product_serial", "product_uuid", "board_serial", "board_asset_tag", "chassis_serial", "chassis_asset_tag"})
_MISSING = "No such file or directory"


@dataclass(frozen=True)
class Dmi:
    """
    What the firmware says, all texts but `chassis_type`, a number ("count").

    NotApplicable where it says that there is none ("None", "Not Specified"), ErrorWord where it holds its vendor's template
    ("Default string", "0123456789"), which is the same on many nodes; Absent where there was no line or an empty one.
    """

    sys_vendor: Field
    product_name: Field
    product_family: Field
    product_version: Field
    product_sku: Field
    product_serial: Field
    product_uuid: Field
    board_vendor: Field
    board_name: Field
    board_version: Field
    board_serial: Field
    board_asset_tag: Field
    chassis_vendor: Field
    chassis_type: Field
    chassis_version: Field
    chassis_serial: Field
    chassis_asset_tag: Field
    bios_vendor: Field
    bios_version: Field
    bios_date: Field
    bios_release: Field
    ec_firmware_release: Field

    @property
    def complete(self) -> bool:
        """Nothing in the output says which files there were."""
        return False


_KEYS = tuple(field.name for field in dataclasses.fields(Dmi))


def parse(text: str) -> Dmi:
    """
    What the files held that could be read; files that are no field, as modalias and uevent, are left out.

    Raises ParseError, quoting the line, for no file that could be read, a line of another form, a file twice, a UUID or a
    number of another shape, and half a line at the end.
    """
    found: dict[str, Field] = {}
    messages: list[str] = []
    for number, line in enumerate(printable_lines(TOOL, text), 1):
        match = _VALUE.fullmatch(line)
        if line and match is None:
            messages.append(line)
        if line:
            match = match or _message(line, number)
            if match["key"] in found:
                raise ParseError(TOOL, "every file once", line, number)
            found[match["key"]] = _field(match, number)
    if len(messages) == len(found):
        raise ParseError(TOOL, "a file of /sys/class/dmi/id that can be read", messages[0])
    if not ends_whole_line(text):
        raise ParseError(TOOL, "a whole last line", text[text.rfind("\n") + 1 :])
    return Dmi(**{key: found.get(key, Absent(key)) for key in _KEYS})


def _message(line: str, number: int) -> re.Match[str]:
    match = _MESSAGE.fullmatch(line) or _BINARY.fullmatch(line)
    if match is None:
        raise ParseError(TOOL, "a line as /sys/class/dmi/id/sys_vendor:VALUE", line, number)
    return match


def _field(match: re.Match[str], number: int) -> Field:
    key = match["key"]
    if match.re is not _VALUE:
        return Absent(key) if match["word"] == _MISSING else ErrorWord(match["word"], match[0])
    if key == "chassis_type":
        return read_cell(TOOL, COUNT, match["value"], key, number)
    field = (read_identity if key in _IDENTITIES else read_word)(key, match["value"])
    return _uuid(field, number) if key == "product_uuid" and isinstance(field, Reading) else field


def _uuid(field: Reading, number: int) -> Reading:
    value = str(field.value).lower()
    if _UUID.fullmatch(value) is None:
        raise ParseError(TOOL, "a UUID as product_uuid", str(field.value), number)
    return Reading(value, field.unit, field.line)


TOOLS = (Tool("dmi", "Linux 2.6.26 to 6.18", "grep -H . /sys/class/dmi/id/...: serial numbers and names of chassis and board", parse),)
