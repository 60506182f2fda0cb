"""
Signatures on a bundle: what is stated, the bytes that are signed, and what makes a signature refused.

The manifest is what is signed, by its SHA-256, so that signatures of several people stand beside each other in any order. A
signature proves only that somebody holds a private key: it is believed for a public key that came to the verifier by another way.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FORMAT, VERSION, ALGORITHM = "hwaccept-signature", 1, "Ed25519"
DOMAIN = b"hwaccept-signature-v1\n"
"""Stands before what is signed, so that a signature made here means nothing elsewhere, nor one made elsewhere here."""
ROLES = ("vendor", "buyer", "witness")
MOST_BYTES = 64 * 1024
MOST_SIGNER = 200

_KEY_BYTES, _SIGNATURE_BYTES = 32, 64
_SHA256 = re.compile("[0-9a-f]{64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
_VERDICT = re.compile(r"(ACCEPTED|REJECTED|INCOMPLETE)( \([a-z ]{1,40}\))?")
# The points of small order, also as they can be written a second time: a signature made without any private key verifies for these.
_WEAK = frozenset(
    bytes.fromhex(point)
    for point in (
        "00" * 32, "01" + "00" * 31, "ec" + "ff" * 30 + "7f", "ed" + "ff" * 30 + "7f", "ee" + "ff" * 30 + "7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
)  # fmt: skip


class SignatureError(ValueError):
    """
    A signature or a key that is refused; the text begins with `name`.

    `name` is bad-signature (malformed, or it does not verify), other-bundle, contradicts, bad-statement (nothing that can be
    signed), signed-twice, no-bundle, bad-key, or no-cryptography.
    """

    def __init__(self, name: str, sentence: str) -> None:
        self.name = name
        super().__init__(f"{name}: {sentence}")


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 public key, its 32 bytes. Raises SignatureError where it has another length, or is one that proves nothing."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != _KEY_BYTES:
            raise SignatureError("bad-key", f"an {ALGORITHM} public key has {_KEY_BYTES} bytes, this one {len(self.raw)}")
        if self.raw[:-1] + bytes([self.raw[-1] & 0x7F]) in _WEAK:
            raise SignatureError("bad-key", f"{self.fingerprint} is a public key for which anybody can make signatures")

    @property
    def fingerprint(self) -> str:
        """SHA256:..., short enough to be compared on the telephone; not what ssh-keygen prints, which hashes more than the key."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.raw).digest()).decode("ascii").rstrip("=")


@dataclass(frozen=True)
class Statement:
    """What is signed. Times are UTC; `run` is when the run began; `signer` is free text, as unproven as the rest without the key."""

    manifest_sha256: str
    node: str
    run: str
    verdict: str
    mode: str
    origin: str
    spec_sha256: str
    role: str
    signer: str
    signed: str


@dataclass(frozen=True)
class Checked:
    """A statement that the holder of `key` signed. Whose key that is, only the verifier can know: see `holds`."""

    statement: Statement
    key: PublicKey

    @property
    def fingerprint(self) -> str:
        """Of the key."""
        return self.key.fingerprint


_ACCEPTED: Mapping[str, tuple[Callable[[str], object], str]] = {
    "manifest_sha256": (_SHA256.fullmatch, "64 hexadecimal digits"),
    "node": (bool, "a name"),
    "run": (_TIME.fullmatch, "a time as 2026-11-23T14:00:00Z"),
    "verdict": (_VERDICT.fullmatch, "a verdict as ACCEPTED (simulated)"),
    "mode": (("live", "simulated", "replayed").__contains__, "live, simulated or replayed"),
    "origin": (("live", "simulated").__contains__, "live or simulated"),
    "spec_sha256": (_SHA256.fullmatch, "64 hexadecimal digits"),
    "role": (ROLES.__contains__, f"one of {', '.join(ROLES)}"),
    "signer": (lambda text: text.isprintable() and len(text) <= MOST_SIGNER, f"at most {MOST_SIGNER} characters that all print"),
    "signed": (_TIME.fullmatch, "a time as 2026-11-23T14:00:00Z"),
}


def state(manifest: bytes, results: Mapping[str, Any], *, role: str, signer: str, signed: str) -> Statement:
    """
    What somebody in `role` states about the bundle with this manifest, at the time `signed`.

    Raises SignatureError (bad-statement) for a role that there is not, a name that does not print, or results that are no results.
    """
    told = {"manifest_sha256": hashlib.sha256(manifest).hexdigest(), **_told(results), "role": role, "signer": signer, "signed": signed}
    problem = _problem(told)
    if problem:
        raise SignatureError("bad-statement", problem)
    return Statement(**told)


def _told(results: Mapping[str, Any]) -> dict[str, Any]:
    """What a statement repeats of the results, so that it can be read alone."""
    same = {name: results[name] for name in ("node", "verdict", "mode", "origin")}
    return {**same, "run": results["started"], "spec_sha256": results["spec"]["sha256"]}


def _problem(told: Mapping[str, Any]) -> str:
    """What keeps `told` from being a statement; empty where nothing does."""
    for name, (accepts, accepted) in _ACCEPTED.items():
        value = told[name]
        if not isinstance(value, str) or not accepts(value):
            return f"{name} is {ascii(value)[:MOST_SIGNER]}, and must be {accepted}"
    return ""


