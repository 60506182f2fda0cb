"""A run with a fault of the harness, as a real process: the harm is done to a process and its files, so nothing less would show it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.simulator.faults import parse
from fixtures.simulator.faults_harness import IN_WORKER
from fixtures.simulator.harm import HARMS
from fixtures.simulator.harness import DONE

_RUN = Path(__file__).with_name("run.py")
_WORKERS = 2
_TIMEOUT_S = 180.0


@dataclass(frozen=True)
class HarnessResult:
    """
    What a run left: its exit code (None where it had to be ended, being stuck), results.json, and the seconds that it took.

    `results` is None where there is no results.json, or none that can be read. `folder` is the run's, None where none is left. `printed`
    is what the run wrote, both streams. `undone` are the faults whose harm was not done: with any of them the case shows nothing.
    """

    exit_code: int | None
    results: Mapping[str, Any] | None
    seconds: float
    folder: Path | None
    printed: str
    undone: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """The node's verdict without the mode; INCOMPLETE where there are no results: no results.json is no acceptance."""
        return str(self.results["verdict"]).partition(" ")[0] if self.results else "INCOMPLETE"


def workers_of(faults: Sequence[str]) -> int:
    """How many workers a case needs: 0, without -n, unless something is done to one of them."""
    return _WORKERS if any(parse(fault).name in IN_WORKER for fault in faults) else 0


def run_harness_case(
    profile: str, faults: Sequence[str], out: Path, workers: int | None = None, more: Sequence[str] = (), timeout_s: float = _TIMEOUT_S
) -> HarnessResult:
    """
    Run the suite on the simulated node of `profile` with these faults, `out` being an empty folder for what it leaves.

    `workers` is the number behind -n, 0 for none, None for as many as the faults need. `more` are further arguments.
    """
    number = workers_of(faults) if workers is None else workers
    asked = [word for fault in faults for word in ("--fault", fault)]
    argv = [sys.executable, str(_RUN), "--simulate", profile, "--out", str(out), "-q", "-p", "no:cacheprovider", *asked, *more]
    began = time.monotonic()
    with subprocess.Popen(
        [*argv, *(["-n", str(number)] if number else [])],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=_environment(), start_new_session=True,
    ) as process:  # fmt: skip
        code, printed = _ended(process, timeout_s)
    _made_removable(out)
    folder = next((path for path in sorted(out.glob("*/*")) if path.is_dir()), None)
    text, seconds = printed.decode("utf-8", "backslashreplace"), time.monotonic() - began
    return HarnessResult(code, _results(folder), seconds, folder, text, _undone(faults, out))


def _undone(faults: Sequence[str], out: Path) -> tuple[str, ...]:
    """Of a clock that is set there is no mark: its times are in the evidence."""
    done = [line for mark in out.glob(f"*/*{DONE}") for line in mark.read_text(encoding="utf-8").splitlines()]
    wanted = [str(fault) for fault in map(parse, faults) if fault.name in HARMS]
    return tuple(fault for fault in wanted if fault not in done)


def _environment() -> dict[str, str]:
    """Without what another pytest around this one has set."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_", "HWACCEPT_RUN_"))}


def _ended(process: subprocess.Popen[bytes], timeout_s: float) -> tuple[int | None, bytes]:
    """Exit code and output of the process; nothing of its group is left behind."""
    try:
        printed, _ = process.communicate(timeout=timeout_s)
        code: int | None = process.returncode
    except subprocess.TimeoutExpired:
        _kill_group(process.pid)
        printed, _ = process.communicate()
        code = None
    _kill_group(process.pid)
    return code, printed


def _made_removable(out: Path) -> None:
    """Folders that were made read-only could not be cleaned up by whoever is not root."""
    for path in out.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _results(folder: Path | None) -> Mapping[str, Any] | None:
    try:
        read = json.loads((folder / "results.json").read_bytes()) if folder else None
    except (OSError, ValueError):
        return None
    return read if isinstance(read, dict) else None
