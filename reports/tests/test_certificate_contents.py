"""What the certificate tells: every item, every deviation, everything left out; and that nobody's name turns into markup."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from reports import certificate
from reports.certificate.parts import clipped, css_string
from reports.certificate.standing import standing
from reports.tests import sample
from reports.tests.sample_certificate import MANIFEST, SIGNATURE, accepted, front, live, of_run, page, rejected


def test_every_item_has_a_row_and_every_deviation_is_told() -> None:
    """Rows in the order of the spec; of what is not PASS reasons, limits, boards and evidence."""
    document = rejected()
    found = page(document)
    rows = found.partition('<section id="rows"')[2].partition("</section>")[0]
    named = re.findall(r'<th scope="row">(?:<a[^>]*>)?([^[]*\[[^]]*\])', rows.replace("<wbr>", ""))
    assert named == [item["id"] for item in document["items"]]
    told = found.partition('<section id="deviations"')[2].partition("</section>")[0]
    wrong = [item for item in document["items"] if item["verdict"] != "PASS"]
    assert len(wrong) > 20
    for item in wrong:
        assert item["reason"] in told
        assert item["identity"]["serial"] in told
        assert all(name in told for name in item["evidence"])
    assert f"{len(wrong)} of 106 items are not PASS" in told


def test_left_out_things_stand_on_page_one_or_are_counted_there_and_stand_in_full() -> None:
    """Absent, not required, unjudged, skipped, not measured, not run: each with its whole reason somewhere, and counted on page one."""
    left = {f"unjudged.reading_{n}": f"reason {n}: " + "because it is so, " * 20 for n in range(30)}
    found = page(rejected(unjudged=left, not_required={"ping": "no peers", "pvc": "no peers", "iperf": "another reason"}))
    assert "8 items: all of gpumem" in front(found)
    assert "2 entries: ping, pvc, iperf" in front(found)
    assert "30 entries: unjudged.reading_0, " in front(found)
    assert "30 reasons; reason 0: because it is so" in front(found)
    whole = found.partition('<section id="in-full"')[2].partition("</section>")[0]
    assert all(name in whole and why.strip() in whole for name, why in left.items())


def test_items_that_did_not_run_are_told_apart_from_those_that_could_not_measure() -> None:
    """An incomplete run is told as it is."""
    found = front(page(live([*sample.good_items()[:50], sample.item("dcgm.diag[gpu0]", "ERROR", reason="dcgmi is not installed")])))
    assert ">Did not run</th>" in found
    assert ">Not measured</th>" in found
    assert "dcgmi is not installed" in found


def test_a_check_that_ran_without_deciding_is_told() -> None:
    """Items that nobody required are reported only."""
    items = [*sample.good_items(), sample.item("ping.host[n2]", "ERROR", reason="lost")]
    assert "ping (1 item, reported only)" in front(page(live(items)))


def test_long_texts_are_shortened_on_page_one_and_whole_behind_it() -> None:
    """Page one stays one page, and nothing is lost."""
    reasons = [f"sentence {n} " + "on and on " * 60 for n in range(12)]
    found = page({**accepted(), "reasons": reasons, "node": "n" * 300})
    assert "and 9 more" in front(found)
    assert all(reason not in front(found) for reason in reasons)
    whole = found.partition('<section id="in-full"')[2]
    assert all(reason.strip() in whole for reason in [*reasons, "n" * 300])


def test_a_position_without_a_board_and_an_exchanged_board_are_seen() -> None:
    """A board that is gone, and two at one position, both stand on page one."""
    items = [{**item, "identity": None} if item["device"] == "gpu5" else item for item in sample.good_items()]
    items[-1] = {**items[-1], "identity": {"serial": "ANOTHER", "uuid": "GPU-other", "pci_bus_id": "0000:92:00.0"}}
    boards = front(page(live(items))).partition("Boards</caption>")[2].partition("</table>")[0]
    assert "no board is known here" in boards
    assert boards.count('<th scope="row">gpu7</th>') == 2
    assert "ANOTHER" in boards


def test_programs_and_limits_stand_behind_the_deviations() -> None:
    """Path, version and hash of each program; a host's that is not known says so; each limit once, with its source."""
    found = page(rejected())
    tools = found.partition('<section id="tools"')[2]
    assert "580.105.08" in tools
    assert "ab" * 32 in tools
    assert tools.count("not known") == 3
    limits = found.partition('<section id="limits"')[2].partition("</section>")[0]
    assert limits.count('<th scope="row">gpupower.<wbr>mean</th>') == 1
    assert "PCIe 5.0 x16 carries 63 GB/s" in limits


