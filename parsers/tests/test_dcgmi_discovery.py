"""Which GPU DCGM means by a number: two boards are never mixed up, and no board is made up."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.dcgmi import BuildInfo, DiscoveredGpu, parse_build_info, parse_discovery, parse_version
from parsers.errors import ParseError
from parsers.tests.damage import RECORDINGS, changed, outside, prefixes

FOLDER = RECORDINGS / "dcgmi"
TWO = (FOLDER / "discovery-3.1.8-two.txt").read_text()
ONE = (FOLDER / "discovery-4.7.0-one.txt").read_text()
BUILD = (FOLDER / "build-4.6.0.txt").read_text()


def test_gpus_are_told_with_their_identities() -> None:
    """DCGM's number, name, bus id in the form used everywhere here, UUID."""
    found = parse_discovery(TWO)
    assert found.gpus == (
        DiscoveredGpu(0, "NVIDIA H100 80GB HBM3", "0000:18:00.0", "GPU-00000000-1111-2222-3333-444444444440"),
        DiscoveredGpu(1, "NVIDIA H100 80GB HBM3", "0001:19:00.0", "GPU-00000001-1111-2222-3333-444444444441"),
    )
    assert found.nvswitches == 2


def test_newer_releases_say_active_and_list_other_devices() -> None:
    """The tables of ConnectX cards and CPUs are not mistaken for GPUs."""
    found = parse_discovery(ONE)
    assert [gpu.gpu_id for gpu in found.gpus] == [0]
    assert found.nvswitches == 0


def test_a_note_between_tables_and_other_line_ends_mean_nothing() -> None:
    """4.x may add how to see inactive GPUs."""
    noted = ONE.replace("0 NvSwitches", "Note: Use -a flag to show all GPUs, including those that are not active.\n0 NvSwitches")
    assert parse_discovery(noted.replace("\n", "\r\n")) == parse_discovery(ONE)


