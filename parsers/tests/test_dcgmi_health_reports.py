"""`dcgmi health`: an incident is never lost or put to another device, and no report is no healthy one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.dcgmi.health import DeviceHealth, Health, parse
from parsers.errors import ParseError
from parsers.reading import Absent, ErrorWord, Reading
from parsers.tests.damage import RECORDINGS, changed

FOLDER = RECORDINGS / "dcgmi"
READ = [path.name for path in sorted(FOLDER.glob("health-*")) if path.stem[-7:] not in ("enabled", "2-group", "everity")]
FAILURE = (FOLDER / "health-3.3.9-failure.txt").read_text()
FAILURE_JSON = (FOLDER / "health-4.6.0-failure.json").read_text()


def recorded(name: str) -> Health:
    """One of our own recordings, parsed."""
    return parse((FOLDER / f"health-{name}").read_text())


def found(devices: tuple[DeviceHealth, ...]) -> list[tuple[str, int, str, list[tuple[str, str]]]]:
    """Group, number and health of every device, and its incidents by system."""
    return [
        (device.entity_group, device.entity, said(device.health), [(found.system, said(found.health)) for found in device.incidents])
        for device in devices
    ]


def said(field: object) -> str:
    """What a field says, value or word."""
    assert isinstance(field, (Reading, ErrorWord))
    return str(field.value) if isinstance(field, Reading) else f"({field.word})"


def row(name: str, cell: str) -> str:
    """A row of the table."""
    return f"| {name:<25} | {cell:<56} |\n"


def test_devices_and_systems_with_incidents_are_told() -> None:
    """By group and number, each with its own health; DCGM's own error is no health."""
    report = recorded("3.3.9-failure.txt")
    assert report.overall_health == Reading("Failure", "text", "Overall Health: Failure")
    assert found(report.devices) == [
        ("GPU", 0, "Warning", [("PCIe system", "Warning")]),
        ("GPU", 3, "Failure", [("Memory system", "Failure"), ("Driver", "Warning")]),
        ("NvSwitch", 1, "Warning", [("Internal error", "(Internal error)")]),
    ]
    assert report.devices[0].incidents[0].text == "Detected more than 8 PCIe replays per minute for GPU 0 : 13 Reconnect PCIe card."
    assert report.devices[1].health == Reading("Failure", "text", "GPU 3: Failure")
    assert report.devices[1].incidents[1].health == Reading("Warning", "text", "GPU 3: Driver: Warning")
    assert (report.watches, report.complete) == ((), True)


def test_json_tells_the_same() -> None:
    """Names and values, one below the other, as in the table."""
    report = recorded("4.6.0-failure.json")
    assert found(report.devices) == [("GPU", 3, "Failure", [("Memory system", "Failure"), ("PCIe system", "Warning")])]
    assert report.devices[0].incidents[0].text == "A volatile double-bit ECC error was detected on GPU 3 Drain the GPU and reset it."
    assert recorded("4.6.0-healthy.json") == recorded("3.3.9-healthy.txt")


def test_a_healthy_report_lists_no_device() -> None:
    """One row, which speaks of all that was watched."""
    report = recorded("3.3.9-healthy.txt")
    assert (said(report.overall_health), report.devices, report.complete) == ("Healthy", (), True)


