"""The text around and of a document of `nvidia-smi -q -x`: what is refused as a whole, and why."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.nvidia_smi import Snapshot, parse_query_xml
from parsers.nvidia_smi.document import MAX_CHARACTERS
from parsers.tests.damage import changed, outside, prefixes
from parsers.tests.nvidia_smi_documents import A100, H100, LOST, fields

INFOROM = "WARNING: infoROM is corrupted at gpu 0000:0B:00.0"
HANDLE = "Unable to determine the device handle for GPU3: 0000:5F:00.0: Unknown Error"


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        (H100 + INFOROM + "\n", (INFOROM,)),
        (HANDLE + "\n" + H100, (HANDLE,)),
        (f"{HANDLE}\n\n{H100}\n{INFOROM}\n{INFOROM}", (HANDLE, INFOROM, INFOROM)),
    ],
)
def test_lines_around_the_document_are_kept(text: str, warnings: tuple[str, ...]) -> None:
    """A corrupted infoROM or a missing board is said there and nowhere else."""
    snapshot = parse_query_xml(text)
    assert snapshot.warnings == warnings
    assert snapshot.gpus == parse_query_xml(H100).gpus


@pytest.mark.parametrize("text", [H100 + H100, H100 + "<gpu/>\n", H100 + "warning <of a new kind>\n"])
def test_more_xml_after_the_document_is_refused(text: str) -> None:
    """Two documents are two answers: which one is meant nobody knows."""
    with pytest.raises(ParseError, match="one document"):
        parse_query_xml(text)


@pytest.mark.parametrize(
    "line",
    [
        "No devices were found",
        "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
        "Failed to initialize NVML: Unknown Error",
        HANDLE,
        "{}",
    ],
)
def test_a_message_instead_of_a_document_is_refused_and_quoted(line: str) -> None:
    """The sentence is what the reader of the report needs."""
    with pytest.raises(ParseError, match="expected an XML document") as caught:
        parse_query_xml(line + "\n\n")
    assert caught.value.line == line


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_an_empty_output_is_refused(text: str) -> None:
    """A program that printed nothing measured nothing."""
    with pytest.raises(ParseError, match="found nothing"):
        parse_query_xml(text)


@pytest.mark.parametrize("address", ["", "53:00.0", "00000000:53:00", "GPU is lost", "00000000:53:00.9"])
def test_a_board_without_an_address_is_refused(address: str) -> None:
    """Its readings would belong to nobody."""
    with pytest.raises(ParseError, match="a PCI bus id"):
        parse_query_xml(H100.replace('id="00000000:53:00.0"', f'id="{address}"'))


def test_two_boards_at_one_address_are_refused() -> None:
    """Also where the address is written in two ways: one board's readings would stand for another's."""
    with pytest.raises(ParseError, match="every board once"):
        parse_query_xml(H100.replace("00000000:64:00.0", "0000:53:00.0"))


def test_a_board_with_two_addresses_is_refused() -> None:
    """The attribute and the element must name the same place."""
    with pytest.raises(ParseError, match=r"the bus id 0000:53:00\.0"):
        parse_query_xml(H100.replace("<pci_bus_id>00000000:53:00.0<", "<pci_bus_id>00000000:54:00.0<"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "<remapped_row_failure>No</remapped_row_failure>",
            "<remapped_row_failure>No</remapped_row_failure><remapped_row_failure>Yes</remapped_row_failure>",
        ),
        ("<remapped_rows>", "<remapped_rows><remapped_row_failure>Yes</remapped_row_failure></remapped_rows><remapped_rows>"),
        ("<attached_gpus>2</attached_gpus>", "<attached_gpus>2</attached_gpus><attached_gpus>8</attached_gpus>"),
        ("<remapped_row_failure>No</remapped_row_failure>", "<remapped_row_failure><no/></remapped_row_failure>"),
        ("<remapped_rows>", "<remapped_rows>GPU is lost"),
        ("</remapped_rows>", "GPU is lost</remapped_rows>"),
    ],
)
def test_an_ambiguous_document_is_refused(old: str, new: str) -> None:
    """Something said twice, or elements mixed with text: taking the first would be a guess."""
    assert old in H100
    with pytest.raises(ParseError):
        parse_query_xml(H100.replace(old, new, 1))


LAUGHS = '<!DOCTYPE nvidia_smi_log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS + "<nvidia_smi_log><attached_gpus>&b;</attached_gpus></nvidia_smi_log>",
        '<!DOCTYPE nvidia_smi_log SYSTEM "x.dtd" [<!ENTITY f SYSTEM "file:///etc/passwd">]><nvidia_smi_log><timestamp>&f;</timestamp></nvidia_smi_log>',
        "<!DOCTYPE nvidia_smi_log []><nvidia_smi_log><attached_gpus>1</attached_gpus></nvidia_smi_log>",
        '<!DOCTYPE nvidia_smi_log SYSTEM "x.dtd"><nvidia_smi_log><attached_gpus>1&unknown;</attached_gpus></nvidia_smi_log>',
        "<nvidia_smi_log><attached_gpus>1&unknown;</attached_gpus></nvidia_smi_log>",
    ],
)
def test_declarations_and_entities_are_refused(text: str) -> None:
    """An output never brings any; followed, they would fill the memory, read files or drop a part of a value."""
    with pytest.raises(ParseError):
        parse_query_xml(text)


def test_deep_nesting_is_refused() -> None:
    """A document may not decide how much of our stack it uses."""
    with pytest.raises(ParseError, match="levels of elements"):
        parse_query_xml("<nvidia_smi_log>" + "<a>" * 100_000 + "</a>" * 100_000 + "</nvidia_smi_log>")


def test_a_text_that_is_too_long_is_refused_unread() -> None:
    """Its length alone says that no nvidia-smi printed it."""
    with pytest.raises(ParseError, match=f"at most {MAX_CHARACTERS} characters"):
        parse_query_xml(H100 + " " * MAX_CHARACTERS)


@pytest.mark.parametrize("junk", ["\x00", "\x1b[31m", "\ufffe", "&", "<"])
def test_bytes_that_are_no_xml_are_refused(junk: str) -> None:
    """Damage within a text is not smoothed over."""
    with pytest.raises(ParseError):
        parse_query_xml(H100.replace("NVIDIA H100", f"NVIDIA {junk}H100", 1))


def test_another_document_is_refused() -> None:
    """Some other program's XML is no state of any board."""
    with pytest.raises(ParseError):
        parse_query_xml("<?xml version='1.0'?><html><body>404</body></html>")


