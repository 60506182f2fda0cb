"""
`lspci -vv` or `-vvv`, with or without -D, -n, -nn: every PCI device with its link and its record of errors.

Layout: lspci.c, ls-caps.c and ls-ecaps.c of pciutils 3.0 to 3.14. Read are the first line of a device, LnkCap (what its
link could do), LnkSta (what it does), and what Advanced Error Reporting has recorded since the last reset: UESta, errors
that were not corrected, and CESta, those that were. Speeds become generations of PCIe: 2.5GT/s is 1, 5 is 2, 8 is 3, 16
is 4, 32 is 5, 64 is 6, 128 is 7.

After speed and width old releases print nothing, those from 2018 on (ok), (downgraded) or (strange), and those from 2022
on (downgraded) or (overdriven), and nothing where the link is as fast as it can be or the device is a port above it. So
compare the numbers; a note that contradicts them is refused. An idle GPU lowers its speed, and virtual functions have no
link of their own: "Speed unknown, Width x0".

lspci without root cannot read capabilities ("Capabilities: <access denied>"), and a device that fell off the bus gives ones
for everything: "(rev ff)", "!!! Unknown header type 7f". Both are outcomes of their own, and what could not be read is an
ErrorWord. There is no end mark: a listing is never complete, and whoever judges must compare it with what was promised.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.cells import bus_id
from parsers.errors import ParseError
from parsers.plain_text import printable_lines
from parsers.reading import Absent, ErrorWord, Field, Reading
from parsers.tool import Tool

TOOL = "lspci -vv"

READ, ACCESS_DENIED, DEAD = "read", "access denied", "dead"
"""The outcomes for a device."""

_ADDRESS = r"(?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]"
_HEAD = re.compile(
    rf"(?P<address>{_ADDRESS}) (?P<class>[^:]{{1,80}}?)(?: \[(?P<code>[0-9a-f]{{4}})\])?: (?P<name>(?:(?! \((?:rev|prog-if) ).){{1,400}}?)"
    r"(?: \[(?P<vendor>[0-9a-f]{4}):(?P<device>[0-9a-f]{4})\])?(?: \(rev (?P<revision>[0-9a-f]{2})\))?"
    r"(?: \(prog-if [0-9a-f]{2}(?: \[[^\]]{1,80}\])?\))?"
)
_NUMERIC = re.compile("([0-9a-f]{4}):([0-9a-f]{4})")
_CODE = re.compile("[0-9a-f]{4}")
_HARMLESS = re.compile(
    r"pcilib: (?:sysfs_read_vpd: |Error reading /\S{1,200}/label: )|lspci: Unable to (?:load libkmod resources|initialize libkmod context)"
)
_DEAD_HEADER = "!!! Unknown header type"
_DENIED = frozenset({"Capabilities: <access denied>", "<access denied to the rest>", "Capabilities: <available only to root>"})

_KEY = re.compile(r"(?P<key>Lnk(?:Cap|Sta)|UE(?:Sta|Msk|Svrt)|CE(?:Sta|Msk)|AERCap|Control(?=: I/O[+-])):\s*(?P<rest>.*)")
_FLAGS = re.compile(r"(?:[A-Za-z0-9_]{1,32}[+-] {0,4}){1,64}")
_FLAG = re.compile(r"([A-Za-z0-9_]+)([+-])")
_SPEED = r"Speed (?P<speed>[0-9.]{1,4}GT/s|unknown)"
_NOTE = r"(?: \((?P<{}_note>ok|downgraded|overdriven|strange)\))?"
_LNKCAP = re.compile(rf"Port #[0-9]{{1,3}}, {_SPEED}, Width x(?P<width>[0-9]{{1,2}}), ASPM .*")
_LNKSTA = re.compile(rf"{_SPEED}{_NOTE.format('speed')}, Width x(?P<width>[0-9]{{1,2}}){_NOTE.format('width')}(?:, TrErr[+-] .*)?")
_GENERATIONS = {"2.5GT/s": 1, "5GT/s": 2, "8GT/s": 3, "16GT/s": 4, "32GT/s": 5, "64GT/s": 6, "128GT/s": 7}
_UNCORRECTABLE, _CORRECTABLE = ("UESta", "UEMsk", "UESvrt"), ("CESta", "CEMsk")
_FLAGGED = frozenset({*_UNCORRECTABLE, *_CORRECTABLE})
_TOGETHER = (("LnkCap", "LnkSta"), (*_UNCORRECTABLE, *_CORRECTABLE, "AERCap"))
"""What lspci prints in one go: where one of these lines is, all of them are."""

_NVIDIA, _NVIDIA_NAME = "10de", "nvidia corporation "
_DISPLAYS = frozenset({"0300", "0302", "VGA compatible controller", "3D controller"})

Lines = list[tuple[int, str]]
Entries = dict[str, tuple[int, list[str]]]


@dataclass(frozen=True)
class LinkCapability:
    """LnkCap, what the link could do: `speed` in generations of PCIe, `width` in lanes."""

    speed: Field
    width: Field


@dataclass(frozen=True)
class LinkStatus:
    """LnkSta, what the link does: `speed` in generations of PCIe, `width` in lanes, and lspci's notes, texts without brackets."""

    speed: Field
    speed_note: Field
    width: Field
    width_note: Field


