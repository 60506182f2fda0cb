"""lspci -vv: a link that is slow, an error on record, a board that is dead or could not be read: none of them reads as a good one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.lspci_vv import ACCESS_DENIED, DEAD, READ, Device, VerboseListing, parse
from parsers.reading import Absent, ErrorWord, Field, Reading
from parsers.tests.cut_records import assert_cuts_say_nothing_new
from parsers.tests.damage import RECORDINGS, changed, outside

FOLDER = RECORDINGS / "lspci"
PARSED = sorted(FOLDER.glob("vv-*.txt"))
NODE, DOWNGRADED = (FOLDER / "vv-node.txt").read_text(), (FOLDER / "vv-downgraded.txt").read_text()
A100 = "lspci/virtualclient-lspci-vvv-a100x8.txt"
OUTSIDE_SHORT = ("gpud-lspci-gb200.txt", "gpud-lspci-nn-a10.txt")


def recorded(name: str) -> VerboseListing:
    """One of our own recordings, parsed."""
    return parse((FOLDER / f"{name}.txt").read_text())


def device(record: VerboseListing, address: str) -> Device:
    """The device at that address."""
    return next(found for found in record.devices if found.pci_bus_id == address)


def value(field: Field) -> object:
    """The value of a Reading; of anything else its class."""
    return field.value if isinstance(field, Reading) else type(field)


def link(found: Device) -> tuple[object, ...]:
    """Speed and width, as they could be and as they are."""
    return tuple(value(part) for part in (found.lnkcap.speed, found.lnkcap.width, found.lnksta.speed, found.lnksta.width))


@pytest.mark.parametrize("text", ["", "\n", "  \n", "lspci: Unable to load libkmod resources: error -2\n"])
def test_no_device_is_no_listing(text: str) -> None:
    """In a container without /sys lspci prints nothing: that must not read as "no device is bad"."""
    with pytest.raises(ParseError):
        parse(text)


@pytest.mark.parametrize("name", ["names-only", "v-only", "node"])
def test_lspci_without_vv_is_refused_with_the_reason(name: str) -> None:
    """A listing without links must not read as one of devices that have none."""
    with pytest.raises(ParseError, match="the line Control of every device \\(lspci -vv\\)"):
        recorded(name)


def test_a_device_that_lspci_could_not_read_is_not_left_out() -> None:
    """It is in no other line of the output."""
    with pytest.raises(ParseError, match=r"Unable to read the standard configuration space header of device 0000:64:00\.0"):
        recorded("unreadable-device")


def test_a_dead_device_is_dead_and_nothing_of_it_is_a_reading() -> None:
    """Every bit reads as one; whoever counts boards still finds it."""
    dead = device(recorded("vv-dead"), "0000:64:00.0")
    assert (dead.outcome, dead.revision, dead.is_nvidia_gpu) == (DEAD, "ff", True)
    assert dead.warnings == ("!!! Unknown header type 7f",)
    error = ErrorWord("Unknown header type 7f", "0000:64:00.0: !!! Unknown header type 7f")
    assert {dead.lnkcap.speed, dead.lnkcap.width, dead.lnksta.speed, dead.lnksta.width_note, dead.uesta.count, dead.cesta.count} == {error}
    assert device(recorded("vv-dead"), "0000:53:00.0").outcome == READ


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [("\t!!! Unknown header type 7f\n", "", "rev ff"), (" (rev ff) (prog-if ff)", " (rev a1)", "Unknown header type 7f")],
)
def test_either_sign_of_death_is_enough(old: str, new: str, word: str) -> None:
    """A line that got lost does not bring a board back."""
    dead = device(parse((FOLDER / "vv-dead.txt").read_text().replace(old, new)), "0000:64:00.0")
    assert dead.outcome == DEAD
    assert isinstance(dead.lnksta.speed, ErrorWord)
    assert dead.lnksta.speed.word == word


def test_what_needs_root_is_no_reading_and_not_absent() -> None:
    """Without root lspci sees no link, which is not a device without one."""
    listing = recorded("vv-not-root")
    denied = device(listing, "0000:53:00.0")
    assert denied.outcome == ACCESS_DENIED
    assert denied.lnksta.speed == ErrorWord("access denied", "0000:53:00.0: Capabilities: <access denied>")
    assert listing.messages == ("lspci: Unable to load libkmod resources: error -2",)
    assert device(listing, "0000:00:00.0").lnkcap.speed == Absent("LnkCap")


def test_a_slow_link_is_slow_whatever_the_note() -> None:
    """GPU 64 runs at generation 3; the port above 53 has lost half its lanes, and of ports lspci notes nothing."""
    gpu = device(recorded("vv-downgraded"), "0000:64:00.0")
    assert link(gpu) == (5, 16, 3, 16)
    assert gpu.lnksta.speed == Reading(3, "generation", "LnkSta: Speed 8GT/s (downgraded), Width x16")
    assert gpu.lnksta.speed_note == Reading("downgraded", "text", "LnkSta: Speed 8GT/s (downgraded), Width x16")
    assert gpu.lnksta.width_note == Absent("a note (width_note) in LnkSta")
    narrow = recorded("vv-narrow-port")
    assert link(device(narrow, "0000:50:01.0")) == link(device(narrow, "0000:53:00.0")) == (5, 16, 5, 8)
    assert isinstance(device(narrow, "0000:50:01.0").lnksta.width_note, Absent)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Speed 8GT/s (downgraded)", "Speed 8GT/s (ok)", "a note that agrees with LnkCap: Port #0, Speed 32GT/s"),
        ("Speed 8GT/s (downgraded)", "Speed 64GT/s (downgraded)", "a note that agrees"),
        ("Speed 8GT/s (downgraded)", "Speed 32GT/s (overdriven)", "a note that agrees"),
        ("Speed 8GT/s (downgraded)", "Speed 8GT/s (strange)", "a note that agrees"),
        ("Speed 8GT/s (downgraded)", "Speed 8GT/s (fine)", "speed and width as LnkSta"),
        ("Speed 8GT/s (downgraded)", "Speed 7GT/s (downgraded)", "one of 2.5GT/s, 5GT/s"),
        ("Speed 8GT/s (downgraded)", "Speed 8 (downgraded)", "speed and width as LnkSta"),
        ("Speed 8GT/s (downgraded)", "Speed N/A", "speed and width as LnkSta"),
        ("Width x16, ASPM not", "Width x-16, ASPM not", "speed and width as LnkCap"),
        ("\t\tLnkSta:\tSpeed 8GT/s (downgraded), Width x16\n", "", "the line LnkSta beside the others"),
        ("\t\tLnkCap:\tPort #0, Speed 32GT/s, Width x16, ASPM not supported\n", "", "the line LnkCap beside the others"),
        ("\t\tLnkSta:\tSpeed 8GT/s", "\t\tLnkSta:\tSpeed 8GT/s, Width x16\n\t\tLnkSta:\tSpeed 8GT/s", "every line of a device once"),
        ("0000:64:00.0", "0000:53:00.0", "addresses in their order, every one once"),
        ("0000:64:00.0", "0000:54:00.0", "addresses in their order, every one once"),
        ("0000:64:00.0", "0000:52:00.0", "addresses in their order"),
        ("0000:64:00.0 3D", "0000:64:00.8 3D", "the first line of a device"),
        ("(rev a1)", "(rev a", "the first line of a device"),
        ("(rev a1)", "(rev a1) something", "the first line of a device"),
        ("\t\tUESta:", "\t\tUnknown:", "the line UESta beside the others"),
        ("\t\tCEMsk:", "\t\tUnknown:", "the line CEMsk beside the others"),
        ("\t\tAERCap:", "\t\tUnknown:", "the line AERCap beside the others"),
        ("\t\t\tECRC- UnsupReq- ACSViol- UncorrIntErr- BlockedTLP- AtomicOpBlocked- TLPBlockedErr-\n", "", "the same flags in UESta"),
        ("DLP- SDES-", "DLP SDES-", "the same flags in UESta"),
        ("UESta:\tDLP-", "UESta:\t(unknown) DLP-", "the same flags in UESta"),
        ("RxErr- BadTLP-", "RxErr- BadTLP", "the same flags in CESta"),
        ("\tControl: I/O-", "\tControl: ", "the line Control of every device"),
    ],
)  # fmt: skip
def test_a_device_in_part_or_at_odds_with_itself_is_refused(old: str, new: str, words: str) -> None:
    """A line that is missing, repeated or of another form; a note that its numbers contradict."""
    assert old in DOWNGRADED
    with pytest.raises(ParseError, match=words):
        parse(DOWNGRADED.replace(old, new, 1))


@pytest.mark.parametrize(
    "line", ["pcilib: Cannot open /proc/bus/pci", "\tCapabilities: [60] Express (v2) Endpoint, MSI 00", "lspci: -s: Invalid bus number"]
)
def test_lines_that_belong_to_no_device_are_refused_and_quoted(line: str) -> None:
    """A line that is not understood may be the board that is missing."""
    with pytest.raises(ParseError) as caught:
        parse(f"{line}\n{NODE}")
    assert (caught.value.line, caught.value.line_number) == (line, 1)


def test_errors_on_record_are_counted_and_named() -> None:
    """Two kinds of corrected errors on one board, an uncorrected one on the other."""
    cesta = device(recorded("vv-corrected-errors"), "0000:53:00.0").cesta
    assert (value(cesta.count), cesta.flags) == (2, ("BadTLP", "Timeout"))
    assert isinstance(cesta.count, Reading)
    assert cesta.count.line.startswith("CESta: RxErr- BadTLP+ BadDLLP- ")
    uesta = device(recorded("vv-uncorrected-error"), "0000:64:00.0").uesta
    assert (value(uesta.count), uesta.flags) == (1, ("CmpltTO",))


def test_flags_on_the_lines_below_are_read_too() -> None:
    """From 2022 on there are three lines of them."""
    text = NODE.replace("ECRC- UnsupReq- ACSViol- UncorrIntErr-", "ECRC- UnsupReq+ ACSViol- UncorrIntErr+", 1)
    assert device(parse(text), "0000:50:01.0").uesta.flags == ("UnsupReq", "UncorrIntErr")


def test_every_field_of_a_device_is_read() -> None:
    """What its first line says, its link and that nothing is on record."""
    listing = recorded("vv-node")
    assert [found.pci_bus_id for found in listing.devices if found.is_nvidia_gpu] == ["0000:53:00.0", "0000:64:00.0"]
    gpu = device(listing, "0000:53:00.0")
    assert (gpu.device_class, gpu.name, gpu.revision) == ("3D controller", "NVIDIA Corporation GH100 [H100 SXM5 80GB]", "a1")
    assert (gpu.class_code, gpu.vendor, gpu.device) == (None, None, None)
    assert (gpu.outcome, gpu.warnings, link(gpu)) == (READ, (), (5, 16, 5, 16))
    assert (value(gpu.uesta.count), gpu.uesta.flags, value(gpu.cesta.count)) == (0, (), 0)
    assert device(listing, "0000:54:00.0").cesta.count == Absent("CESta")
    assert device(listing, "0000:50:01.0").name == "Intel Corporation Device 352a"


def test_the_layout_of_2020_with_numbers_is_read() -> None:
    """Notes in every line, -nn, no domain, blanks for tabs, no line end; a virtual function has no link of its own."""
    gpu, audio, function, balloon = recorded("vv-3.6-nn").devices
    assert (gpu.pci_bus_id, gpu.class_code, gpu.vendor, gpu.device) == ("0000:3b:00.0", "0302", "10de", "1eb8")
    assert (gpu.is_nvidia_gpu, audio.is_nvidia_gpu) == (True, False)
    assert (link(gpu), value(gpu.lnksta.speed_note), value(gpu.lnksta.width_note)) == ((3, 16, 1, 16), "downgraded", "ok")
    assert (link(audio), value(audio.lnksta.speed_note)) == ((3, 16, 4, 16), "strange")
    assert link(function) == (3, 8, ErrorWord, 0)
    assert function.lnksta.speed == ErrorWord("unknown", "LnkSta: Speed unknown (downgraded), Width x0 (downgraded)")
    assert (balloon.device_class, balloon.class_code, balloon.vendor) == ("Unassigned class", "ffff", "1af4")
    assert balloon.warnings == ("!!! Invalid class ffff for header type 00",)


def test_the_layout_of_2008_with_numbers_only_is_read() -> None:
    """No notes, and the rest of the status in the same line."""
    gpu, network = recorded("vv-3.0-n").devices
    assert (gpu.device_class, gpu.class_code, gpu.name, gpu.vendor, gpu.device) == ("0302", "0302", "10de:06d1", "10de", "06d1")
    assert (link(gpu), isinstance(gpu.lnksta.speed_note, Absent)) == ((2, 16, 1, 16), True)
    assert (gpu.is_nvidia_gpu, network.is_nvidia_gpu) == (True, False)


def test_a_link_faster_than_its_capability_is_read() -> None:
    """With lspci's note, and product data that could not be read."""
    listing = recorded("vv-overdriven")
    assert (link(listing.devices[0]), value(listing.devices[0].lnksta.speed_note)) == ((4, 4, 5, 4), "overdriven")
    assert listing.messages == ("pcilib: sysfs_read_vpd: read failed: Input/output error",)


