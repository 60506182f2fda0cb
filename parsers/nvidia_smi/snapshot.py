"""A Snapshot from what was read at its places, with what the output says twice compared; the same for document and text."""

from __future__ import annotations

from parsers.cells import COUNT, MEBIBYTES, TEXT
from parsers.errors import ParseError
from parsers.nvidia_smi.kinds import ADDRESS, NOTED_VERSION
from parsers.nvidia_smi.places import Texts, fill
from parsers.nvidia_smi.records import GpuState, Process, Snapshot
from parsers.reading import Field, NoReading, Reading

MAX_BOARDS = 256
"""Sixteen in one host are the most that are built."""


def refuse_count(texts: Texts, boards: int) -> None:
    """
    Refuses a list of boards that contradicts the driver's count in `texts`.

    Fewer than it counts is an answer (some are gone, or -i was given), but none is one only where it counts none: else
    they stand where this parser does not look. ParseError also for more than it counts, and more than any host has.
    """
    attached = texts.field(COUNT, "attached_gpus")
    if not boards and not isinstance(attached, Reading):
        raise ParseError(texts.tool, "boards or their number", "neither")
    if isinstance(attached, Reading) and attached.value and not boards:
        raise ParseError(texts.tool, "the attached boards", f"none, and {attached.line}")
    if isinstance(attached, Reading) and boards > int(attached.value):
        raise ParseError(texts.tool, "no more boards than are attached", f"{boards}, and {attached.line}")
    if boards > MAX_BOARDS:
        raise ParseError(texts.tool, f"at most {MAX_BOARDS} boards", f"{boards}")


def make_snapshot(texts: Texts, gpus: tuple[GpuState, ...], warnings: tuple[str, ...], closed: bool) -> Snapshot:
    """All of an output; ParseError if a board is listed twice or versions disagree. `closed` says whether its end was read."""
    seen: set[str] = set()
    for gpu in gpus:
        if gpu.pci_bus_id in seen:
            raise ParseError(texts.tool, "every board once", gpu.pci_bus_id)
        seen.add(gpu.pci_bus_id)
    _refuse_two_versions(texts, "driver_version", "kmd_version")
    _refuse_two_versions(texts, "cuda_version", "cuda_umd_version")
    return fill(Snapshot, texts, gpus=gpus, warnings=warnings, closed=closed)


def _refuse_two_versions(texts: Texts, *places: str) -> None:
    said = [field for field in (texts.field(NOTED_VERSION, place) for place in places) if isinstance(field, Reading)]
    if len({field.value for field in said}) > 1:
        raise ParseError(texts.tool, "one version of the same", " and ".join(field.line for field in said))


def make_gpu(texts: Texts, address: str, processes: tuple[Process, ...] | NoReading) -> GpuState:
    """The board at `address`; ParseError if it names another one itself."""
    inside = texts.field(ADDRESS, "pci/pci_bus_id")
    if isinstance(inside, Reading) and inside.value != address:
        raise ParseError(texts.tool, f"the bus id {address} of its board", inside.line)
    return fill(GpuState, texts, pci_bus_id=address, processes=processes)


def make_process(texts: Texts) -> Process:
    """One process of a board; ParseError if its number or type is missing."""
    pid, kind = _required(texts, texts.field(COUNT, "pid")), _required(texts, texts.field(TEXT, "type"))
    name = texts.texts.get("process_name", "")  # "[Not Found]" and "N/A" are what is known of a process in another container
    return Process(int(pid.value), str(kind.value), name, texts.field(MEBIBYTES, "used_memory"))


def _required(texts: Texts, field: Field) -> Reading:
    if not isinstance(field, Reading):
        raise ParseError(texts.tool, "pid and type of a process", field.why)
    return field