def test_watches_are_no_health() -> None:
    """What is watched says nothing of what was found."""
    report = recorded("3.3.9-watches.txt")
    assert report.overall_health == Absent("Overall Health")
    assert [watch.system for watch in report.watches if said(watch.state) == "Off"] == ["SM"]
    assert len(report.watches) == 10
    assert [(watch.system, said(watch.state)) for watch in recorded("4.6.0-watches.json").watches] == [("Memory", "On"), ("PCIe", "Off")]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("not-enabled.txt", "Error: Health watches not enabled. Please enable watches."),
        ("2.1.4-severity.txt", "incidents of GPU 20, found 'incidents of GPU 3'"),
        ("1.7.2-group.txt", "the border above a health report"),
    ],
)
def test_what_is_no_report_is_refused(name: str, words: str) -> None:
    """dcgmi's words are quoted; the severity in the place of a GPU's number, and the table of 1.x, are not guessed at."""
    with pytest.raises(ParseError) as caught:
        recorded(name)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("| Overall Health            | Failure", "| Overall Health            | Warning", "Overall Health as bad as GPU 3"),
        ("| -> 3                      | Failure", "| -> 3                      | Warning", "GPU 3 as bad as its incidents"),
        (row("Overall Health", "Failure"), "", "the row Overall Health"),
        (row("Overall Health", "Failure"), row("Overall Health", "Failure") * 2, "'Overall Health' once in its place"),
        (row("Overall Health", "Failure"), row("Overall Health", ""), "one word for Overall Health"),
        (row("Overall Health", "Failure"), row("Overall Health", "7"), "as Overall Health"),
        (row("-> 3", "Failure"), row("-> 0", "Failure"), "'0' once in its place"),
        (row("-> 3", "Failure"), row("-> x", "Failure"), "the number of a device below GPU"),
        (row("-> 3", "Failure"), row("-> \u0663", "Failure"), "the number of a device below GPU"),
        (row("-> 3", "Failure"), row("-> 1234567890", "Failure"), "the number of a device below GPU"),
        (row("-> 3", "Failure"), row("-> 3", "Failure") + row("", "more"), "Errors of GPU 3"),
        (row("-> 3", "Failure"), row("    -> 3", "Failure"), "a row of two cells"),
        (row("-> 3", "Failure"), row("   3", "Failure"), "an arrow"),
        (row("-> 3", "Failure"), row("         -> 3", "Failure") * 2, "'3' once"),
        (row("   -> Errors", ""), "", "a row below the one that it belongs to"),
        (row("   -> Errors", ""), row("   -> Errors", "2"), "devices or incidents below Errors"),
        (row("GPU", ""), "", "one word for Overall Health"),
        (row("GPU", ""), row("GPU", "Healthy"), "devices or incidents below GPU"),
        (row("      -> Driver", "Warning"), row("         -> Driver", "Warning"), "nothing below Memory system"),
        (row("      -> Driver", "Warning"), row("            -> Driver", "Warning"), "a row below the one that it belongs to"),
        ("Health Monitor Report", "Health Monitor Repair", "the title Health Monitor Report"),
        ("+===========================+==========================================================+\n", "", "a border below the titles"),
        (row("Overall Health", "Failure"), row("", "Failure"), "a row below the one that it belongs to"),
        (row("Overall Health", "Failure"), "Overall Health: Failure\n", "a row of two cells"),
    ],
    ids=lambda value: repr(value)[:50],
)
def test_a_report_that_disagrees_with_itself_is_refused(old: str, new: str, words: str) -> None:
    """A device worse than the whole, an incident worse than its device, a row in a wrong place, a device twice."""
    assert old in FAILURE
    with pytest.raises(ParseError) as caught:
        parse(FAILURE.replace(old, new))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing"),
        ("Error: Unable to check health watches. Return: The Group is not found\n", "The Group is not found"),
        ("Health monitor systems set successfully.\n", "found 'Health monitor systems set successfully.'"),
        ("+---+---+\n+---+---+\n", "the title Health Monitor Report"),
        ("+---+---+\n| Health Monitor Report |\n", "a border below the titles"),
        ("+---+---+\n| a | 1 |\n| -> b | 2 |\n+---+---+\n", "one word for a"),
        ("{}", "the title Health Monitor Report"),
        (FAILURE_JSON.replace('"Errors"', '"Faults"'), "Errors of GPU 3"),
        (FAILURE_JSON.replace('"overflow"', '"flow"'), "the key 'flow'"),
        (FAILURE_JSON.replace('"Slow."', "7"), "a string as PCIe system"),
        (FAILURE_JSON.replace('"body"', '"trunk"'), "the key 'trunk'"),
        ('{"body": {"GPU": null}, "header": ["Health Monitor Report"]}', "an object as GPU"),
        ('{"body": {"GPU": {}, "Overall Health": {"value": "Warning"}}, "header": ["Health Monitor Report"]}', "incidents below GPU"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_holds_no_health_is_refused(text: str, words: str) -> None:
    """Errors in dcgmi's words, an empty table, names that nobody knows."""
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert words in str(caught.value)


def test_a_word_that_is_no_health_ranks_nowhere() -> None:
    """It is an error word: nothing is better or worse than it."""
    report = parse(FAILURE.replace("| Overall Health            | Failure", "| Overall Health            | ERR!   "))
    assert report.overall_health == ErrorWord("ERR!", "Overall Health: ERR!")
    assert said(parse(FAILURE.replace(row("-> 3", "Failure"), row("-> 3", "Internal error"))).devices[1].health) == "(Internal error)"


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_report_never_breaks_the_parser(data: st.DataObject) -> None:
    """There is a record whose devices are told apart, or a ParseError."""
    text = data.draw(changed((FOLDER / data.draw(st.sampled_from(READ))).read_text()))
    try:
        report = parse(text)
    except ParseError:
        return
    assert len({(device.entity_group, device.entity) for device in report.devices}) == len(report.devices)
