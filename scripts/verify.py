"""
scripts/accept --verify BUNDLE: check what was handed over, and reach its verdict again from the outputs in it.

Nothing in the bundle is believed: its manifest is checked, then the signatures, then this checkout's own parsers and checks judge the
outputs again. Exit code 0 only where nothing differs; 12 where something does or the bundle is refused; 4 usage.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fixtures import spec as specs
from reports import journal
from reports.bundle import FILE, JOURNAL, SPEC, BundleError, Loaded, unpack
from reports.plain import one_line
from reports.rederiving import differences, hidden, rederived
from reports.results import build_from, exit_code
from reports.signing import Checked, PublicKey, SignatureError, check, holds
from reports.signing_keys import read_public_key

DIFFERS, USAGE, INCOMPLETE = 12, 4, 11
_RUN = Path(__file__).with_name("run.py")
_TRUSTED = re.compile(r"([0-9a-f]{64}) [ *](.+)", re.ASCII)
_SAID = 2000
_ASKED_BEFORE = ("hwaccept-kubernetes",)
"""Asks the cluster for the peers before the run begins."""
_RAN = ("exited", "timeout", "ended", "unserved")
Detached = tuple[str, bytes]


def main(arguments: Sequence[str]) -> int:
    """Print what was checked, a line for each difference, and the word at the end; the return value is the exit code."""
    asked = _parsed(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name that this terminal cannot show must not end the program
    try:
        keys = [read_public_key(path) for path in asked.key]
        trusted = _trusted(asked.trusted_tools) if asked.trusted_tools else None
        detached = [(str(path), path.read_bytes()) for path in asked.signature]
    except (OSError, SignatureError, ValueError) as error:
        print(f"hwaccept: --verify: {error}", file=sys.stderr)
        return USAGE
    bundle = asked.verify / FILE if asked.verify.is_dir() else asked.verify
    try:
        return _verified(bundle, asked, keys, trusted, detached)
    except (BundleError, SignatureError) as error:
        print(f"refused: {one_line(str(error))}")
        return DIFFERS
    except OSError as error:
        print(f"hwaccept: --verify {bundle}: {error}", file=sys.stderr)
        return USAGE


def _verified(
    bundle: Path, asked: argparse.Namespace, keys: Sequence[PublicKey], trusted: frozenset[str] | None, detached: Sequence[Detached]
) -> int:  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="hwaccept-verify-") as name:
        folder = Path(name, "run")
        folder.mkdir()
        loaded = unpack(bundle, folder)
        print(_about(loaded))
        if asked.node not in (None, loaded.results["node"]):
            raise BundleError("other-node", f"it is of {loaded.results['node']}, asked for was {asked.node}")
        signed = _signatures(loaded, detached)
        word = _authenticated(signed, keys, asked.key)
        found = [*_untrusted(loaded, trusted, folder), *strange(loaded.results, folder), *_lower_level(loaded.results, asked, folder)]
        found += _again(loaded, folder, asked, Path(name, "out"))
    for line in found:
        print(f"differs: {line}")
    verdict = loaded.results["verdict"]
    if found:
        print(f"NOT CONSISTENT, whatever is signed: it says {verdict}, and {len(found)} lines above differ")
        return DIFFERS
    print(f"{word}: {verdict}; nothing differs in {len(loaded.results['items'])} items")
    return live_exit_code(verdict) if asked.require_accepted else 0


def live_exit_code(verdict: str) -> int:
    """0 for a live ACCEPTED, 10 for a live REJECTED, 11 for every other word: what was simulated or replayed decides nothing."""
    return exit_code(verdict) if verdict in ("ACCEPTED", "REJECTED") else INCOMPLETE


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/accept", description="Verify a bundle.", exit_on_error=True, allow_abbrev=False)
    parser.add_argument("--verify", metavar="BUNDLE", type=Path, required=True, help="bundle.tar.gz, or the folder of a run that has one")
    parser.add_argument("--key", metavar="PUB", type=Path, action="append", default=[], help="a public key that must have signed it")
    parser.add_argument("--signature", metavar="FILE", type=Path, action="append", default=[], help="a signature that is not in the bundle")
    parser.add_argument("--spec", metavar="NAME|FILE", help="judge by another spec than the one inside")
    parser.add_argument("--bom", metavar="FILE", help="judge by another bill of materials than the one inside")
    parser.add_argument("--node", metavar="NAME", help="refuse a bundle of another node")
    parser.add_argument("--trusted-tools", metavar="FILE", type=Path, help="SHA-256 of programs that are trusted, as sha256sum prints them")
    parser.add_argument("--require-accepted", action="store_true", help="end with 10 or 11 where the verdict is not a live ACCEPTED")
    try:
        return parser.parse_args(arguments)
    except SystemExit as stop:
        raise SystemExit(USAGE if stop.code else 0) from None


def _trusted(file: Path) -> frozenset[str]:
    """The hashes of a list. Raises ValueError for a line that is none, or a list without any."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")]
    matches = [_TRUSTED.fullmatch(line) for line in lines]
    bad = next((line for line, match in zip(lines, matches, strict=True) if match is None), None)
    if bad is not None or not lines:
        raise ValueError(f"--trusted-tools {file}: found {bad!r}, expected lines of sha256sum: HASH, two spaces, PATH")
    return frozenset(match[1] for match in matches if match)