def test_a_label_that_cannot_be_read_says_nothing_of_a_link() -> None:
    """Firmware that fails to give one (pciutils issue 175); another error of the library is refused."""
    label = "pcilib: Error reading /sys/bus/pci/devices/0000:00:08.3/label: Operation not permitted"
    assert parse(f"{label}\n{NODE}").devices == parse(NODE).devices
    assert parse(f"{label}\n{NODE}").messages[0] == label
    with pytest.raises(ParseError, match=r"Error reading /sys/bus/pci/devices/0000:00:08\.3/config"):
        parse(label.replace("label", "config") + f"\n{NODE}")


def test_line_ends_of_another_system_mean_nothing() -> None:
    """CR LF is LF."""
    assert parse(NODE.replace("\n", "\r\n")) == parse(NODE)


@pytest.mark.parametrize("path", PARSED, ids=lambda path: path.stem)
def test_a_cut_text_is_never_whole_and_has_no_half_number(path: Path) -> None:
    """Width x1 is what is left of x16."""
    assert_cuts_say_nothing_new(parse, path.read_text())


def test_the_outside_recording_is_read() -> None:
    """An A100 node in a cloud: 8 boards, 6 switches, virtual functions without a link; not an error on record."""
    text = outside(A100)
    listing = parse(text)
    gpus = [found for found in listing.devices if found.is_nvidia_gpu]
    assert (len(listing.devices), len(gpus), {link(gpu) for gpu in gpus}) == (31, 8, {(4, 16, 4, 16)})
    switches = [found for found in listing.devices if found.device_class == "Bridge"]
    assert (len(switches), {link(switch) for switch in switches}) == (6, {(3, 2, 3, 2)})
    functions = [found for found in listing.devices if "Virtual Function" in found.name]
    assert (len(functions), {link(function)[2:] for function in functions}) == (9, {(ErrorWord, 0)})
    assert {value(found.uesta.count) for found in listing.devices} == {0, Absent}
    assert {found.outcome for found in listing.devices} == {READ}
    assert device(listing, "0e58:00:02.0").revision == "80"


def test_a_cut_outside_recording_has_no_half_number() -> None:
    """Some of its cuts; the text is long."""
    text = outside(A100)
    assert_cuts_say_nothing_new(parse, text[: text.index("0003:00:00.0")])


@pytest.mark.parametrize("name", OUTSIDE_SHORT)
def test_outside_listings_without_vv_are_refused_with_the_reason(name: str) -> None:
    """Names and numbers, and no links."""
    with pytest.raises(ParseError, match="lspci -vv"):
        parse(outside(f"lspci/{name}"))


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damage_never_raises_anything_else(data: st.DataObject) -> None:
    """Whatever is done to a text, it is read or refused."""
    text = data.draw(changed(data.draw(st.sampled_from([path.read_text() for path in PARSED]))))
    try:
        listing = parse(text)
    except ParseError:
        return
    assert not listing.complete
    assert len({found.pci_bus_id for found in listing.devices}) == len(listing.devices) > 0
