"""
What the suite itself costs with many hosts, on a simulated fabric whose programs answer at once: `python benchmarks/fabric.py`.

Prints seconds of this machine and asserts nothing. Of a whole run: measuring (asking hosts, pings and flows with their second pass, each
read and written as evidence), judging (everything else until the last item is in the journal), and the reports.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from fixtures.tests.network_spec import spec_text, write_spec  # noqa: E402

RUNS = ((8, "full"), (64, "full"), (1024, "sample:1"))


def main() -> None:
    """Measure and print."""
    print(f"{'hosts':>6} {'pairs':>9} {'items':>6} {'measuring':>10} {'judging':>8} {'reports':>8} {'whole run':>10}  seconds")
    for hosts, pairs in RUNS:
        with tempfile.TemporaryDirectory(prefix="hwaccept-benchmark-") as folder:
            whole, run = _run(Path(folder), hosts, pairs)
            lines = [json.loads(line) for line in (run / "journal.jsonl").read_text(encoding="utf-8").splitlines()]
            began, ended = (_seconds(line[name]) for line, name in ((lines[0], "started"), (lines[-1], "ended")))
            measuring = _span(run, lambda name: ".iperf3." in name or ".ip." in name) + _span(run, lambda name: "ping." in name)
            reports = (run / "report.html").stat().st_mtime - ended
        items = sum(line["type"] == "item" for line in lines)
        judging = ended - began - measuring
        print(f"{hosts:6} {pairs:>9} {items:6} {measuring:10.1f} {judging:8.1f} {reports:8.1f} {whole:10.1f}", flush=True)


def _run(folder: Path, hosts: int, pairs: str) -> tuple[float, Path]:
    """The wall time of a run, and its folder."""
    spec = write_spec(folder, spec_text(interfaces={"eth0": 25.0}, packets=25, seconds=10, streams=8))
    words = ("--simulate", "hgx-h100", "--spec", str(spec), "--peers", str(hosts), "--pairs", pairs, "-m", "ping or iperf")
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", str(CHECKOUT / "hwtests"), "--out", str(folder / "out"), *words],
        check=True, stdout=subprocess.DEVNULL, cwd=CHECKOUT,
    )  # fmt: skip
    [run] = (folder / "out").glob("*/*")
    return time.perf_counter() - began, run


def _span(run: Path, wanted: Callable[[str], bool]) -> float:
    """From the first to the last evidence whose name is `wanted`."""
    times = [file.stat().st_mtime for file in (run / "evidence").glob("*/*/command.json") if wanted(file.parent.name)]
    return max(times) - min(times)


def _seconds(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


if __name__ == "__main__":
    main()