def _about(loaded: Loaded) -> str:
    run = loaded.results
    suite = f"suite {run['suite']['version']} ({str(run['suite']['commit'] or 'commit not known')[:12]})"
    spec = f"spec {run['spec']['name']}{_level(run)}"
    told = f"node {run['node']}, {run['mode']}, {run['started']}, {spec}, {len(run['items'])} items, {suite}"
    return one_line(f"bundle: {told}; manifest sha256 {loaded.manifest_sha256}")


def _level(run: Mapping[str, Any]) -> str:
    """At which level DCGM was asked: the word that it accepts a node at level 1 is the same as at level 3."""
    level = run["options"].get("dcgm_level")
    return f", dcgmi diag at level {level}" if level is not None else ""


def _signatures(loaded: Loaded, detached: Sequence[Detached]) -> list[Checked]:
    """Every signature inside and beside, each good; raises SignatureError for the first that is not."""
    found = []
    for name, data in (*loaded.signatures.items(), *detached):
        checked = check(data, loaded.manifest or b"", loaded.results)
        found.append(checked)
        said = checked.statement
        print(one_line(f"signature {name}: {said.role} {said.signer or 'without a name'}, {said.signed}, key {checked.fingerprint}"))
    return found


def _authenticated(signed: Sequence[Checked], keys: Sequence[PublicKey], names: Sequence[Path]) -> str:
    """The word for what was found. Raises BundleError where a key that was given has signed nothing."""
    for key, name in zip(keys, names, strict=True):
        if not any(holds(each, [key]) for each in signed):
            raise BundleError("not-signed", f"no signature by {name} ({len(signed)} by other keys)")
    if not keys:
        return "consistent, not authenticated"
    strangers = [each for each in signed if not holds(each, keys)]
    more = f" ({len(strangers)} more by keys that were not given)" if strangers else ""
    return f"consistent, signed by {' and '.join(str(name) for name in names)}{more}"


def _untrusted(loaded: Loaded, trusted: frozenset[str] | None, folder: Path) -> Iterator[str]:
    """Programs of this node that are not in the list; those of other hosts nobody could hash, which is only told."""
    if trusted is None:
        return
    yield from _without_path(folder)
    for tool in loaded.tools:
        if tool["host"] != "local" and tool["sha256"] is None:
            print(one_line(f"not known: the hash of {tool['tool']} on {tool['host']}"))
        elif tool["path"] is not None and tool["sha256"] not in trusted:
            known = f"its SHA-256 {tool['sha256']} is not among the trusted ones" if tool["sha256"] else "its SHA-256 is not known"
            yield one_line(f"tool {tool['tool']} ({tool['path']}): {known}")


def _without_path(folder: Path) -> Iterator[str]:
    """Programs that ran here, and of which the evidence does not say which file they were: a program that is missing has none."""
    for file in sorted(folder.glob("evidence/local/**/command.json")):
        facts = json.loads(file.read_bytes())
        if facts["path"] is None and facts.get("outcome") in _RAN:
            yield one_line(f"tool {facts['command']['argv'][0]}: {file.parent.relative_to(folder)} does not say which file it was")


