"""
report.html, by pytest-html, from a results document alone.

The items are fed as test reports to a pytest session of our own that collects nothing and runs nothing. The end of a
run and `python -m reports` use the same way, so that both give the same page.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping, MutableSequence
from pathlib import Path
from typing import Any, Literal, Protocol

import pytest
from pytest_html import extras

from reports.banner import banner
from reports.columns import details, header, row
from reports.files import write_atomically
from reports.margins import ORDER

FILE = "report.html"
Results = Mapping[str, Any]
_CSS = Path(__file__).with_name("report.css")
_Outcome = Literal["passed", "failed", "skipped"]
_OUTCOMES: dict[str, _Outcome] = {"PASS": "passed", "WARN": "passed", "FAIL": "failed", "ERROR": "failed", "SKIP": "skipped"}
_SHOWN = {"PASS": "Passed", "WARN": "Passed", "FAIL": "Failed", "ERROR": "Error", "SKIP": "Skipped"}
_FOREIGN = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DEBUG")
_UNUSED = (
    "assertion", "cacheprovider", "capture", "debugging", "doctest", "faulthandler", "junitxml", "legacypath", "logging", "pastebin",
    "python", "randomly", "recwarn", "setuponly", "setupplan", "skipping", "stepwise", "subtests", "terminal", "terminalprogress",
    "threadexception", "tmpdir", "unittest", "unraisableexception", "warnings", "xdist",
)  # fmt: skip
_INI = ("initial_sort=original", "render_collapsed=all", "generate_report_on_test=false")


class ReportError(RuntimeError):
    """pytest-html did not make a page; the message is what it said."""


class _Row(Protocol):
    """A test report that carries the item it was made from."""

    hwaccept: Mapping[str, Any]


class _Title(Protocol):
    title: str


def write_html(results: Results, folder: Path) -> None:
    """Write report.html into `folder`. Raises ReportError where pytest-html fails, OSError where the file cannot be written."""
    write_atomically(folder / FILE, page(results))


def page(results: Results) -> bytes:
    """The page as one file. Prints nothing, and leaves environment, working folder and import path as they were."""
    with tempfile.TemporaryDirectory(prefix="hwaccept-report-") as name:
        target = Path(name, FILE)
        feeder = _Feeder(results)
        said = _session(_arguments(Path(name), target), feeder)
        if feeder.broken or not feeder.fed or not target.is_file():
            raise ReportError(f"pytest-html made no report: {(feeder.broken or said).strip()[-2000:] or 'it did not say why'}")
        return target.read_bytes()


def _arguments(folder: Path, target: Path) -> list[str]:
    """A session that reads no configuration and loads no plugin but the two that are needed."""
    ini = folder / "pytest.ini"
    ini.write_text("[pytest]\n", encoding="ascii")
    places = ["-c", str(ini), "--rootdir", str(folder), "--confcutdir", str(folder), "--noconftest", "--disable-plugin-autoload"]
    plugins = ["-p", "pytest_metadata.plugin", "-p", "pytest_html.plugin", *(part for name in _UNUSED for part in ("-p", f"no:{name}"))]
    settings = [part for entry in _INI for part in ("-o", entry)]
    return [*places, *plugins, *settings, "--html", str(target), "--self-contained-html", str(folder)]


def _session(arguments: list[str], feeder: _Feeder) -> str:
    said = io.StringIO()
    with _undisturbed(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        pytest.main(arguments, plugins=[feeder])
    return said.getvalue()


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the options of the session outside away from ours, and its warnings from becoming our errors."""
    kept = {name: os.environ.pop(name) for name in _FOREIGN if name in os.environ}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        os.environ.update(kept)


class _Feeder:
    """The plugin that is the session: it has the items instead of a collection."""

    def __init__(self, results: Results) -> None:
        self._results = results
        self._required = set(results["required"])
        self._above = ""
        self.broken = ""
        self.fed = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        """There is nothing to collect."""
        session.items = []
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Hand in the items, worst first; all that can break is done here, where pytest catches it, and not at the session's end."""
        self._above = f"<style>{_CSS.read_text(encoding='utf-8')}</style>{banner(self._results)}"
        for number, item in enumerate(sorted(self._results["items"], key=lambda item: ORDER.index(item["verdict"]))):
            for report in _reports(number, item):
                session.config.hook.pytest_runtest_logreport(report=report)
        self.fed = True
        return True

    def pytest_internalerror(self, excrepr: object) -> bool:
        """Keep what broke for the message, and print nothing."""
        self.broken = str(excrepr)
        return True

    @pytest.hookimpl(optionalhook=True, trylast=True)
    def pytest_metadata(self, metadata: dict[str, Any]) -> None:
        """This machine's environment is not that of the node; the node's stands in the banner."""
        metadata.clear()

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: _Title) -> None:
        """The verdict is in the title, too: it is what a bookmark and a browser's tab show."""
        report.title = f"{self._results['verdict']}: GPU node {self._results['node']}"

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: MutableSequence[str]) -> None:
        """Everything above the rows, with the styles: a style sheet given as an option would leave its path in the page."""
        prefix.append(self._above)

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: MutableSequence[str]) -> None:
        """Our columns instead of pytest-html's."""
        cells[:] = header()

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: _Row, cells: MutableSequence[str]) -> None:
        """Our cells instead of pytest-html's, which are not escaped."""
        item = report.hwaccept
        cells[:] = row(item, _SHOWN[item["verdict"]], required=item["id"] in self._required)

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_html(self, data: MutableSequence[str]) -> None:
        """No log: what an item has to say stands in its details."""
        del data[:]


def _reports(number: int, item: Mapping[str, Any]) -> Iterator[pytest.TestReport]:
    """
    What pytest would have reported of an item: an error and a skip come from the set-up, which is how pytest-html tells them.

    pytest-html makes the row when it sees the tear-down.
    """
    # pytest-html keeps rows by nodeid; the number keeps them apart whatever the ids are
    place = f"{number}::{item['id']}"
    common: dict[str, Any] = {"nodeid": place, "location": (place, 0, place), "keywords": {}, "longrepr": None, "hwaccept": item}
    when: Literal["setup", "call"] = "setup" if item["verdict"] in ("ERROR", "SKIP") else "call"
    page_part = [extras.html(details(item))]
    yield pytest.TestReport(outcome=_OUTCOMES[item["verdict"]], when=when, duration=item["seconds"], extras=page_part, **common)
    yield pytest.TestReport(outcome="passed", when="teardown", **common)
