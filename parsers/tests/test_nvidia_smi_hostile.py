"""Documents of `nvidia-smi -q -x` that no nvidia-smi printed, or not as they are now: read as they were, or refused, and soon."""

from __future__ import annotations

import gzip
import random
import socket
import urllib.request
from pathlib import Path
from typing import NoReturn

import pytest

from parsers.errors import ParseError
from parsers.nvidia_smi import Snapshot, csv, parse_csv, parse_query_text, parse_query_xml, query_text, xml
from parsers.nvidia_smi.document import MAX_CHARACTERS, MAX_ELEMENTS
from parsers.nvidia_smi.snapshot import MAX_BOARDS
from parsers.reading import Absent, ErrorWord, Field, Reading
from parsers.tests.damage import OUTSIDE, RECORDINGS, outside
from parsers.tests.nvidia_smi_documents import A100, H100, LOST, SMALL
from parsers.tests.nvidia_smi_health import BAD, HEALTHY

GOOD = (RECORDINGS / "nvidia_smi" / "query" / "qx-good-580.xml").read_text()
BOARD = '<gpu id="00000000:53:00.0"><product_name>x</product_name></gpu>'


def document(inside: str, doctype: str = "") -> str:
    """A document with these elements."""
    return f'<?xml version="1.0" ?>\n{doctype}<nvidia_smi_log>{inside}</nvidia_smi_log>\n'


@pytest.mark.parametrize("version", [9, 10, 11, 12, 13, 14])
def test_the_dtd_that_is_named_does_not_matter(version: int) -> None:
    """It is not shipped, and says less than the elements do: v12 was the name of several layouts."""
    text = H100.replace("nvsmi_device_v13.dtd", f"nvsmi_device_v{version}.dtd")
    assert parse_query_xml(text) == parse_query_xml(H100)


def test_no_dtd_and_no_entity_is_ever_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither from a file, though it is there and declares what the document uses, nor from the network."""
    dtd = tmp_path / "own.dtd"
    dtd.write_text('<!ENTITY count "1">\n<!ELEMENT nvidia_smi_log ANY>\n')

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("something was opened")

    for owner, name in ((Path, "open"), (socket, "socket"), (urllib.request, "urlopen")):
        monkeypatch.setattr(owner, name, refuse)
    monkeypatch.setattr("builtins.open", refuse)
    for system in (dtd.as_uri(), str(dtd), "http://127.0.0.1:9/own.dtd"):
        doctype = f'<!DOCTYPE nvidia_smi_log SYSTEM "{system}">\n'
        assert len(parse_query_xml(document(BOARD, doctype)).gpus) == 1
        with pytest.raises(ParseError, match="no entities"):
            parse_query_xml(document(f"<attached_gpus>&count;</attached_gpus>{BOARD}", doctype))
        with pytest.raises(ParseError, match="a DOCTYPE without declarations"):
            parse_query_xml(document(BOARD, f'<!DOCTYPE nvidia_smi_log [<!ENTITY % all SYSTEM "{system}"> %all;]>\n'))


def test_a_billion_laughs_are_refused_at_once() -> None:
    """Ten entities of ten of the one before are refused before the first is declared."""
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "' + f"&a{n - 1};" * 10 + '">' for n in range(1, 10))
    with pytest.raises(ParseError, match="a DOCTYPE without declarations"):
        parse_query_xml(document("<attached_gpus>&a9;</attached_gpus>", f"<!DOCTYPE nvidia_smi_log [{entities}]>"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<nvidia_smi_log>" + "a" * 100_000_000, f"at most {MAX_CHARACTERS} characters"),
        (document("<a/>" * MAX_ELEMENTS), f"at most {MAX_ELEMENTS} elements"),
        (document("".join(f'<gpu id="0000:{bus:04x}"/>' for bus in range(MAX_BOARDS + 1))), f"at most {MAX_BOARDS} boards"),
        (document("<a>" * 20 + "</a>" * 20), "levels of elements"),
        (document("<gpu " + " ".join(f'a{n}="1"' for n in range(10_000)) + "/>"), "a PCI bus id"),
    ],
    ids=["100 MB", "elements", "boards", "levels", "attributes"],
)
def test_no_document_of_another_size_is_read(text: str, words: str) -> None:
    """It may not decide how much of our memory and time it uses."""
    with pytest.raises(ParseError, match=words):
        parse_query_xml(text)


@pytest.mark.parametrize("junk", ["\ufeff", "\x1b[0m", "\x00", "\x9b", "\ud800"])
@pytest.mark.parametrize("place", ["before", "after"])
def test_control_characters_around_the_document_are_refused(junk: str, place: str) -> None:
    """A byte order mark or a colour is no warning of the driver; something stood between the program and us."""
    with pytest.raises(ParseError, match="control characters"):
        parse_query_xml(junk + H100 if place == "before" else H100 + junk + "\n")


def test_line_ends_mean_nothing() -> None:
    """The same record, whatever stands at the end of a line."""
    assert parse_query_xml(H100.replace("\n", "\r\n")) == parse_query_xml(H100)
    assert parse_query_xml(H100.rstrip("\n")) == parse_query_xml(H100)


def test_more_boards_than_are_counted_are_refused() -> None:
    """One of both is wrong, and nobody knows which."""
    with pytest.raises(ParseError, match="no more boards than are attached, found '2, and attached_gpus: 1'"):
        parse_query_xml(H100.replace("<attached_gpus>2<", "<attached_gpus>1<"))


def test_a_document_is_whole_if_it_lists_what_it_counts() -> None:
    """Its end tag was read in any case; with -i, or with a board gone, the driver still counts all."""
    assert parse_query_xml(H100).complete
    assert not parse_query_xml(H100.replace("<attached_gpus>2<", "<attached_gpus>8<")).complete
    assert not parse_query_xml(H100.replace("<attached_gpus>2<", "<attached_gpus>Unknown Error<")).complete
    assert parse_query_xml(SMALL.replace("<attached_gpus>1</attached_gpus>\n", "").format("")).complete


def test_versions_with_a_note_are_versions() -> None:
    """Drivers from 610 on say behind the number that it has got another name, and have both."""
    note = " [Deprecated; will be removed in CUDA 14.0. Use KMD Version instead]"
    noted = H100.replace("580.105.08</driver", f"610.43.02{note}</driver")
    assert _value(parse_query_xml(noted).driver_version) == "610.43.02"
    assert _value(parse_query_xml(H100.replace("driver_version>", "kmd_version>")).driver_version) == "580.105.08"
    assert _value(parse_query_xml(H100.replace("cuda_version>", "cuda_umd_version>")).cuda_version) == "13.0"
    with pytest.raises(ParseError, match="one version of the same"):
        parse_query_xml(noted.replace("<cuda_version>", "<kmd_version>580.105.08</kmd_version><cuda_version>"))


def _value(field: Field) -> object:
    return field.value if isinstance(field, Reading) else type(field)


def test_the_command_line_knows_all_three() -> None:
    """Under the names of the recordings' folders."""
    assert [(tool.name, tool.parse) for module in (xml, query_text, csv) for tool in module.TOOLS] == [
        ("nvidia-smi-qx", parse_query_xml), ("nvidia-smi-q", parse_query_text), ("nvidia-smi-csv", parse_csv),
    ]  # fmt: skip