def strange(results: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """
    Evidence that does not belong to the run: taken at another time (of a live run), or named by no item of one that is complete.

    Whoever may choose the best of several runs for each board sells the worst of them.
    """
    named, counts = set(results["evidence"]), results["counts"]
    complete = results["ended"] is not None and not counts["not_run"] and not counts["ERROR"]
    for file in sorted(folder.glob("evidence/*/*/command.json")):
        output, facts = "/".join(file.parent.parts[-2:]), json.loads(file.read_bytes())
        if complete and output not in named:
            yield one_line(f"evidence {output}: was added, no item was judged by it")
        began = str(facts.get("started"))
        is_within = results["started"] <= began <= (results["ended"] or began)
        if results["origin"] == "live" and facts["command"]["argv"][0] not in _ASKED_BEFORE and not is_within:
            yield one_line(f"evidence {output}: was taken at {began}, the run from {results['started']} to {results['ended']}")


def _lower_level(results: Mapping[str, Any], asked: argparse.Namespace, folder: Path) -> Iterator[str]:
    """A run that asked less of dcgmi diag than the spec does: of the spec inside that is told, of the verifier's own it is a difference."""
    try:
        wanted = specs.load(asked.spec or str(folder / SPEC)).dcgm.level
    except specs.SpecError:
        return  # the replay says so, and in its own words
    level = results["options"].get("dcgm_level")
    if isinstance(level, int) and level < wanted:
        told = f"dcgmi diag ran at level {level}, the spec asks for {wanted}"
        if asked.spec:
            yield told
        else:
            print(f"note: {told}")


def _again(loaded: Loaded, folder: Path, asked: argparse.Namespace, out: Path) -> list[str]:
    """The lines that tell how the replay differs. Raises BundleError where the evidence cannot be replayed."""
    told, again = journal.read(folder / JOURNAL), _replayed(folder, asked, out)
    _note_suite(told.run["suite"], again.run["suite"])
    lines = [f"{JOURNAL}: {line}" for line in differences(loaded.results, build_from(told))]
    found = rederived(told, again)
    if asked.spec or asked.bom:
        print(one_line(f"judged by {' and '.join(filter(None, (asked.spec, asked.bom)))} the evidence gives {found['verdict']}"))
    unsaid = list(hidden(told, again))
    if loaded.results["verdict"].startswith("REJECTED"):  # a run that was stopped at its first failure hides nothing by it
        for line in unsaid:
            print(f"note: {line}")
        unsaid = []
    return [*lines, *differences(loaded.results, found), *unsaid]


def _replayed(folder: Path, asked: argparse.Namespace, out: Path) -> journal.Journal:
    """The journal of a replay, by a process of its own and by this suite."""
    more = [word for name in ("spec", "bom") if getattr(asked, name) for word in (f"--{name}", getattr(asked, name))]
    argv = [sys.executable, "-P", str(_RUN)] if sys.version_info >= (3, 11) else [sys.executable, str(_RUN)]
    kept = {name: value for name, value in os.environ.items() if name not in ("KUBECONFIG", "NODE_NAME", "PYTEST_ADDOPTS")}
    ended = subprocess.run(
        [*argv, "--replay", str(folder), "--out", str(out), "-q", "--no-header", *more],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=kept, check=False,
    )  # fmt: skip
    journals = sorted(out.glob(f"*/*/{JOURNAL}"))
    if len(journals) != 1:
        said = ended.stdout.decode("utf-8", "backslashreplace").strip()[-_SAID:].splitlines() or ["it said nothing"]
        raise BundleError("cannot-replay", f"the replay ended with {ended.returncode}: {said[-1]}")
    try:
        again = journal.read(journals[0])
    except journal.JournalError as error:
        raise BundleError("cannot-replay", f"the replay left no journal that can be read: {error}") from error
    if again.end is None or again.cut:
        raise BundleError("cannot-replay", f"the replay ended with {ended.returncode} before it was through")
    return again


def _note_suite(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
    if theirs != ours:
        print(one_line(f"note: measured by suite {_suite(theirs)}, verified by {_suite(ours)}"))


def _suite(suite: Mapping[str, Any]) -> str:
    return f"{suite['version']}, {suite['commit'] or 'commit not known'}{' with local changes' if suite['dirty'] else ''}"