@dataclass(frozen=True)
class ErrorStatus:
    """UESta or CESta: how many flags are set, and their names."""

    count: Field
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Device:
    """
    One function of a PCI device.

    `pci_bus_id` always has a domain ("0000:53:00.0"). `device_class` is the class in words or, with -n, its four digits;
    `class_code`, `vendor` and `device` are numbers in hexadecimal and None without -n or -nn. `name` is vendor and device
    in words, which lspci does not tell apart. `revision` is None where it is 0.

    `outcome` is READ, ACCESS_DENIED or DEAD; unless it is READ, all Fields are ErrorWords. Where the device has no link, no
    Advanced Error Reporting, or its release no notes, they are Absent. `warnings` are lspci's own lines that begin with "!!!".
    """

    pci_bus_id: str
    device_class: str
    class_code: str | None
    name: str
    vendor: str | None
    device: str | None
    revision: str | None
    outcome: str
    lnkcap: LinkCapability
    lnksta: LinkStatus
    uesta: ErrorStatus
    cesta: ErrorStatus
    warnings: tuple[str, ...]

    @property
    def is_nvidia_gpu(self) -> bool:
        """A display or 3D controller of NVIDIA, by numbers if there are any, else by names."""
        nvidia = self.vendor == _NVIDIA if self.vendor else self.name.lower().startswith(_NVIDIA_NAME)
        return nvidia and (self.class_code or self.device_class) in _DISPLAYS


@dataclass(frozen=True)
class VerboseListing:
    """
    The devices in the order of their addresses, at least one; never known to be all of them.

    `messages` are lines of lspci and its library that say nothing of a link: no table of modules, product data or a label
    that could not be read.
    """

    devices: tuple[Device, ...]
    messages: tuple[str, ...]
    complete: bool = False


def parse(text: str) -> VerboseListing:
    """
    The devices.

    Raises ParseError, quoting the line, for no device, an address out of order or twice, a device without the line
    Control (lspci without -vv has no links), a link or record of errors in part, twice or of another form, a note that
    contradicts its numbers, and any other message of lspci.
    """
    messages: list[str] = []
    blocks: list[tuple[int, re.Match[str], Lines]] = []
    for number, line in _whole_lines(text):
        if _HARMLESS.match(line):
            messages.append(line)
        elif line and (not line[0].isspace() or not blocks):
            blocks.append((number, _head(number, line), []))
        elif line:
            blocks[-1][2].append((number, line.strip()))
    devices = tuple(_device(*block) for block in blocks)
    if not devices:
        raise ParseError(TOOL, "a device", "; ".join(messages))
    _check_order(devices)
    return VerboseListing(devices, tuple(messages))


def _whole_lines(text: str) -> Lines:
    """The lines with their numbers. Of a device's lines, one without its end says nothing that could be relied on: it is left out."""
    lines = [*enumerate(printable_lines(TOOL, text), 1)]
    return lines[:-1] if lines[-1][1][:1].isspace() else lines


def _head(number: int, line: str) -> re.Match[str]:
    match = _HEAD.fullmatch(line)
    if match is None:
        raise ParseError(TOOL, "the first line of a device, as 53:00.0 CLASS: NAME (rev a1)", line, number)
    return match


def _check_order(devices: tuple[Device, ...]) -> None:
    places = [(int(domain, 16), rest) for domain, _, rest in (device.pci_bus_id.partition(":") for device in devices)]
    for earlier, later, device in zip(places, places[1:], devices[1:], strict=False):
        if earlier >= later:
            raise ParseError(TOOL, "addresses in their order, every one once", device.pci_bus_id)


def _device(number: int, head: re.Match[str], body: Lines) -> Device:
    outcome, unread = _outcome(head, [line for _, line in body])
    entries = _entries(body)
    if outcome != DEAD and "Control" not in entries:
        raise ParseError(TOOL, "the line Control of every device (lspci -vv)", head[0], number)
    _check_together(entries, head[0], number)
    lnkcap, lnksta = _lnkcap(entries, unread), _lnksta(entries, unread)
    _check_notes(lnkcap, lnksta)
    numeric = _NUMERIC.fullmatch(head["name"])
    address = head["address"] if head["address"].count(":") > 1 else f"0000:{head['address']}"
    return Device(
        pci_bus_id=bus_id(address) or address,
        device_class=head["class"],
        class_code=head["code"] or (head["class"] if _CODE.fullmatch(head["class"]) else None),
        name=head["name"],
        vendor=numeric[1] if numeric else head["vendor"],
        device=numeric[2] if numeric else head["device"],
        revision=head["revision"],
        outcome=outcome,
        lnkcap=lnkcap,
        lnksta=lnksta,
        uesta=_errors(entries, unread, _UNCORRECTABLE),
        cesta=_errors(entries, unread, _CORRECTABLE),
        warnings=tuple(line for _, line in body if line.startswith("!!!")),
    )