@pytest.mark.parametrize("text", [H100, LOST, A100], ids=["h100-580", "h100-580-lost", "a100-470"])
def test_every_document_cut_after_a_line_is_refused(text: str) -> None:
    """However much of the list of boards has come, the rest is missing."""
    for prefix in prefixes(text):
        with pytest.raises(ParseError):
            parse_query_xml(prefix)


@pytest.mark.parametrize("cut", random.Random(7).sample(range(len(A100) - 1), 100))
def test_a_document_cut_anywhere_is_refused(cut: int) -> None:
    """Only the final line end may be missing."""
    with pytest.raises(ParseError):
        parse_query_xml(A100[:cut])


def test_a_large_document_cut_anywhere_is_refused() -> None:
    """200 cuts of eight boards' document, at places that stay the same."""
    text = outside("nvidia-smi-qx/k8stestinfra-qx-h100.xml")
    for cut in random.Random(2026).sample(range(len(text.rstrip())), 200):
        with pytest.raises(ParseError):
            parse_query_xml(text[:cut])


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_damage_never_raises_anything_else(data: st.DataObject) -> None:
    """Whatever is done to a document, it is read into the four outcomes or refused."""
    text = data.draw(changed(data.draw(st.sampled_from((LOST, A100)))))
    try:
        snapshot = parse_query_xml(text)
    except ParseError:
        return
    assert isinstance(snapshot, Snapshot)
    assert len({gpu.pci_bus_id for gpu in snapshot.gpus}) == len(snapshot.gpus)


LEAVES = re.findall(r">([^<>\n]+)</", LOST)


@given(
    st.integers(0, len(LEAVES) - 1),
    st.one_of(st.text("0123456789.-+x MWiBbank()sCuKB/", max_size=20), st.text("GPUislotNAYe []", max_size=20)),
)
@settings(deadline=None, max_examples=200)
def test_any_text_in_any_element(number: int, text: str) -> None:
    """One text replaced by another changes that text's field, or is refused; the other board stays as it was."""
    places = list(re.finditer(r">([^<>\n]+)</", LOST))
    start, end = places[number].span(1)
    try:
        snapshot = parse_query_xml(LOST[:start] + text + LOST[end:])
    except ParseError:
        return
    before = dict(_all(parse_query_xml(LOST)))
    changes = [name for name, field in _all(snapshot) if before[name] != field]
    assert len({name.partition(".")[0] for name in changes}) <= 1


def _all(snapshot: Snapshot) -> Iterator[tuple[str, object]]:
    yield from ((f"snapshot.{name}", field) for name, field in fields(snapshot))
    for number, gpu in enumerate(snapshot.gpus):
        yield from ((f"{number}.{name}", field) for name, field in fields(gpu))


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=100)
def test_any_text_is_refused(text: str) -> None:
    """No text that is not a document makes a snapshot."""
    with pytest.raises(ParseError):
        parse_query_xml(text)
