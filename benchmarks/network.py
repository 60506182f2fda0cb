"""
What it costs to ping and measure a whole fabric, between real hosts in namespaces: `python benchmarks/network.py [HOSTS]`, as root.

Prints ratios of this machine and asserts nothing: all-to-all pings by the suite's own way of asking many hosts at once, against
fping's own time for the same mesh and against the command line of Autopilot; and the wall time of the full schedule of
iperf3 against the time that its flows take by themselves.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from fixtures import flow, mesh  # noqa: E402
from fixtures.asking import run_all  # noqa: E402
from fixtures.command import Command, Output  # noqa: E402
from fixtures.evidence import Recording  # noqa: E402
from fixtures.locks import Locked  # noqa: E402
from fixtures.network import IperfPlan, PingPlan  # noqa: E402
from fixtures.reach import Reach  # noqa: E402
from fixtures.runner import Live  # noqa: E402
from fixtures.schedule import steps  # noqa: E402
from fixtures.tests.namespaces import Fabric, fabric  # noqa: E402
from parsers.reading import ErrorWord  # noqa: E402

PLAN = PingPlan(packets=4, interval_s=0.2, wait_s=1.0)
FLOW = IperfPlan(seconds=1, omit_s=0, streams=1)
FLOW_HOSTS = 8


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 32
    with fabric(count, families=("ipv4",)) as made:
        fping = _timed("fping by itself, one process a host", lambda: _all(_fping_words(made)))
        ours = _timed("the suite, by fping", lambda: _asked(made, _meshes(made)))
        pings = _timed("the suite, one ping a pair, 64 at once", lambda: _asked(made, _pings(made)))
        autopilot = _timed("Autopilot's ping -t 45 -c 10, all at once", lambda: _all(_autopilot_words(made)))
        print(f"{count} hosts, {count * (count - 1)} pairs")
        print(f"against fping by itself: the suite by fping {ours / fping:.2f}, by ping {pings / fping:.2f}")
        print(f"against Autopilot's command line: the suite by fping {ours / autopilot:.2f}, by ping {pings / autopilot:.2f}")
    with fabric(FLOW_HOSTS, families=("ipv4",), rate="100mbit") as made:
        schedule = steps(made.hosts, "full", 0)
        wall = _timed(f"full schedule of {FLOW_HOSTS} hosts, {len(schedule)} steps of {FLOW.seconds} s", lambda: _flows(made))
        print(f"wall time of the schedule against the time of its flows: {wall / (len(schedule) * FLOW.seconds):.3f}")


def _timed(name: str, work: Any) -> float:
    began = time.perf_counter()
    bad = work()
    seconds = time.perf_counter() - began
    print(f"{name:52} {seconds:8.2f} s  {bad} not in order")
    return seconds


def _all(commands: Sequence[Sequence[str]]) -> int:
    """Run all of these at once, as a shell would."""
    started = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for words in commands]
    with ThreadPoolExecutor(len(started)) as pool:
        list(pool.map(lambda process: process.communicate(), started))
    return sum(process.returncode != 0 for process in started)


def _others(made: Fabric, host: str) -> list[str]:
    return [made.address(other) for other in made.hosts if other != host]


def _fping_words(made: Fabric) -> list[tuple[str, ...]]:
    return [(*made.words(host), *_mesh_of(made, host).argv) for host in made.hosts]


def _autopilot_words(made: Fabric) -> list[tuple[str, ...]]:
    return [(*made.words(host), "ping", address, "-t", "45", "-c", "10") for host in made.hosts for address in _others(made, host)]


def _mesh_of(made: Fabric, host: str) -> Command:
    return mesh.command("eth0", "ipv4", _others(made, host), PLAN, host)


def _meshes(made: Fabric) -> list[Command]:
    return [_mesh_of(made, host) for host in made.hosts]


def _pings(made: Fabric) -> list[Command]:
    options = ("-n", "-c", str(PLAN.packets + 1), "-i", f"{PLAN.interval_s:g}", "-W", f"{PLAN.wait_s:g}", "-I", "eth0")
    return [
        Command(("ping", *options, made.address(other)), f"{other}.eth0", "reach-ipv4", host=host)
        for host in made.hosts for other in made.hosts if other != host
    ]  # fmt: skip


def _run(made: Fabric, commands: Sequence[Command], at_once: int) -> list[Output]:
    folder = Path(tempfile.mkdtemp(prefix="hwaccept-benchmark-"))
    live = Live(folder / "running", {host: Reach("namespace", made.namespace(host)) for host in made.hosts})
    runner = Recording(Locked(live, folder / "locks", 1), folder / "evidence", folder / "locks")
    run: Any = SimpleNamespace(runner=runner, end_all=live.end_all)
    return run_all(run, commands, at_once)


def _asked(made: Fabric, commands: Sequence[Command]) -> int:
    return sum(output.exit_code != 0 for output in _run(made, commands, 64))


def _flows(made: Fabric) -> int:
    bad = 0
    for step in steps(made.hosts, "full", 0):
        commands = [
            flow.command(
                sender, receiver, "eth0", (made.address(sender), made.address(receiver)), FLOW,
                purpose="flow", group=step.name, group_size=len(step.flows),
            )
            for sender, receiver in step.flows
        ]  # fmt: skip
        for (sender, receiver), output in zip(step.flows, _run(made, commands, len(commands)), strict=True):
            bad += isinstance(flow.read(sender, receiver, "eth0", output, None).received_gbit_s, ErrorWord)
    return bad


if __name__ == "__main__":
    main()
