"""
Damages recordings and gives them to all parsers: `python benchmarks/fuzz.py [--seconds N] [--tool NAME] [--seed N]`.

Starts from every recording that a parser reads, ours and, where they are found, those of others. Bad are those of ours that
are called so, and those of others that are whole and not healthy: of a list without an end, what is bad can be cut off. Counts
cases, refusals, and what must not happen: an exception that is no ParseError, and a structural change (a cut, a line dropped, swapped or
repeated, an error word in the place of a number) that makes a good reading out of a text that was bad. Prints a table; the
exit code is 1 if anything of the kind happened. `--every-cut` cuts every recording after each of its lines instead.
`--guided` has atheris, where it is installed, look for texts that lead a parser to new places; it knows nothing of good and
bad and looks for exceptions only.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from parsers.catalogue import tools  # noqa: E402
from parsers.errors import ParseError  # noqa: E402
from parsers.plain import plain  # noqa: E402
from parsers.tests.corpus import (  # noqa: E402
    BAD,
    HEALTHY,
    cuts,
    harmless,
    own_recordings,
    read,
    structural,
    text_of,
)  # fmt: skip
from parsers.tests.damage import OUTSIDE, RECORDINGS  # noqa: E402

MAX_SEED_CHARACTERS = 300_000
_RECORDED = (".txt", ".out", ".err", ".xml", ".json", ".log", ".csv")
_CHARACTERS = ("\x00", "\x1b[31m", "\r", "\n", "\u0663", "\ud800", "\ufeff", "-", "0", ".", "{", "}", "[", "]", '"', "|", ":", "<")
_JUNK = (*_CHARACTERS, "9" * 400, "nan", "1e999")


_FINDINGS = (ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)
"""What a parser must not raise; what is not even among these ends the run."""


@dataclass
class Tally:
    """What happened to one tool; `bad` are the texts that no change may make good."""

    seeds: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    cases: int = 0
    read: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    healed: list[str] = field(default_factory=list)


def main() -> int:
    """Fuzz, print, and tell by the exit code whether anything was found."""
    options = _options()
    tallies = _corpus([options.tool] if options.tool else list(tools()))
    if options.guided:
        return _guided(tallies, options.seconds)
    if options.every_cut:
        return _every_cut(tallies)
    rng = random.Random(options.seed)  # noqa: S311
    end = time.monotonic() + options.seconds
    names = [name for name, tally in tallies.items() if tally.seeds]
    while time.monotonic() < end:
        for name in names:
            _case(name, tallies[name], rng)
    return _report(tallies)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Damage recordings at random and give them to all parsers.")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (default 60)")
    parser.add_argument("--tool", choices=list(tools()), help="one tool only")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other changes")
    parser.add_argument("--every-cut", action="store_true", help="instead, cut every recording after each of its lines")
    parser.add_argument("--guided", action="store_true", help="by atheris, for exceptions only")
    return parser.parse_args()


def _corpus(names: list[str]) -> dict[str, Tally]:
    outside = [path for path in sorted(OUTSIDE.rglob("*")) if path.suffix in _RECORDED]
    tallies = {name: Tally() for name in names}
    for path in (*own_recordings(), *outside):
        text = text_of(path)
        for name, tally in tallies.items():
            record = read(name, text) if len(text) <= MAX_SEED_CHARACTERS else None
            if record is not None:
                tally.seeds.append(text)
                if OUTSIDE in path.parents and record.complete and not HEALTHY[name](record):
                    tally.bad.append(text)
    for name, tally in tallies.items():
        tally.bad += [text_of(RECORDINGS / bad) for bad in BAD[name]]
    return tallies


def _case(name: str, tally: Tally, rng: random.Random) -> None:
    must_stay_bad = bool(tally.bad) and rng.random() < 0.5
    text = rng.choice(tally.bad if must_stay_bad else tally.seeds)
    for _ in range(rng.randint(1, 4)):
        text = structural(text, rng.randrange) if must_stay_bad or rng.random() < 0.5 else _anything(text, rng)
    tally.cases += 1
    try:
        record = _PARSERS[name](text)
    except ParseError as error:
        tally.refusals[error.expected] += 1
    except _FINDINGS as error:
        tally.broken.append(f"{type(error).__name__}: {error}: {text!r}"[:2000])
    else:
        tally.read += 1
        if must_stay_bad and HEALTHY[name](record):
            tally.healed.append(repr(text)[:4000])


_PARSERS = {name: tool.parse for name, tool in tools().items()}


def _anything(text: str, rng: random.Random) -> str:
    """A stretch taken out, doubled, moved, or replaced by junk."""
    start = rng.randrange(len(text) + 1)
    stretch = text[start : start + rng.randrange(40)]
    rest = text[:start] + text[start + len(stretch) :]
    kind = rng.randrange(4)
    if kind == 0:
        return rest
    if kind == 1:
        return text[:start] + stretch + text[start:]
    if kind == 2:
        place = rng.randrange(len(rest) + 1)
        return rest[:place] + stretch + rest[place:]
    return text[:start] + rng.choice(_JUNK) + text[start + len(stretch) :]


def _report(tallies: dict[str, Tally]) -> int:
    print(f"{'tool':20} {'seeds':>6} {'bad':>4} {'cases':>8} {'read':>8} {'refused':>8} {'reasons':>8} {'exceptions':>11} {'healed':>7}")
    for name, tally in tallies.items():
        refused = tally.refusals.total()
        print(
            f"{name:20} {len(tally.seeds):6} {len(tally.bad):4} {tally.cases:8} {tally.read:8} {refused:8} {len(tally.refusals):8} "
            f"{len(tally.broken):11} {len(tally.healed):7}"
        )
    for name, tally in tallies.items():
        for text in (*tally.broken[:3], *tally.healed[:3]):
            print(f"\n{name}: {text}")
    found = sum(len(tally.broken) + len(tally.healed) for tally in tallies.values())
    total = sum(tally.cases for tally in tallies.values())
    print(f"\n{total} cases, {sum(len(t.refusals) for t in tallies.values())} distinct refusals, {found} findings")
    return 1 if found else 0


def _every_cut(tallies: dict[str, Tally]) -> int:
    found = 0
    for name, tally in tallies.items():
        whole = [(text, plain(read(name, text))) for text in tally.seeds]
        tried = [(cut, record) for text, record in whole for cut in cuts(text, name, len(text), 0)]
        taken = sum(not harmless(name, cut, record) for cut, record in tried)
        print(f"{name:20} {len(whole):6} recordings {len(tried):8} cuts {taken:4} read as whole")
        found += taken
    return 1 if found else 0


def _guided(tallies: dict[str, Tally], seconds: float) -> int:
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: pip install atheris")
        return 2
    failed = []
    for name, tally in tallies.items():
        with tempfile.TemporaryDirectory() as folder:
            for number, text in enumerate(tally.seeds):
                Path(folder, str(number)).write_bytes(text.encode("utf-8", "surrogatepass"))
            limit = f"-max_total_time={max(1, int(seconds / len(tallies)))}"
            command = [sys.executable, "-c", _TARGET, name, limit, "-max_len=65536", folder]
            ended = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
        done = [line for line in ended.stderr.splitlines() if line.startswith(("Done", "INFO: exiting"))]
        print(f"{name:20} {done[-1] if done else ended.stderr[-600:]}")
        failed += [name] if ended.returncode else []
    print(f"\nexceptions in: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


_TARGET = """
import sys
import atheris
with atheris.instrument_imports(include=["parsers"]):
    from parsers.catalogue import tools
    parse = tools()[sys.argv.pop(1)].parse
from parsers.errors import ParseError
def one(data):
    try:
        parse(data.decode("utf-8", "backslashreplace"))
    except ParseError:
        pass
atheris.Setup(sys.argv, one)
atheris.Fuzz()
"""
"""Runs in a process of its own: atheris ends the process that it fuzzes in."""


if __name__ == "__main__":
    sys.exit(main())
