"""ib_write_bw: a number of another unit, of a failed run or of a part of a table is never read as the link's bandwidth."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.ib_write_bw import BwResult, IbWriteBw, parse, parse_json
from parsers.plain import plain
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.damage import RECORDINGS, changed, outside, prefixes
from parsers.tests.ib_write_bw_health import BAD, HEALTHY

FOLDER = RECORDINGS / "ib_write_bw"
FAILED = {
    "no-device": "Did not detect devices; Unable to find the Infiniband/RoCE device",
    "no-server": "Couldn't connect to 10.0.0.1:18515; Unable to open file descriptor for socket connection",
    "retries-exceeded": "Completion with error at client; Failed status 12: wr_id 0 syndrom 0x81; scnt=128, ccnt=0",
    "below-limit": "Error: BW result is below bw limit",
    "both-reports": "Local results:",
}
FILES = sorted(path.stem for path in FOLDER.glob("*.txt") if path.stem not in FAILED)
DOCUMENTS = sorted(path.stem for path in FOLDER.glob("*.json"))
OUTSIDE = "ib-write-bw/superbench-ib-loopback-all.log"
MEBIBYTE_BITS = 8 * 2**20


def text_of(name: str) -> str:
    """One of our own recordings."""
    return (FOLDER / f"{name}.txt").read_text()


def document_of(name: str) -> str:
    """One of our own documents."""
    return (FOLDER / f"{name}.json").read_text()


TEXT, ALL, LOOPBACK, JSON = text_of("client"), text_of("all-sizes"), text_of("loopback-all-sizes"), document_of("client")


def recorded(name: str) -> IbWriteBw:
    """One of our own recordings, parsed."""
    return parse(text_of(name))


def value(field: Field) -> object:
    """A reading's value; the word of an error; the type of anything else."""
    return field.value if isinstance(field, Reading) else field.word if isinstance(field, ErrorWord) else type(field)


def numbers(found: BwResult) -> list[object]:
    """Size, iterations, peak, average (Gbit/s, rounded) and messages per second."""
    peak = value(found.bw_peak_gbit_s)
    average = round(float(found.bw_average_gbit_s.value), 3)
    return [found.size_bytes, found.iterations, round(peak, 3) if isinstance(peak, float) else peak, average, value(found.msg_rate)]


@pytest.mark.parametrize(("name", "words"), FAILED.items())
def test_a_failed_run_is_refused_with_its_messages(name: str, words: str) -> None:
    """Also where the table before the message is whole, and where a second table makes the first one a part."""
    with pytest.raises(ParseError) as caught:
        recorded(name)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "found nothing"),
        ("bash: ib_write_bw: command not found\n", "command not found"),
        ("ethernet_read_keys: Couldn't read remote address\n Unable to read to socket/rdma_cm\n", "ethernet_read_keys: Couldn't read"),
        ("initializing CUDA\ncuInit(0) returned 100\n", "found 'cuInit(0) returned 100'"),
        ("creating CUDA Ctx\ncuCtxCreate() error=2\n", "found 'cuCtxCreate() error=2'"),
        ("cuMemAlloc() of a 131072 bytes GPU buffer\ncuMemAlloc error=2\n", "found 'cuMemAlloc error=2'"),
        ("\n***\n* Waiting for client to connect... *\n***\n", "found '***' in line 2"),
        (TEXT.replace("RDMA_Write BW Test", "Send BW Test"), "found 'Send BW Test'"),
        (TEXT.replace("RDMA_Write BW Test", "RDMA_Write Latency Test"), "found 'RDMA_Write Latency Test'"),
        (TEXT + TEXT, "the output of one run"),
        (TEXT + TEXT[TEXT.index(" #bytes") :], "the output of one run"),
        (TEXT[: TEXT.index(" #bytes")] + " 65536 5000 394.57 394.10 0.751686\n", "a header above the first row"),
    ],
)
def test_what_is_no_run_is_refused(text: str, words: str) -> None:
    """Nothing, a shell's word, another test, several runs, a row without a header."""
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert words in str(caught.value)