def test_a_node_without_a_gpu_is_told_as_one() -> None:
    """DCGM answers and sees none: that is a finding, not an unreadable text."""
    empty = "0 GPUs found.\n" + "\n".join(TWO.splitlines()[1:4]) + "\n" + TWO.splitlines()[1] + "\n"
    assert parse_discovery(empty).gpus == ()
    assert parse_discovery(empty).nvswitches is None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2 GPUs found", "3 GPUs found", "3 rows, as announced, found '2 rows'"),
        ("2 GPUs found", "1 GPU found", "1 rows, as announced, found '2 rows'"),
        ("2 NvSwitches", "4 NvSwitches", "4 rows, as announced"),
        ("2 GPUs found.", "GPUs found.", "GPUs found, and a table of them"),
        ("2 GPUs", "2 CPUs", "the GPUs first"),
        ("2 NvSwitches", "2 GPUs", "every table once"),
        ("00000001:19:00.0", "00000000:18:00.0", "every pci_bus_id once"),
        ("GPU-00000001-1111-2222-3333-444444444441", "GPU-00000000-1111-2222-3333-444444444440", "every uuid once"),
        ("| 1      | Name", "| 0      | Name", "every gpu_id once"),
        ("| 1      | Name", "| x      | Name", "a row of a device"),
        ("| 0      | Name", "|        | Name", "a row of a device"),
        ("00000001:19:00.0", "[N/A]           ", "name, bus id and UUID of GPU 1"),
        ("GPU-00000001-1111", "MIG-00000001-1111", "name, bus id and UUID of GPU 1"),
        ("|        | PCI Bus ID: 00000001:19:00.0                                         |\n", "", "name, bus id and UUID of GPU 1"),
        ("PCI Bus ID: 00000001:19:00.0 ", "Name: again                  ", "name, bus id and UUID of GPU 1"),
        ("Name: NVIDIA H100 80GB HBM3", "\x1b[1mNVIDIA H100                ", "without control characters"),
        ("| Switch ID |", "| GPU ID    | GPU", "the head of a table"),
        ("| 1         |", "|           |", "a row of a device"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_list_that_disagrees_with_itself_is_refused(old: str, new: str, words: str) -> None:
    """A count that is not met, a board twice, a cell that holds something else."""
    assert old in TWO
    with pytest.raises(ParseError) as caught:
        parse_discovery(TWO.replace(old, new))
    assert words in str(caught.value)


def test_a_blank_value_of_dcgm_is_no_name() -> None:
    """A host engine that lost touch with its boards goes on listing them, as <<<NULL>>>."""
    with pytest.raises(ParseError, match=r"UUID of GPU 1.*Name: <<<NULL>>>"):
        parse_discovery((FOLDER / "discovery-3.3.9-null.txt").read_text())


def test_a_lost_gpu_is_named() -> None:
    """DCGM prints an error in the place of its identity."""
    with pytest.raises(ParseError, match=r"UUID of GPU 1.*Return: GPU is lost"):
        parse_discovery((FOLDER / "discovery-3.3.9-lost.txt").read_text())


def test_no_host_engine_is_told_in_its_words() -> None:
    """Without a host engine there is no list, and that is no empty list."""
    with pytest.raises(ParseError, match="unable to establish a connection"):
        parse_discovery((FOLDER / "discovery-no-engine.txt").read_text())


def test_a_cut_list_is_refused_or_complete() -> None:
    """After the table of GPUs nothing that follows can change it; before its end there is no list."""
    end_of_gpus = TWO.index("2 NvSwitches")
    for part in prefixes(TWO):
        if len(part) == end_of_gpus:
            assert parse_discovery(part).gpus == parse_discovery(TWO).gpus
        else:
            with pytest.raises(ParseError):
                parse_discovery(part)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damaged_text_never_breaks_the_parsers(data: st.DataObject) -> None:
    """There is a record whose boards are told apart, or a ParseError."""
    text = data.draw(changed(data.draw(st.sampled_from([TWO, ONE, BUILD]))))
    for parse in (parse_version, parse_build_info):
        with contextlib.suppress(ParseError):
            parse(text)
    try:
        found = parse_discovery(text)
    except ParseError:
        return
    assert len({gpu.uuid for gpu in found.gpus}) == len(found.gpus)


def test_the_version_is_that_of_dcgmi() -> None:
    """From the short form, and from the long one with and without a host engine, which may be another release."""
    assert parse_version((FOLDER / "version-3.3.9.txt").read_text()) == "3.3.9"
    assert parse_version((FOLDER / "build-3.3.9-no-engine.txt").read_text()) == "3.3.9"
    assert parse_version(BUILD) == "4.6.0"
    assert parse_build_info(BUILD) == BuildInfo("4.6.0", "2026-06-01", "4.5.2", "2026-02-01")
    assert parse_build_info((FOLDER / "build-3.3.9-no-engine.txt").read_text()).hostengine_version is None


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "dcgmi  version: \n", "dcgmi  version: 3.3.9\nmore\n", "Version : 4.6.0\n", "Local build info:\n", "Error: no\n"],
    ids=repr,
)
def test_a_version_that_is_not_printed_is_not_made_up(text: str) -> None:
    """`dcgmi -v` exits 0 also when it printed nothing."""
    with pytest.raises(ParseError):
        parse_version(text)


def test_cut_build_information_is_refused() -> None:
    """A block has an end; only between the two blocks can a cut not be told from a host engine that did not answer."""
    whole = parse_build_info(BUILD)
    for part in prefixes(BUILD):
        try:
            info = parse_build_info(part)
        except ParseError:
            continue
        assert (info.version, info.hostengine_version) == (whole.version, None)
        assert "CRC : " in part.rstrip().splitlines()[-1]


def test_the_outside_list_of_eight_gpus_is_read() -> None:
    """What a careful reader finds in a recording of another node."""
    found = parse_discovery(outside("dcgmi-discovery/llmaction-8xH800.txt"))
    assert len(found.gpus) == 8
    assert {gpu.name for gpu in found.gpus} == {"NVIDIA H800"}
    assert found.gpus[0] == DiscoveredGpu(0, "NVIDIA H800", "0000:18:00.0", "GPU-34bf77d1-c686-6821-79a8-32d326c5039c")
    assert found.nvswitches == 0


def test_the_outside_list_of_modules_is_refused() -> None:
    """Another table of dcgmi is not this one."""
    with pytest.raises(ParseError, match="GPUs found"):
        parse_discovery(outside("dcgmi-discovery/virtualclient-DCGMIModulesResults.txt"))


def test_the_outside_version_is_read() -> None:
    """Both versions and the build date of a real installation."""
    text = outside("dcgmi-version/llmaction-3.1.8.txt")
    assert parse_version(text) == "3.1.8"
    assert parse_build_info(text) == BuildInfo("3.1.8", "2023-04-27", "3.1.8", "2023-04-27")
