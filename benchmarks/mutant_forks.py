"""A child process for every mutant: whatever it does there, it does to nobody else, and it ends."""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

KILLED, SURVIVED, NO_CODE, ANEW = 1, 0, 3, 4
_OUTCOMES = {SURVIVED: "survived", KILLED: "killed", NO_CODE: "no code", ANEW: "anew"}
_LOOK_SECONDS, _IDLE_LOOKS = 5.0, 6
_MEMORY = 6 * 2**30
_Test = TypeVar("_Test")


def forked(work: Callable[[int], int], cpu_seconds: float) -> tuple[str, int | None]:
    """What `work` came to in a child that cannot do any harm, and the last number that it wrote into its pipe."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.close(reading)
        code = KILLED
        try:
            _confined(cpu_seconds)
            code = work(writing)
        except LeavesEarly as early:
            code = early.code
        finally:
            os._exit(code)
    os.close(writing)
    told, status = _awaited(child, reading)
    if os.WIFSIGNALED(status):
        timeout = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)
        return "timeout" if timeout else "killed", told
    return _OUTCOMES.get(os.WEXITSTATUS(status), "killed"), told


def _awaited(child: int, reading: int) -> tuple[int | None, int]:
    """What it wrote, and how it ended. A busy machine is no reason to end it, but that it waits for something that does not come is."""
    told, idle, before = b"", 0, 0
    while idle < _IDLE_LOOKS:
        if select.select([reading], [], [], _LOOK_SECONDS)[0]:
            some = os.read(reading, 4096)
            if not some:
                break
            told += some
        else:
            now, runs = _progress(child)
            idle, before = (0 if runs or now > before else idle + 1), now
    else:
        os.kill(child, signal.SIGKILL)
    os.close(reading)
    status = os.waitpid(child, 0)[1]
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    numbers = told.split()
    return int(numbers[-1]) if numbers else None, status


def _progress(child: int) -> tuple[int, bool]:
    """Nanoseconds on a processor until now, and whether it is running or would like to."""
    folder = Path(f"/proc/{child}")
    state = (folder / "stat").read_text(encoding="ascii", errors="replace").rpartition(") ")[2][:1]
    return int((folder / "schedstat").read_text(encoding="ascii").split()[0]), state == "R"


def _confined(cpu_seconds: float) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_seconds) + 1, int(cpu_seconds) + 5))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    sys.dont_write_bytecode = True


class LeavesEarly(Exception):
    """Leaves a child with `code`."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


def first_failure(tests: Sequence[_Test], fails: Callable[[_Test], bool], tell: int) -> int:
    """The exit code of a child that gives itself to tests until one fails; it writes the place of each before it begins."""
    for number, test in enumerate(tests):
        os.write(tell, f"{number} ".encode())
        if fails(test):
            return KILLED
    return SURVIVED
