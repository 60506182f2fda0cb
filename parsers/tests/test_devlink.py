"""devlink dev info: a card's serial numbers, and whether the firmware that runs is the one that will."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.devlink import DevlinkDevice, DevlinkInfo, Version, parse
from parsers.errors import ParseError
from parsers.reading import Absent, ErrorWord, NotApplicable, Reading
from parsers.tests.bom_health import HEALTHY
from parsers.tests.corpus import cuts
from parsers.tests.damage import RECORDINGS, changed

FOLDER = RECORDINGS / "devlink"
READ = sorted(FOLDER.glob("*.json"))
NODE = (FOLDER / "node.json").read_text()
FIRST = "pci/0000:06:00.0"


def recorded(name: str) -> DevlinkInfo:
    """One of our own recordings, parsed."""
    return parse((FOLDER / f"{name}.json").read_text())


def device(record: DevlinkInfo, address: str) -> DevlinkDevice:
    """The device at that address."""
    return next(found for found in record.devices if found.pci_bus_id == address)


def text(value: str, line: str) -> Reading:
    """A Reading of a text."""
    return Reading(value, "text", f"{line}: {value}")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no-devlink.txt", "a JSON document, found 'Failed to connect to devlink Netlink'"),
        ("refused-message.txt", "nothing beside the document, found 'devlink answers: Operation not permitted'"),
    ],
)
def test_devlinks_own_message_is_quoted(name: str, words: str) -> None:
    """It says why there is nothing, or not everything."""
    with pytest.raises(ParseError, match=words):
        parse((FOLDER / name).read_text())


def test_a_document_without_devices_is_not_complete() -> None:
    """devlink closes it also where the kernel refused."""
    assert recorded("refused") == DevlinkInfo((), complete=False)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("pci/0000:a3:00.0", "pci/00000000:06:00.0", "every device once, found '0000:06:00.0'"),
        ("pci/0000:a3:00.0", "pci/0000:a3", "a device as pci/0000:06:00.0"),
        ("pci/0000:a3:00.0", "0000:a3:00.0", "a device as pci/0000:06:00.0"),
        ("pci/0000:a3:00.0", "pci/0000:06:00.0", "the key 'pci/0000:06:00.0' twice"),
        ('{"driver":"mlx5_core.eth"}', '"mlx5_core.eth"', "an object as auxiliary/mlx5_core.eth.0"),
        ('"MT2342XZ0A41"', "null", f"a string as {FIRST}: board.serial_number"),
        ('"MT_0000000838"', "838", f"a string as {FIRST}: fixed fw.psid"),
        ('{"fw.psid":"MT_0000000838"}', "[]", f"an object as fixed versions of {FIRST}"),
        ('"fw":"28.41.1000"', '"fw":"28.39.1002"', f"one running firmware of {FIRST}"),
        ('"info"', '"dev"', "the key 'info'"),
        ('{"info":{', '{"info":[{', "a whole JSON document"),
    ],
)
def test_what_is_no_list_of_devices_is_refused(old: str, new: str, words: str) -> None:
    """A device that cannot be named, one of them twice, a value of another kind, two versions of one firmware."""
    assert old in NODE
    with pytest.raises(ParseError, match=words):
        parse(NODE.replace(old, new, 1))


@pytest.mark.parametrize("nothing", ["", "\n", "{}", '{"info": []}', NODE + NODE, "pci/0000:06:00.0:\n  driver mlx5_core\n"])
def test_nothing_and_other_outputs_are_refused(nothing: str) -> None:
    """Also that without -j."""
    with pytest.raises(ParseError):
        parse(nothing)


def test_an_update_that_waits_for_a_reset_is_told() -> None:
    """After it, another firmware runs than the one that was tested."""
    card = device(recorded("pending"), "0000:a3:00.0")
    assert card.fw_running == text("28.41.1000", "pci/0000:a3:00.0: running fw")
    assert card.fw_stored == text("28.43.1014", "pci/0000:a3:00.0: stored fw")
    assert card.pending == ("fw.version", "fw")
    assert device(recorded("pending"), "0000:06:00.0").pending == ()


def test_older_kernels_tell_no_serial_number_of_a_connectx() -> None:
    """It is absent, and everything else is there."""
    card = device(recorded("no-serials"), "0000:06:00.0")
    assert card.serial_number == Absent(f"{FIRST}: serial_number")
    assert card.board_serial_number == Absent(f"{FIRST}: board.serial_number")
    assert card.psid == text("MT_0000000838", f"{FIRST}: fixed fw.psid")


def test_templates_are_no_serial_numbers() -> None:
    """Zeros and "N/A"."""
    record = recorded("templates")
    zeros = "000000000000"
    assert device(record, "0000:06:00.0").board_serial_number == ErrorWord(zeros, f"{FIRST}: board.serial_number: {zeros}")
    assert device(record, "0000:a3:00.0").board_serial_number == NotApplicable("pci/0000:a3:00.0: board.serial_number: N/A")


def test_every_field_of_a_card_is_read() -> None:
    """With the groups of its versions in their order."""
    version = "28.41.1000"
    both = ("fw.version", "fw")
    assert device(parse(NODE), "0000:06:00.0") == DevlinkDevice(
        handle=FIRST,
        pci_bus_id="0000:06:00.0",
        driver=text("mlx5_core", f"{FIRST}: driver"),
        serial_number=text("e4397f872caeed218000846daa7d2f49", f"{FIRST}: serial_number"),
        board_serial_number=text("MT2342XZ0A41", f"{FIRST}: board.serial_number"),
        psid=text("MT_0000000838", f"{FIRST}: fixed fw.psid"),
        fw_running=text(version, f"{FIRST}: running fw"),
        fw_stored=text(version, f"{FIRST}: stored fw"),
        fixed=(Version("fw.psid", text("MT_0000000838", f"{FIRST}: fixed fw.psid")),),
        running=tuple(Version(name, text(version, f"{FIRST}: running {name}")) for name in both),
        stored=tuple(Version(name, text(version, f"{FIRST}: stored {name}")) for name in both),
    )
    assert HEALTHY["devlink"](parse(NODE))


def test_sub_devices_are_on_no_pci_bus() -> None:
    """They are named, and have a driver and nothing else."""
    found = parse(NODE).devices
    assert [each.handle for each in found] == [FIRST, "auxiliary/mlx5_core.eth.0", "pci/0000:a3:00.0", "auxiliary/mlx5_core.eth.1"]
    assert (found[1].pci_bus_id, found[1].driver, found[1].fw_running, found[1].fixed) == (
        None, text("mlx5_core.eth", "auxiliary/mlx5_core.eth.0: driver"), Absent("auxiliary/mlx5_core.eth.0: running fw"), ()
    )  # fmt: skip


def test_other_drivers_are_read() -> None:
    """bnxt_en has its kind of board among what runs; ice has no firmware as a whole, and no management firmware in its flash."""
    broadcom = device(recorded("bnxt"), "0000:af:00.0")
    assert (broadcom.psid.line, broadcom.fw_running.line) == (  # type: ignore[union-attr]
        "pci/0000:af:00.0: running fw.psid: 0.0.6", "pci/0000:af:00.0: running fw: 227.0.131.0"
    )  # fmt: skip
    assert broadcom.pending == ("fw", "fw.mgmt")
    intel = device(recorded("ice"), "0000:31:00.0")
    assert intel.fw_running == text("7.3.4", "pci/0000:31:00.0: running fw.mgmt")
    assert (intel.fw_stored, intel.psid) == (Absent("pci/0000:31:00.0: stored fw"), Absent("pci/0000:31:00.0: fw.psid"))
    assert intel.pending == ()


def test_a_version_that_is_none_differs_from_one_that_is() -> None:
    """Two that are none do not."""
    versions = {"running": {"fw": "1.2", "fw.undi": "N/A"}, "stored": {"fw": "N/A", "fw.undi": "none"}}
    (card,) = parse(json.dumps({"info": {"pci/0000:31:00.0": {"versions": versions}}})).devices
    assert card.pending == ("fw",)
    assert card.fw_stored == NotApplicable("pci/0000:31:00.0: stored fw: N/A")
    assert card.driver == Absent("pci/0000:31:00.0: driver")


def test_what_a_later_release_adds_is_left_out() -> None:
    """Another identifier, another group."""
    added = NODE.replace('"driver":', '"function.uid":"MT2342XZ0A41MLNXS0D0F0","driver":', 1).replace('{"fixed":', '{"next":{},"fixed":', 1)
    assert parse(added) == parse(NODE)


def test_lines_and_blanks_mean_nothing() -> None:
    """With -p, and line ends of another system."""
    pretty = (FOLDER / "node-pretty.json").read_text()
    assert parse(pretty) == parse(pretty.replace("\n", "\r\n")) == parse(NODE)


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_a_cut_document_is_refused(path: Path) -> None:
    """It is closed by its last bracket only."""
    whole = path.read_text()
    for cut in cuts(whole, path.stem, 300, 200):
        if cut.rstrip() != whole.rstrip():
            with pytest.raises(ParseError):
                parse(cut)


def test_many_devices_take_no_longer_each() -> None:
    """Looking for an address twice is not done for every address anew."""
    many = {f"pci/{number:04x}:00:00.0": {"driver": "x"} for number in range(10_000)}
    assert len(parse(json.dumps({"info": many})).devices) == 10_000


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damage_never_raises_anything_else(data: st.DataObject) -> None:
    """Whatever is done to a text, it is read or refused."""
    damaged = data.draw(changed(data.draw(st.sampled_from([path.read_text() for path in READ]))))
    try:
        record = parse(damaged)
    except ParseError:
        return
    assert record.complete == bool(record.devices)
