"""
Changes the code that decides, one place after another, and looks whether a test notices: `python benchmarks/mutation.py [FILE ...]`.

Scope: parsers/, judging, limits, the verdict on the node, and the checks; FILE is the beginning of a path, as "parsers/ping". The
changes are those of mutmut's operators. Each mutant is given to the tests that reach its lines, until one fails; the results are kept in
--state, so that a run can be stopped and goes on: what was killed is not repeated unless its file changed, what survived is. A mutant that
survives is killed by a new test, or stands in mutants.toml with the reason why none needs to kill it. Prints a table, and with --survivors
every mutant that survived and is not in the list; the exit code is 1 if there are any. Needs mutmut and Linux.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import shutil
import sys
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from benchmarks import mutant_drill, mutant_list, mutant_reach, mutant_runs, mutants  # noqa: E402
from benchmarks.mutant_runs import Chooser, Result, Server  # noqa: E402
from benchmarks.mutants import Mutant  # noqa: E402

_NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", "out", "__pycache__", ".*_cache", ".hypothesis")
_OPTIONS = ("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov", "-p", "no:randomly", "-s", "-q")
_COLUMNS = ("made", "excluded", "killed", "timeout", "survived", "explained", "not run")
_KILLS = ("killed", "timeout")


@dataclass(frozen=True)
class Suite:
    """
    Files that are mutated, and the tests that they are given to; what survives these, to the drill, if it is `drilled`.

    `options` are pytest's; without the suite's own plugins the parsers are collected in a third of the time.
    """

    name: str
    sources: Sequence[str]
    tests: Sequence[str]
    drilled: bool = False
    options: Sequence[str] = ()


SUITES = (
    Suite(
        "verdict",
        ("fixtures/judging.py", "fixtures/limits.py", "reports/results.py"),
        (
            "fixtures/tests/test_judging.py", "fixtures/tests/test_limits.py", "fixtures/tests/test_spec.py",
            "fixtures/tests/test_spec_refused.py", "fixtures/tests/test_hwtests_*.py", "reports/tests/test_results.py",
            "reports/tests/test_warnings.py",
        ),
    ),
    Suite("checks", ("hwtests/test_*.py",), ("fixtures/tests/test_hwtests_*.py",), drilled=True),
    Suite("parsers", ("parsers/*.py", "parsers/*/*.py"), ("parsers/tests",), options=("--confcutdir=parsers",)),
)  # fmt: skip


def main() -> int:
    """Run what is wanted and was not yet run, print, and tell by the exit code whether anything survived."""
    options = _options()
    os.nice(19)
    options.state.mkdir(parents=True, exist_ok=True)
    made = {suite.name: _mutants(suite, options.files) for suite in SUITES}
    for suite in SUITES:
        wanted = _to_run(made[suite.name], _results(options.state), options.only_new)
        if wanted and not options.table:
            _run(suite, wanted, options)
    everything = [mutant for found in made.values() for mutant in found]
    return _report(everything, _results(options.state), options.survivors)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Mutation testing of what decides.")
    parser.add_argument("files", nargs="*", metavar="FILE", help="beginnings of paths; default: everything in the scope")
    parser.add_argument("--state", type=Path, default=CHECKOUT / "out" / "mutation", help="where results are kept (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument("--budget", type=float, default=6.0, help="seconds of tests that a mutant is given at most (default: %(default)s)")
    parser.add_argument("--only-new", action="store_true", help="do not repeat what survived")
    parser.add_argument("--keep-reach", action="store_true", help="trust what an earlier run found of which tests reach what")
    parser.add_argument("--table", action="store_true", help="run nothing")
    parser.add_argument("--survivors", action="store_true", help="list every mutant that survived and is not explained")
    return parser.parse_args()


def _sources(suite: Suite) -> list[str]:
    found = [path.relative_to(CHECKOUT).as_posix() for pattern in suite.sources for path in sorted(CHECKOUT.glob(pattern))]
    return [file for file in dict.fromkeys(found) if "/tests/" not in file]


def _mutants(suite: Suite, wanted: Sequence[str]) -> list[Mutant]:
    asked = [file for beginning in wanted for file in _sources(suite) if file.startswith(beginning)]
    files = list(dict.fromkeys(asked)) if wanted else _sources(suite)
    return [mutant for file in files for mutant in mutants.mutants_of(file, (CHECKOUT / file).read_text(encoding="utf-8"))]


_Key = tuple[str, str, str, str, int]


def _results(state: Path) -> dict[_Key, tuple[str, str, str]]:
    """Of each mutant the last outcome, the test, and the digest of the file that was mutated."""
    found: dict[_Key, tuple[str, str, str]] = {}
    path = state / "results.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        raw = json.loads(line)
        found[raw["file"], raw["function"], raw["was"], raw["becomes"], raw["nth"]] = raw["outcome"], raw["by"], raw["digest"]
    return found


def _to_run(made: Sequence[Mutant], results: Mapping[_Key, tuple[str, str, str]], only_new: bool) -> list[Mutant]:
    digests = _digests(made)
    listed = mutant_list.reasons()

    def settled(mutant: Mutant) -> bool:
        outcome, _, digest = results.get(mutant.key, ("", "", ""))
        return digest == digests[mutant.file] and (outcome in (*_KILLS, "no code") or (only_new and bool(outcome)))

    return [mutant for mutant in made if not mutant.excluded and mutant.key[:4] not in listed and not settled(mutant)]


def _digests(made: Sequence[Mutant]) -> dict[str, str]:
    files = dict.fromkeys(mutant.file for mutant in made)
    return {file: hashlib.sha256((CHECKOUT / file).read_bytes()).hexdigest()[:16] for file in files}


def _run(suite: Suite, wanted: Sequence[Mutant], options: argparse.Namespace) -> None:
    digests = _digests(wanted)
    copies = [_copied(options.state / f"copy-{number}") for number in range(options.workers)]
    reach = options.state / f"reach-{suite.name}.json"
    if not (options.keep_reach and reach.exists()):
        _child(lambda: _record(suite, copies[0], reach))
    parts = _parts(wanted, options.workers)
    children = [_forked(lambda at=at: _work(suite, copies[at], reach, parts[at], digests, options)) for at in range(options.workers)]
    for child in children:
        os.waitpid(child, 0)


def _parts(wanted: Sequence[Mutant], workers: int) -> list[list[Mutant]]:
    """Whole functions, so that what killed one mutant of a function is tried first on the next."""
    groups = dict.fromkeys((mutant.file, mutant.function) for mutant in wanted)
    place = {group: number % workers for number, group in enumerate(groups)}
    return [[mutant for mutant in wanted if place[mutant.file, mutant.function] == number] for number in range(workers)]


def _copied(folder: Path) -> Path:
    if folder.exists():
        shutil.rmtree(folder)
    return Path(shutil.copytree(CHECKOUT, folder, ignore=_NOT_COPIED, symlinks=True))


def _forked(work: object) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()  # type: ignore[operator]
        code = 0
    finally:
        if code:
            traceback.print_exc()
        os._exit(code)


def _child(work: object) -> None:
    os.waitpid(_forked(work), 0)


def _enter(copy: Path) -> None:
    """Work in a copy, and import from it: ours alone is imported from here already, and none of that is mutated."""
    os.chdir(copy)
    sys.path[:] = [str(copy), *(path for path in sys.path if path != str(CHECKOUT))]


def _tests(suite: Suite, copy: Path) -> list[str]:
    return [path.relative_to(copy).as_posix() for pattern in suite.tests for path in sorted(copy.glob(pattern))]


def _record(suite: Suite, copy: Path, path: Path) -> None:
    _enter(copy)
    recorder = mutant_reach.Recorder(copy, suite.sources, path)
    pytest.main([*_options_of(suite, copy), *_tests(suite, copy)], plugins=[recorder, mutant_runs.SettledHypothesis()])


def _work(
    suite: Suite, copy: Path, path: Path, part: Sequence[Mutant], digests: Mapping[str, str], options: argparse.Namespace
) -> None:
    _enter(copy)
    chooser = Chooser(mutant_reach.load(path, {mutant.file for mutant in part}), options.budget)
    left = Path(f"{copy}-left.json")

    def done(result: Result) -> None:
        file, function, was, becomes, nth = result.mutant.key
        line = {"file": file, "function": function, "was": was, "becomes": becomes, "nth": nth, "outcome": result.outcome, "by": result.by}
        with (options.state / "results.jsonl").open("a", encoding="utf-8") as results:
            results.write(json.dumps({**line, "digest": digests[file]}) + "\n")

    def served() -> None:
        server = Server(copy, part, chooser, done, suite.drilled)
        pytest.main([*_options_of(suite, copy), *_tests(suite, copy)], plugins=[server, mutant_runs.SettledHypothesis()])
        left.write_text(json.dumps([part.index(mutant) for mutant in server.left]), encoding="utf-8")

    left.unlink(missing_ok=True)
    _child(served)
    rest = [part[number] for number in json.loads(left.read_text(encoding="utf-8"))]
    drilled = [mutant for mutant in rest if suite.drilled and mutant.function]
    _child(lambda: mutant_drill.drill(copy, drilled, done))
    _anew(suite, copy, [mutant for mutant in rest if mutant not in drilled], chooser, done)


def _options_of(suite: Suite, copy: Path) -> tuple[str, ...]:
    return (*_OPTIONS, *suite.options, f"--basetemp={copy}-tmp")


def _anew(suite: Suite, copy: Path, left: Sequence[Mutant], chooser: Chooser, done: object) -> None:
    options = _options_of(suite, copy)
    importers = _importers(copy)
    sound: dict[frozenset[int], bool] = {}
    for mutant in left:
        lines = range(1, (copy / mutant.file).read_text(encoding="utf-8").count("\n") + 2)
        tests = chooser.tests(mutant, lines) or _elsewhere(chooser, importers.get(mutant.file, ()))
        if frozenset(tests) not in sound:
            sound[frozenset(tests)] = not tests or mutant_runs.run_anew(copy, None, chooser, tests, options)[0] == "survived"
        able = tests and sound[frozenset(tests)]
        outcome, test = mutant_runs.run_anew(copy, mutant, chooser, tests, options) if able else ("unreached", None)
        if test is not None and outcome in _KILLS:
            chooser.kills[mutant.file, mutant.function][test] += 1
        done(Result(mutant, outcome, "" if test is None else chooser.reach.tests[test]))  # type: ignore[operator]


def _elsewhere(chooser: Chooser, files: Sequence[str]) -> list[int]:
    """The cheapest tests of those that reach the files that import it."""
    found = {test for file in files for tests in chooser.reach.lines.get(file, {}).values() for test in tests if test >= 0}
    return sorted(found, key=lambda test: chooser.reach.seconds[test])[:80]


def _importers(copy: Path) -> dict[str, list[str]]:
    """For each file of the parsers those that import it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in (copy / "parsers").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                found[node.module.replace(".", "/") + ".py"].append(path.relative_to(copy).as_posix())
    return found


