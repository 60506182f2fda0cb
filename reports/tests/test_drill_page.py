"""drill.html: every fault and every wrong case is on it, the expected check is marked, and no name becomes markup."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reports import drill
from reports.plain import one_line
from reports.tests import sample_drill
from reports.tests.chromium import CHROMIUM, browse, printed
from reports.tests.sample_drill import Document, bad, degree, entry, good, wrong
from reports.tests.test_certificate_browser import in_the_dark, probed, written
from reports.tests.test_drill import ANY, HOSTILE, hostile

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


def page(document: Document) -> str:
    """The page of a document that is as published."""
    return drill.page(drill.checked(document)).decode("utf-8")


def seen(told: str) -> str:
    """What is read of a page: without tags, and with the characters that stand for themselves again."""
    body = re.sub(r"<style>.*?</style>", "", told, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"<wbr>", "", body)))


def strict(told: str) -> Any:
    """The tree of a page; a parser that repairs nothing refuses one that is broken."""
    html5lib: Any = pytest.importorskip("html5lib")
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(told)


def row(told: str, name: str) -> str:
    """The row of a fault in the matrix."""
    matrix = told.partition('<section id="matrix"')[2].partition("</section>")[0]
    (found,) = (line for line in matrix.split("<tr") if name in re.sub("<wbr>", "", line))
    return found


def many(count: int = 400) -> Document:
    """Many faults over every setting, class and check, a tenth of them wrong."""
    checks = itertools.cycle(["pciebw.link", "dcgm.diag", "state.errors", "kernel_log.board", "another.thing"])
    classes = itertools.cycle(["hardware", "configuration", "cannot tell"])
    settings_ = itertools.cycle(["node", "network", "cluster", "parts", "harness", "node", "node"])
    found = []
    for number, check, of, setting in zip(range(count), checks, classes, settings_, strict=False):
        cases = [wrong(case=f"case {number}-{place}") for place in range(3)]
        right: Any = {"right": 5, "missed": 3, "wrong": cases} if number % 10 == 0 else {}
        found.append(entry(f"{{gpu}}:fault-{number}=x", f"{check}[{{gpu}}]", of=of, setting=setting, **right))
    return sample_drill.drill(found, reached=False, reasons=["Some were missed."])


DOCUMENTS: dict[str, Callable[[], Document]] = {
    "good": good,
    "bad": bad,
    "hostile": lambda: hostile(HOSTILE),
    "many": many,
    "nothing": lambda: sample_drill.drill([], degrees=[]),
}


# --- what is wrong is seen -------------------------------------------------------------------------------------------


def test_a_check_that_did_not_see_its_fault_has_a_frame_with_nothing_in_it() -> None:
    """Beside it stands what other checks said, without a frame; the row says how many cases went wrong, and leads to them."""
    told = row(page(bad()), "power-brake")
    assert '<span class="want none"><span aria-hidden="true">-</span><span class="hidden"> (expected: FAIL, not seen)</span></span>' in told
    assert '<td class="cell" data-label="pciebw"><span class="seen v-FAIL">✕ FAIL</span></td>' in told
    assert '<td class="cell" data-label="dcgm"><span class="seen v-ERROR">? ERR</span></td>' in told
    assert '<a class="not" href="#wrong-1">✕ 2 elsewhere</a> <small>6/8 right</small>' in told
    assert 'id="wrong-1"' in page(bad())


def test_a_fault_that_was_seen_where_it_has_to_be_has_its_word_in_a_frame() -> None:
    """The word is read out with what was expected: who cannot see the frame hears it."""
    told = row(page(good()), "{gpu}:pcie-width=8")
    assert '<span class="want"><span class="seen v-FAIL">✕ FAIL</span><span class="hidden"> (expected: FAIL)</span></span>' in told
    assert "✓ right" in told
    assert "(expected: ERROR)" in row(page(good()), "dcgm:missing")
    assert "(expected: WARN)" in row(page(good()), "memory-warm")
    assert "every item PASS" in row(page(good()), "{gpu}:xid=13")


def test_cases_that_are_not_listed_are_counted() -> None:
    """Eight are listed at most; the page says how many more there were."""
    cases = [wrong(case=f"gpu{place}") for place in range(8)]
    told = page(sample_drill.drill([entry("x", "dcgm.diag[x]", cases=20, right=0, missed=20, wrong=cases)]))
    assert "Cases that went wrong; 12 more are not listed" in told


def test_every_false_alarm_and_every_broken_pair_is_listed() -> None:
    """With what it takes to have it again: its seed, its setting and its versions, or its faults."""
    read = re.sub(r"\s+", " ", seen(page(bad())))
    assert "77 node dcgmi=3.1.8 REJECTED ✕ FAIL gpumem.compute[gpu1]" in read
    assert "gpu1:pcie-width=8 and gpu2:lost ACCEPTED gpu1:pcie-width=8 alone is REJECTED" in read
    assert "of 40 pairs drawn at random, 1 was." in read
    assert "of 40 pairs drawn at random, none was." in seen(page(good()))


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
ITEMS = st.lists(st.builds("{}.{}[gpu0]".format, st.sampled_from(["dcgm", "pciebw", "new_check"]), st.just("x")), max_size=3)
WORDS = st.sampled_from(["FAIL", "ERROR", "WARN", "SKIP"])
OUTCOMES = st.sampled_from(["elsewhere", "missed", "false alarm", "broken"])
CASES = st.builds(wrong, OUTCOMES, NAMES, why=NAMES, verdict=NAMES, bad=st.dictionaries(NAMES, WORDS, max_size=3))


@st.composite
def entries(draw: st.DrawFn) -> Document:
    """Any fault as published."""
    counts = {name: draw(st.integers(0, 9)) for name in ("right", "elsewhere", "missed", "false_alarm", "broken")}
    known = entry(
        draw(NAMES), *draw(ITEMS), of=draw(st.sampled_from(["hardware", "configuration", "cannot tell", "harmless"])),
        verdict=draw(st.sampled_from(["ACCEPTED", "REJECTED", "INCOMPLETE"])), cases=sum(counts.values()), **counts,
    )  # fmt: skip
    more: Any = {"source": draw(NAMES), "wrong": draw(st.lists(CASES, max_size=8)), "versions": draw(st.lists(NAMES, max_size=3))}
    places = st.sampled_from(["node", "network", "cluster", "parts", "harness"])
    return {**known, **more, "setting": draw(places), "checks": draw(st.dictionaries(NAMES, WORDS, max_size=3))}


@given(st.lists(entries(), max_size=6), st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_fault_and_every_wrong_case_is_on_the_page(faults: list[Document], reached: bool) -> None:
    """With its source, its verdict and why; the page is whole HTML, and reached only where every case was right."""
    told = page(sample_drill.drill(faults, reached=reached))
    strict(told)
    read = seen(told)
    for it in faults:
        assert all(one_line(words) in read for words in (it["name"], it["source"], *it["versions"], *it["checks"]))
        for case in it["wrong"]:
            assert all(one_line(words) in read for words in (case["case"], case["why"], case["verdict"], case["outcome"], *case["bad"]))
    if any(it["right"] < it["cases"] or not it["cases"] for it in faults) or not (reached and faults):
        assert "TARGET NOT REACHED" in read


@given(
    st.lists(st.tuples(st.floats(-1e12, 1e12), st.integers(0, 9), st.integers(9, 10**12)), max_size=9), st.none() | st.floats(-1e12, 1e12)
)
@settings(max_examples=100, deadline=None)
def test_a_curve_stays_in_its_picture(steps: list[tuple[float, int, int]], smallest: float | None) -> None:
    """Whatever degrees were tried, equal ones and negative ones too; each stands beside it as a number."""
    tried = [{"degree": at, "caught": caught, "of": of} for at, caught, of in steps]
    told = page(sample_drill.drill(sample_drill.board_faults(), degrees=[degree(steps=tried, smallest=smallest)]))
    assert told.count('<svg class="curve"') == bool(steps)
    spots = [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([^"]+)" cy="([^"]+)"', told)]
    assert len(spots) == len(steps)
    assert all(36 <= x <= 226 and 8 <= y <= 82 for x, y in spots)
    upright = re.findall(r'class="wanted" d="M36 [^M"]*M([-0-9.]+) ', told)
    assert all(36 <= float(x) <= 226 for x in upright)


def test_every_degree_names_its_spread_and_what_it_does_not_claim() -> None:
    """One that is never caught says so."""
    read = seen(page(good()))
    assert read.count("boards of a model differ by +-0.6 %") == 3
    assert "Nothing is claimed about the field" in read
    assert "✕ none that was tried" in read
    assert "0.5 hours between errors" in read


# --- nothing becomes markup ------------------------------------------------------------------------------------------


@given(ANY)
@example(HOSTILE)
@settings(max_examples=60, deadline=None)
def test_no_name_becomes_markup(name: str) -> None:
    """The page with a name has the very tags that it has with another."""
    told = page(hostile(name.replace(".", "") or "x"))  # a dot would end the name of a check, and make two of one
    strict(told)
    tags = re.findall(r"<(?!wbr>)/?[a-z]+", told)
    assert tags == re.findall(r"<(?!wbr>)/?[a-z]+", page(hostile("x")))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_html_is_not_broken_and_loads_nothing(name: str) -> None:
    """A strict parser has nothing to repair, there is no script, and no address to ask."""
    told = page(DOCUMENTS[name]())
    tree = strict(told)
    assert not [node for node in tree.iter() if node.tag in ("script", "link", "img", "iframe", "object")]
    assert not [node.attrib for node in tree.iter() if "style" in node.attrib or any(key.startswith("on") for key in node.attrib)]
    addresses = [node.attrib[key] for node in tree.iter() for key in ("href", "src") if key in node.attrib]
    targets = {node.attrib["id"] for node in tree.iter() if "id" in node.attrib}
    assert {address.removeprefix("#") for address in addresses} <= targets
    assert "default-src 'none'; style-src 'unsafe-inline'" in told


# --- in a browser ----------------------------------------------------------------------------------------------------


@needs_chromium
@pytest.mark.parametrize(
    ("name", "width", "dark"),
    [
        ("good", 1280, False),
        ("bad", 1280, True),
        ("bad", 390, False),
        ("good", 768, True),
        ("hostile", 1440, False),
        ("hostile", 390, True),
    ],
)
def test_the_page_fits_its_screen_and_axe_finds_nothing(tmp_path: Path, name: str, width: int, dark: bool) -> None:
    """Nobody scrolls sideways, and who sees badly, or not, or in the dark, reads the same."""
    told = page(DOCUMENTS[name]())
    found = probed(tmp_path, name, in_the_dark(told) if dark else told, width)
    assert (found["width"], found["overflow"], found["wide"], found["violations"]) == (width, 0, [], [])
    assert found["checks"] > 20


@needs_chromium
@pytest.mark.parametrize("name", ["bad", "hostile"])
def test_no_request_leaves_the_page_and_the_console_is_silent(tmp_path: Path, name: str) -> None:
    """As it is, with its policy."""
    told = browse(written(tmp_path, name, page(DOCUMENTS[name]())))
    assert (told.requests, told.console) == ([], [])
    assert "<title>owned</title>" not in told.dom


@needs_chromium
def test_on_paper_every_page_says_what_became_of_the_target(tmp_path: Path) -> None:
    """The head of the matrix is on each of its pages, and every fault on one of them."""
    pypdf = pytest.importorskip("pypdf")
    document = many(120)
    printed(written(tmp_path, "many", page(document)), tmp_path / "many.pdf")
    sheets = [re.sub(r"\s+", " ", sheet.extract_text()) for sheet in pypdf.PdfReader(tmp_path / "many.pdf").pages]
    assert len(sheets) > 6
    for number, told in enumerate(sheets, start=1):
        assert "TARGET NOT REACHED (simulated) - drill of hgx-h100" in told
        assert f"page {number} of {len(sheets)}" in told
    assert sum("Fault, and what is expected" in told for told in sheets) > 2
    whole = "".join(sheets)
    assert all(f"{it['name']} " in whole for it in document["entries"])
