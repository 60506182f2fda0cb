"""The certificate in headless Chromium: on three screens, in the dark, on two papers, with axe, and without a request or a complaint."""

from __future__ import annotations

import functools
import html
import importlib.util
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fixtures.tests.accept import accept
from reports.tests import sample
from reports.tests.chromium import CHROMIUM, browse, framed, picture, printed, screenshot
from reports.tests.sample_certificate import MANIFEST, SIGNATURE, Document, accepted, live, of_run, page, rejected

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
HOSTILE = "</td><script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">" + "W" * 300
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
DARK = "(prefers-color-scheme: dark)"
PAPERS = {"A4": (595, 842), "Letter": (612, 792)}
# What stands in the frame is looked at there, and told to the page around it, which is the one that is dumped.
PROBE = """
window.addEventListener("load", async () => {
  const wide = [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth + 0.5);
  const found = await axe.run(document, {resultTypes: ["violations"]});
  const told = node => node.html.slice(0, 200) + " " + node.failureSummary;
  const shown = found.violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(told).join(" | "));
  const seen = {width: innerWidth, overflow: document.documentElement.scrollWidth - innerWidth,
                wide: wide.map(e => e.outerHTML.slice(0, 200)).slice(0, 5), violations: shown, checks: found.passes.length};
  parent.postMessage(JSON.stringify(seen), "*");
});
"""
LISTEN = """<script>
addEventListener("message", event => {
  document.body.append(Object.assign(document.createElement("pre"), {className: "seen", textContent: event.data}));
});
</script>"""


@functools.cache
def axe() -> str:
    """axe.min.js, found without importing what stands beside it, which wants a browser's driver."""
    spec = importlib.util.find_spec("axe_core_python")
    if spec is None or spec.origin is None:
        pytest.skip("axe-core-python is not installed")
    return Path(spec.origin).with_name("axe.min.js").read_text(encoding="utf-8")


def hostile() -> Document:
    """A rejected node all of whose boards, lines and reasons have a name that is longer than a line, and markup."""
    items = [{**it, "identity": {"serial": HOSTILE, "uuid": HOSTILE, "pci_bus_id": HOSTILE}} for it in sample.troubled_items()]
    lines = [{**it, "readings": [{**reading, "source_line": HOSTILE} for reading in it["readings"]]} for it in items]
    return live([{**it, "reason": it["reason"] and HOSTILE} for it in lines], node=HOSTILE, unjudged={HOSTILE: HOSTILE})


PAGES = {
    "accepted": lambda: page(accepted(), signatures=[SIGNATURE]), "rejected": lambda: page(rejected()),
    "simulated": lambda: page(live(mode="simulated", origin="simulated")), "hostile": lambda: page(hostile()),
}  # fmt: skip


def written(folder: Path, name: str, text: str) -> Path:
    """The page as a file."""
    file = folder / f"{name}.html"
    file.write_text(text, encoding="utf-8")
    return file


def probed(folder: Path, name: str, text: str, width: int, height: int = 1000) -> dict[str, Any]:
    """What axe and the rulers say of a copy of the page at this width."""
    end = text.replace("</body>", f"<script>{axe()}</script><script>{PROBE}</script></body>")
    frame = framed(written(folder, name, POLICY.sub("", end)), width, height)
    frame.write_text(frame.read_text() + LISTEN)
    found = re.search(r'<pre class="seen">(.*?)</pre>', browse(frame, "--virtual-time-budget=30000").dom, re.DOTALL)
    assert found, "the probe did not answer"
    seen: dict[str, Any] = json.loads(html.unescape(found[1]))
    return seen


def in_the_dark(text: str) -> str:
    """A copy of the page that is dark wherever it is shown."""
    assert DARK in text
    return text.replace(DARK, "(min-width: 1px)")


# --- the instruments -------------------------------------------------------------------------------------------------