def test_an_empty_list_is_said_to_be_empty() -> None:
    """A heading over nothing leaves open what is missing."""
    found = page(live(absent={}, not_required={}, unjudged={}, items=sample.good_items()), tools=[])
    assert "No program is listed" in found
    required = [name for name in sample.REQUIRED if not name.startswith("state.idle")]
    good = page(live(sample.good_items(required), required=required, absent={}, not_required={}, unjudged={}))
    assert "nothing. Every check is required and every reading is judged" in good
    assert "None: every item is PASS" in good


def test_a_bill_of_materials_has_its_hash_on_page_one() -> None:
    """What the node was compared with, beyond the spec."""
    options = {"dcgm_level": 2, "bom": {"sha256": "cd" * 32, "file": "bom.toml"}}
    assert "cd" * 32 in front(page(accepted(options=options)))


def test_a_refused_signature_is_no_signature() -> None:
    """It is told with why it was refused, and nobody is said to have signed."""
    refused = {"role": "", "signer": "", "signed": "", "fingerprint": "", "state": "refused, signatures/x.json: bad-signature"}
    found = page(accepted(), signatures=[refused])
    assert "Digital signature, refused, signatures/x.json: bad-signature</p>" in front(found)
    assert "signed by" not in front(found)


def test_signatures_beyond_the_first_are_counted() -> None:
    """All of them stand at the end."""
    found = page(accepted(), signatures=[{**SIGNATURE, "signer": f"person {n}"} for n in range(5)])
    assert 'and 3 more: <a href="#signatures">' in front(found)
    assert all(f"person {n}" in found.partition('<section id="signatures"')[2] for n in range(5))

HOSTILE = '</style></title></code><script>alert(1)</script><img src=x onerror=alert(1)>"\'&\u202e\x00\\"; } body { display: none'


def test_hostile_names_stay_text_everywhere() -> None:
    """Names of node, boards, spec, programs and people, reasons and lines: none of them becomes markup, style or an order of writing."""
    items = sample.troubled_items()
    board = {"serial": HOSTILE, "uuid": HOSTILE, "pci_bus_id": HOSTILE}
    wicked = sample.reading("inventory.product", HOSTILE, None, None, unit="text", source_line=HOSTILE, reason=HOSTILE, about=HOSTILE)
    items = [{**it, "identity": board, "reason": it["reason"] and HOSTILE, "readings": [*it["readings"], wicked]} for it in items]
    document = live(
        items, node=HOSTILE, absent={"state.idle": HOSTILE}, not_required={HOSTILE: HOSTILE}, unjudged={HOSTILE: HOSTILE},
        spec={"name": HOSTILE, "sha256": "ab" * 32, "file": HOSTILE}, options={HOSTILE: {HOSTILE: HOSTILE}}, host={HOSTILE: HOSTILE},
        suite={"version": HOSTILE, "commit": HOSTILE, "dirty": False},
    )  # fmt: skip
    tools = [{"host": HOSTILE, "tool": HOSTILE, "path": HOSTILE, "sha256": HOSTILE, "version": HOSTILE}]
    found = page(document, tools=tools, signatures=[dict.fromkeys(SIGNATURE, HOSTILE)])
    assert "<script" not in found
    assert "<img" not in found
    assert found.count("</style>") == found.count("<style>") == found.count("</title>") == 1
    assert "\u202e" not in found
    assert "\x00" not in found
    assert re.search(r'@bottom-left \{ content: "([A-Za-z0-9 .,:()-]|\\[0-9a-f]+ )*"; \} @bottom-right \{ [^{}]*\} \}</style>', found)
    assert "\\u202e" in found


@given(st.text())
@settings(deadline=None)
def test_a_string_of_css_ends_where_it_ends(value: str) -> None:
    """Whatever a node is called, its name is one string: unescaped as CSS has it, it is the name."""
    written = css_string(value)
    assert re.fullmatch(r'"([A-Za-z0-9 .,:()-]|\\[0-9a-f]{1,6} )*"', written)
    assert re.sub(r"\\([0-9a-f]+) ", lambda match: chr(int(match[1], 16)), written[1:-1]) == value


@given(st.text(), st.integers(min_value=2, max_value=50))
@settings(deadline=None)
def test_what_is_clipped_is_not_longer(value: str, most: int) -> None:
    """Also where it does not print, and each such character is shown as many."""
    told = re.sub(r"&(amp|lt|gt|quot|#x27);", "x", clipped(value, most))
    assert len(told) <= most
    assert told.endswith("…") or "…" not in told or "…" in value


def test_lone_surrogates_do_not_break_the_page() -> None:
    """JSON can carry them, UTF-8 cannot."""
    assert b"udc80" in certificate.document({**accepted(), "node": "n\udc80"}, MANIFEST, [])


def test_of_run_keeps_the_verdict_that_the_items_give() -> None:
    """The sample that stands for live runs in a browser is one that the page believes."""
    assert standing(of_run(rejected()), MANIFEST).heading == "Rejection record"
