"""
`nvidia-smi -q -x`, with or without `-i`: one document that says everything about every board.

The layout follows no DTD that could be had (the document names one, v9 to v13, that is not shipped); it was read off
documents of drivers 390 to 595. The fields, their units and places are at parsers.nvidia_smi.records.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from parsers.cells import bus_id
from parsers.errors import ParseError
from parsers.nvidia_smi.document import element_texts, parse_document, split_document
from parsers.nvidia_smi.places import TOOL, Texts
from parsers.nvidia_smi.records import GpuState, Process, Snapshot
from parsers.nvidia_smi.snapshot import make_gpu, make_process, make_snapshot, refuse_count
from parsers.reading import NoReading
from parsers.tool import Tool


def parse_query_xml(text: str) -> Snapshot:
    """
    The state of every board that the document lists.

    Raises ParseError where the text is no such document, is cut off, is ambiguous (a board or a field twice, more boards
    than the driver counts), or holds a number that has not the shape or unit known of its place. Exit code 0 says nothing
    of a board's health: a lost one is listed, with ErrorWord for what can no longer be read.
    """
    document, around = split_document(text)
    root = parse_document(document)
    texts = element_texts(root, skip=frozenset({"gpu"}))
    elements = root.findall("gpu")
    refuse_count(texts, len(elements))
    return make_snapshot(texts, tuple(map(_gpu, elements)), around, closed=True)


def _gpu(element: Element) -> GpuState:
    address = bus_id(element.get("id", ""))
    if address is None:
        raise ParseError(TOOL, "a PCI bus id as the id of <gpu>", element.get("id", ""))
    texts = element_texts(element)
    return make_gpu(texts, address, _processes(element, texts))


def _processes(gpu: Element, texts: Texts) -> tuple[Process, ...] | NoReading:
    containers = gpu.findall("processes")
    if len(containers) == 1 and len(containers[0]):
        return tuple(_process(element) for element in containers[0])
    if len(containers) == 1 and not (containers[0].text or "").strip():
        return ()
    return texts.collapsed("processes")


def _process(element: Element) -> Process:
    if element.tag != "process_info":
        raise ParseError(TOOL, "<process_info> in processes", f"<{element.tag}>")
    return make_process(element_texts(element))


TOOLS = (Tool("nvidia-smi-qx", "418 to 595 (DTD v10 to v13)", "nvidia-smi -q -x: all it says of every GPU, from the XML", parse_query_xml),)
