"""drill.json and what is made of it: a document that is not as published is refused, and no report is better than its cases."""

from __future__ import annotations

import copy
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reports import drill
from reports.drill import cli, tally, terminal, words
from reports.tests import sample_drill
from reports.tests.sample_drill import Document, bad, degree, entry, good, wrong

RIGHT = [entry("{gpu}:lost", "inventory.present[{gpu}]")]


def spoilt(**more: Any) -> Document:
    """A drill of one fault, with other words in it."""
    return sample_drill.drill(copy.deepcopy(RIGHT), **more)


def with_entry(**more: Any) -> Document:
    """A drill whose only fault has other words in it."""
    return sample_drill.drill([{**RIGHT[0], **more}])


# --- what is no drill ------------------------------------------------------------------------------------------------

REFUSED = {
    "no mapping": ([], "the top level"),
    "an unknown key": (spoilt(more=1), "'more'"),
    "an unknown key of an entry": (with_entry(more=1), "['entries'][0]"),
    "another version": (spoilt(schema_version=2), "['schema_version']"),
    "true for a number": (spoilt(workers=True), "['workers']"),
    "a count below nothing": (with_entry(missed=-1), "-1 is less than the minimum"),
    "a number nobody can count to": (spoilt(cases=10**400), "['cases']"),
    "a word for a class": (with_entry(**{"class": "bad luck"}), "['class']"),
    "a verdict that is none": (with_entry(checks={"dcgm": "GREEN"}), "['checks']['dcgm']"),
    "a setting that is none": (spoilt(healthy={**spoilt()["healthy"], "settings": {"moon": 1}}), "moon"),
    "nine wrong cases": (with_entry(wrong=[wrong()] * 9), "['wrong']"),
    "outcomes that do not sum up": (with_entry(missed=1), "8 cases of {gpu}:lost, but its five outcomes sum to 9"),
    "more accepted than there were": (spoilt(healthy={**spoilt()["healthy"], "accepted": 201}), "201 accepted of 200"),
    "more caught than there were": (spoilt(degrees=[degree(steps=[{"degree": 1, "caught": 65, "of": 64}])]), "65 caught of 64"),
    "NaN": (spoilt(seconds=math.nan), "JSON"),
    "infinity": (with_entry(seconds=math.inf), "['seconds']"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_document_that_is_none_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    """With the place and what is wrong there; and nothing is written."""
    document, said = REFUSED[name]
    with pytest.raises(drill.DrillError, match=re.escape(said)) as refused:
        drill.write(document, tmp_path)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", [("suite",), ("entries", 0, "expected"), ("healthy",), ("degrees", 0), ("random_pairs",)])
def test_every_missing_key_is_refused(path: tuple[str | int, ...]) -> None:
    """Nothing is optional: what a report does not hold would be taken for good."""
    parent: Any = good()
    for step in path:
        parent = parent[step]
    for key in list(parent):
        document: Any = good()
        inner = document
        for step in path:
            inner = inner[step]
        del inner[key]
        with pytest.raises(drill.DrillError, match=re.escape(repr(key))):
            drill.checked(document)


def test_a_refusal_steers_no_terminal() -> None:
    """A hostile name in the message is shown as what it is."""
    with pytest.raises(drill.DrillError) as refused:
        drill.checked(with_entry(name="\x1b[2J\n", missed=1))
    assert str(refused.value).isprintable()


# --- reached, or not -------------------------------------------------------------------------------------------------

ALARM = {"seed": 1, "setting": "node", "versions": "", "verdict": "REJECTED", "bad": {"gpumem.compute[gpu1]": "FAIL"}}
PAIR = {"faults": ["gpu0:lost", "gpu1:mig-on"], "verdict": "ACCEPTED", "why": "gpu0:lost alone is REJECTED"}
WELL = spoilt()["healthy"]
BETTER_THAN_ITS_CASES = {
    "missed": (with_entry(right=7, missed=1), "Missed: 1 of 8 cases; the target is at most 0."),
    "seen elsewhere": (with_entry(right=7, elsewhere=1), "Right: 7 of 8 cases, 87.5 %"),
    "broken": (with_entry(right=7, broken=1), "Right: 7 of 8 cases"),
    "a harmless fault taken for one": (with_entry(right=7, false_alarm=1), "False alarms: 1; the target"),
    "not tried": (with_entry(cases=0, right=0), "Not tried: 1 of 1 faults."),
    "no fault": (sample_drill.drill([]), "No fault was tried"),
    "no healthy node": (spoilt(healthy={**WELL, "cases": 0, "accepted": 0}), "No healthy node was tried"),
    "a healthy node that was not accepted": (spoilt(healthy={**WELL, "accepted": 199}), "False alarms: 1; the target"),
    "a healthy node with an item that was not PASS": (spoilt(healthy={**WELL, "false_alarms": [ALARM]}), "False alarms: 1; the target"),
    "a pair that broke the law": (spoilt(random_pairs={"cases": 1, "broken_law": [PAIR]}), "0 of 8 cases, and 1 of 1 pairs of faults"),
    "counts without what the entries hold": (
        {**with_entry(right=7, elsewhere=1), "counts": spoilt()["counts"], "targets": {"missed": 9, "false_alarms": 9, "right_share": 0}},
        "Cases that are elsewhere: 1 in the entries, 0 in the counts.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BETTER_THAN_ITS_CASES)
def test_no_report_is_better_than_its_cases(name: str) -> None:
    """A document that says "reached" over cases that contradict it is shown as not reached, with the reason, in every form."""
    document, why = BETTER_THAN_ITS_CASES[name]
    assert document["reached"]
    drill.checked(document)
    page = drill.page(document).decode()
    for said in (page, drill.text(document), drill.markdown(document)):
        assert "TARGET NOT REACHED" in said
        assert why in re.sub(r"\s+", " ", said)
    assert '<body class="not-reached">' in page
    assert "<title>TARGET NOT REACHED (simulated)" in page


def test_a_target_that_was_reached_is_said_with_what_it_does_not_mean() -> None:
    """In every form: simulated, and nothing about the field."""
    document = drill.checked(good())
    for said in (drill.page(document).decode(), drill.text(document), drill.markdown(document)):
        assert "TARGET REACHED" in said
        assert "NOT REACHED" not in said
        told = re.sub(r"\s+", " ", said)
        assert "No hardware was measured." in told
        assert "how often a fault happens in the field" in told
        assert "Nothing is claimed about the field" in told


def test_a_target_that_allows_something_is_reached_with_it() -> None:
    """A false alarm in a hundred is reached where the target allows it, and still shown."""
    targets = {"missed": 1, "false_alarms": 1, "right_share": 0.85}
    document = {**with_entry(right=7, missed=1), "targets": targets}
    assert tally.standing(document) == tally.Standing(True, ())
    assert "1 was missed" in drill.text(document)


def test_the_document_is_believed_where_it_says_that_the_target_was_not_reached() -> None:
    """With its own reasons; without any, that is said."""
    assert tally.standing(spoilt(reached=False, reasons=["stopped by hand"])) == tally.Standing(False, ("stopped by hand",))
    assert tally.standing(spoilt(reached=False)).reasons == ("No reason is given.",)


# --- sums ------------------------------------------------------------------------------------------------------------


def test_a_check_for_which_no_fault_was_tried_is_named() -> None:
    """It is a hole in the drill, and no row of zeros may hide it as all right."""
    found = tally.by_check(spoilt())
    assert list(found)[: len(tally.CHECKS)] == list(tally.CHECKS)
    assert found["gpumem"].faults == 0
    for said in (drill.page(spoilt()).decode(), drill.text(spoilt()), drill.markdown(spoilt())):
        assert said.count("none tried") == len(tally.CHECKS) - 1


def test_a_fault_of_two_checks_counts_in_both_and_once_in_all() -> None:
    """The sums by check may be more than there are faults; the sum of all may not."""
    found = tally.by_check(good())
    assert found["ping"].cases == found["iperf"].cases == 2
    assert tally.tally(good()["entries"]).faults == len(good()["entries"])


@pytest.mark.parametrize(("share", "said"), [(1, "100 %"), (0, "0 %"), (0.99999, "99.9 %"), (0.00001, "0.1 %"), (0.875, "87.5 %")])
def test_a_share_is_never_rounded_to_all_or_nothing(share: float, said: str) -> None:
    """One missed of a million is not 100 %."""
    assert tally.percent(share) == said


def test_no_false_alarm_says_how_little_that_says() -> None:
    """200 nodes without one leave up to 1.5 %; after one there is no such sentence."""
    assert math.isclose(tally.most_false_alarms(200), 0.01487, rel_tol=1e-3)
    assert "fewer than 1.5 %" in words.chance_words(good())
    assert words.chance_words(bad()) == ""


# --- the terminal and the README -------------------------------------------------------------------------------------

HOSTILE = "</td></style><script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">" + "W" * 300
ANY = st.text(st.characters(), max_size=60)


def hostile(name: str) -> Document:
    """A drill with this name everywhere where somebody else writes."""
    cases = [wrong(case=name, why=name, verdict=name, bad={name: "FAIL"})]
    fault = entry(name, f"{name}[{{gpu}}]", source=name, versions=[name], right=7, missed=1, checks={name: "ERROR"}, wrong=cases)
    alarm = {**ALARM, "versions": name, "verdict": name, "bad": {name: "FAIL"}}
    return sample_drill.drill(
        [fault], profile=name, suite={"version": name, "commit": name}, started=name, ended=name, reached=False, reasons=[name],
        healthy={**WELL, "accepted": 199, "versions": {name: 200}, "false_alarms": [alarm]},
        random_pairs={"cases": 3, "broken_law": [{"faults": [name, name], "verdict": name, "why": name}]},
        degrees=[degree(name, check=name, reading=name, unit=name, spread=name, note=name)],
        environment={"python": name, "machine": name, "cpus": 2},
    )  # fmt: skip


@given(ANY)
@example(HOSTILE)
@settings(max_examples=60, deadline=None)
def test_the_terminal_is_neither_steered_nor_overrun(name: str) -> None:
    """Whatever a name holds, each line prints as it is and has at most 140 columns."""
    for line in drill.text(drill.checked(hostile(name))).split("\n"):
        assert line.isprintable()
        assert terminal.width(line) <= terminal.WIDTH
        assert line == line.rstrip(" ")


def test_letters_of_two_columns_are_counted_as_such() -> None:
    """A Japanese name does not push the columns behind it away."""
    assert terminal.width(terminal.padded("電源" * 30, 40)) == 40
    assert terminal.cut("電源電源", 8) == "電源電源"


@pytest.mark.parametrize("document", [good(), bad()], ids=["good", "bad"])
def test_every_fault_that_was_not_right_has_a_line_in_the_terminal(document: Document) -> None:
    """And those that were right have none."""
    lines = drill.text(drill.checked(document)).splitlines()
    for it in document["entries"]:
        assert sum(line.startswith(f"  {it['name']} ") for line in lines) == (it["right"] < it["cases"])


def test_a_mark_stands_where_a_fault_had_to_be_seen() -> None:
    """Also where it was not."""
    (line,) = (line for line in drill.text(bad()).splitlines() if "power-brake" in line)
    assert line.endswith("6/8 right, 2 elsewhere           dcgm ERROR, pciebw FAIL, gpupower -*")


@given(ANY)
@example(HOSTILE)
@example("a|b\\|c`")
@settings(max_examples=60, deadline=None)
def test_markdown_keeps_its_tables_whatever_a_name_holds(name: str) -> None:
    """Every row of a table has as many cells as its header, and no name makes a tag."""
    told = drill.markdown(drill.checked(hostile(name)))
    tables = [part.split("\n") for part in re.findall(r"(?:^\|.*\n)+", told, re.MULTILINE)]
    assert len(tables) == 2
    for header, *rows in tables:
        bars = header.count("|")
        assert all(len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == bars for row in rows if row)
    assert not re.search(r"(?<!\\)(?:\\\\)*<", told)


# --- files and the command -------------------------------------------------------------------------------------------


def test_what_is_written_is_what_was_given(tmp_path: Path) -> None:
    """drill.json reads as the same document, in ASCII; drill.html is beside it, and nothing else."""
    document = {**good(), "profile": "モデル"}
    drill.write(document, tmp_path)
    data = (tmp_path / drill.DATA).read_bytes()
    assert json.loads(data) == document
    assert data.isascii()
    assert (tmp_path / drill.FILE).read_bytes() == drill.page(document)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["drill.html", "drill.json"]


def test_the_command_prints_the_report_and_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 whatever was found: the target is the business of who ran the drill."""
    drill.write(bad(), tmp_path)
    assert cli.main([str(tmp_path / "drill.json"), "--html", str(tmp_path / "other.html")]) == 0
    assert capsys.readouterr().out == drill.text(bad()) + "\n"
    assert (tmp_path / "other.html").read_bytes() == drill.page(bad())
    assert cli.main([str(tmp_path / "drill.json"), "--markdown"]) == 0
    assert capsys.readouterr().out == drill.markdown(bad())


@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 100_000, b"\xff", None], ids=["empty", "bare", "deep", "bytes", "absent"])
def test_the_command_refuses_what_is_no_drill(tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes | None) -> None:
    """4, and one line that names the file."""
    file = tmp_path / "drill.json"
    if data is not None:
        file.write_bytes(data)
    assert cli.main([str(file)]) == 4
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert str(file) in said.err


def test_the_command_refuses_arguments_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    """4; --help is 0."""
    assert cli.main(["--what"]) == 4
    assert cli.main(["--help"]) == 0
    assert "drill.json" in capsys.readouterr().out
