"""The own documents of nvidia-smi, small ones made for a test, and all fields of what is read from them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from parsers.nvidia_smi import GpuState, parse_query_xml
from parsers.nvidia_smi.places import Record
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.damage import RECORDINGS

H100 = (RECORDINGS / "nvidia_smi" / "h100-580.xml").read_text()
LOST = (RECORDINGS / "nvidia_smi" / "h100-580-lost.xml").read_text()
A100 = (RECORDINGS / "nvidia_smi" / "a100-470.xml").read_text()
SMALL = '<nvidia_smi_log>\n<attached_gpus>1</attached_gpus>\n<gpu id="00000000:53:00.0">\n{}</gpu>\n</nvidia_smi_log>\n'


def fields(record: object, path: str = "") -> Iterator[tuple[str, Field]]:
    """Every Field of a record and of those inside it, by its dotted name."""
    assert dataclasses.is_dataclass(record)
    for each in dataclasses.fields(record):
        value = getattr(record, each.name)
        if isinstance(value, (Reading, NotApplicable, ErrorWord, Absent)):
            yield path + each.name, value
        elif isinstance(value, Record):
            yield from fields(value, f"{path}{each.name}.")


def values(record: object) -> dict[str, object]:
    """The values of all Readings by their dotted names."""
    return {name: field.value for name, field in fields(record) if isinstance(field, Reading)}


def board(inside: str) -> GpuState:
    """The one board of a small document with these elements."""
    return parse_query_xml(SMALL.format(inside)).gpus[0]