def test_the_probe_finds_what_is_wrong(tmp_path: Path) -> None:
    """A page that is too wide, has pale text and a picture without words is found to be so; nothing below means anything otherwise."""
    bad = '<p style="width: 900px; color: #ccc; background: #fff">pale</p><img src="data:,">'
    seen = probed(tmp_path, "bad", f"<!DOCTYPE html><html><title>bad</title><body><main>{bad}</main></body></html>", 390)
    assert seen["width"] == 390
    assert seen["overflow"] > 400
    assert {told.partition(":")[0] for told in seen["violations"]} >= {"color-contrast", "image-alt", "html-has-lang"}


def test_a_request_and_a_complaint_are_noticed(tmp_path: Path) -> None:
    """Of a picture, a style and a script that ask for something outside, and of one that complains."""
    asks = '<img src="http://leak.invalid/a"><style>body { background: url(https://leak.invalid/b) }</style>'
    bad = f'{asks}<script>console.error("no")</script>'
    seen = browse(written(tmp_path, "bad", f"<!DOCTYPE html><title>bad</title>{bad}"))
    assert {"http://leak.invalid/a", "https://leak.invalid/b"} <= set(seen.requests)
    assert any('"no"' in line for line in seen.console)


# --- on a screen -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "width", "dark"),
    [
        ("accepted", 1280, False), ("accepted", 390, True), ("rejected", 768, False), ("simulated", 390, False), ("simulated", 768, True),
        ("hostile", 1280, True),
    ],
)  # fmt: skip
def test_the_page_fits_its_screen_and_axe_finds_nothing(tmp_path: Path, name: str, width: int, dark: bool) -> None:
    """Nobody scrolls sideways, and who sees badly, or not, or in the dark, reads the same."""
    text = PAGES[name]()
    seen = probed(tmp_path, name, in_the_dark(text) if dark else text, width)
    assert (seen["width"], seen["overflow"], seen["wide"], seen["violations"]) == (width, 0, [], [])
    assert seen["checks"] > 20


@pytest.mark.parametrize(("name", "width", "height"), [("accepted", 1280, 900), ("rejected", 768, 1000), ("simulated", 390, 800)])
def test_there_is_a_picture_at_three_widths(tmp_path: Path, name: str, width: int, height: int) -> None:
    """As wide as asked for, and not blank."""
    blank = written(tmp_path, "blank", "<!DOCTYPE html><title>blank</title>")
    window = max(width, 520)
    drawn = {}
    for file in (framed(written(tmp_path, name, PAGES[name]()), width, height), *([blank] if name == "accepted" else [])):
        screenshot(file, tmp_path / "shot.png", window, height)
        drawn[file.name] = picture((tmp_path / "shot.png").read_bytes())
    assert drawn[f"{name}-{width}.html"][:2] == (window, height)
    assert drawn[f"{name}-{width}.html"][2] > 100
    assert drawn.get("blank.html", (0, 0, 0))[2] < 10


@pytest.mark.parametrize("name", ["accepted", "hostile"])
def test_no_request_leaves_the_page_and_the_console_is_silent(tmp_path: Path, name: str) -> None:
    """As it is, with its policy; what hostile names say stays text."""
    seen = browse(written(tmp_path, name, PAGES[name]()))
    assert (seen.requests, seen.console) == ([], [])
    assert "<title>owned</title>" not in seen.dom
    assert "<script" not in seen.dom
    assert "<img" not in seen.dom


@pytest.mark.parametrize("name", PAGES)
def test_the_html_is_not_broken(name: str) -> None:
    """A strict parser has nothing to repair."""
    html5lib = pytest.importorskip("html5lib")
    html5lib.HTMLParser(strict=True).parse(PAGES[name]())