def test_memory_of_a_gpu_changes_nothing() -> None:
    """--use_cuda: what is printed of the GPU before the run is kept as notes, and what is printed after it is not of the run."""
    around = "initializing CUDA\nCUDA device 0: PCIe address is 0F:00\n\ncreating CUDA Ctx\n"
    run = parse(f"{around}{TEXT}deallocating GPU buffer 00007f3dfa600000\ndestroying current CUDA Ctx\n")
    assert (run.results, run.complete) == (parse(TEXT).results, True)
    assert run.notes[:2] == ("initializing CUDA", "creating CUDA Ctx")


ROW = TEXT[TEXT.index(" 65536") : TEXT.index("\n", TEXT.index(" 65536"))]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[Gb/sec]", "[MiB/sec]", "a bandwidth and a rate of messages that agree"),
        ("BW average[Gb/sec]", "BW average[MiB/sec]", "a line of ib_write_bw"),
        ("[Gb/sec]", "[GB/sec]", "a line of ib_write_bw"),
        ("394.10", "394.20", "a bandwidth and a rate of messages that agree"),
        ("394.10", "39.41", "a bandwidth and a rate of messages that agree"),
        ("394.10", "N/A", "a line of ib_write_bw"),
        ("394.10", "inf", "a line of ib_write_bw"),
        ("394.10", "-394.10", "a line of ib_write_bw"),
        ("394.10", "394.1", "a line of ib_write_bw"),
        ("394.10", "", "cells for the columns"),
        ("             394.10", "\n394.10", "a line of ib_write_bw"),
        ("0.751686", "0.751686 3.14", "cells for the columns"),
        ("MsgRate[Mpps]", "MsgRate[Kpps]", "a line of ib_write_bw"),
        (ROW, f"{ROW}\n{ROW}", "a row for 2 bytes"),
        ("Number of qps   : 1", "Number of qps   : 2", "2 local and 2 remote addresses"),
        (" remote address: LID", " remote address: lid", "a line of ib_write_bw"),
        (" remote address:", " local address:", "1 local and 1 remote addresses"),
        (" #bytes", " remote address: LID 0x07 QPN 0x0223 PSN 0xc1b200\n #bytes", "found '1 and 2'"),
    ],
)
def test_what_contradicts_itself_is_refused(old: str, new: str, words: str) -> None:
    """Units, numbers that say the same thing twice, queue pairs and their addresses."""
    assert old in TEXT
    with pytest.raises(ParseError) as caught:
        parse(TEXT.replace(old, new))
    assert words in str(caught.value)


def test_a_table_of_all_sizes_has_all_sizes() -> None:
    """None is missing, none is moved, and none has made fewer iterations."""
    rows = [line for line in ALL.splitlines(keepends=True) if line.strip()[:1].isdigit()]
    for words, text in (
        ("a row for 2 bytes", ALL.replace(rows[0], "")),
        ("a row for 4096 bytes", ALL.replace(rows[11], "")),
        ("a row for 8388608 bytes", ALL.replace(rows[-1], "")),
        ("a row for 4 bytes", ALL.replace(rows[1], "@").replace(rows[2], rows[1]).replace("@", rows[2])),
        ("5000 iterations for every size", ALL.replace(rows[11], rows[11].replace(" 5000", " 500 "))),
    ):
        with pytest.raises(ParseError) as caught:
            parse(text)
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Link type       : IB", "Link type       : Ethernet", "Link type: "),
        ("PSN 0xa1b200", "PSN 0xa1b201", "two processes that are connected with each other"),
        ("RDMA_Write BW Test", "RDMA_Write Bidirectional BW Test", "the output of one run"),
        (" #bytes", " #bytes #sl", "a line of ib_write_bw"),
        ("[MB/sec]", "[MiB/sec]", "one table"),
    ],
)
def test_two_processes_of_a_loopback_must_belong_together(old: str, new: str, words: str) -> None:
    """What one of them says, the other says too."""
    with pytest.raises(ParseError) as caught:
        parse(LOOPBACK.replace(old, new, 2 if "sec" in old else 1))
    assert words in str(caught.value)


