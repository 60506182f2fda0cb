"""How boards reach each other: no row or column is missing, and a path that is worse or unknown is told as such."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.nvidia_smi.topo import NicName, Topology, gpu_peers, parse, parse_p2p
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.damage import changed, outside
from parsers.tests.nvidia_smi_links import DRIVER, FAILURES, LIBRARY, check_cuts, names, recorded, refused

NICS = recorded("topo-580-nics")
NARROW = recorded("topo-narrow")
OK = recorded("p2p-470-ok")
READERS: dict[str, Callable[[str], Topology]] = {"topo": parse, "p2p": parse_p2p}
ALL = [(read, name) for kind, read in READERS.items() for name in names(kind)]


def said(path: Field) -> object:
    """A path's word, or what it is instead."""
    return path.value if isinstance(path, Reading) else type(path)


def matrix(record: Topology) -> list[list[object]]:
    """The paths between boards, by row, without the diagonal."""
    return [[said(peer.path) for peer in gpu_peers(record, index)] for index in range(len(record.gpus))]


@pytest.mark.parametrize("text", FAILURES)
@pytest.mark.parametrize("read", [parse, parse_p2p])
def test_a_message_instead_of_the_matrix_is_quoted(read: Callable[[str], Topology], text: str) -> None:
    """No driver and no devices are no matrix without boards."""
    assert text.splitlines()[0][:60] in refused(read, text)


