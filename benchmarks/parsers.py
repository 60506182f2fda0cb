"""
How fast the parsers are: `python benchmarks/parsers.py`.

For every tool its longest recording that is read (ours, and those of others where they are found): milliseconds a document
and megabytes a second. Beside it what `jc` and `pingparsing` take for the same text where they read that tool and are
installed (pip install jc pingparsing). Then how the time grows with the length of a document made for it, from one to four
times, where 1.0 is linear. Prints figures of this machine and asserts nothing.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from fixtures import spec as specs  # noqa: E402
from fixtures.gpus import snapshot_command  # noqa: E402
from fixtures.simulator import Simulated  # noqa: E402
from parsers.catalogue import tools  # noqa: E402
from parsers.tests.corpus import own_recordings, read, text_of  # noqa: E402
from parsers.tests.damage import OUTSIDE  # noqa: E402

ENOUGH_S = 0.3
TIMES = 4
SAME_IN_JC = {"ping": "ping", "nvidia-smi-csv": "csv", "nvidia-smi-qx": "xml"}
"""Tools and the parsers of jc that read them too: csv and xml know nothing of nvidia-smi, only the form."""
PARSERS = {name: tool.parse for name, tool in tools().items()}


def main() -> None:
    """Measure and print."""
    texts = {name: _longest(name) for name in PARSERS}
    print(f"{'tool':20} {'characters':>11} {'ms':>9} {'MB/s':>7}   peers, ms")
    for name, text in texts.items():
        if text:
            ms = _milliseconds(PARSERS[name], text)
            print(f"{name:20} {len(text):11} {ms:9.3f} {len(text) / ms / 1000:7.1f}   {_peers(name, text)}")
    print(f"\n{'growth of the time':20} {'characters':>11} {'ms':>9} {'x ' + str(TIMES):>9} {'share of linear':>16}")
    for name, make in DOCUMENTS.items():
        small, large = make(1), make(TIMES)
        once, more = (_milliseconds(PARSERS[name], text) for text in (small, large))
        print(f"{name:20} {len(small):11} {once:9.3f} {more:9.3f} {more / once / (len(large) / len(small)):16.2f}")


def _longest(name: str) -> str:
    outside = [path for path in OUTSIDE.rglob("*") if path.suffix in (".txt", ".out", ".err", ".xml", ".json", ".log", ".csv")]
    texts = sorted((text_of(path) for path in (*own_recordings(), *outside)), key=len, reverse=True)
    return next((text for text in texts if read(name, text) is not None), "")


def _milliseconds(parse: Callable[[str], object], text: str) -> float:
    """The least of several times: what the machine does beside it only adds."""
    best, spent = float("inf"), 0.0
    while spent < ENOUGH_S:
        began = time.perf_counter()
        parse(text)
        took = time.perf_counter() - began
        best, spent = min(best, took), spent + took
    return best * 1000


def _peers(name: str, text: str) -> str:
    found = []
    if name in SAME_IN_JC and importlib.util.find_spec("jc"):
        import jc

        found.append(_timed(f"jc {SAME_IN_JC[name]}", lambda text: jc.parse(SAME_IN_JC[name], text, quiet=True), text))
    if name == "ping" and importlib.util.find_spec("pingparsing"):
        import pingparsing

        found.append(_timed("pingparsing", lambda text: pingparsing.PingParsing().parse(text), text))
    return ", ".join(found)


def _timed(peer: str, parse: Callable[[str], object], text: str) -> str:
    try:
        return f"{peer} {_milliseconds(parse, text):.3f}"
    except (ValueError, TypeError, LookupError, AttributeError, RuntimeError) as error:
        return f"{peer} fails: {type(error).__name__}"


def _boards(times: int) -> str:
    """nvidia-smi -q -x of eight boards, or of so many times eight: the same ones at other addresses."""
    text = Simulated(specs.load("hgx-h100")).run(snapshot_command("start")).text
    head, boards = text.split("\t<gpu id=", 1)
    inside, tail = boards.rsplit("</gpu>", 1)
    eight = "\t<gpu id=" + inside + "</gpu>"
    more = "\n".join(eight.replace(":00.0", f":{number:02x}.0") for number in range(times))
    return head.replace("<attached_gpus>8<", f"<attached_gpus>{8 * times}<") + more + tail


def _replies(times: int) -> str:
    count = 500 * times
    lines = "".join(f"64 bytes from 10.0.0.2: icmp_seq={number} ttl=64 time=0.100 ms\n" for number in range(1, count + 1))
    counted = f"{count} packets transmitted, {count} received, 0% packet loss, time 5000ms\n"
    times_ms = "rtt min/avg/max/mdev = 0.100/0.100/0.100/0.000 ms\n"
    return f"PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n{lines}\n--- 10.0.0.2 ping statistics ---\n{counted}{times_ms}"


def _messages(times: int) -> str:
    lines = "".join(f"[{number:12.6f}] usb 1-1: new high-speed USB device number {number}\n" for number in range(2000 * times))
    return "[    0.000000] Linux version 5.15.0\n" + lines


DOCUMENTS: dict[str, Callable[[int], str]] = {"nvidia-smi-qx": _boards, "ping": _replies, "dmesg": _messages}


if __name__ == "__main__":
    main()