def test_the_row_of_the_server_is_the_last_one_again() -> None:
    """Any other row after the client's table is another run's."""
    assert len(recorded("loopback-all-sizes").results) == 23
    head, row, tail = LOOPBACK.rpartition(" 8388608    2000 ")
    assert row
    with pytest.raises(ParseError, match="a row for 16777216 bytes"):
        parse(f"{head} 8388608    2001 {tail}")


@pytest.mark.parametrize(
    ("name", "processes", "first", "last"),
    [
        ("client", 1, [65536, 5000, 394.57, 394.1, 751686.0], [65536, 5000, 394.57, 394.1, 751686.0]),
        ("server", 1, [65536, 5000, 394.57, 394.1, 751686.0], [65536, 5000, 394.57, 394.1, 751686.0]),
        ("all-sizes", 1, [2, 5000, 0.13, 0.13, 8163937.0], [8388608, 5000, 392.19, 391.72, 5837.0]),
        ("loopback-all-sizes", 2, [2, 2000, 0.065, 0.065, 4082000.0], [8388608, 2000, 196.095, 195.86, 2919.0]),
        ("loopback-one-size", 2, [65536, 2000, 192.23, 192.0, 366211.0], [65536, 2000, 192.23, 192.0, 366211.0]),
        ("client-two-pairs-for-a-time", 1, [65536, 1420311, NotApplicable, 193.1, 368309.0], None),
        ("bidirectional-with-load", 1, [65536, 5000, 782.14, 781.2, 1490021.0], None),
        ("bidirectional-old", 1, [65536, 5000, 391.069, 390.6, 372505.0], None),
        ("two-ports", 1, [65536, 10000, 388.47, 388.0, 740051.0], None),
        ("old-without-rate", 1, [65536, 5000, 27.222, 27.222, Absent], None),
        ("nothing-moved", 1, [65536, 0, NotApplicable, 0.0, 0.0], None),
    ],
)
def test_every_layout_gives_the_same_record(name: str, processes: int, first: list[object], last: list[object] | None) -> None:
    """Gbit/s and messages per second, whatever the unit, the options and the side."""
    run = recorded(name)
    assert run.complete
    assert run.processes == processes
    assert numbers(run.results[0]) == first
    assert numbers(run.results[-1]) == (last or first)


def test_units_are_converted_and_said() -> None:
    """MB/sec of old releases is MiB/sec, which the rate of messages proves; the report shows the number as printed."""
    average = recorded("old-without-rate").results[0].bw_average_gbit_s
    assert average == Reading(3245.06 * MEBIBYTE_BITS / 1e9, "Gbit/s", "65536 bytes: BW average 3245.06 MB/sec, times 0.008388608")
    assert recorded("client").results[0].bw_average_gbit_s == Reading(394.1, "Gbit/s", "65536 bytes: BW average 394.10 Gb/sec")
    assert recorded("client").results[0].msg_rate == Reading(751686.0, "IOPS", "65536 bytes: MsgRate 0.751686 Mpps")


def test_a_peak_that_was_not_looked_for_is_no_zero() -> None:
    """With -D perftest prints 0.00."""
    assert recorded("client-two-pairs-for-a-time").results[0].bw_peak_gbit_s == NotApplicable("65536 bytes: BW peak 0.00, not measured")


