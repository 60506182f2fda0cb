"""`dcgmi nvlink`: an error is never lost or counted for another link, and no link is up that is not said to be."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.dcgmi.nvlink import GPU_COUNTERS, LINK_COUNTERS, ErrorCounts, LinkStatus, parse
from parsers.errors import ParseError
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.damage import RECORDINGS, changed, outside

FOLDER = RECORDINGS / "dcgmi"
READ = [path.name for path in sorted(FOLDER.glob("nvlink-*")) if path.stem != "nvlink-not-valid"]
CRC = (FOLDER / "nvlink-errors-3.3.9-crc.txt").read_text()
CRC_JSON = (FOLDER / "nvlink-errors-4.6.0-crc.json").read_text()
LOST = (FOLDER / "nvlink-errors-2.4.7-lost.txt").read_text()
DOWN = (FOLDER / "nvlink-status-3.3.9-down.txt").read_text()


def errors(text: str) -> ErrorCounts:
    """A text that is a report of errors, parsed."""
    record = parse(text)
    assert isinstance(record, ErrorCounts)
    return record


def status(text: str) -> LinkStatus:
    """A text that tells the state of links, parsed."""
    record = parse(text)
    assert isinstance(record, LinkStatus)
    return record


def recorded(name: str) -> str:
    """One of our own recordings."""
    return (FOLDER / f"nvlink-{name}").read_text()


def by_name(record: ErrorCounts, link: int | None) -> dict[str, Field]:
    """The counters of one link."""
    return {counter.name: counter.value for counter in record.counters if counter.link == link}


def values(record: ErrorCounts) -> list[tuple[int | None, str, object]]:
    """Link, name and value of every counter that is not 0."""
    return [
        (counter.link, counter.name, counter.value.value if isinstance(counter.value, Reading) else counter.value)
        for counter in record.counters
        if not isinstance(counter.value, Reading) or counter.value.value != 0
    ]


def test_errors_are_told_by_link() -> None:
    """In the order of links and counters, whatever the order of the text; JSON sorts 10 before 2."""
    record = errors(CRC)
    assert (record.gpu_id, record.complete) == (1, True)
    assert values(record) == [(1, "CRC Data Error", 12), (1, "Replay Error", 3)]
    assert [counter.name for counter in record.counters] == list(LINK_COUNTERS) * 3
    assert by_name(record, 1)["CRC Data Error"] == Reading(12, "count", "Link 1: CRC Data Error: 12")
    assert values(errors(CRC_JSON)) == [(2, "CRC Data Error", 7)]
    assert list(dict.fromkeys(counter.link for counter in errors(CRC_JSON).counters)) == [0, 2, 10]


def test_what_dcgm_could_not_read_is_no_zero() -> None:
    """A lost value, a value that this board does not have, one that is not told at all."""
    record = errors(LOST)
    assert by_name(record, 1)["Replay Error"] == ErrorWord("GPU is lost", LOST.splitlines()[0])
    assert set(map(type, by_name(record, 2).values())) == {NotApplicable}
    blank = by_name(errors(recorded("errors-3.3.9-blank.txt")), 0)
    assert blank["Replay Error"] == ErrorWord("Not Specified", "Link 0: Replay Error: Not Specified")
    assert blank["Recovery Error"] == NotApplicable("Link 0: Recovery Error: Not Supported")
    dropped = errors(CRC.replace("| -> CRC Data Error           | 12                                             |\n", ""))
    assert by_name(dropped, 1)["CRC Data Error"] == Absent("CRC Data Error of link 1")


def test_blackwell_has_counters_of_all_links_together() -> None:
    """And ratios, which are no counts; a counter that is left out is absent, an unknown one is kept."""
    record = errors(recorded("errors-4.6.0-blackwell.txt"))
    assert [counter.name for counter in record.counters] == list(GPU_COUNTERS)
    assert {counter.link for counter in record.counters} == {None}
    assert by_name(record, None)["Symbol BER"] == Reading(1.5e-15, "share", "Error Detail: Symbol BER: 1.5e-15")
    bad = recorded("errors-4.6.0-blackwell-rx.txt")
    assert by_name(errors(bad), None)["Rx Error"] == Reading(4, "count", "Error Detail: Rx Error: 4")
    assert by_name(errors(bad), None)["Tx Discards"] == Absent("Tx Discards of GPU")
    newer = errors(bad.replace("-> Rx Error      ", "-> Rx Error Burst"))
    assert (newer.counters[-1].name, newer.counters[-1].value) == ("Rx Error Burst", Reading(4, "count", "Error Detail: Rx Error Burst: 4"))


def test_a_gpu_without_links_has_no_counters() -> None:
    """A report with a title and nothing below it."""
    assert errors(recorded("errors-4.6.0-no-links.txt")) == ErrorCounts(0, (), True)
    assert errors('{"header": ["NVLINK Error Counts", "GPU 7"]}') == ErrorCounts(7, (), True)


def test_a_table_without_its_end_is_not_complete() -> None:
    """Links may be missing."""
    lines = CRC.splitlines(keepends=True)
    assert not errors("".join(lines[:9])).complete
    assert len(errors("".join(lines[:9])).counters) == len(LINK_COUNTERS)


@pytest.mark.parametrize(
    ("text", "old", "new", "words"),
    [
        (CRC, "12 ", "-1 ", "a count as Link 1: CRC Data Error"),
        (CRC, "12 ", "1.5", "a count as Link 1: CRC Data Error"),
        (CRC, "Link 2", "Link 0", "'Link 0' once in its place"),
        (CRC, "| Link 2 ", "| Link x ", "a link, and its counters"),
        (CRC, "| Link 0                      |  ", "| Link 0                      | 7", "a link, and its counters"),
        (CRC, "| Link 0                      | ", "|                             | ", "a row below the one that it belongs to"),
        (CRC, "CRC FLIT Error", "CRC Data Error", "'CRC Data Error' once in its place"),
        (CRC, "CRC FLIT Error", "Unknown       ", "a counter of Link 0"),
        (CRC, "| GPU 1 ", "| GPU x ", "the title NVLINK Error Counts, and a GPU"),
        (CRC, "NVLINK Error Counts", "NVLINK Error Mounts", "the title NVLINK Error Counts"),
        (CRC, "| GPU 1                                                                        |\n", "", "the title NVLINK Error Counts"),
        (CRC_JSON, '"7"', "7", "a string as CRC Data Error"),
        (CRC_JSON, '"7"', '"7",\n"overflow": ["8"]', "a counter of Link 2"),
        (CRC_JSON, "Link 10", "Link 2", "the key 'Link 2' twice"),
        (LOST, "Replay Error count for link 1", "CRC Data Error count for link 1", "CRC Data Error of link 1 once"),
        (LOST, "gpuId 2 - GPU is lost", "gpuId 3 - GPU is lost", "warnings of GPU 2"),
        (recorded("errors-4.6.0-blackwell.txt"), "1.5e-15", "1.5e+99", "a ratio without a unit"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_counters_that_disagree_are_refused(text: str, old: str, new: str, words: str) -> None:
    """A number that is none, a link or counter twice, another GPU."""
    assert old in text
    with pytest.raises(ParseError) as caught:
        parse(text.replace(old, new))
    assert words in str(caught.value)


def test_the_state_of_every_link_is_told() -> None:
    """In the words of the key; what a device does not have is neither up nor down."""
    gpu, other, switch, last = status(DOWN).devices
    assert (gpu.entity_group, gpu.entity, gpu.states) == ("GPU", 0, ("Up",) * 4 + ("Not Supported",) * 2)
    assert (other.entity, other.states) == (1, ("Up", "Down", "Up", "Disabled", "Not Supported", "Not Supported"))
    assert [(device.entity_group, device.entity) for device in (switch, last)] == [("NvSwitch", 8), ("NvSwitch", 9)]
    assert switch.states == last.states == ("Up",) * 8
    assert status(DOWN).complete
    assert status(recorded("status-3.3.9-no-gpu.txt")).devices == ()
    assert parse("$ dcgmi nvlink -s\n" + DOWN.replace("\n", "  \r\n")) == parse(DOWN)


def test_numbers_of_links_are_no_devices() -> None:
    """4.7 can print them below the states."""
    devices = status(recorded("status-4.7.0-entities.txt")).devices
    assert [(device.entity_group, device.entity, len(device.states)) for device in devices] == [
        ("GPU", 0, 6),
        ("GPU", 1, 6),
        ("NvSwitch", 4, 2),
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("U D U X", "U D U Z", "links of GPU 1 as the key explains them"),
        ("U D U X _ _", "U D U X _", "as many links of every GPU"),
        ("gpuId 1", "gpuId 0", "every device once"),
        ("    gpuId 1:\n", "", "the list of physicalIds"),
        ("gpuId 1", "physicalId 1", "the gpuId of a GPU"),
        ("        U D U X _ _\n", "", "the list of physicalIds"),
        ("NvSwitches:\n", "", "the gpuId of a GPU"),
        ("GPUs:\n", "", "the list of gpuIds"),
        (", Not Supported=_", "", "a key that explains every letter"),
        ("Down=D", "Down:D", "a key that explains every letter"),
        ("Down=D", "Down=U", "a key that explains every letter"),
        ("Key: ", "Lock: ", "a device, or the key of its letters"),
        ("Not Supported=_\n", "Not Supported=_\nGPUs:\n", "the end of the output"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_states_that_disagree_are_refused(old: str, new: str, words: str) -> None:
    """A letter that nobody explains, devices of different width, a device twice or without its states."""
    assert old in DOWN
    with pytest.raises(ParseError) as caught:
        parse(DOWN.replace(old, new))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing"),
        (recorded("not-valid.txt"), "found 'GPU ID 9 is not valid, return: Bad parameter passed to function'"),
        ("Error: Unable to retrieve NvLink link status from DCGM. Return: Timeout.\n", "Unable to retrieve NvLink link status"),
        ((FOLDER / "discovery-no-engine.txt").read_text(), "Error: unable to establish a connection"),
        ((FOLDER / "health-3.3.9-healthy.txt").read_text(), "the title NVLINK Error Counts"),
        ("GPUs:\n    gpuId 0:\n        U U\n", "found 'GPUs:'"),
        ("+---+\n|  NvLink Link Status  |\n| a |\n", "the title NvLink Link Status"),
        (CRC * 2, "one table"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_neither_is_refused(text: str, words: str) -> None:
    """dcgmi's words are quoted."""
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert words in str(caught.value)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_report_never_breaks_the_parser(data: st.DataObject) -> None:
    """There is a record in which counters and devices are told apart, or a ParseError."""
    text = data.draw(changed(recorded(data.draw(st.sampled_from(READ)).removeprefix("nvlink-"))))
    try:
        record = parse(text)
    except ParseError:
        return
    if isinstance(record, ErrorCounts):
        assert len({(counter.link, counter.name) for counter in record.counters}) == len(record.counters)
    else:
        assert len({(device.entity_group, device.entity) for device in record.devices}) == len(record.devices)


@pytest.mark.parametrize(
    ("name", "links", "bad"), [("gcm-nvlink-e-edited", 2, [(0, "CRC Data Error", 12)]), ("llmaction-nvlink-e-gpu0", 8, [])]
)
def test_outside_recordings_are_read(name: str, links: int, bad: list[tuple[int, str, int]]) -> None:
    """All links of GPU 0 with four counters each, and the errors on them."""
    record = errors(outside(f"dcgmi-nvlink/{name}.json"))
    assert (record.gpu_id, record.complete, len(record.counters)) == (0, True, 4 * links)
    assert {counter.link for counter in record.counters} == set(range(links))
    assert values(record) == bad
