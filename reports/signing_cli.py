"""python -m reports sign BUNDLE --key KEY --role ROLE, and python -m reports keygen NAME."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path

from reports import bundle, signing, signing_keys
from reports.plain import one_line
from reports.signing import Checked, SignatureError, Statement

_USAGE = 4


def main_sign(arguments: Sequence[str]) -> int:
    """Say what is about to be signed, and sign it. 0 signed, 4 nothing was."""
    parser = argparse.ArgumentParser(prog="python -m reports sign", description="Sign the manifest of a bundle.", allow_abbrev=False)
    parser.add_argument("bundle", type=Path, help="bundle.tar.gz of a run")
    parser.add_argument("--key", type=Path, required=True, help="Ed25519 private key, PKCS8 in PEM, which nobody else may read")
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help="its first line opens an encrypted key")
    parser.add_argument("--role", choices=signing.ROLES, required=True, help="as what you sign")
    parser.add_argument("--signer", default="", metavar="TEXT", help="who signs, as it is to stand on the certificate")
    parser.add_argument("--detached", type=Path, metavar="FILE", help="write the signature there, and leave the bundle as it is")
    return _done(parser, arguments, _sign, "nothing was signed")


def main_keygen(arguments: Sequence[str]) -> int:
    """Make NAME.key and NAME.pub. 0 made, 4 not."""
    parser = argparse.ArgumentParser(prog="python -m reports keygen", description="Make an Ed25519 pair of keys.", allow_abbrev=False)
    ending = f"NAME{signing_keys.PRIVATE} stays with you, NAME{signing_keys.PUBLIC} is handed out"
    parser.add_argument("name", type=Path, metavar="NAME", help=ending)
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help="encrypt the private key with the first line of this")
    return _done(parser, arguments, _keygen, "no keys were made")


def _done(parser: argparse.ArgumentParser, arguments: Sequence[str], act: Callable[[argparse.Namespace], None], otherwise: str) -> int:
    try:
        given = parser.parse_args(arguments)
    except SystemExit as stop:
        return _USAGE if stop.code else 0
    try:
        act(given)
    except (OSError, bundle.BundleError, SignatureError) as error:
        print(f"{otherwise}: {one_line(str(error))}", file=sys.stderr)
        return _USAGE
    return 0


def _keygen(given: argparse.Namespace) -> None:
    key = signing_keys.write_key_pair(given.name, _passphrase(given))
    private, public = (f"{given.name}{ending}" for ending in (signing_keys.PRIVATE, signing_keys.PUBLIC))
    how = "encrypted" if given.passphrase_file else "not encrypted: whoever reads it can sign as you"
    print(one_line(f"{private}: the private key, {how}"))
    print(one_line(f"{public}: the public key, for those who verify; tell them its fingerprint by another way than the bundle takes"))
    print(f"fingerprint {key.fingerprint}")


def _sign(given: argparse.Namespace) -> None:
    key = signing_keys.read_private_key(given.key, _passphrase(given))
    loaded = bundle.load(given.bundle)
    if loaded.manifest is None:
        where = f"{given.bundle} is a run's folder, and what is signed is a manifest: sign {given.bundle / bundle.FILE}"
        raise SignatureError("no-bundle", where)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    statement = signing.state(loaded.manifest, loaded.results, role=given.role, signer=given.signer, signed=now)
    public = signing.public_of(key)
    beside = _checked(loaded)
    _refuse_twice(beside, public)
    _show(statement, public, _serials(loaded), beside)
    made = signing.sign(statement, key)
    signing.check(made, loaded.manifest, loaded.results)
    if given.detached is None:
        name = signing.place(given.role, public)
        bundle.embed(given.bundle, name, made)
        print(one_line(f"signed: {given.bundle} has signatures/{name}.json"))
    else:
        signing_keys.write_new(given.detached, made)
        print(one_line(f"signed: {given.detached}; the bundle is as it was"))


def _passphrase(given: argparse.Namespace) -> bytes | None:
    return signing_keys.read_passphrase(given.passphrase_file) if given.passphrase_file else None


def _checked(loaded: bundle.Loaded) -> list[Checked]:
    """The signatures that are there. One that is bad is refused here: beside it, a good one would be handed over as a pair."""
    found = []
    for name, data in loaded.signatures.items():
        try:
            found.append(signing.check(data, loaded.manifest or b"", loaded.results))
        except SignatureError as error:
            raise SignatureError(error.name, f"signatures/{name}.json in the bundle is refused, {str(error).partition(': ')[2]}") from None
    return found


def _refuse_twice(beside: Sequence[Checked], public: signing.PublicKey) -> None:
    for other in beside:
        if other.key == public:
            told = f"this key signed it on {other.statement.signed} as {other.statement.role}: another role needs another key"
            raise SignatureError("signed-twice", told)


def _show(statement: Statement, public: signing.PublicKey, serials: int, beside: Sequence[Checked]) -> None:
    """What will be signed, before it is."""
    lines = [
        f"to be signed as {statement.role}{f' ({statement.signer})' if statement.signer else ''} with key {public.fingerprint}",
        f"verdict   {statement.verdict}",
        f"node      {statement.node}, with {serials} serial numbers of boards",
        f"run       {statement.run}, {statement.mode}, evidence of origin {statement.origin}",
        f"spec      {statement.spec_sha256}",
        f"manifest  {statement.manifest_sha256}",
        *(f"beside    {_beside(other)}" for other in beside),
        *_warning(statement),
    ]
    print("\n".join(map(one_line, lines)), flush=True)


def _beside(other: Checked) -> str:
    return f"{other.statement.role}, {other.statement.signed}, key {other.fingerprint}, not compared with any key that you trust"


def _warning(statement: Statement) -> list[str]:
    if (statement.mode, statement.origin) == ("live", "live"):
        return []
    did = "it measured no hardware" if statement.origin == "simulated" else "it judged what was recorded before and measured nothing"
    word = "SIMULATED" if statement.origin == "simulated" else "REPLAYED"
    return [f"WARNING   THIS RUN IS {word}: {did}. The signature says so, and no certificate can be made of it."]


def _serials(loaded: bundle.Loaded) -> int:
    boards = (item["identity"] for item in loaded.results["items"] if item["identity"])
    return len({board["serial"] for board in boards if board["serial"]})
