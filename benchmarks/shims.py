"""
How fast a simulated program on PATH starts: `python benchmarks/shims.py [SPEC]`.

Prints figures of this machine and asserts nothing. A start is measured beside the two cheapest programs there are, `python3 -c pass`
and /bin/true, in turns, so that whatever else the machine does falls on all of them. The ratios are medians; the processor's time is
beside the wall clock's, because it says more on a machine that has other work.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from fixtures import spec as specs  # noqa: E402
from fixtures.simulator import shims  # noqa: E402

TURNS = 40
HOSTS = 8
COMMANDS = (
    ("nvidia-smi", "-q", "-x"), ("nvidia-smi", "-L"), ("lspci", "-D", "-n"), ("dmesg", "-T"), ("nvbandwidth", "-l"), ("gpucheck",),
    ("dcgmi", "diag", "-r", "1", "-j"), ("ping", "-c", "3", "10.100.0.2"), ("iperf3", "-c", "10.100.0.2", "-J"),
)  # fmt: skip


def main() -> None:
    """Measure and print."""
    spec = specs.load(sys.argv[1] if len(sys.argv) > 1 else "hgx-h100")
    with tempfile.TemporaryDirectory(prefix="hwaccept-benchmark-") as temporary:
        folder = Path(temporary) / "bin"
        began = time.perf_counter()
        shims.write(folder, shims.Wanted(spec, hosts=HOSTS if spec.network else 0))
        print(f"{'written in':32} {1000 * (time.perf_counter() - began):7.1f} ms\n")
        bare = (str(Path(sys.executable).resolve()), "-c", "pass")
        print(f"{'':32} {'processor':>12} {'wall clock':>12} {'of python3 -c pass':>20} {'of /bin/true':>14}")
        for command in COMMANDS:
            if (folder / command[0]).exists():
                _against((str(folder / command[0]), *command[1:]), bare, ("/bin/true",))


def _against(command: tuple[str, ...], *others: tuple[str, ...]) -> None:
    turns = [[_seconds(each) for each in (command, *others)] for _ in range(TURNS)]
    own = [1000 * statistics.median(turn[0][which] for turn in turns) for which in (0, 1)]
    ratios = [statistics.median(turn[0][1] / turn[number][1] for turn in turns) for number in range(1, len(others) + 1)]
    name = " ".join((Path(command[0]).name, *command[1:]))
    print(f"{name:32} {own[0]:9.1f} ms {own[1]:9.1f} ms {ratios[0]:20.2f} {ratios[1]:14.1f}")


def _seconds(command: tuple[str, ...]) -> tuple[float, float]:
    """Of the processor and of the wall clock, from the start of a program to its end."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, time.perf_counter() - began


if __name__ == "__main__":
    main()
