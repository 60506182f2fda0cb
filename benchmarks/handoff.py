"""
What handing over costs: `python benchmarks/handoff.py [--samples N ...]`.

Prints seconds, sizes and the largest resident memory on this machine, and asserts nothing. First a simulated run: its bundle beside
what tar and gzip take for the same files, and --verify beside a replay of the folder. Then runs whose evidence has N samples of a
program, once a second: 259200 are 72 hours.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from reports.bundle import load, write_bundle  # noqa: E402
from reports.tests.sample_bundle import evidence, run_folder  # noqa: E402

SAMPLES = (1000, 10_000)
LINES = "".join(f"{n}, 2026/11/25 12:00:00.123, 61{n}, 689.4{n}, 1980, 2619, 0x0000000000000004\n" for n in range(8)).encode()
"""What nvidia-smi prints of eight boards in one sample."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, nargs="*", default=SAMPLES)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        _measure(asked.measure)
        return
    with tempfile.TemporaryDirectory(prefix="hwaccept-benchmark-") as folder:
        _of_a_run(Path(folder))
    heads = ("samples", "files", "MB", "packed MB", "write s", "us a file", "RSS MB", "load s", "RSS MB")
    print("".join(f"{head:>11}" for head in heads))
    for number in asked.samples:
        with tempfile.TemporaryDirectory(prefix="hwaccept-benchmark-") as folder:
            _of_samples(Path(folder), number)


def _of_a_run(folder: Path) -> None:
    accept = [sys.executable, str(CHECKOUT / "scripts" / "run.py")]
    subprocess.run([*accept, "--simulate", "hgx-h100", "--out", str(folder / "out")], check=True, stdout=subprocess.DEVNULL)
    [run] = (folder / "out").glob("*/*")
    bundle = run / "bundle.tar.gz"
    bundle.unlink()
    ours = _seconds_of(lambda: write_bundle(run))
    names = ["evidence", "journal.jsonl", "results.json", "spec.toml"]
    theirs = _seconds_of(lambda: subprocess.run(["tar", "-czf", str(folder / "tar.gz"), "-C", str(run), *names], check=True))
    replay = _seconds_of(
        lambda: subprocess.run([*accept, "--replay", str(run), "--out", str(folder / "again")], check=True, stdout=subprocess.DEVNULL)
    )
    verify = _seconds_of(lambda: subprocess.run([*accept, "--verify", str(bundle)], check=True, stdout=subprocess.DEVNULL))
    print(f"bundle of a run: {ours:.2f} s, {bundle.stat().st_size / 1e3:.0f} kB; tar -czf: {theirs:.2f} s, ratio {ours / theirs:.2f}")
    print(f"--verify: {verify:.1f} s; --replay of the folder: {replay:.1f} s, ratio {verify / replay:.2f}")


def _of_samples(folder: Path, number: int) -> None:
    run_folder(folder)
    place = folder / "evidence" / "local" / "gpu0.nvbandwidth.copy.1" / "samples"
    model = evidence(folder / "model", program="nvidia-smi", stdout=LINES)
    for n in range(1, number + 1):
        shutil.copytree(model, place / f"{n:03d}")
    shutil.rmtree(model)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    told = subprocess.run([sys.executable, __file__, "--measure", str(folder)], check=True, capture_output=True, text=True).stdout.split()
    wrote, rss, read, rss_read = map(float, told)
    packed = (folder / "bundle.tar.gz").stat().st_size
    figures = (number, 3 * number, size / 1e6, packed / 1e6, wrote, wrote / (3 * number) * 1e6, rss, read, rss_read)
    print("".join(f"{figure:11.1f}" for figure in figures), flush=True)


def _measure(folder: Path) -> None:
    """In a process of its own, whose memory is that of the bundle alone."""
    wrote = _seconds_of(lambda: write_bundle(folder))
    rss = _rss_mb()
    read = _seconds_of(lambda: load(folder / "bundle.tar.gz"))
    print(wrote, rss, read, _rss_mb())


def _rss_mb() -> float:
    """The largest resident memory of this process; getrusage would give that of the one that started it, where that was larger."""
    [line] = [line for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1000


def _seconds_of(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