DOCUMENTS = {
    **{
        f"nvidia-smi-qx/k8stestinfra-mock-qx-gb200-{name}.xml": 2
        for name in ("ecc-injected", "fabric-degraded", "lost", "throttle-counters")
    },
    **{f"nvidia-smi-qx/{name}.xml": 1 for name in ("k8stestinfra-qx-t4", "netdata-rtx-4090-driver-535", "netdata-rtx-pro-6000-driver-580")},
    **{f"nvidia-smi-qx/telegraf-{name}.xml": 1 for name in ("gtx-1070-ti", "quadro-p400", "tesla-t4")},
    **{f"own/nvidia-smi/mock-{name}-qx.out": 8 for name in ("535-h100", "550-h100", "550-a100")},
    "nvidia-smi-qx/k8stestinfra-qx-b200.xml.gz": 8,
    "nvidia-smi-qx/k8stestinfra-qx-h100.xml": 8,
}


def recorded(name: str) -> str:
    """The text of an outside recording, which may be compressed."""
    packed = OUTSIDE / name
    return gzip.decompress(packed.read_bytes()).decode() if name.endswith(".gz") and packed.exists() else outside(name)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_recording_is_whole_and_no_part_of_it_is(name: str) -> None:
    """At 40 lines and at 40 places within lines."""
    text = recorded(name)
    snapshot = parse_query_xml(text)
    assert (len(snapshot.gpus), snapshot.complete) == (DOCUMENTS[name], True)
    ends = [index + 1 for index, character in enumerate(text.rstrip()) if character == "\n"]
    draw = random.Random(name)
    for cut in [*draw.sample(ends, min(40, len(ends))), *draw.sample(range(len(text.rstrip())), 40)]:
        with pytest.raises(ParseError):
            parse_query_xml(text[:cut])


@pytest.mark.parametrize("name", BAD["nvidia-smi-qx"])
def test_no_damage_makes_a_bad_node_good(name: str) -> None:
    """A line dropped, doubled or swapped with another one: none hides what is wrong."""
    lines = (RECORDINGS / name).read_text().splitlines(keepends=True)
    draw = random.Random(name)
    assert not _content("".join(lines))
    for number in draw.sample(range(1, len(lines)), 20):
        other = draw.randrange(len(lines))
        swapped = list(lines)
        swapped[number], swapped[other] = lines[other], lines[number]
        for damaged in (lines[:number] + lines[number + 1 :], lines[:number] + lines[number - 1 :], swapped):
            assert not _content("".join(damaged)), (number, other)


def test_a_good_node_is_good() -> None:
    """So that the test above tests something; what is wrong with the others is seen."""
    assert _content(GOOD)
    assert not _content(H100)
    assert isinstance(parse_query_xml(LOST).gpus[1].memory_total_mib, ErrorWord)
    assert isinstance(parse_query_xml(A100).gpus[0].recovery_action, Absent)


def _content(text: str) -> bool:
    try:
        snapshot = parse_query_xml(text)
    except ParseError:
        return False
    assert isinstance(snapshot, Snapshot)
    return HEALTHY["nvidia-smi-qx"](snapshot)