# --- on paper --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """Results of a whole simulated run by the shipped spec, the spec's bytes, and what ran."""

    results: Document
    spec: bytes


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A node of eight GPUs by the spec that is shipped."""
    found = accept(tmp_path_factory.mktemp("run"), "--simulate", "hgx-h100")
    return Run(found.results, (found.folder / "spec.toml").read_bytes())


def worst(document: Document) -> Document:
    """A rejected run with as much to say on page one as there can be: many reasons, kinds of things not measured, a bill, weaknesses."""
    spoilt = json.loads(json.dumps(document))
    for number, item in enumerate(spoilt["items"]):
        if number % 6 == 0:
            verdict = "FAIL" if number % 12 else "ERROR"
            reason = f"program {number} did not end within 900 s and was killed, with a long story of how that came about; " * 3
            item.update(verdict=verdict, reason=reason, readings=[sample.reading("x", 27.3, FLOOR, "FAIL")] if verdict == "FAIL" else [])
    options = {**spoilt["options"], "bom": {"sha256": "cd" * 32}, "dcgm_level": 1, "cluster": {"force_intrusive": True}}
    suite, spec = {**spoilt["suite"], "dirty": True}, {**spoilt["spec"], "name": "long-name-" * 4}
    return of_run(spoilt, options=options, suite=suite, spec=spec, node="a-node-with-a-long-name-" * 3)


FLOOR = sample.limit("x", "GB/s", min=48.0)


def on_paper(folder: Path, text: str, paper: str) -> list[str]:
    """The text of each page of the print."""
    pypdf = pytest.importorskip("pypdf")
    file = written(folder, "print", text.replace("<style>", f"<style>@page {{ size: {paper} }}"))
    printed(file, folder / "print.pdf")
    pages = pypdf.PdfReader(folder / "print.pdf").pages
    assert {(round(float(sheet.mediabox.width)), round(float(sheet.mediabox.height))) for sheet in pages} == {PAPERS[paper]}
    return [re.sub(r"\s+", " ", sheet.extract_text()) for sheet in pages]


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("kind", ["accepted", "rejected"])
def test_page_one_holds_all_that_is_signed(tmp_path: Path, run: Run, kind: str, paper: str) -> None:
    """From the verdict to the lines to sign, and the rows begin on page two; every page says to what it belongs."""
    document = of_run(run.results) if kind == "accepted" else worst(run.results)
    sheets = on_paper(tmp_path, page(document, spec=run.spec, signatures=[SIGNATURE] * 3), paper)
    boards = {item["identity"]["serial"] for item in document["items"] if item["identity"]}
    assert len(boards) == 8
    lines = ("For the vendor", "For the buyer", "Signature", "and 1 more: Sign")
    assert all(words in sheets[0] for words in (*boards, MANIFEST, "PCI bus id", *lines))
    assert "Deciding reading" not in sheets[0]
    assert "Rows 166 items, each with" in sheets[1]
    last = next(number for number, told in enumerate(sheets) if "Deviations" in told)
    assert last > 4
    assert all("Deciding reading" in told for told in sheets[1:last]), "the header of the rows is on each of their pages"
    running = f"{document['verdict']} - node {document['node'][:40]}"
    for number, told in enumerate(sheets, start=1):
        assert running in told
        assert f"manifest {MANIFEST[:12]}" in told
        assert f"page {number} of {len(sheets)}" in told
        assert "NO CERTIFICATE" not in told


@pytest.mark.parametrize(("paper", "name"), [("A4", "simulated"), ("Letter", "incomplete")])
def test_a_page_that_is_no_certificate_says_so_on_every_sheet(tmp_path: Path, run: Run, paper: str, name: str) -> None:
    """In the margin and across the sheet, so that no single one can be shown around; and nobody can sign."""
    document = run.results if name == "simulated" else live(sample.good_items()[:60])
    assert document["verdict"] in ("ACCEPTED (simulated)", "INCOMPLETE")
    sheets = on_paper(tmp_path, page(document), paper)
    assert len(sheets) > 4
    for told in sheets:
        assert told.count(f"NO CERTIFICATE: {document['verdict']}") >= 2
        assert re.sub(" ", "", told).count("NOCERTIFICATE") >= 3
    assert "For the buyer" not in "".join(sheets)
