"""certificate.html: only a live run that was accepted or rejected and has its evidence gives lines to sign, and page one hides nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import certificate, results
from reports.certificate.standing import standing
from reports.tests import sample
from reports.tests.sample_certificate import LIVE, MANIFEST, SIGNATURE, Document, accepted, front, live, page, rejected

SIGN_HERE = "For the vendor", "For the buyer", 'class="line"', "Acceptance certificate", "Rejection record"


def is_certificate(text: str) -> bool:
    """Whether a page has anything that belongs on a certificate alone."""
    return any(words in text for words in SIGN_HERE)


def title(text: str) -> str:
    """The title of a page."""
    return text.partition("<title>")[2].partition("</title>")[0]


# --- what is no certificate ------------------------------------------------------------------------------------------


def edited(document: Document, **more: object) -> Document:
    """The document with other words in it, as somebody writes who wants to be paid."""
    return {**document, **more}


def without_item(document: Document) -> Document:
    """The document without one of its required items, with the counts to match."""
    counts = document["counts"]
    return {**document, "items": document["items"][:-1], "counts": {**counts, "PASS": counts["PASS"] - 1}}


SIMULATED = live(mode="simulated", origin="simulated")
NO_CERTIFICATE = {
    "simulated": (SIMULATED, MANIFEST, "no hardware was measured"),
    "replayed": (live(mode="replayed"), MANIFEST, "measured nothing itself"),
    "replayed simulation": (live(mode="replayed", origin="simulated"), MANIFEST, "a replay of a simulated one"),
    "evidence of a simulation": (live(origin="simulated"), MANIFEST, "is no run on a live node"),
    "rejected in a simulation": (rejected(mode="simulated", origin="simulated"), MANIFEST, "no hardware was measured"),
    "INCOMPLETE": (live(sample.good_items()[:40]), MANIFEST, "neither accepted nor rejected"),
    "interrupted": (live(end=sample.end(interrupted=True)), MANIFEST, "neither accepted nor rejected"),
    "not ended": (results.build(sample.run(**LIVE), sample.good_items(), None), MANIFEST, "did not end in order"),
    "rejected and not ended": (edited(rejected(), ended=None), MANIFEST, "did not end in order"),
    "an end that is no time": (edited(accepted(), ended="today"), MANIFEST, "did not end in order"),
    "without a bundle": (accepted(), None, "no bundle was written"),
    "a manifest that is none": (accepted(), "3f9a", "is none"),
    "a word without its mode": (edited(SIMULATED, verdict="ACCEPTED"), MANIFEST, "no hardware was measured"),
    "a mode that is none": (edited(accepted(), mode="Live"), MANIFEST, "is no run on a live node"),
    "a live run with the word of another": (edited(accepted(), verdict="ACCEPTED (replayed)"), MANIFEST, "is no verdict of a run"),
    "another word": (edited(accepted(), verdict="GOOD"), MANIFEST, "is no verdict of a run"),
    "ACCEPTED over items that failed": (edited(rejected(), verdict="ACCEPTED"), MANIFEST, "give REJECTED, not ACCEPTED"),
    "REJECTED over items that passed": (edited(accepted(), verdict="REJECTED"), MANIFEST, "give ACCEPTED, not REJECTED"),
    "an item taken out": (without_item(accepted()), MANIFEST, "give INCOMPLETE, not ACCEPTED"),
    "counts of another run": (edited(accepted(), counts=live()["counts"]), MANIFEST, "counts are not those of its items"),
    "nothing required": (edited(accepted(), required=[]), MANIFEST, "give INCOMPLETE, not ACCEPTED"),
}


@pytest.mark.parametrize("name", NO_CERTIFICATE)
def test_a_page_that_is_no_certificate_says_so_everywhere(name: str) -> None:
    """In its title, its heading, its ribbon, on every printed page, with the reason; and there is nowhere to sign, also with signatures."""
    document, manifest, why = NO_CERTIFICATE[name]
    found = page(document, manifest, signatures=[SIGNATURE])
    assert not is_certificate(found)
    assert title(found).startswith("NO CERTIFICATE: ")
    assert re.search(r"<h1[^>]*>NO CERTIFICATE: ", found)
    assert '<div class="ribbon" role="region" aria-label="Standing of this page">NO CERTIFICATE: ' in found
    assert '<div class="watermark" aria-hidden="true"><p>NO CERTIFICATE</p>' in found
    assert '@top-center { content: "NO CERTIFICATE: ' in found
    assert '@bottom-left { content: "NO CERTIFICATE: ' in found
    assert why in front(found)
    assert "They do not make this page a certificate" in found


@pytest.mark.parametrize(
    ("mode", "origin", "suffix"),
    [("simulated", "simulated", "simulated"), ("replayed", "live", "replayed"), ("replayed", "simulated", "replayed simulation")],
)
@pytest.mark.parametrize("hidden", [False, True])
def test_the_mode_is_in_the_word_even_where_the_results_hide_it(mode: str, origin: str, suffix: str, hidden: bool) -> None:
    """NO CERTIFICATE: ACCEPTED (simulated), also where results.json was edited to say ACCEPTED alone."""
    document = live(mode=mode, origin=origin)
    found = page({**document, "verdict": "ACCEPTED"} if hidden else document)
    assert title(found).startswith(f"NO CERTIFICATE: ACCEPTED ({suffix}): GPU node ")
    assert f"<h1 id=\"title\">NO CERTIFICATE: ACCEPTED ({suffix})</h1>" in found


ENDED = "2026-11-23T14:12:31.654321Z"
ACCEPTED = accepted()


@given(
    mode=st.sampled_from(["live", "simulated", "replayed", "Live", ""]),
    origin=st.sampled_from(["live", "simulated", ""]),
    verdict=st.sampled_from(["ACCEPTED", "REJECTED", "INCOMPLETE", "ACCEPTED (simulated)", "ACCEPTED ", "accepted", ""]),
    ended=st.sampled_from([None, ENDED, "2026-11-23"]),
    manifest=st.sampled_from([None, MANIFEST, MANIFEST.upper(), ""]),
)
@settings(deadline=None, max_examples=60)
def test_only_one_combination_is_a_certificate(mode: str, origin: str, verdict: str, ended: str | None, manifest: str | None) -> None:
    """Fail closed: live evidence of a live run, the verdict that its items give, an end, and a bundle; anything else is none."""
    document = {**ACCEPTED, "mode": mode, "origin": origin, "verdict": verdict, "ended": ended}
    right = (mode, origin, verdict, ended, manifest) == ("live", "live", "ACCEPTED", ENDED, MANIFEST)
    assert standing(document, manifest).is_certificate == right == is_certificate(page(document, manifest))


# --- what is one -----------------------------------------------------------------------------------------------------


def test_an_accepted_node_gives_a_certificate_to_sign() -> None:
    """Page one has all that is signed, and nowhere does the page say that it is none."""
    found = page(accepted(), signatures=[SIGNATURE])
    assert title(found) == f"ACCEPTED: GPU node node-a17, manifest {MANIFEST[:12]}"
    assert "<h1 id=\"title\">Acceptance certificate</h1>" in found
    assert "NO CERTIFICATE" not in found
    for words in (
        "node-a17", "hgx-sample", "hwtests/specs/hgx-sample.toml", "ab" * 32, MANIFEST, "0123456789abcdef" * 2, "live: measured on this",
        "2026-11-23 14:00:00 UTC", "2026-11-23 14:12:31 UTC", "12 min 31 s", "1650923000007", "GPU-5c1f8a2b-0000-4000-8000-000000000007",
        "0000:92:00.0", "106 items, 106 of them required", "there are no peers", "no limit with a source is known",
        "state.idle (8 items skipped)", "For the vendor", "For the buyer", "Signature", "none was given",
        "signed by vendor Example Systems, final test",
    ):  # fmt: skip
        assert words in front(found), words
    assert front(found).count('class="line"') == 8


def test_a_rejected_node_gives_a_record_to_sign() -> None:
    """The vendor signs that the record was seen, not that the node is good."""
    found = page(rejected())
    assert "<h1 id=\"title\">Rejection record</h1>" in found
    assert title(found).startswith("REJECTED: GPU node node-a17, ")
    assert front(found).count('class="line"') == 8
    assert "Acceptance certificate" not in found


def test_the_running_line_names_verdict_node_and_manifest() -> None:
    """A page that got loose can be put back to its bundle."""
    found = page(accepted())
    assert f'@bottom-left {{ content: "ACCEPTED - node node-a17 - manifest {MANIFEST[:12]}"; }}' in found
    assert 'content: "page " counter(page) " of " counter(pages)' in found


def test_the_same_results_give_the_same_bytes() -> None:
    """Who makes the page again years later compares it with the one that was signed."""
    first, second = (certificate.document(rejected(), MANIFEST, [], [SIGNATURE]) for _ in range(2))
    assert first == second


def test_the_page_is_one_static_file() -> None:
    """No script, no handler, nothing loaded, no address but places in the page itself; and a browser is told to load nothing."""
    for found in (page(accepted()), page(rejected()), page(live(mode="simulated", origin="simulated"))):
        assert not re.search(r"<(script|link|img|iframe|object|embed|form|svg)\b|\son\w+=|javascript:|url\(|@import", found, re.IGNORECASE)
        assert {name for name in re.findall(r'\b(?:src|href)="([^"]*)"', found) if not re.fullmatch(r"#[a-z0-9-]+", name)} == set()
        assert "default-src 'none'" in found


def test_links_lead_to_places_that_are_there() -> None:
    """Each place has one name."""
    for found in (page(accepted()), page(rejected(), signatures=[SIGNATURE] * 4)):
        names = re.findall(r'\sid="([^"]*)"', found)
        assert len(names) == len(set(names))
        assert set(re.findall(r'href="#([^"]*)"', found)) <= set(names)


def test_the_parts_come_in_their_order() -> None:
    """Page one, the rows, the deviations, and then what explains them."""
    found = page(rejected(), signatures=[SIGNATURE])
    assert re.findall(r'<section id="([a-z-]+)"', found) == ["front", "rows", "deviations", "in-full", "limits", "tools", "signatures"]


def test_the_spec_beside_the_results_tells_its_dcgm_level(tmp_path: Path) -> None:
    """A level below the spec's is a weaker test, and page one says so; without the spec it says that it is not known."""
    document = accepted()
    assert "2, whether the spec says so is not known" in front(page(document))
    certificate.write_certificate(document, tmp_path, MANIFEST, [])
    assert "whether the spec says so is not known" in (tmp_path / certificate.FILE).read_text()
    (tmp_path / "spec.toml").write_text("[dcgm]\nlevel = 2\n")
    certificate.write_certificate(document, tmp_path, MANIFEST, [])
    assert "2, as the spec says" in front((tmp_path / certificate.FILE).read_text())
    (tmp_path / "spec.toml").write_text("[dcgm]\nlevel = 3\n")
    certificate.write_certificate(document, tmp_path, MANIFEST, [])
    told = front((tmp_path / certificate.FILE).read_text())
    assert "2, the spec says 3" in told
    assert "! DCGM level 2 instead of the spec&#x27;s 3" in told
    assert "the spec says 3; this run used 2, which has fewer tests" in told


