"""`python -m parsers`: what others build on. A record comes out as JSON, or one line says why there is none."""

from __future__ import annotations

import io
import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from parsers.__main__ import MAX_BYTES, main
from parsers.catalogue import tools
from parsers.plain import plain
from parsers.reading import Absent, ErrorWord, NotApplicable, Reading
from parsers.tests.damage import RECORDINGS
from parsers.tool import Tool

GPUCHECK = RECORDINGS / "gpucheck" / "one-gpu.txt"


def test_a_refused_text_is_one_line_and_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing on standard output: a script that reads JSON from there must not find any."""
    cut = tmp_path / "cut.txt"
    cut.write_bytes(GPUCHECK.read_bytes()[:40])
    assert main(["gpucheck", str(cut)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("gpucheck: expected ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gpucheque"], "TOOL: found 'gpucheque'; accepted: "),
        ([], "TOOL: found None; accepted: "),
        (["gpucheck", "/nonexistent/output.txt"], "FILE: /nonexistent/output.txt: No such file or directory"),
        (["gpucheck", "/"], "FILE: /: Is a directory"),
    ],
)
def test_misuse_is_exit_code_2_and_says_what_is_accepted(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong name is no refusal of a text."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert err.startswith(f"python -m parsers: {said}")
    assert err.count("\n") == 1


def test_a_file_without_end_is_misuse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is larger than any output is not read into memory to its end."""
    large = tmp_path / "large"
    with large.open("wb") as file:
        os.truncate(file.fileno(), MAX_BYTES + 1)
    with pytest.raises(SystemExit):
        main(["gpucheck", str(large)])
    assert "which no program here prints" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["gpucheck", str(GPUCHECK)], ["gpucheck"], ["gpucheck", "-"]], ids=["file", "nothing", "dash"])
def test_a_record_is_printed_as_json(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a file or from standard input: the tool, whether the text is whole, and the record with values, units and lines."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(GPUCHECK.read_bytes())))
    assert main(arguments) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["tool"], printed["complete"], printed["record"]["summary"]) == ("gpucheck", True, "NONE")
    first = printed["record"]["rows"][0]
    assert (first["dgemm_tflops"]["value"], first["dgemm_tflops"]["unit"]) == (59.4, "TFLOPS")


@pytest.mark.parametrize(
    ("name", "recording", "tool"),
    [
        ("nvidia-smi", "nvidia_smi/h100-580.xml", "nvidia-smi-qx"), ("nvidia-smi", "nvidia_smi/query/q-good-580.txt", "nvidia-smi-q"),
        ("nvidia-smi", "nvidia_smi/links/list-mig.txt", "nvidia-smi-l"), ("dcgmi", "dcgmi/diag-3.3.9-r3.json", "dcgmi-diag"),
        ("lspci", "lspci/vv-node.txt", "lspci-vv"), ("lspci", "lspci/node.txt", "lspci"),
        ("NVIDIA_SMI-L", "nvidia_smi/links/list-mig.txt", "nvidia-smi-l"),
    ],
)  # fmt: skip
def test_the_name_of_a_program_finds_which_of_its_outputs_this_is(
    name: str, recording: str, tool: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who has a file need not know with which options it was printed."""
    assert main([name, str(RECORDINGS / recording)]) == 0
    assert json.loads(capsys.readouterr().out)["tool"] == tool


def test_what_no_output_of_a_program_is_like_is_refused_by_the_one_that_came_furthest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, not one for each of its outputs."""
    cut = tmp_path / "cut.txt"
    cut.write_text("".join((RECORDINGS / "nvidia_smi" / "h100-580.xml").read_text().splitlines(keepends=True)[:40]))
    assert main(["nvidia-smi", str(cut)]) == 1
    assert capsys.readouterr().err.startswith("nvidia-smi -q -x: expected </nvidia_smi_log> at the end of the document")


def test_the_list_has_every_tool_with_its_versions(capsys: pytest.CaptureFixture[str]) -> None:
    """One line each: name, versions, what is read."""
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(tools())
    assert all(tool.versions and tool.about and "\n" not in tool.about for tool in tools().values())


def test_a_name_that_two_modules_declare_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of them reads the text must not depend on the order of files."""
    monkeypatch.setattr("parsers.lspci.TOOLS", (Tool("gpucheck", "1", "a second one", lambda text: pytest.fail(text)),), raising=False)
    with pytest.raises(ValueError, match="another module declares gpucheck too"):
        tools()


@dataclass(frozen=True)
class Sample:
    """A record with one field of each kind."""

    value: Reading
    missing: tuple[NotApplicable | ErrorWord | Absent, ...]
    name: str | None


def test_the_four_things_that_a_field_can_be_stay_apart() -> None:
    """Who reads the JSON must not take one for another."""
    record = Sample(Reading(1.5, "W", "a: 1.5 W"), (NotApplicable("b: N/A"), ErrorWord("ERR!", "c: ERR!"), Absent("d")), None)
    assert plain(record) == {
        "value": {"value": 1.5, "unit": "W", "line": "a: 1.5 W"},
        "missing": [{"not_applicable": "b: N/A"}, {"error_word": "ERR!", "line": "c: ERR!"}, {"absent": "d"}],
        "name": None,
    }


def test_what_no_record_holds_is_refused() -> None:
    """A set has no order, so its JSON would differ from run to run."""
    with pytest.raises(TypeError, match="no record holds a set"):
        plain({1, 2})