@pytest.mark.parametrize(
    ("text", "old", "new", "words"),
    [
        (NICS, "GPU1\tNV18\t X \tNV18\tNV18\tNODE\tSYS\t0-47,96-143\t0\t\tN/A\n", "", "a row of 6 cells of GPU1"),
        (NICS, "NIC1\tSYS\tSYS\tPIX\tNODE\tSYS\t X \t\t\t\t\n", "", "a row of 6 cells of NIC1, found 'Legend:'"),
        (NICS, "GPU1\tNV18\t X", "GPU2\tNV18\t X", "a row of 6 cells of GPU1"),
        (NICS, "\tGPU3\tNIC0", "\tNIC0", "beside the row of GPU0"),
        (NICS, "GPU3\tNIC0", "GPU4\tNIC0", "the columns GPU0, GPU1"),
        (NICS, "GPU0\tGPU1", "GPU1\tGPU0", "the columns GPU0, GPU1"),
        (NICS, "NIC0\tNIC1", "NIC0\tNIC0", "the columns GPU0, GPU1"),
        (NICS, "NIC0\tNIC1", "NIC1\tNIC2", "the columns GPU0, GPU1"),
        (NICS, "NIC0\tNIC1", "NIC0\t[1]", "the columns GPU0, GPU1"),
        (NICS, "GPU NUMA ID", "GPU NUMA", "the columns GPU0, GPU1"),
        (NICS, "GPU0\t X \tNV18", "GPU0\tNV18\tNV18", "X where GPU0 meets GPU0"),
        (NICS, "GPU0\t X \tNV18", "GPU0\t X \tX", "X where GPU0 meets GPU0 and only there"),
        (NICS, "GPU0\t X \tNV18", "GPU0\t X \tNV17", "one path between GPU0 and GPU1, found 'NV17 and NV18'"),
        (NICS, "GPU0\t X \tNV18\tNV18\tNV18\tPIX", "GPU0\t X \tNV18\tNV18\tNV18\tPXB", "one path between GPU0 and NIC0"),
        (NICS, "GPU0\t X \tNV18", "GPU0\t X \tNV0", "NODE or SYS from GPU0 to GPU1, found 'NV0'"),
        (NICS, "GPU0\t X \tNV18", "GPU0\t X \tOK", "NODE or SYS from GPU0 to GPU1, found 'OK'"),
        (NICS, "GPU0\t X \tNV18", "GPU0\t X \t", "NODE or SYS from GPU0 to GPU1, found nothing"),
        (NICS, "GPU0\t X \tNV18", "GPU0\t X \t18", "as GPU0 to GPU1, found '18'"),
        (NICS, "\t0\t\tN/A\nGPU1", "\t0\t\t0\tN/A\nGPU1", "beside the row of GPU0"),
        (NICS, "0-47,96-143", "0-47,", "a list of numbers as GPU0 CPU Affinity"),
        (NICS, "Legend:\n\n  X ", "  X ", "an entry of the legend, found 'X    = Self'"),
        (NICS, "  PIX  =", "  PXB  =", "an entry of the legend, found 'PXB  ="),
        (NICS, "  NIC1:", "  NIC0:", "an entry of the legend, found 'NIC0: mlx5_bond_0'"),
        (NICS, "  NIC1:", "  NIC2:", "an entry of the legend, found 'NIC2: mlx5_bond_0'"),
        (NICS, "NIC Legend:", "Legend:", "an entry of the legend, found 'Legend:'"),
        (NICS, "  NIC1: mlx5_bond_0\n", "WARNING: infoROM is corrupted at gpu 0000:0B:00.0\n", "an entry of the legend"),
        (NICS, "GPU0\t X", "GPU0\t\x1b[2J X", "without control characters"),
        (NARROW, "24-47         1", "24-47", "CPU Affinity, NUMA Affinity beside the row of GPU1"),
        (NARROW, "24-47         1", "24-47         1  N/A", "CPU Affinity, NUMA Affinity beside the row of GPU1"),
        (NARROW, "GPU1  NV12   X    SYS   24-47         1\n", "GPU1  NV12   X\n", "a row of 3 cells of GPU1"),
        (NARROW, "  CPU Affinity  NUMA Affinity", "", "nothing beside the row of GPU0"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_matrix_that_is_not_whole_is_refused(text: str, old: str, new: str, words: str) -> None:
    """A row or column missing, moved or twice, an unknown cell, two ways that differ, an unknown line."""
    assert old in text
    assert words in refused(parse, text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (" GPU2\tOK\tOK\tX\tOK\t\n", "", "a row of 4 cells of GPU2"),
        ("\tGPU3\t\n", "\tGPU3\tNIC0\t\n", "the columns GPU0, GPU1 ..., found"),
        ("\tGPU3\t\n", "\tGPU3\tCPU Affinity\n", "the columns GPU0, GPU1 ..., found"),
        ("X\tOK\tOK\tOK", "X\tOK\tOK\tNV18", "DR or U from GPU0 to GPU3, found 'NV18'"),
        ("X\tOK\tOK\tOK\t", "X\tOK\tOK\tOK\tOK", "nothing beside the row of GPU0"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_matrix_of_capabilities_that_is_not_whole_is_refused(old: str, new: str, words: str) -> None:
    """It has boards only, and its own words."""
    assert old in OK
    assert words in refused(parse_p2p, OK.replace(old, new, 1))


def test_more_devices_than_a_node_has_are_refused() -> None:
    """A matrix grows with their square."""
    assert "the columns GPU0" in refused(parse, "\t" + "\t".join(f"GPU{index}" for index in range(257)) + "\n")


def test_every_board_reaches_every_other_by_its_path() -> None:
    """Boards apart from network cards, which have rows, paths and names of their own."""
    found = parse(NICS)
    assert matrix(found) == [["NV18"] * 3] * 4
    assert [peer.device for peer in gpu_peers(found, 2)] == ["GPU0", "GPU1", "GPU3"]
    assert [(nic.name, [said(path.path) for path in nic.connections]) for nic in found.nics] == [
        ("NIC0", ["PIX", "NODE", "SYS", "SYS", "SYS"]),
        ("NIC1", ["SYS", "SYS", "PIX", "NODE", "SYS"]),
    ]
    assert found.nic_names == (NicName("NIC0", "mlx5_0"), NicName("NIC1", "mlx5_bond_0"))
    assert found.complete


def test_affinities_are_told_and_their_absence_too() -> None:
    """The board's CPUs and NUMA nodes; a network card has none of them; N/A is no node 0."""
    found = parse(NICS)
    gpu, nic = found.gpus[2], found.nics[0]
    assert isinstance(gpu.cpu_affinity, Reading)
    assert (gpu.cpu_affinity.value, said(gpu.numa_affinity), said(gpu.gpu_numa_id)) == ("48-95,144-191", "1", NotApplicable)
    assert {said(nic.cpu_affinity), said(nic.numa_affinity), said(nic.gpu_numa_id)} == {Absent}
    assert gpu.cpu_affinity.line == "GPU2 CPU Affinity: 48-95,144-191"


def test_a_board_without_a_row_has_no_peers() -> None:
    """Asked for by a wrong number, nothing would be in order."""
    with pytest.raises(ParseError, match="a row of GPU4, found 'GPU0, GPU1, GPU2, GPU3'"):
        gpu_peers(parse(NICS), 4)


def test_a_board_that_lost_its_links_shows_longer_paths() -> None:
    """The tool has no word for it: this is how it looks."""
    assert matrix(parse(recorded("topo-580-lost-nvlink"))) == [
        ["NODE", "NV18", "NV18"],
        ["NODE", "SYS", "SYS"],
        ["NV18", "SYS", "NV18"],
        ["NV18", "SYS", "NV18"],
    ]


def test_an_error_word_is_no_path() -> None:
    """It is kept apart from paths; the way back may be known all the same."""
    found = parse(recorded("topo-580-error"))
    assert matrix(found)[0] == ["NV18", "NV18", ErrorWord]
    assert matrix(parse(NICS.replace("GPU0\t X \tNV18", "GPU0\t X \tN/A")))[:2] == [[NotApplicable, "NV18", "NV18"], ["NV18"] * 3]


@pytest.mark.parametrize(
    ("name", "paths", "cpus", "nics", "complete"),
    [
        ("topo-450-mlx5", [["PHB"], ["PHB"]], "0-23", ["mlx5_0", "mlx5_1"], True),
        ("topo-418-pcie", [["PIX"], ["PIX"]], "0-19", [], True),
        ("topo-550-no-affinity", [[]], Absent, [], True),
        ("topo-narrow", [["NV12"], ["NV12"]], "0-23", ["NIC0"], False),
    ],
)
def test_layouts_of_other_releases_are_read(name: str, paths: list[list[object]], cpus: object, nics: list[str], complete: bool) -> None:
    """Fewer columns, cards by their names, a board without affinities, blanks for tabs; without a legend it is not whole."""
    found = parse(recorded(name))
    assert (matrix(found), said(found.gpus[0].cpu_affinity)) == (paths, cpus)
    assert ([nic.name for nic in found.nics], found.complete) == (nics, complete)


def test_affinities_keep_their_column() -> None:
    """Two empty cells and a doubled tab stand before the last one."""
    (gpu,) = parse(recorded("topo-550-no-affinity")).gpus
    assert [said(field) for field in (gpu.cpu_affinity, gpu.numa_affinity, gpu.gpu_numa_id)] == [Absent, Absent, NotApplicable]
    second = parse(recorded("topo-450-mlx5")).gpus[1]
    assert [said(field) for field in (second.numa_affinity, second.gpu_numa_id)] == [NotApplicable, Absent]


def test_a_last_row_without_line_end_gives_no_half_number() -> None:
    """Its paths are whole because something follows them; its affinities may be cut."""
    rows = NARROW.splitlines()[:3]
    text = "\n".join([row.replace("  NIC0", "").replace("  PXB", "").replace("  SYS", "") for row in rows])
    found = parse(text)
    assert (matrix(found), found.complete) == ([["NV12"], ["NV12"]], False)
    assert (said(found.gpus[0].cpu_affinity), said(found.gpus[1].cpu_affinity)) == ("0-23", Absent)
    assert "the whole row of GPU1" in refused(parse, "   GPU0 GPU1\nGPU0 X NV1\nGPU1 NV1 X")


def test_a_legend_that_is_not_whole_makes_no_whole_matrix() -> None:
    """The names of cards may be missing, or half a name."""
    assert not parse(NICS.replace("  NIC1: mlx5_bond_0\n", "")).complete
    assert not parse(NICS.replace("  NV#  = through # bonded NVLinks\n", "")).complete
    cut = parse(NICS[: NICS.rindex("bond")])
    assert (cut.complete, cut.nic_names) == (False, (NicName("NIC0", "mlx5_0"),))


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("p2p-470-ok", [["OK"] * 3] * 4),
        ("p2p-610-one-way", [["OK", "OK", "OK"], ["OK", "OK", "OK"], ["OK", "DR", "OK"], ["OK", "OK", "OK"]]),
        ("p2p-470-not-supported", [["CNS"], ["NS"]]),
    ],
)
def test_capabilities_are_told_in_each_direction(name: str, rows: list[list[object]]) -> None:
    """What one board may do to another is not what the other may do to it."""
    found = parse_p2p(recorded(name))
    assert (matrix(found), found.nics, found.complete) == (rows, (), True)


@pytest.mark.parametrize(("read", "name"), ALL)
def test_a_cut_matrix_is_never_whole(read: Callable[[str], Topology], name: str) -> None:
    """Every prefix; and line ends of another system mean nothing."""
    text = recorded(name)
    check_cuts(read, text)
    assert read(text.replace("\n", "\r\n")) == read(text)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damaged_text_never_breaks_the_parser(data: st.DataObject) -> None:
    """There is a record with a path from every board to every other, or a ParseError."""
    read, name = data.draw(st.sampled_from(ALL))
    text = data.draw(changed(recorded(name)))
    with contextlib.suppress(ParseError):
        found = read(text)
        assert all(len(row) == len(found.gpus) - 1 for row in matrix(found))


@pytest.mark.parametrize(
    ("name", "paths", "cpus", "node", "own", "complete"),
    [
        ("nvidia-smi-topo/stas-a100x8.txt", "NV12", "24-47", "1", Absent, False),
        ("nvidia-smi-topo/stas-h100x8.txt", "NV18", "52-103", "1", Absent, False),
        ("own/nvidia-smi/mock-535-h100-topo.out", "NV18", "64-127", "1", "0", True),
        ("own/nvidia-smi/mock-550-h100-topo.out", "NV18", "64-127", "1", "1", True),
        ("own/nvidia-smi/mock-550-a100-topo.out", "NV12", "64-127", "1", "1", True),
    ],
)
def test_outside_matrices_are_read(name: str, paths: str, cpus: str, node: str, own: object, complete: bool) -> None:
    """Eight boards, all to all; the last one's affinities."""
    text = outside(name)
    found = parse(text)
    assert (matrix(found), found.complete) == ([[paths] * 7] * 8, complete)
    last = found.gpus[7]
    assert [said(field) for field in (last.cpu_affinity, last.numa_affinity, last.gpu_numa_id)] == [cpus, node, own]
    check_cuts(parse, text, draws=50)


def test_the_outside_matrix_of_capabilities_is_read() -> None:
    """Two boards that cannot reach each other."""
    text = outside("nvidia-smi-topo/2x5090-p2p-rw.txt")
    assert (matrix(parse_p2p(text)), parse_p2p(text).complete) == ([["GNS"], ["GNS"]], True)
    check_cuts(parse_p2p, text)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nvidia-smi-topo/a100x8-dgx-nic-fragment.txt", "a row of GPU7, found 'the end of the output'"),
        ("own/nvidia-smi/nodriver-topo.out", DRIVER),
        ("own/nvidia-smi/nolib-topo.out", LIBRARY),
    ],
)
def test_outside_texts_that_are_no_matrix_are_refused(name: str, words: str) -> None:
    """Seven of eight rows, and the failures of the real program."""
    assert words in refused(parse, outside(name))
