"""
Run pytest on hwtests for scripts/accept, and end with 0 only if this run's results.json says ACCEPTED.

pytest runs in a child process, so that nothing that happens in it can decide the exit code: not `os._exit(0)`, not a
plugin switched off. The plugin that makes the run's folder writes the folder's path into the file that the environment
variable HWACCEPT_RUN_FILE names. Signals sent to this process reach the child once, also where the sender (a terminal,
timeout, systemd) tells every process itself; a child whose parent was killed gets SIGTERM.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
CHECKS = str(CHECKOUT / "hwtests")

INSTEAD = {
    "--verify": ("scripts.verify", "main"), "--calibrate": ("scripts.calibrate", "main"), "--write-bom": ("fixtures.bom_draft", "main"),
    "--drill": ("scripts.drill", "main"),
}  # fmt: skip
"""What is done in the place of a run where this option is given: the module, and its function of the arguments."""

ACCEPTED, REJECTED, INCOMPLETE = 0, 10, 11
SETUP_FAILED, INTERRUPTED, USAGE = 3, 2, 4
NEVER_A_VERDICT = range(3, 10)
"""Of pytest's exit codes: internal error, usage, nothing collected and what may follow. 2, interrupted, has results."""

WORDS = {"ACCEPTED": ACCEPTED, "REJECTED": REJECTED, "INCOMPLETE": INCOMPLETE}
MODES = {"live": ("",), "simulated": (" (simulated)",), "replayed": (" (replayed)", " (replayed simulation)")}

INFORMATION = {
    "-h", "--help", "-V", "--version", "--co", "--collect-only", "--collectonly", "--markers", "--fixtures", "--funcargs",
    "--fixtures-per-test",
}  # fmt: skip
"""Arguments with which pytest measures nothing, so that there is no verdict to ask for."""

FORWARDED = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
HEARING_S = 0.2
PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Do what was asked for instead of a run, or run pytest with these arguments; the return value is the exit code."""
    sys.path = [str(CHECKOUT), *(folder for folder in sys.path if folder not in (str(CHECKOUT), str(CHECKOUT / "scripts")))]
    instead = next((name for name in INSTEAD if any(word.partition("=")[0] == name for word in arguments)), None)
    if instead is not None:
        module, function = INSTEAD[instead]
        done: int = getattr(importlib.import_module(module), function)(arguments)
        return done
    if any(word.partition("=")[0] == "--replay" for word in arguments):
        with importlib.import_module("scripts.unpacking").unpacked(arguments) as found:
            return USAGE if found is None else accept(found)
    return accept(arguments)


def accept(arguments: list[str]) -> int:
    """Run pytest with these arguments and judge what it leaves; the return value is the exit code."""
    handle, run_file = tempfile.mkstemp(prefix="hwaccept-run-")
    os.close(handle)
    os.environ["HWACCEPT_RUN_FILE"] = run_file
    heard, told = os.pipe()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {*FORWARDED, signal.SIGCHLD})
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        hear_signals(told, parent)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return run_pytest(arguments)
    os.close(told)
    code = os.waitstatus_to_exitcode(wait_for(child, heard))
    folder = Path(run_file).read_text("utf-8").strip()
    Path(run_file).unlink()
    return exit_code(code, folder, bool(INFORMATION & set(arguments)))


def hear_signals(told: int, parent: int) -> None:
    """In the child: write every signal that arrives to `told`, and get SIGTERM when the parent ends."""
    import ctypes

    os.set_blocking(told, False)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def run_pytest(arguments: list[str]) -> int:
    """In the child: pytest with the checkout's configuration; relative paths stay relative to the caller's folder."""
    try:
        import pytest
    except ImportError as error:
        print(f"hwaccept: the environment {sys.prefix} is damaged ({error}): delete it and start again", file=sys.stderr)
        return SETUP_FAILED

    class CommandLine:
        """Paths that the caller names take the place of all checks: only pytest can tell a path from a value."""

        def pytest_addoption(self, parser: pytest.Parser) -> None:
            parser.prog = "scripts/accept"

        @pytest.hookimpl(tryfirst=True)
        def pytest_configure(self, config: pytest.Config) -> None:
            if len(config.args) > 1 and config.args[0] == CHECKS:
                config.args = config.args[1:]
                # xdist starts its workers with these.
                given = config.invocation_params
                named = [argument for argument in given.args if argument != CHECKS]
                config.invocation_params = pytest.Config.InvocationParams(args=named, plugins=given.plugins, dir=given.dir)

    fixed = ["-c", str(CHECKOUT / "pyproject.toml"), "--rootdir", str(CHECKOUT), CHECKS]
    try:
        code = int(pytest.main([*fixed, *arguments], plugins=[CommandLine()]))
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads on (scripts/accept | head): what is left goes nowhere, or Python's own flush fails again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERRUPTED
    return code


def wait_for(child: int, heard: int) -> int:
    """The child's wait status. Passes on signals, and as process 1 of a container collects orphans."""
    while True:
        number = signal.sigwait({*FORWARDED, signal.SIGCHLD})
        if number != signal.SIGCHLD:
            if not has_heard(heard, number):
                os.kill(child, number)
            continue
        ended = -1
        while ended:
            ended, status = os.waitpid(-1, os.WNOHANG)
            if ended == child:
                return status


def has_heard(heard: int, number: int) -> bool:
    """Whether the child got this signal from the sender as well, or is gone."""
    if not select.select([heard], [], [], HEARING_S)[0]:
        return False
    told = os.read(heard, 4096)
    return not told or number in told


def verdict(folder: str) -> int | None:
    """The exit code that results.json in this run's folder stands for; None without results that can be read."""
    if not folder:
        return None
    try:
        results = json.loads(Path(folder, "results.json").read_bytes())
        said, mode = results["verdict"], results["mode"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    known = {word + suffix: code for word, code in WORDS.items() for suffix in MODES.get(str(mode), ())}
    return known.get(str(said))


def exit_code(code: int, folder: str, information: bool) -> int:
    """What scripts/accept ends with, from pytest's exit code (negative: ended by that signal) and its results."""
    found = verdict(folder)
    if code in NEVER_A_VERDICT or (code == 0 and information and not folder):
        return code
    if found is None:
        return without_results(code)
    if found == ACCEPTED and code != 0:
        print(f"hwaccept: results.json says ACCEPTED but pytest ended with {code}: not accepted", file=sys.stderr)
        return INCOMPLETE
    return found


def without_results(code: int) -> int:
    """The exit code of a run that left no results: as pytest where it was interrupted, else INCOMPLETE."""
    if code == INTERRUPTED or -code in FORWARDED:
        return INTERRUPTED
    print(f"hwaccept: INCOMPLETE: pytest ended with {code} and left no results.json, which is no acceptance", file=sys.stderr)
    return INCOMPLETE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
