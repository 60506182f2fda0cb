"""Links of boards: a link that is down, slow, has errors or was not told of is never read as one that is up and clean."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.nvidia_smi.nvlink import INACTIVE, Counter, GpuLinks, Link, NvLinks, parse
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.damage import changed, outside
from parsers.tests.nvidia_smi_links import DRIVER, FAILURES, LIBRARY, check_cuts, names, recorded, refused

SPEEDS = recorded("nvlink-s-h100")
ERRORS = recorded("nvlink-e-h100")
BLACKWELL = recorded("nvlink-e-b200")
CAPABILITIES = recorded("nvlink-c")
TRAFFIC = recorded("nvlink-gt-r")
NAMES = [*names("nvlink"), *names("c2c")]


def links(gpu: GpuLinks) -> tuple[Link, ...]:
    """The links of a board that told of them."""
    assert isinstance(gpu.links, tuple)
    return gpu.links


def said(field: Field) -> object:
    """A value, or what it is instead."""
    return field.value if isinstance(field, Reading) else type(field)


def speeds(record: NvLinks) -> list[list[object]]:
    """The speed of every link, by board."""
    return [[said(link.speed_gb_s) for link in links(gpu)] for gpu in record.gpus]


def counters(record: NvLinks, gpu: int, link: int) -> dict[str, object]:
    """All values of a link."""
    return {counter.name: said(counter.value) for counter in links(record.gpus[gpu])[link].counters}


@pytest.mark.parametrize("text", FAILURES)
def test_a_message_instead_of_the_links_is_quoted(text: str) -> None:
    """No driver and no devices are no boards without links."""
    assert text.splitlines()[0][:60] in refused(parse, text)


@pytest.mark.parametrize(
    ("text", "old", "new", "words"),
    [
        (SPEEDS, "\t Link 3: 26.562 GB/s\n", "", "the links of GPU 0, each once, in the order of their numbers"),
        (SPEEDS, "Link 3:", "Link 2:", "the links of GPU 0, each once"),
        (SPEEDS, "\t Link 0: 26.562 GB/s\n", "\t Link 0: 26.562 GB/s\n" * 2, "the same values, each once, of every link of GPU 0"),
        (SPEEDS, "Link 17: 26.562 GB/s\n", "Link 17: 26.562 GB/s\n\t Link 17: 26.562 GB/s\n", "the same values, each once"),
        (SPEEDS, "Link 3: 26.562 GB/s", "Link 3: 26.562", "a number in GB/s as GPU 0 Link 3"),
        (SPEEDS, "Link 3: 26.562 GB/s", "Link 3: 26.562 MB/s", "a number in GB/s as GPU 0 Link 3"),
        (SPEEDS, "Link 3: 26.562 GB/s", "Link 3: -26.562 GB/s", "a number in GB/s as GPU 0 Link 3"),
        (SPEEDS, "Link 3: 26.562 GB/s", "Link 3: Active", "a number in GB/s, or a state as <inactive>, found 'Link 3: Active'"),
        (SPEEDS, "Link 3: 26.562 GB/s", "Link 3, 26.562 GB/s", "a GPU, a link of it, or why it has none"),
        (SPEEDS, "Link 3: 26.562 GB/s", "...", "a GPU, a link of it, or why it has none, found '...'"),
        (SPEEDS, "Link 3: 26.562 GB/s", "Link 3: Replay Errors: 0", "the lines of one command, found 'errors and status'"),
        (SPEEDS, "Link 3: 26.562 GB/s", "C2C Link 3: 44.712 GB/s", "the lines of one command, found 'C2C status and status'"),
        (SPEEDS, "Link 3: 26.562 GB/s", "Link 3: Remote Device 00000008:00:00.0: Link 29", "a GPU, a link of it, or why it has none"),
        (SPEEDS, "GPU 1:", "GPU 0:", "in the order of their indices, each once"),
        (SPEEDS, "GPU-00000001-1111-2222-3333-444444444441", "GPU-00000000-1111-2222-3333-444444444440", "every UUID once"),
        (SPEEDS, "GPU 1: NVIDIA H100 80GB HBM3 (UUID: GPU-00000001", "GPU 1: NVIDIA H100 80GB HBM3 (UUID: N/A", "name and UUID of GPU 1"),
        (SPEEDS, "GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-00000000-1111-2222-3333-444444444440)\n", "", "GPU INDEX: NAME (UUID:"),
        (SPEEDS, "\t Link 0:", "NVML: Unable to retrieve NVLink information: Not Supported\n\t Link 0:", "nothing more on GPU 0"),
        (SPEEDS, "Link 17: 26.562 GB/s\n", "Link 17: 26.562 GB/s\nDevice does not have or support Nvlink\n", "a GPU, a link of it"),
        (ERRORS, "\t Link 3: CRC Errors: 0\n", "", "the same values, each once, of every link of GPU 0"),
        (ERRORS, "Link 3: CRC Errors", "Link 3: Replay Errors", "the same values, each once, of every link of GPU 0"),
        (ERRORS, "Link 3: CRC Errors", "Link 4: CRC Errors", "the same values, each once, of every link of GPU 0"),
        (ERRORS, "Link 3: CRC Errors", "Link 2: CRC Errors", "the links of GPU 0, each once, in the order of their numbers"),
        (ERRORS, "Link 3: CRC Errors: 0", "Link 3: CRC Errors: -1", "a count as GPU 0 Link 3 CRC Errors"),
        (ERRORS, "Link 3: CRC Errors: 0", "Link 3: CRC Errors: 0.5", "a count as GPU 0 Link 3 CRC Errors"),
        (ERRORS, "Link 3: CRC Errors: 0", "Link 3: CRC Errors:", "a GPU, a link of it, or why it has none"),
        (BLACKWELL, "Effective BER: 15e-255", "Effective BER: 15e999", "a count as GPU 0 Link 0 Effective BER"),
        (TRAFFIC, "1001 KiB", "1001 KB", "a number in KiB as GPU 0 Link 0 Raw Tx"),
        (TRAFFIC, "Link 1: Raw Tx", "Link 1, Raw Tx", "true or false as GPU 0 Link 1 Raw Tx"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_text_that_disagrees_with_itself_is_refused(text: str, old: str, new: str, words: str) -> None:
    """Links missing, twice or out of order, other values than the others have, another unit, lines of another command."""
    assert old in text
    assert words in refused(parse, text.replace(old, new, 1))


def test_only_warnings_are_no_links() -> None:
    """A driver that warns and lists nothing has not answered."""
    assert "only warnings" in refused(parse, "WARNING: infoROM is corrupted at gpu 0000:18:00.0\n")


def test_links_that_are_inactive_are_told_apart_from_speeds() -> None:
    """They count among the links, and not among those with a speed."""
    found = parse(recorded("nvlink-s-inactive"))
    assert links(found.gpus[0])[4].speed_gb_s == ErrorWord(INACTIVE, "GPU 0 Link 4: <inactive>")
    assert [said(gpu.active_links) for gpu in found.gpus] == [17, 18]
    sleeping = parse(SPEEDS.replace("26.562 GB/s", "<sleep>"))
    assert links(sleeping.gpus[0])[0].speed_gb_s == ErrorWord("<sleep>", "GPU 0 Link 0: <sleep>")
    assert said(sleeping.gpus[0].active_links) == 0
    assert speeds(parse(SPEEDS.replace("26.562 GB/s", "GPU is lost", 1)))[0][:2] == [ErrorWord, 26.562]


def test_boards_without_links_say_why_or_nothing() -> None:
    """All links down, no NVLink at all, an error of NVML and silence are four things."""
    down = parse(recorded("nvlink-s-none")).gpus[1]
    line = "GPU 1: NVML: Unable to retrieve NVLink information as all links are inActive"
    assert (down.links, down.active_links) == (ErrorWord(INACTIVE, line), ErrorWord(INACTIVE, line))
    silent, none, unsupported, lost = parse(recorded("nvlink-s-not-there")).gpus
    assert silent.links == Absent("GPU 0 links")
    assert none.links == NotApplicable("GPU 1: Device does not have or support Nvlink")
    assert isinstance(unsupported.links, NotApplicable)
    assert isinstance(lost.links, ErrorWord)
    assert lost.links.word == "Unable to retrieve NVLink information: GPU is lost"


def test_a_text_without_a_link_is_of_no_kind() -> None:
    """What was asked cannot be told from it."""
    assert parse(recorded("nvlink-s-not-there")).kind is None


def test_speeds_are_told_link_by_link() -> None:
    """A slow link has a speed: that it is too low is for the one who knows the model."""
    found = parse(recorded("nvlink-s-slow"))
    assert (found.kind, found.complete) == ("status", False)
    assert speeds(found) == [[26.562] * 18, [26.562] * 17 + [13.281]]
    assert found.gpus[1].active_links == Reading(18, "count", "GPU 1: 18 of 18 links have a speed")
    assert links(found.gpus[1])[17] == Link(17, Reading(13.281, "GB/s", "GPU 1 Link 17: 13.281 GB/s"), ())


def test_links_to_a_processor_are_no_nvlinks() -> None:
    """The kind says so: their number and speed are others."""
    found = parse(recorded("c2c-s"))
    assert (found.kind, speeds(found)) == ("C2C status", [[44.712] * 10])


def test_one_board_of_several_is_read_and_a_warning_is_kept() -> None:
    """-i leaves out boards."""
    found = parse(SPEEDS[SPEEDS.index("GPU 1") :] + "WARNING: infoROM is corrupted at gpu 0000:18:00.0\n")
    assert ([gpu.index for gpu in found.gpus], found.warnings) == ([1], ("WARNING: infoROM is corrupted at gpu 0000:18:00.0",))


def test_errors_are_told_by_name() -> None:
    """Of the link they are of, with the line they were read from."""
    found = parse(recorded("nvlink-e-crc"))
    assert found.kind == "errors"
    assert counters(found, 0, 3) == {"Replay Errors": 4, "Recovery Errors": 0, "CRC Errors": 217}
    assert counters(found, 1, 3) == {"Replay Errors": 0, "Recovery Errors": 0, "CRC Errors": 0}
    assert links(found.gpus[0])[3].counters[2] == Counter("CRC Errors", Reading(217, "count", "GPU 0 Link 3 CRC Errors: 217"))
    assert said(found.gpus[0].active_links) is Absent


def test_an_error_in_the_place_of_a_count_is_no_zero() -> None:
    """Nor is N/A."""
    found = parse(recorded("nvlink-e-unknown-error"))
    assert set(counters(found, 1, 17).values()) == {ErrorWord}
    assert counters(parse(ERRORS.replace("CRC Errors: 0", "CRC Errors: N/A", 1)), 0, 0)["CRC Errors"] is NotApplicable


def test_newer_boards_have_other_counters() -> None:
    """NVLink 5: traffic, errors, rates and registers side by side, each by its name and unit."""
    found = parse(BLACKWELL)
    values = counters(found, 1, 1)
    assert len(values) == 41
    assert (values["Symbol Errors"], values["Effective Errors"], values["FEC Errors - 0"]) == (2, 0, 36140749)
    assert (values["Symbol BER"], values["Effective BER"], values["Raw BER Lane 0"]) == (8e-13, 1.5e-254, 2061)
    units = {counter.name: counter.value.unit for counter in links(found.gpus[0])[0].counters if isinstance(counter.value, Reading)}
    assert (units["Symbol BER"], units["Raw BER Total"], units["PLR Xmit Blocks"]) == ("share", "count", "count")


def test_values_of_lanes_have_the_lane_in_their_name() -> None:
    """As nvlink -ec prints them."""
    text = ERRORS.replace("Replay Errors", "Lane 0: CRC Errors").replace("Recovery Errors", "Lane 1: CRC Errors")
    assert list(counters(parse(text), 0, 0)) == ["Lane 0: CRC Errors", "Lane 1: CRC Errors", "CRC Errors"]


def test_links_that_are_left_out_keep_the_numbers_of_the_others() -> None:
    """Counters of an inactive link are not printed."""
    assert [link.number for link in links(parse(recorded("nvlink-e-left-out")).gpus[0])] == [0, 1, 2, 3, 6, 7]


def test_capabilities_are_words() -> None:
    """true and false, compared whole."""
    found = parse(CAPABILITIES)
    assert (found.kind, len(counters(found, 0, 1))) == ("capabilities", 6)
    assert (counters(found, 0, 1)["P2P is supported"], counters(found, 0, 1)["Link is supported"]) == ("true", "false")


def test_traffic_is_in_bytes() -> None:
    """1 KiB is 1024 bytes; N/A is no traffic of 0."""
    found = parse(TRAFFIC)
    assert (found.kind, counters(found, 0, 2)) == ("throughput", {"Raw Tx": 3001 * 1024, "Raw Rx": 3001 * 1024})
    untold = parse(recorded("nvlink-gt-d-untold"))
    assert (untold.kind, counters(untold, 0, 0)) == ("throughput", {"Data Tx": NotApplicable, "Data Rx": NotApplicable})


def test_a_count_without_line_end_is_left_out() -> None:
    """12 may be the beginning of 127; a speed ends in its unit."""
    cut = recorded("nvlink-e-crc")[: recorded("nvlink-e-crc").index("217") + 2]
    found = links(parse(cut).gpus[0])
    assert found[3].counters[2].value == Absent("GPU 0 Link 3 CRC Errors: the text ends inside of this line")
    assert counters(parse(cut), 0, 3)["Replay Errors"] == 4
    assert speeds(parse(SPEEDS.rstrip())) == speeds(parse(SPEEDS))


@pytest.mark.parametrize("name", NAMES)
def test_a_cut_text_is_never_whole(name: str) -> None:
    """Every prefix; and line ends of another system mean nothing."""
    text = recorded(name)
    check_cuts(parse, text, draws=50)
    assert parse(text.replace("\n", "\r\n")) == parse(text)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damaged_text_never_breaks_the_parser(data: st.DataObject) -> None:
    """There is a record whose links are told apart, or a ParseError."""
    text = data.draw(changed(recorded(data.draw(st.sampled_from(NAMES)))))
    with contextlib.suppress(ParseError):
        for gpu in parse(text).gpus:
            numbers = [link.number for link in gpu.links] if isinstance(gpu.links, tuple) else []
            assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(
    ("name", "boards", "count", "speed"),
    [
        ("nvidia-smi-nvlink/gpud-a100-status.txt", 8, 12, 25),
        ("own/nvidia-smi/mock-535-h100-nvlink-s.out", 8, 18, 26.562),
        ("own/nvidia-smi/mock-550-h100-nvlink-s.out", 8, 18, 26.562),
        ("own/nvidia-smi/mock-550-a100-nvlink-s.out", 8, 12, 25.781),
    ],
)
def test_outside_speeds_are_read(name: str, boards: int, count: int, speed: float) -> None:
    """Every link of every board."""
    text = outside(name)
    found = parse(text)
    assert (found.kind, speeds(found)) == ("status", [[speed] * count] * boards)
    check_cuts(parse, text, draws=20)


@pytest.mark.parametrize("model", ["535-h100", "550-h100", "550-a100"])
def test_outside_errors_and_capabilities_are_read(model: str) -> None:
    """None, and all."""
    count = 18 if "h100" in model else 12
    for letter, kind, values in (("e", "errors", [0] * 3), ("c", "capabilities", ["true"] * 6)):
        text = outside(f"own/nvidia-smi/mock-{model}-nvlink-{letter}.out")
        found = parse(text)
        assert (found.kind, len(found.gpus)) == (kind, 8)
        assert all(list(counters(found, gpu, link).values()) == values for gpu in range(8) for link in range(count))
        check_cuts(parse, text, draws=30)


def test_other_outside_links_are_read() -> None:
    """Of a Grace processor, without a line end; and of a board without NVLink."""
    text = outside("nvidia-smi-nvlink/virtualclient-c2c-gh200.txt")
    grace = parse(text)
    check_cuts(parse, text)
    assert (grace.kind, said(grace.gpus[0].active_links), speeds(grace)[0][9]) == ("C2C status", 10, 44.721)
    (board,) = parse(outside("nvidia-smi-nvlink/rtx4000-595-unsupported.txt")).gpus
    assert (board.name, type(board.links)) == ("Quadro RTX 4000 with Max-Q Design", NotApplicable)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nvidia-smi-nvlink/llmaction-h800-status.txt", "found '...' in line 19"),
        ("nvidia-smi-nvlink/llmaction-h800-gt-r.txt", "found 'nvidia-smi nvlink -gt r' in line 1"),
        ("own/nvidia-smi/nodriver-nvlink.out", DRIVER),
        ("own/nvidia-smi/nolib-nvlink.out", LIBRARY),
    ],
)
def test_outside_texts_that_are_not_whole_are_refused(name: str, words: str) -> None:
    """Somebody left out boards, or there was no driver."""
    assert words in refused(parse, outside(name))


def test_the_outside_traffic_is_read_where_nobody_left_anything_out() -> None:
    """The same text up to the dots, without the command above it."""
    text = outside("nvidia-smi-nvlink/llmaction-h800-gt-r.txt")
    found = parse(text[text.index("GPU 0") : text.index("...")])
    assert (found.kind, counters(found, 0, 0)) == ("throughput", {"Raw Tx": 25305739 * 1024, "Raw Rx": 25554089 * 1024})
