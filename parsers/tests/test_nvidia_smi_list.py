"""The boards that nvidia-smi lists: none is made up, none is counted twice, and a message is no board."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.nvidia_smi.gpu_list import Gpu, MigDevice, parse
from parsers.tests.damage import changed, outside
from parsers.tests.nvidia_smi_links import DRIVER, FAILURES, LIBRARY, check_cuts, names, recorded, refused

TWO = recorded("list-two")
MIG = recorded("list-mig")
NAMES = names("list")


@pytest.mark.parametrize("text", FAILURES)
def test_a_message_instead_of_the_list_is_quoted(text: str) -> None:
    """No driver and no devices are no empty list."""
    assert text.splitlines()[0][:60] in refused(parse, text)


def test_a_board_that_cannot_be_opened_is_refused() -> None:
    """The others are listed as usual, and the exit code is said to be 0: a list without it is not the node's."""
    said = refused(parse, recorded("list-no-handle"))
    assert said.endswith("GPU1: 0000:2A:00.0: GPU is lost.  Reboot the system to recover this GPU' in line 2")


@pytest.mark.parametrize(
    ("text", "old", "new", "words"),
    [
        (TWO, "GPU 1:", "GPU 0:", "each once, found '0, 0'"),
        (TWO, "GPU 0:", "GPU 2:", "in the order of their indices, each once, found '2, 1'"),
        (TWO, "GPU-00000001-1111-2222-3333-444444444441", "GPU-00000000-1111-2222-3333-444444444440", "every UUID once"),
        (TWO, "GPU-00000001-1111-2222-3333-444444444441", "Unknown Error", "name and UUID of GPU 1"),
        (TWO, "GPU 1: NVIDIA H100 80GB HBM3", "GPU 1: GPU is lost", "name and UUID of GPU 1"),
        (TWO, "(UUID: GPU-00000001", "(UUID: GPU-0000001", "name and UUID of GPU 1"),
        (TWO, "GPU 1: NVIDIA H100 80GB HBM3 (UUID: GPU-00000001-1111-2222-3333-444444444441)", "GPU 1: NVIDIA H100", "a GPU, or MIG"),
        (TWO, "GPU 0", "  MIG 1g.10gb Device 0", "GPU INDEX: NAME (UUID: GPU-...)"),
        (TWO, "NVIDIA", "\x1b[1mNVIDIA", "without control characters"),
        (MIG, "Device  1:", "Device  2:", "MIG device 1, found"),
        (MIG, "Device  1:", "Device  0:", "MIG device 1, found"),
        (MIG, "Device  1:", "Device  1", "a GPU, or MIG PROFILE Device 1"),
        (MIG, "MIG-00000011-1111-5222-8333-444444444441", "MIG-00000010-1111-5222-8333-444444444440", "every UUID of a MIG device once"),
        (MIG, "MIG-00000013-1111", "N/A", "a GPU, or MIG PROFILE Device 0"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_list_that_disagrees_with_itself_is_refused(text: str, old: str, new: str, words: str) -> None:
    """A board or device twice, out of order, without its identity, below no board."""
    assert old in text
    assert words in refused(parse, text.replace(old, new))


def test_only_warnings_are_no_list() -> None:
    """A driver that warns and lists nothing has not answered."""
    assert "only warnings" in refused(parse, "WARNING: infoROM is corrupted at gpu 0000:18:00.0\n")


def test_boards_are_told_with_their_identities() -> None:
    """Index, name in full, UUID; the list never proves that it is whole."""
    found = parse(TWO)
    assert found.gpus == (
        Gpu(0, "NVIDIA H100 80GB HBM3", "GPU-00000000-1111-2222-3333-444444444440", ()),
        Gpu(1, "NVIDIA H100 80GB HBM3", "GPU-00000001-1111-2222-3333-444444444441", ()),
    )
    assert (found.warnings, found.complete) == ((), False)


def test_some_boards_of_more_are_read() -> None:
    """-i leaves out boards, so a gap is no error; whether all are there is for the one who knows how many were promised."""
    assert [gpu.index for gpu in parse(TWO.replace("GPU 0:", "GPU 3:").replace("GPU 1:", "GPU 5:")).gpus] == [3, 5]


def test_a_warning_is_kept() -> None:
    """It stands beside a list that looks as usual."""
    assert parse(recorded("list-one-missing")).warnings == ("WARNING: infoROM is corrupted at gpu 0000:18:00.0",)


def test_mig_devices_belong_to_the_board_above_them() -> None:
    """Compute instances of a GPU instance, media extensions, and boards that are not divided alike."""
    first, second = parse(MIG).gpus
    assert [(device.profile, device.index) for device in first.mig_devices] == [("3g.40gb", 0), ("1c.2g.20gb", 1), ("1g.10gb+me", 2)]
    assert second.mig_devices == (MigDevice("7g.80gb", 0, "MIG-00000013-1111-5222-8333-444444444443"),)


def test_old_names_of_mig_devices_are_read() -> None:
    """Before driver 470: the board's UUID and the numbers of the instances."""
    assert parse(recorded("list-mig-450")).gpus[0].mig_devices[1].uuid == "MIG-GPU-00000000-1111-2222-3333-444444444440/2/0"


@pytest.mark.parametrize("name", NAMES)
def test_a_cut_list_is_never_whole(name: str) -> None:
    """Every prefix; and line ends of another system mean nothing."""
    check_cuts(parse, recorded(name))
    assert parse(recorded(name).replace("\n", "\r\n")) == parse(recorded(name))


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damaged_text_never_breaks_the_parser(data: st.DataObject) -> None:
    """There is a record whose boards are told apart, or a ParseError."""
    text = data.draw(changed(recorded(data.draw(st.sampled_from(NAMES)))))
    with contextlib.suppress(ParseError):
        found = parse(text)
        assert len({gpu.uuid for gpu in found.gpus}) == len(found.gpus) > 0


def test_lines_without_end_are_refused() -> None:
    """Before a record is made of them."""
    assert "at most 200000 lines" in refused(parse, TWO + "\n" * 200_000)


@pytest.mark.parametrize(
    ("name", "count", "model", "last"),
    [
        ("nvidia-smi-L/insights-L-a100x2.txt", 2, "NVIDIA A100-PCIE-40GB", "GPU-c9bd25dc-c0c4-3ab6-8f7f-3ad16d6bde4a"),
        ("nvidia-smi-L/pkb-list-gpus-p100.txt", 4, "Tesla P100-PCIE-16GB", "GPU-69c075e7-cc59-93a1-4eb5-3a35cdaa27ad"),
        ("own/nvidia-smi/mock-535-h100-L.out", 8, "NVIDIA H100 80GB HBM3", "GPU-01000100-0000-0000-0000-000000000007"),
        ("own/nvidia-smi/mock-550-h100-L.out", 8, "NVIDIA H100 80GB HBM3", "GPU-01000100-0000-0000-0000-000000000007"),
        ("own/nvidia-smi/mock-550-a100-L.out", 8, "NVIDIA A100-SXM4-40GB", "GPU-12345678-1234-1234-1234-123456780007"),
    ],
)
def test_outside_lists_are_read(name: str, count: int, model: str, last: str) -> None:
    """Every board of real outputs."""
    text = outside(name)
    gpus = parse(text).gpus
    assert [gpu.index for gpu in gpus] == list(range(count))
    assert ({gpu.name for gpu in gpus}, gpus[-1].uuid) == ({model}, last)
    check_cuts(parse, text)


@pytest.mark.parametrize(("name", "words"), [("nodriver-L", DRIVER), ("nolib-L", LIBRARY)])
def test_outside_failures_are_refused_with_the_reason(name: str, words: str) -> None:
    """What the real program prints without a driver, and without its library."""
    assert words in refused(parse, outside(f"own/nvidia-smi/{name}.out"))