@pytest.mark.parametrize("spec", [b"", b"\xff", b"[dcgm]\nlevel = 'x'\n", b"dcgm = 1\n", b"[dcgm"])
def test_a_spec_that_says_nothing_is_not_taken_for_one_that_agrees(spec: bytes) -> None:
    """What cannot be read is not known."""
    assert "whether the spec says so is not known" in front(page(accepted(), spec=spec))


WEAK: dict[str, tuple[dict[str, Any], str]] = {
    "forced": ({"options": {"dcgm_level": 2, "cluster": {"force_intrusive": True}}}, "GPUs were loaded although pods"),
    "changed": ({"suite": {"version": "0.1.0", "commit": "01" * 20, "dirty": True}}, "the suite had local changes"),
    "perhaps changed": ({"suite": {"version": "0.1.0", "commit": "01" * 20, "dirty": None}}, "whether the suite had local changes"),
    "commit": ({"suite": {"version": "0.1.0", "commit": None, "dirty": None}}, "the commit of the suite is not known"),
}


@pytest.mark.parametrize("name", WEAK)
def test_what_weakens_a_run_stands_on_page_one(name: str) -> None:
    """A buyer who finds it later feels cheated."""
    more, words = WEAK[name]
    assert words not in front(page(accepted()))
    assert f"<strong>! {words}" in front(page(accepted(**more)))
