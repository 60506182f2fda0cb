"""
`nvidia-smi -q -x`, with or without `-i`: one document that says everything about every board.

The layout follows no DTD that could be had (the document names one that is not shipped); it was read off documents of
drivers 418 to 595.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from parsers.cells import COUNT, MEBIBYTES, TEXT, bus_id
from parsers.errors import ParseError
from parsers.nvidia_smi.document import parse_document, split_document
from parsers.nvidia_smi.kinds import ADDRESS
from parsers.nvidia_smi.places import COLLAPSED, TOOL, Texts, fill
from parsers.nvidia_smi.records import GpuState, Process, Snapshot
from parsers.reading import Field, NoReading, Reading


def parse_query_xml(text: str) -> Snapshot:
    """
    The state of every board that the document lists.

    Raises ParseError where the text is no such document, is cut off, is ambiguous (a board or a field twice), or holds
    a number that has not the shape or unit known of its place. Exit code 0 says nothing of a board's health: a lost
    one is listed, with ErrorWord for what can no longer be read.
    """
    document, around = split_document(text)
    root = parse_document(document)
    texts = Texts(root, skip=frozenset({"gpu"}))
    gpus = tuple(_gpu(element) for element in root.findall("gpu"))
    for number, gpu in enumerate(gpus):
        if gpu.pci_bus_id in [other.pci_bus_id for other in gpus[:number]]:
            raise ParseError(TOOL, "every board once", gpu.pci_bus_id)
    snapshot = fill(Snapshot, texts, gpus=gpus, warnings=around)
    if not gpus:
        _refuse_unknown_layout(snapshot.attached_gpus)
    return snapshot


def _refuse_unknown_layout(attached_gpus: Field) -> None:
    """No board is an answer only where the driver counts none; else they stand where this parser does not look."""
    if not isinstance(attached_gpus, Reading):
        raise ParseError(TOOL, "boards or their number", "neither")
    if attached_gpus.value:
        raise ParseError(TOOL, "a <gpu> for one of the boards", f"none, and {attached_gpus.line}")


def _gpu(element: Element) -> GpuState:
    texts = Texts(element)
    address = bus_id(element.get("id", ""))
    if address is None:
        raise ParseError(TOOL, "a PCI bus id as the id of <gpu>", element.get("id", ""))
    inside = texts.field(ADDRESS, "pci/pci_bus_id")
    if isinstance(inside, Reading) and inside.value != address:
        raise ParseError(TOOL, f"the bus id {address} of its <gpu>", inside.line)
    return fill(GpuState, texts, pci_bus_id=address, processes=_processes(element, texts))


def _processes(gpu: Element, texts: Texts) -> tuple[Process, ...] | NoReading:
    containers = gpu.findall("processes")
    if len(containers) == 1 and len(containers[0]):
        return tuple(_process(element) for element in containers[0])
    if len(containers) == 1 and not (containers[0].text or "").strip():
        return ()
    said = texts.field(COLLAPSED, "processes")
    if isinstance(said, Reading):
        raise ParseError(TOOL, "<process_info> in processes", said.line)
    return said


def _process(element: Element) -> Process:
    if element.tag != "process_info":
        raise ParseError(TOOL, "<process_info> in processes", f"<{element.tag}>")
    texts = Texts(element)
    pid, kind = _required(texts.field(COUNT, "pid")), _required(texts.field(TEXT, "type"))
    name = element.findtext("process_name", "").strip()  # "[Not Found]" and "N/A" are what is known of a process in another container
    return Process(int(pid.value), str(kind.value), name, texts.field(MEBIBYTES, "used_memory"))


def _required(field: Field) -> Reading:
    if not isinstance(field, Reading):
        raise ParseError(TOOL, "pid and type of a process", field.why)
    return field