def _report(made: Sequence[Mutant], results: Mapping[_Key, tuple[str, str, str]], list_them: bool) -> int:
    listed, digests = mutant_list.reasons(), _digests(made)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    survivors, rules = [], Counter(mutant.excluded for mutant in made if mutant.excluded)
    for mutant in made:
        outcome, _, digest = results.get(mutant.key, ("not run", "", ""))
        word = _word(mutant, outcome if digest == digests[mutant.file] or outcome == "not run" else "not run", listed)
        counts[_folder(mutant.file)][word] += 1
        counts[_folder(mutant.file)]["made"] += word != "no code"
        if word == "survived":
            survivors.append(mutant)
    for line in _table(counts):
        print(line)
    print("excluded: " + "; ".join(f"{number} {rule} ({mutants.EXCLUDED[rule]})" for rule, number in rules.most_common()))
    for mutant in survivors if list_them else ():
        print(f"\n{mutant.file}:{mutant.line} {mutant.function}\n- {mutant.was}\n+ {mutant.becomes}")
    return 1 if survivors else 0


def _word(mutant: Mutant, outcome: str, listed: Mapping[tuple[str, str, str, str], str]) -> str:
    if mutant.excluded:
        return "excluded"
    if mutant.key[:4] in listed and outcome not in _KILLS:
        return "explained"
    return "survived" if outcome == "unreached" else outcome


def _folder(file: str) -> str:
    """A parser's package or file; else the file."""
    return "/".join(file.split("/")[:2])


def _table(counts: Mapping[str, Counter[str]]) -> Iterator[str]:
    yield f"{'':32}" + "".join(f"{column:>10}" for column in (*_COLUMNS, "score"))
    total: Counter[str] = sum(counts.values(), Counter())
    for name, row in (*sorted(counts.items()), ("all", total)):
        judged = sum(row[column] for column in ("killed", "timeout", "survived"))
        score = f"{100 * (row['killed'] + row['timeout']) / judged:.1f} %" if judged else "-"
        yield f"{name:32}" + "".join(f"{row[column]:10}" for column in _COLUMNS) + f"{score:>10}"


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(code)