def test_settings_are_read_where_they_are_printed() -> None:
    """Two in a line, of both processes, or none."""
    run = recorded("client-two-pairs-for-a-time")
    assert [value(field) for field in (run.test, run.number_of_qps, run.transport_type)] == ["RDMA_Write BW Test", 2, "IB"]
    assert [value(field) for field in (run.connection_type, run.link_type, run.mtu_bytes)] == ["RC", "Ethernet", 1024]
    assert (run.devices, len(run.addresses)) == (("mlx5_2",), 4)
    assert recorded("loopback-all-sizes").devices == ("ib0", "ib0")
    old = recorded("old-without-rate")
    assert (old.devices, old.transport_type, value(old.mtu_bytes)) == ((), Absent("Transport type"), 2048)
    assert parse(TEXT.replace("Mtu             : 4096[B]", "Mtu             : N/A")).mtu_bytes == ErrorWord("N/A", "Mtu: N/A")
    table = parse(TEXT[TEXT.index(" #bytes") :])
    assert (table.test, table.number_of_qps, table.addresses) == (Absent("the title of the test"), Absent("Number of qps"), ())
    assert table.complete


def test_notes_are_what_is_not_known() -> None:
    """A warning about the clock is one: every number rests on it. What follows the end is not the run's."""
    assert recorded("clock-warning").notes[1].startswith("Conflicting CPU frequency values detected: 5008.116000 != 3295.212000.")
    assert recorded("client-two-pairs-for-a-time").notes == ("WARNING: BW peak won't be measured in this run.",)
    assert not HEALTHY["ib-write-bw"](recorded("clock-warning"))


@pytest.mark.parametrize("name", ["client", "server", "all-sizes", "loopback-all-sizes", "client-two-pairs-for-a-time"])
def test_a_good_run_is_good(name: str) -> None:
    """Or everything that is shown to be bad below would prove nothing."""
    assert HEALTHY["ib-write-bw"](recorded(name))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("client", [65536, 5000, 394.57, 394.1, 751686.0]),
        ("for-a-time-mib", [65536, 1420311, NotApplicable, 193.1, 368309.0]),
        ("slow", [65536, 5000, 12.41, 12.4, 23651.0]),
    ],
)
def test_the_document_has_the_unit_with_which_its_numbers_agree(name: str, expected: list[object]) -> None:
    """It names none."""
    run = parse_json(document_of(name))
    assert numbers(run.results[0]) == expected
    assert [value(field) for field in (run.test, run.number_of_qps, run.link_type, run.mtu_bytes)] == ["RDMA_Write_BW_Test", 1, "IB", 4096]
    assert (run.devices, run.complete, run.notes) == (("mlx5_0",), True, ())


def test_a_document_of_both_directions_and_of_little_bandwidth() -> None:
    """Old sums of both directions, six decimals below 0.1 Gb/sec, settings that are left out."""
    both = JSON.replace("RDMA_Write_BW", "RDMA_Write_Bidirectional_BW").replace("394.10", "788.20")
    assert numbers(parse_json(both).results[0])[3] == 788.2
    little = JSON.replace("394.10", "0.042185").replace("394.57", "0.042350").replace("0.751686", "2.636563").replace("65536", "2")
    assert numbers(parse_json(little).results[0])[3] == 0.042
    assert parse_json(JSON.replace('"Mtu": 4096,\n', "").replace('"Link_type": "IB",\n', "")).mtu_bytes == Absent("Mtu")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("394.10", "395.10", "agree in one of"),
        ("394.10", '"394.10"', "a number as BW_average"),
        ("394.10", "-394.10", "a number as BW_average"),
        ("394.10", "true", "a number as BW_average"),
        ("394.10", "NaN", "plain JSON"),
        ('"MsgSize": 65536', '"MsgSize": 0', "agree in one of"),
        ('"MsgSize": 65536', '"MsgSize": 65536.5', "a whole number as MsgSize"),
        ('"MsgSize"', '"Msgsize"', "only BW_average"),
        ('"n_iterations": 5000,\n', "", "the key 'n_iterations'"),
        ('"results"', '"result"', "the key 'results'"),
        ("RDMA_Write_BW_Test", "Send_BW_Test", "an RDMA_Write BW test"),
        ("RDMA_Write_BW_Test", "RDMA_Write_Latency_Test", "an RDMA_Write BW test"),
        ('"Device": "mlx5_0"', '"Device": 0', "a string as Device"),
        ("}\n}\n", "}\n}\nError: BW result is below bw limit\n", "nothing but the document"),
        ('"Number_of_qps": 1', '"Number_of_qps": "1"', "a whole number as Number_of_qps"),
    ],
)
def test_a_document_that_is_not_understood_is_refused(old: str, new: str, words: str) -> None:
    """Numbers that are none, keys that are missing or unknown, another test, lines around it."""
    assert old in JSON
    with pytest.raises(ParseError) as caught:
        parse_json(JSON.replace(old, new))
    assert words in str(caught.value)


