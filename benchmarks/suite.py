"""
What the suite itself costs, on the simulated node: `python benchmarks/suite.py [SPEC]`.

Prints figures of this machine and asserts nothing. Programs that answer at once leave only our own time; programs that
take a scaled part of their real time show how far the wall clock is from the sum of what they take.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from fixtures import spec as specs  # noqa: E402
from fixtures.gpus import snapshot_command  # noqa: E402
from fixtures.simulator import Simulated  # noqa: E402
from parsers.nvidia_smi import parse_query_xml  # noqa: E402

RUNS = 3
TIME_SCALE = 0.005


def main() -> None:
    """Measure and print."""
    name = sys.argv[1] if len(sys.argv) > 1 else "hgx-h100"
    print(f"{'instant tools, one process':44} {_whole_run(name)[0]:8.2f} s")
    print(f"{'instant tools, -n 2':44} {_whole_run(name, '-n', '2')[0]:8.2f} s")
    _items(name)
    _parsing(name)
    _critical_path(name)


def _whole_run(name: str, *args: str) -> tuple[float, Path]:
    """The best wall time of a few runs, and the folder of the last."""
    times = []
    for _ in range(RUNS):
        out = Path(tempfile.mkdtemp(prefix="hwaccept-benchmark-"))
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", str(CHECKOUT / "hwtests"), "--simulate", name, "--out", str(out), *args],
            check=True, stdout=subprocess.DEVNULL, cwd=CHECKOUT,
        )  # fmt: skip
        times.append(time.perf_counter() - began)
        [folder] = out.glob("*/*")
    return min(times), folder


def _items(name: str) -> None:
    _, folder = _whole_run(name)
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    seconds = sorted(item["seconds"] for item in results["items"])
    print(f"{'items':44} {len(seconds):8d}")
    print(f"{'time of an item, median (most)':44} {seconds[len(seconds) // 2] * 1000:8.2f} ms ({seconds[-1] * 1000:.1f} ms)")
    commands = [json.loads(file.read_text(encoding="utf-8")) for file in (folder / "evidence").glob("*/*/command.json")]
    started = Counter(command["command"]["argv"][0] for command in commands)
    samples = sum(command["samples"] for command in commands)
    print(f"{'programs started':44} {sum(started.values()):8d}  " + ", ".join(f"{tool} {n}" for tool, n in started.most_common()))
    print(f"{'samples beside them':44} {samples:8d}")


def _parsing(name: str) -> None:
    text = Simulated(specs.load(name)).run(snapshot_command("start")).text
    times = []
    for _ in range(20):
        began = time.perf_counter()
        parse_query_xml(text)
        times.append(time.perf_counter() - began)
    print(f"{'nvidia-smi -q -x of the node, parsed':44} {min(times) * 1000:8.2f} ms ({len(text) / 1000:.0f} kB)")


def _critical_path(name: str) -> None:
    wall, folder = _whole_run(name, "--time-scale", str(TIME_SCALE))
    commands = [json.loads(file.read_text(encoding="utf-8")) for file in (folder / "evidence").glob("*/*/command.json")]
    path = sum(command["seconds"] for command in commands) * TIME_SCALE
    print(f"{f'tools at {TIME_SCALE:g} of their time, wall / their sum':44} {wall / path:8.3f}  ({wall:.1f} s / {path:.1f} s)")


if __name__ == "__main__":
    main()
