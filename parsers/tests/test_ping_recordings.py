"""Recordings of ping: every layout of ours and everything that was recorded elsewhere, with what a reader finds in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from parsers.errors import ParseError
from parsers.ping import parse
from parsers.tests.damage import OUTSIDE, outside
from parsers.tests.ping_texts import NONE, READ, counts, read_as_whole, trips, values

OWN: dict[str, tuple[list[object], list[object], int]] = {
    "success": ([4, 4, 0, 0, 0, 0.0], [0.054, 0.061, 0.073, 0.007], 4),
    "success-ipv6": ([3, 3, 0, 0, 0, 0.0], [0.058, 0.088, 0.133, 0.032], 3),
    "slow": ([5, 5, 0, 0, 0, 0.0], [100.34, 100.402, 100.559, 0.08], 5),
    "reordered": ([4, 4, 0, 0, 0, 0.0], [0.2, 102.01, 204.582, 101.809], 4),
    "interface": ([2, 2, 0, 0, 0, 0.0], [0.053, 0.056, 0.06, 0.003], 2),
    "source-address": ([2, 2, 0, 0, 0, 0.0], [0.043, 0.046, 0.05, 0.003], 2),
    "quiet": ([5, 5, 0, 0, 0, 0.0], [0.047, 0.058, 0.065, 0.007], 0),
    "flood-quiet": ([1000, 1000, 0, 0, 0, 0.0], [0.006, 0.007, 0.105, 0.004], 0),
    "loss": ([10, 6, 0, 0, 0, 40.0], [0.051, 0.058, 0.063, 0.003], 6),
    "loss-299-of-300": ([300, 1, 0, 0, 0, 100 * 299 / 300], [0.697, 0.697, 0.697, 0.0], 0),
    "all-lost": ([3, 0, 0, 0, 0, 100.0], NONE, 0),
    "unreachable": ([10, 0, 0, 0, 10, 100.0], NONE, 0),
    "duplicates": ([3, 3, 2, 0, 0, 0.0], [0.211, 0.672, 1.361, 0.498], 5),
    "broadcast": ([2, 2, 1, 0, 0, 0.0], [0.076, 0.083, 0.095, 0.008], 3),
    "corrupt": ([3, 3, 0, 0, 0, 0.0], [0.195, 0.271, 0.418, 0.103], 3),
    "truncated": ([3, 3, 0, 0, 0, 0.0], ["ErrorWord"] * 4, 3),
    "truncated-some": ([3, 3, 0, 0, 0, 0.0], [0.388, "ErrorWord", 0.412, "ErrorWord"], 3),
    "bad-checksum": ([3, 2, 0, 1, 0, 100 / 3], [0.306, 0.309, 0.312, 0.003], 3),
    "different-address": ([3, 3, 0, 0, 0, 0.0], [0.069, 0.077, 0.093, 0.01], 3),
    "no-answer-yet": ([3, 3, 0, 0, 0, 0.0], [100.251, 100.462, 100.723, 0.195], 3),
    "message-too-long": ([3, 0, 0, 0, 3, 100.0], NONE, 0),
    "errors-and-replies": ([4, 2, 0, 0, 1, 50.0], [0.077, 0.079, 0.081, 0.002], 2),
    "redirect": ([2, 2, 0, 0, 0, 0.0], [0.184, 0.197, 0.211, 0.013], 2),
    "small": ([2, 2, 0, 0, 0, 0.0], NONE, 2),
    "pattern": ([1, 1, 0, 0, 0, 0.0], [0.111, 0.111, 0.111, 0.0], 1),
    "verbose": ([2, 2, 0, 0, 0, 0.0], [0.169, 0.224, 0.279, 0.055], 2),
    "interrupted": ([1, 1, 0, 0, 0, 0.0], [0.066, 0.066, 0.066, 0.0], 1),
    "nothing-sent": ([0, 0, 0, 0, 0, "NotApplicable"], NONE, 0),
    "deviation-overflow": ([2, 2, 0, 0, 0, 0.0], [1200000.001, 2100000.012, 3000000.023, "ErrorWord"], 0),
    "s20101006-req": ([4, 3, 0, 0, 1, 25.0], [0.398, 0.675, 1.215, 0.382], 3),
    "s20121221": ([3, 2, 0, 0, 0, 100 / 3], [1.04, 6.82, 12.601, 5.781], 2),
    "s20121221-ping6": ([2, 2, 0, 0, 0, 0.0], [0.14, 0.145, 0.151, 0.012], 2),
    "ipv6-named": ([2, 2, 0, 0, 0, 0.0], [0.14, 0.145, 0.151, 0.005], 2),
    "ipv6-link-local": ([1, 1, 0, 0, 0, 0.0], [0.09, 0.09, 0.09, 0.0], 1),
    "ipv6-20250605-unreachable": ([2, 0, 0, 0, 2, 100.0], NONE, 0),
    "busybox-success": ([3, 3, 0, "Absent", "Absent", 0.0], [0.196, 0.635, 1.36, "Absent"], 3),
    "busybox-success-ipv6": ([2, 2, 0, "Absent", "Absent", 0.0], [0.035, 0.048, 0.061, "Absent"], 2),
    "busybox-source-address": ([2, 2, 0, "Absent", "Absent", 0.0], [0.051, 0.171, 0.291, "Absent"], 2),
    "busybox-quiet": ([3, 3, 0, "Absent", "Absent", 0.0], [0.177, 0.183, 0.192, "Absent"], 0),
    "busybox-small": ([2, 2, 0, "Absent", "Absent", 0.0], NONE, 2),
    "busybox-loss": ([7, 5, 0, "Absent", "Absent", 200 / 7], [0.158, 0.813, 3.367, "Absent"], 5),
    "busybox-all-lost": ([2, 0, 0, "Absent", "Absent", 100.0], NONE, 0),
    "busybox-duplicates": ([3, 3, 2, "Absent", "Absent", 0.0], [0.166, 0.664, 1.392, "Absent"], 5),
    "inetutils-duplicates": ([2, 2, 1, "Absent", "Absent", 0.0], [0.11, 0.48, 1.133, 0.463], 3),
    "inetutils-truncated": ([2, 2, 0, "Absent", "Absent", 0.0], ["ErrorWord"] * 4, 2),
    "inetutils-ttl-exceeded": ([2, 0, 0, "Absent", "Absent", 100.0], NONE, 0),
    "inetutils-verbose": ([2, 2, 0, "Absent", "Absent", 0.0], [0.126, 0.17, 0.215, 0.045], 2),
    "macos": ([2, 2, 1, "Absent", "Absent", 0.0], [0.297, 0.337, 0.411, 0.053], 3),
    "macos-unreachable": ([3, 1, 0, "Absent", "Absent", 200 / 3], [0.512, 0.512, 0.512, "ErrorWord"], 1),
    "macos-ping6": ([2, 2, 0, "Absent", "Absent", 0.0], [0.093, 0.106, 0.118, 0.013], 2),
    "freebsd-wrong-data": ([2, 2, 0, "Absent", "Absent", 0.0], [0.19, 0.201, 0.211, 0.011], 2),
}


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_every_layout_gives_its_counts_and_round_trips(path: Path) -> None:
    """Transmitted, received, duplicates, corrupted, errors, loss; minimum, average, maximum, deviation; replies."""
    record = parse(path.read_text())
    assert (counts(record), trips(record), len(record.replies)) == OWN[path.stem]
    assert record.complete


OTHERS: dict[str, tuple[list[object], list[object], int] | str] = {
    "busybox-ipv6-10": ([10, 10, 0, "Absent", "Absent", 0.0], [0.32, 0.372, 0.686, "Absent"], 10),
    "cloudpilot-ctrlc-1of1": ([1, 1, 0, 0, 0, 0.0], [61.74, 61.74, 61.74, 0.0], 1),
    "jc-alpine-busybox-host": ([4, 4, 0, "Absent", "Absent", 0.0], [1.281, 1.345, 1.408, "Absent"], 4),
    "jc-centos7-missing-hostname": ([1, 1, 0, 0, 0, 0.0], [0.04, 0.04, 0.04, 0.0], 1),
    "jc-centos7-unparsed": "time=0.043 ms: some weird error' in line 3",
    "jc-osx-unreachable": ([8, 0, 0, "Absent", "Absent", 100.0], NONE, 0),
    "jc-pi-O-D": ([5, 0, 0, 0, 0, 100.0], NONE, 0),
    "jc-ubuntu22-source-ip": ([3, 3, 0, 0, 0, 0.0], [1.0, 1.0, 1.0, 1.0], 3),
    "moler-darwin": ([1, 1, 0, "Absent", "Absent", 0.0], [0.133, 0.133, 0.133, 0.0], 1),
    "moler-duplicates": ([7, 7, 6, 0, 0, 0.0], [0.282, 0.305, 0.356, 0.024], 13),
    "pingparsing-ubuntu_success_0": ([5, 5, 0, 0, 0, 0.0], [64.912, 66.494, 68.524, 1.43], 5),
    "pingparsing-ubuntu_success_2": ([3, 3, 0, 0, 0, 0.0], [48.832, 54.309, 64.334, 7.098], 3),
}

NETWORKS: dict[str, tuple[list[object], list[object], int]] = {
    "autopilot-t45-c10": ([10, 10, 0, 0, 0, 0.0], [0.044, 0.058, 0.074, 0.008], 10),
    "dup-broadcast": ([2, 2, 1, 0, 0, 0.0], [0.076, 0.083, 0.095, 0.008], 3),
    "fail-mtu-do": ([3, 0, 0, 0, 3, 100.0], NONE, 0),
    "locale-de": ([2, 2, 0, 0, 0, 0.0], [0.043, 0.05, 0.058, 0.007], 2),
    "loopback": ([2, 2, 0, 0, 0, 0.0], [0.037, 0.079, 0.121, 0.042], 2),
    "loss100-O": ([3, 0, 0, 0, 0, 100.0], NONE, 0),
    "loss100-W02": ([2, 0, 0, 0, 0, 100.0], NONE, 0),
    "loss100-W1": ([3, 0, 0, 0, 0, 100.0], NONE, 0),
    "loss100-autopilot": ([10, 0, 0, 0, 0, 100.0], NONE, 0),
    "loss100-w3": ([3, 0, 0, 0, 0, 100.0], NONE, 0),
    "loss30-c10": ([10, 6, 0, 0, 0, 40.0], [0.051, 0.058, 0.063, 0.003], 6),
    "loss30-c50": ([50, 37, 0, 0, 0, 26.0], [0.039, 0.06, 0.252, 0.032], 37),
    "loss30-quiet": ([100, 68, 0, 0, 0, 32.0], [0.027, 0.047, 0.084, 0.011], 0),
    "loss50-nth": ([10, 5, 0, 0, 0, 50.0], [0.057, 0.061, 0.065, 0.002], 5),
    "router-netunreach": ([2, 0, 0, 0, 2, 100.0], NONE, 0),
    "sendmsg-eperm": ([2, 0, 0, 0, 0, 100.0], NONE, 0),
    "sigint": ([2, 2, 0, 0, 0, 0.0], [0.052, 0.06, 0.068, 0.008], 2),
    "sigquit": ([3, 3, 0, 0, 0, 0.0], [0.048, 0.057, 0.063, 0.006], 3),
    "success-D": ([3, 3, 0, 0, 0, 0.0], [0.051, 0.06, 0.076, 0.011], 3),
    "success-I-addr": ([2, 2, 0, 0, 0, 0.0], [0.043, 0.046, 0.05, 0.003], 2),
    "success-I-if": ([2, 2, 0, 0, 0, 0.0], [0.053, 0.056, 0.06, 0.003], 2),
    "success-c4": ([4, 4, 0, 0, 0, 0.0], [0.054, 0.061, 0.073, 0.007], 4),
    "success-flood": ([1000, 1000, 0, 0, 0, 0.0], [0.006, 0.007, 0.105, 0.004], 0),
    "success-i0002-root": ([10, 10, 0, 0, 0, 0.0], [0.022, 0.042, 0.08, 0.015], 0),
    "success-ipv6": ([3, 3, 0, 0, 0, 0.0], [0.058, 0.088, 0.133, 0.032], 3),
    "success-large": ([3, 3, 0, 0, 0, 0.0], [0.095, 0.095, 0.096, 0.0], 3),
    "success-max": ([2, 2, 0, 0, 0, 0.0], [0.257, 0.262, 0.268, 0.005], 2),
    "success-quiet": ([5, 5, 0, 0, 0, 0.0], [0.047, 0.058, 0.065, 0.007], 0),
    "ttl-exceeded": ([2, 0, 0, 0, 1, 100.0], NONE, 0),
    "tun-badcsum": ([2, 0, 0, 0, 0, 100.0], NONE, 0),
    "tun-delay100": ([5, 5, 0, 0, 0, 0.0], [100.34, 100.402, 100.559, 0.08], 5),
    "tun-dup": ([3, 3, 2, 0, 0, 0.0], [0.211, 0.672, 1.361, 0.498], 5),
    "tun-firstonly": ([5, 1, 0, 0, 0, 80.0], [0.331, 0.331, 0.331, 0.0], 1),
    "tun-firstonly-300": ([300, 1, 0, 0, 0, 100 * 299 / 300], [0.697, 0.697, 0.697, 0.0], 0),
    "tun-jitter": ([20, 20, 0, 0, 0, 0.0], [7.169, 38.614, 89.803, 22.13], 20),
    "tun-late-W1": ([2, 0, 0, 0, 0, 100.0], NONE, 0),
    "tun-reorder": ([4, 4, 0, 0, 0, 0.0], [0.2, 102.01, 204.582, 101.809], 4),
    "tun-timex": ([2, 0, 0, 0, 2, 100.0], NONE, 0),
    "unpriv-i01": ([2, 2, 0, 0, 0, 0.0], [0.042, 0.05, 0.059, 0.008], 2),
    "unpriv-i02": ([2, 2, 0, 0, 0, 0.0], [0.049, 0.053, 0.057, 0.004], 2),
    "unpriv-nocap-pgr": ([2, 2, 0, 0, 0, 0.0], [0.042, 0.05, 0.058, 0.008], 2),
    "unreach-arp": ([3, 0, 0, 0, 0, 100.0], NONE, 0),
    "unreach-arp-autopilot": ([10, 0, 0, 0, 10, 100.0], NONE, 0),
    "w2-c10": ([2, 2, 0, 0, 0, 0.0], [0.042, 0.051, 0.061, 0.009], 2),
}


@pytest.mark.parametrize("name", OTHERS)
def test_outside_recordings_are_read_or_refused(name: str) -> None:
    """Other releases and systems; one was made unreadable on purpose."""
    text, expected = outside(f"ping/{name}.txt"), OTHERS[name]
    if isinstance(expected, str):
        with pytest.raises(ParseError) as caught:
            parse(text)
        assert expected in str(caught.value)
        return
    record = parse(text)
    assert (counts(record), trips(record), len(record.replies)) == expected
    assert record.complete == text.endswith("\n")
    assert read_as_whole(parse, text, name) == []


@pytest.mark.parametrize("name", NETWORKS)
def test_recordings_of_built_networks_are_read(name: str) -> None:
    """Every scenario whose ping printed something."""
    text = outside(f"own/ping/{name}.out")
    record = parse(text)
    assert (counts(record), trips(record), len(record.replies)) == NETWORKS[name]
    assert record.complete
    assert read_as_whole(parse, text, name) == []


def test_no_outside_recording_is_left_out() -> None:
    """A new one needs its line above."""
    outside("ping/moler-darwin.txt")
    assert {path.stem for path in (OUTSIDE / "ping").iterdir()} == set(OTHERS)
    assert {path.stem for path in (OUTSIDE / "own/ping").glob("*.out") if path.stat().st_size} == set(NETWORKS)


def test_a_careful_reader_finds_the_same() -> None:
    """The facts that were written down beside the outside recordings."""
    for line in outside("EXPECTED.jsonl").splitlines():
        found: dict[str, Any] = json.loads(line)
        if found["file"].startswith("ping/"):
            record, facts = parse(outside(found["file"])), found["facts"]
            printed = values(record.transmitted, record.received, record.loss_percent)
            assert printed == [facts["tx"], facts["rx"], facts["loss"]]
            assert [None if value == "Absent" else value for value in trips(record)] == facts["rtt"]
            assert values(record.duplicates)[0] == facts.get("duplicates", 0)
            assert record.host == facts.get("host", record.host)