def signed_bytes(statement: Statement) -> bytes:
    """What the signature is made of: DOMAIN and the statement as JSON with sorted keys, without spaces, in ASCII."""
    return DOMAIN + json.dumps(asdict(statement), sort_keys=True, separators=(",", ":")).encode("ascii")


def sign(statement: Statement, key: Ed25519PrivateKey) -> bytes:
    """The signature file."""
    return _document(statement, public_of(key), key.sign(signed_bytes(statement)))


def public_of(key: Ed25519PrivateKey) -> PublicKey:
    """The public key that belongs to a private one."""
    return PublicKey(key.public_key().public_bytes_raw())


def _document(statement: Statement, key: PublicKey, signature: bytes) -> bytes:
    document = {
        "format": FORMAT, "version": VERSION, "algorithm": ALGORITHM, "statement": asdict(statement),
        "public_key": base64.b64encode(key.raw).decode("ascii"), "signature": base64.b64encode(signature).decode("ascii"),
    }  # fmt: skip
    return (json.dumps(document, sort_keys=True, indent=1) + "\n").encode("ascii")


def check(signature_file: bytes, manifest: bytes, results: Mapping[str, Any]) -> Checked:
    """
    Who signed what, where that is this bundle.

    Raises SignatureError: bad-signature for a file that is none or does not verify, other-bundle for a good one of another
    manifest, contradicts where it states something else than `results`, no-cryptography where nothing can be verified.
    """
    statement, key, signature = _parsed(signature_file)
    _verify(statement, key, signature)
    if statement.manifest_sha256 != hashlib.sha256(manifest).hexdigest():
        raise SignatureError("other-bundle", f"it is of another bundle, of node {ascii(statement.node)[:MOST_SIGNER]}, run {statement.run}")
    for name, value in _told(results).items():
        stated = getattr(statement, name)
        if stated != value:
            shown = f"{ascii(stated)[:MOST_SIGNER]}, but the results say {ascii(value)[:MOST_SIGNER]}"
            raise SignatureError("contradicts", f"it states that {name} is {shown}")
    return Checked(statement, key)


def holds(checked: Checked, trusted: Sequence[PublicKey]) -> bool:
    """Whether the signature is of one of the keys that the verifier was given. Nothing else makes it count."""
    return checked.key in trusted


def place(role: str, key: PublicKey) -> str:
    """The name under which a bundle holds the signature: signatures/NAME.json."""
    return f"{role}-{hashlib.sha256(key.raw).hexdigest()[:16]}"


def _verify(statement: Statement, key: PublicKey, signature: bytes) -> None:
    ed25519, _, exceptions = cryptography()
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, signed_bytes(statement))
    except exceptions.InvalidSignature:
        problem = f"it does not verify with the key in it ({key.fingerprint}): the statement, the key or the signature was changed"
        raise _bad(problem) from None


def _parsed(data: bytes) -> tuple[Statement, PublicKey, bytes]:
    """The parts of a signature file, which has one form only: whatever is changed in it, in whatever place, is noticed."""
    document = _object(data)
    statement, key = _statement(document["statement"]), _decoded(document, "public_key", _KEY_BYTES)
    signature = _decoded(document, "signature", _SIGNATURE_BYTES)
    try:
        public = PublicKey(key)
    except SignatureError as error:
        raise _bad(str(error)) from None
    if data != _document(statement, public, signature):
        raise _bad("it is not written in the one form: sorted keys, none twice, indented by one space, ASCII, base64 without anything else")
    return statement, public, signature


def _object(data: bytes) -> dict[str, Any]:
    if len(data) > MOST_BYTES:
        raise _bad(f"it is larger than {MOST_BYTES} bytes")
    try:
        value = json.loads(data.decode("ascii"))
    except (ValueError, RecursionError):
        raise _bad("it is no JSON document in ASCII") from None
    document = _with_keys(value, ("format", "version", "algorithm", "statement", "public_key", "signature"), "it")
    for name, only in (("format", FORMAT), ("version", VERSION), ("algorithm", ALGORITHM)):
        if document[name] != only:
            raise _bad(f"its {name} is {ascii(document[name])[:MOST_SIGNER]}; what can be read is {only}")
    return document


def _statement(told: object) -> Statement:
    parts = _with_keys(told, [field.name for field in fields(Statement)], "its statement")
    problem = _problem(parts)
    if problem:
        raise _bad(f"in its statement {problem}")
    return Statement(**parts)


def _with_keys(value: object, names: Sequence[str], what: str) -> dict[str, Any]:
    if not isinstance(value, dict) or value.keys() != set(names):
        raise _bad(f"{what} must have {', '.join(names)}, and nothing else")
    return value


def _decoded(document: Mapping[str, Any], name: str, length: int) -> bytes:
    value = document[name]
    try:
        raw = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except ValueError:
        raw = b""
    if len(raw) != length:
        raise _bad(f"its {name} is not {length} bytes in base64")
    return raw


def _bad(sentence: str) -> SignatureError:
    return SignatureError("bad-signature", sentence)


def cryptography() -> tuple[ModuleType, ModuleType, ModuleType]:
    """The package's ed25519, serialization and exceptions. Raises SignatureError (no-cryptography) where it is not installed."""
    try:
        from cryptography import exceptions
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        needed = "signatures need the package cryptography, which this Python has not: python -m pip install cryptography"
        raise SignatureError("no-cryptography", needed) from None
    return ed25519, serialization, exceptions
