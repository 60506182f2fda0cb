"""Keeps the journal while the suite runs, and makes the reports from it when the run ends."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from reports import bundle, certificate, csv_table, html, journal, junit, ocp, prometheus, results

JOURNAL_FILE = "journal.jsonl"
Answer = dict[str, Any]
_KEEPER = pytest.StashKey["_Keeper"]()


class _Keeper:
    """One run's journal. `trouble` is the sentence about the first thing that could not be written."""

    def __init__(self, folder: Path, run: Mapping[str, Any]) -> None:
        self.folder = folder
        self.suffix = results.mode_suffix(str(run.get("mode")), str(run.get("origin")))
        self.trouble = ""
        self._writer: journal.Writer | None = None

    def write(self, record: Mapping[str, Any]) -> None:
        """Append, or note why not; once something could not be written the run cannot be accepted any more."""
        try:
            self._writer = self._writer or journal.Writer(self.folder / JOURNAL_FILE)
            self._writer.append(record)
        except (OSError, ValueError, TypeError) as error:
            self.trouble = self.trouble or f"{JOURNAL_FILE}: {error}"

    def check(self) -> None:
        """Note where the journal is no more what was written."""
        try:
            if self._writer is not None and not self.trouble:
                self._writer.check()
        except (OSError, journal.JournalError) as error:
            self.trouble = f"{JOURNAL_FILE}: {error}"

    def close(self) -> None:
        """Let go of the file."""
        if self._writer is not None:
            self._writer.close()

    def incomplete(self) -> Answer:
        """The answer where there are no results; an older results.json must not speak in their place."""
        try:
            (self.folder / results.FILE).unlink(missing_ok=True)
        except OSError as error:
            self.trouble = f"{self.trouble}; an older {results.FILE} could not be removed: {error}"
        return {"verdict": f"INCOMPLETE{self.suffix}", "reasons": [f"results could not be written: {self.trouble}"]}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that is about reports."""
    group = parser.getgroup("hwaccept", "GPU node acceptance")
    group.addoption("--textfile", metavar="DIR", help="also write hwaccept.prom into this folder, which node_exporter reads")


def pytest_configure(config: pytest.Config) -> None:
    """A folder that is not there is found before anything is measured."""
    folder = _textfile(config)
    if folder is not None and not folder.is_dir():
        accepted = "give the one that node_exporter reads, its --collector.textfile.directory"
        raise pytest.UsageError(f"--textfile {folder}: no such folder; {accepted}")


def _textfile(config: pytest.Config) -> Path | None:
    given: str | None = config.getoption("textfile", None)
    return Path(config.invocation_params.dir, given) if given else None


@pytest.hookimpl(optionalhook=True)
def pytest_hwaccept_record(config: pytest.Config, record: dict[str, Any], folder: Path) -> Answer | None:
    """
    Write one line of the journal; with the line that ends the run, make the reports and answer with the results document.

    Where something could not be written the answer is INCOMPLETE with the reason, and there is no results.json.
    """
    if record.get("type") == "run":
        config.stash[_KEEPER] = _Keeper(folder, record)
        _withdraw(_textfile(config))
    keeper = config.stash.get(_KEEPER, None) or config.stash.setdefault(_KEEPER, _Keeper(folder, {}))
    keeper.write(record)
    if record.get("type") != "end":
        return keeper.incomplete() if keeper.trouble else None
    keeper.check()
    keeper.close()
    return keeper.incomplete() if keeper.trouble else _answer(keeper, _textfile(config))


def _answer(keeper: _Keeper, textfile: Path | None) -> Answer:
    try:
        return _published(make_reports(keeper.folder), textfile)
    except (OSError, journal.JournalError, results.ResultsError) as error:
        keeper.trouble = str(error)
        return keeper.incomplete()


def _withdraw(textfile: Path | None) -> None:
    """Take back what was published of the run before: while a node is tested, and where a test is killed, nobody has accepted it."""
    if textfile is not None:
        with contextlib.suppress(OSError):  # then publishing at the end fails too, and says so
            (textfile / prometheus.PUBLISHED).unlink(missing_ok=True)


def _published(document: Answer, textfile: Path | None) -> Answer:
    """The answer, after its metrics were put where node_exporter reads them, with a sentence more where they could not be."""
    try:
        if textfile is not None:
            prometheus.publish(document, textfile)
    except OSError as error:
        return {**document, "reasons": [*document["reasons"], f"--textfile could not be written: {error}"]}
    return document


def make_reports(folder: Path) -> Answer:
    """
    Make results.json and all other reports from the journal in `folder`, and its bundle; answer with the results document.

    results.json comes first; where another report cannot be made, the answer (not the file) has a sentence more.
    Raises JournalError, ResultsError, or OSError where results.json cannot be made.
    """
    document = results.build_from(journal.read(folder / JOURNAL_FILE))
    results.write(folder / results.FILE, document)
    writers = (
        (html.FILE, html.write_html), (junit.FILE, junit.write_junit), (csv_table.FILE, csv_table.write_csv),
        (prometheus.FILE, prometheus.write_prometheus), (ocp.FILE, ocp.write_ocp),
    )  # fmt: skip
    tried = [_tried(name, write, document, folder) for name, write in writers]
    tried += _tried_bundle(folder, document)
    return {**document, "reasons": [*document["reasons"], *filter(None, tried)]} if any(tried) else document


def _tried(name: str, write: Callable[[Answer, Path], None], document: Answer, folder: Path) -> str:
    """Make one of the reports that decide nothing. A stale one of an earlier verdict is worse than none."""
    try:
        (folder / name).unlink(missing_ok=True)
        write(document, folder)
    except (OSError, html.ReportError) as error:
        return f"{name} could not be written: {error}"
    return ""


def _tried_bundle(folder: Path, document: Answer) -> list[str]:
    """Write the bundle, which is never removed because it may be signed, and the certificate, which names it."""
    written, problem = None, ""
    try:
        written = bundle.write_bundle(folder)
    except (OSError, bundle.BundleError) as error:
        problem = f"{bundle.FILE} could not be written: {error}"

    def certify(document: Answer, folder: Path) -> None:
        hashed, tools = (written.manifest_sha256, written.tools) if written else (None, ())
        certificate.write_certificate(document, folder, hashed, tools)

    return [problem, _tried(certificate.FILE, certify, document, folder)]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the journal of a run that did not come to its end."""
    keeper = config.stash.get(_KEEPER, None)
    if keeper is not None:
        keeper.close()