def _outcome(head: re.Match[str], body: list[str]) -> tuple[str, ErrorWord | None]:
    dead = [line for line in body if line.startswith(_DEAD_HEADER)] + ["rev ff"] * (head["revision"] == "ff")
    denied = [line for line in body if line in _DENIED]
    if dead:
        return DEAD, ErrorWord(dead[0].removeprefix("!!! "), f"{head['address']}: {dead[0]}")
    if denied:
        return ACCESS_DENIED, ErrorWord(ACCESS_DENIED, f"{head['address']}: {denied[0]}")
    return READ, None


def _entries(body: Lines) -> Entries:
    """Key, and what follows it, of the lines that are read; flags may go on in the lines below."""
    found: Entries = {}
    last = ""
    for number, line in body:
        match = _KEY.fullmatch(line)
        if match is not None:
            last = match["key"]
            if last in found:
                raise ParseError(TOOL, "every line of a device once", line, number)
            found[last] = (number, [match["rest"]])
        elif last in _FLAGGED and _FLAGS.fullmatch(line):
            found[last][1].append(line)
        else:
            last = ""
    return found


def _check_together(entries: Entries, head: str, number: int) -> None:
    for keys in _TOGETHER:
        missing = [key for key in keys if key not in entries]
        if missing and len(missing) < len(keys):
            raise ParseError(TOOL, f"the line {missing[0]} beside the others", head, number)


def _lnkcap(entries: Entries, unread: ErrorWord | None) -> LinkCapability:
    match = _matched(entries, "LnkCap", _LNKCAP)
    if unread or match is None:
        return LinkCapability(unread or Absent("LnkCap"), unread or Absent("LnkCap"))
    return LinkCapability(_speed(match, "LnkCap"), _width(match, "LnkCap"))


def _lnksta(entries: Entries, unread: ErrorWord | None) -> LinkStatus:
    match = _matched(entries, "LnkSta", _LNKSTA)
    if unread or match is None:
        nothing = unread or Absent("LnkSta")
        return LinkStatus(nothing, nothing, nothing, nothing)
    return LinkStatus(_speed(match, "LnkSta"), _note(match, "speed_note"), _width(match, "LnkSta"), _note(match, "width_note"))


def _matched(entries: Entries, key: str, pattern: re.Pattern[str]) -> re.Match[str] | None:
    if key not in entries:
        return None
    number, (rest,) = entries[key]
    match = pattern.fullmatch(rest)
    if match is None:
        raise ParseError(TOOL, f"speed and width as {key}", rest, number)
    return match


def _speed(match: re.Match[str], key: str) -> Field:
    line = f"{key}: {match[0]}"
    if match["speed"] == "unknown":
        return ErrorWord("unknown", line)
    if match["speed"] not in _GENERATIONS:
        raise ParseError(TOOL, f"one of {', '.join(_GENERATIONS)}", line)
    return Reading(_GENERATIONS[match["speed"]], "generation", line)


def _width(match: re.Match[str], key: str) -> Field:
    return Reading(int(match["width"]), "lanes", f"{key}: {match[0]}")


def _note(match: re.Match[str], group: str) -> Field:
    return Reading(match[group], "text", f"LnkSta: {match[0]}") if match[group] else Absent(f"a note ({group}) in LnkSta")


def _check_notes(lnkcap: LinkCapability, lnksta: LinkStatus) -> None:
    pairs = ((lnkcap.speed, lnksta.speed, lnksta.speed_note), (lnkcap.width, lnksta.width, lnksta.width_note))
    for could, does, note in pairs:
        if isinstance(could, Reading) and isinstance(does, Reading) and isinstance(note, Reading):
            faster = int(does.value) - int(could.value)
            if note.value not in (("ok",) if faster == 0 else ("downgraded",) if faster < 0 else ("overdriven", "strange")):
                raise ParseError(TOOL, f"a note that agrees with {could.line}", note.line)


def _errors(entries: Entries, unread: ErrorWord | None, keys: tuple[str, ...]) -> ErrorStatus:
    """The flags of the first of `keys`; the others mask and grade the same flags."""
    if unread or keys[0] not in entries:
        return ErrorStatus(unread or Absent(keys[0]), ())
    texts = [" ".join(entries[key][1]) for key in keys]
    flags = [_FLAG.findall(text) for text in texts]
    names = [[name for name, _ in part] for part in flags]
    if not names[0] or any(part != names[0] for part in names) or not _FLAGS.fullmatch(texts[0]):
        raise ParseError(TOOL, f"the same flags in {', '.join(keys)}", texts[0], entries[keys[0]][0])
    raised = tuple(name for name, sign in flags[0] if sign == "+")
    return ErrorStatus(Reading(len(raised), "count", f"{keys[0]}: {texts[0]}"), raised)


TOOLS = (Tool("lspci-vv", "pciutils 3.0 to 3.14", "lspci -vv, with -D, -n or -nn: link, recorded errors and death of devices", parse),)