def test_the_outside_recording() -> None:
    """Client and server of a loopback in one log."""
    run = parse(outside(OUTSIDE))
    assert run.complete
    assert (run.processes, run.devices, value(run.number_of_qps), value(run.mtu_bytes)) == (2, ("ib0", "ib0"), 1, 4096)
    assert [found.size_bytes for found in run.results] == [2**exponent for exponent in range(1, 24)]
    last = run.results[-1].bw_average_gbit_s
    assert last == Reading(23240.68 * MEBIBYTE_BITS / 1e9, "Gbit/s", "8388608 bytes: BW average 23240.68 MB/sec, times 0.008388608")
    assert (len(run.addresses), run.notes) == (4, ())
    assert HEALTHY["ib-write-bw"](run)


def whole_of(text: str) -> bool:
    """Whether a text is read as a whole run."""
    try:
        return parse(text).complete
    except ParseError:
        return False


@pytest.mark.parametrize("name", [*FILES, OUTSIDE])
def test_a_cut_run_is_never_a_whole_one(name: str) -> None:
    """At line ends and anywhere else, before the line that closes the last table."""
    text = outside(name) if "/" in name else text_of(name)
    end = text.rindex("-" * 60)
    end = text.index("\n", end) + 1
    draw = random.Random(name)
    for cut in [*prefixes(text[:end]), *(text[: draw.randrange(end)] for _ in range(200))]:
        assert not whole_of(cut)
    assert whole_of(text[:end])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_cut_document_is_refused(name: str) -> None:
    """Braces that are not closed."""
    text = document_of(name)
    for end in range(len(text.rstrip())):
        with pytest.raises(ParseError):
            parse_json(text[:end])


@pytest.mark.parametrize("name", FILES)
def test_line_ends_of_another_system_mean_nothing(name: str) -> None:
    """CR LF is LF."""
    assert plain(parse(text_of(name).replace("\n", "\r\n"))) == plain(recorded(name))


@pytest.mark.parametrize("name", BAD["ib-write-bw"])
def test_no_line_lost_doubled_or_moved_makes_a_bad_run_good(name: str) -> None:
    """Every line dropped, every line twice, every two lines exchanged."""
    lines = text_of(name.partition("/")[2].removesuffix(".txt")).splitlines(keepends=True)
    texts = ["".join(lines[:at] + lines[at + 1 :]) for at in range(len(lines))]
    texts += ["".join(lines[: at + 1] + lines[at:]) for at in range(len(lines))]
    for first in range(len(lines)):
        for second in range(first):
            moved = list(lines)
            moved[first], moved[second] = moved[second], moved[first]
            texts.append("".join(moved))
    for text in texts:
        try:
            assert not HEALTHY["ib-write-bw"](parse(text))
        except ParseError:
            continue


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damage_is_refused_or_read(data: st.DataObject) -> None:
    """No other exception, whatever happened to the text."""
    with contextlib.suppress(ParseError):
        parse(data.draw(changed(text_of(data.draw(st.sampled_from(FILES))))))
    with contextlib.suppress(ParseError):
        parse_json(data.draw(changed(document_of(data.draw(st.sampled_from(DOCUMENTS))))))
