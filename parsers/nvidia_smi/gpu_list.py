"""
`nvidia-smi -L`: the boards by index, name and UUID, and the MIG devices that they are divided into.

Layout of drivers 418 to 610; drivers before 470 print a MIG device's UUID as MIG-GPU-UUID/INSTANCE/INSTANCE. A lost board
goes on being listed, so this says nothing of a board's health. One that cannot be opened is a line "Unable to determine
the device handle ..." among the others: that is refused, because the list is not the node's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.nvidia_smi.lines import Line, ListedGpu, listed_boards
from parsers.tool import Tool

TOOL = "nvidia-smi -L"

_HEX = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_MIG = re.compile(
    r"MIG (?P<profile>[0-9][0-9a-z.+-]*)\s+Device\s+(?P<index>[0-9]{1,4}):\s+"
    rf"\(UUID: (?P<uuid>MIG-{_HEX}|MIG-GPU-{_HEX}/[0-9]{{1,4}}/[0-9]{{1,4}})\)"
)


@dataclass(frozen=True)
class MigDevice:
    """A part of a board: its profile ("1g.10gb", "1c.3g.40gb"), its number on its board, its UUID."""

    profile: str
    index: int
    uuid: str


@dataclass(frozen=True)
class Gpu(ListedGpu):
    """A board and its MIG devices; none where MIG is off, or on and no device was made."""

    mig_devices: tuple[MigDevice, ...]


@dataclass(frozen=True)
class GpuList:
    """The boards in the order of their indices, and warnings printed beside them ("WARNING: infoROM is corrupted ...")."""

    gpus: tuple[Gpu, ...]
    warnings: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Never: the list has no end mark. Who judges compares the boards with what was promised."""
        return False


def parse(text: str) -> GpuList:
    """
    The list; -i may have left out boards.

    Raises ParseError, quoting the line, for any other line (no driver, no devices, a board that cannot be opened), an
    error in the place of a name or UUID, indices that do not ascend, MIG devices not numbered 0, 1, 2 ... on their
    board, and an UUID that occurs twice.
    """
    boards, warnings = listed_boards(TOOL, text)
    gpus = tuple(Gpu(listed.index, listed.name, listed.uuid, _mig_devices(below)) for listed, below in boards)
    uuids = [device.uuid.lower() for gpu in gpus for device in gpu.mig_devices]
    if len(set(uuids)) != len(uuids):
        raise ParseError(TOOL, "every UUID of a MIG device once", ", ".join(uuids))
    return GpuList(gpus, warnings)


def _mig_devices(lines: Sequence[Line]) -> tuple[MigDevice, ...]:
    return tuple(_mig_device(line, index) for index, line in enumerate(lines))


def _mig_device(line: Line, index: int) -> MigDevice:
    match = _MIG.fullmatch(line.text)
    if match is None:
        raise ParseError(TOOL, f"a GPU, or MIG PROFILE Device {index}: (UUID: MIG-...)", line.text, line.number)
    if int(match["index"]) != index:
        raise ParseError(TOOL, f"MIG device {index}", line.text, line.number)
    return MigDevice(match["profile"], index, match["uuid"])


TOOLS = (Tool("nvidia-smi-l", "418 to 610", "nvidia-smi -L: boards by index, name and UUID, with their MIG devices", parse),)
