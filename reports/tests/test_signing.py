"""Signatures: what is refused and by which name, then that what somebody signed is believed, for his key and for nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import results, signing
from reports.signing import PublicKey, SignatureError, Statement
from reports.tests import sample
from reports.tests.sample_signature import BUYER, GOOD, MANIFEST, NODE, REQUIRED, RESULTS, VENDOR, WEAK, ed25519, statement

CHECKOUT = Path(__file__).resolve().parents[2]
ORDER = 2**252 + 27742317777372353535851937790883648493


def written(**more: Any) -> bytes:
    """The good signature file with some of its parts replaced, in the form in which such a file is written."""
    return (json.dumps({**json.loads(GOOD), **more}, sort_keys=True, indent=1) + "\n").encode("ascii")


def in_base64(data: bytes) -> str:
    """As keys and signatures stand in the file."""
    return base64.b64encode(data).decode("ascii")


def refusal(data: bytes, manifest: bytes = MANIFEST, document: Mapping[str, Any] = RESULTS) -> SignatureError:
    """Why it is refused; a test fails where it is not."""
    with pytest.raises(SignatureError) as caught:
        signing.check(data, manifest, document)
    said = str(caught.value)
    assert said.startswith(f"{caught.value.name}: ")
    assert said.isprintable()
    assert len(said) < 700
    return caught.value


# --- what is refused -----------------------------------------------------------------------------------------------


def test_every_byte_of_the_file_counts() -> None:
    """A bit changed at any place, also in what is only white space or the key, is refused: no two files are the same signature."""
    for place in range(len(GOOD)):
        assert refusal(GOOD[:place] + bytes([GOOD[place] ^ 1]) + GOOD[place + 1 :]).name == "bad-signature"


@settings(deadline=None, max_examples=300)
@given(place=st.integers(0, len(GOOD) - 1), change=st.integers(1, 255))
def test_any_other_byte_is_refused(place: int, change: int) -> None:
    """Whatever stands there instead."""
    assert refusal(GOOD[:place] + bytes([GOOD[place] ^ change]) + GOOD[place + 1 :]).name == "bad-signature"


@settings(deadline=None)
@given(data=st.binary(max_size=300) | st.integers(0, len(GOOD) - 1).map(lambda length: GOOD[:length]))
def test_junk_and_what_was_cut_off_are_refused(data: bytes) -> None:
    """Never an exception of another kind."""
    assert refusal(data).name == "bad-signature"


OTHERWISE = {
    "manifest_sha256": "cd" * 32, "node": "rack7-node4", "run": "2026-11-23T15:00:00Z", "verdict": "REJECTED", "mode": "simulated",
    "origin": "simulated", "spec_sha256": "cd" * 32, "role": "buyer", "signer": "", "signed": "2027-11-24T08:00:00Z",
}  # fmt: skip


def test_every_part_of_the_statement_is_tried() -> None:
    """A part that is added later must be tried as well."""
    assert set(OTHERWISE) == {field.name for field in fields(Statement)}


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_part_of_the_statement_that_was_changed(name: str) -> None:
    """Well written as it is, it is not what was signed."""
    told = refusal(written(statement={**asdict(statement()), name: OTHERWISE[name]}))
    assert told.name == "bad-signature"
    assert "does not verify" in str(told)


@pytest.mark.parametrize("name", [name for name in OTHERWISE if name not in ("manifest_sha256", "role", "signer", "signed")])
def test_a_statement_that_is_not_what_the_results_say(name: str) -> None:
    """The signer may lie: what is read of his statement is compared with what is in the bundle."""
    told = refusal(signing.sign(statement(**{name: OTHERWISE[name]}), VENDOR))
    assert told.name == "contradicts"
    assert f"{name} is '{OTHERWISE[name]}', but the results say " in str(told)


def test_a_key_that_was_exchanged() -> None:
    """The buyer's key in the vendor's signature, or the buyer's signature under the vendor's key."""
    key, other = (in_base64(signing.public_of(BUYER).raw), json.loads(signing.sign(statement(), BUYER))["signature"])
    for data in (written(public_key=key), written(signature=other)):
        assert "does not verify" in str(refusal(data))


@pytest.mark.parametrize("manifest", [MANIFEST[:-1], MANIFEST + b"\n", MANIFEST.replace(b"a", b"b", 1), b""])
def test_another_manifest_is_another_bundle(manifest: bytes) -> None:
    """The signature is good, and of something else: of what, is said."""
    told = refusal(GOOD, manifest)
    assert told.name == "other-bundle"
    assert f"node '{NODE}', run {RESULTS['started']}" in str(told)


def test_a_node_that_steers_the_terminal_is_quoted() -> None:
    """A name comes from a file of somebody else, and stands in an error."""
    told = refusal(signing.sign(statement(node="x\x1b[2J\u202e" + "y" * 9000, manifest_sha256="cd" * 32), VENDOR))
    assert told.name == "other-bundle"
    assert r"x\x1b[2J\u202e" in str(told)


def test_what_was_signed_without_its_first_line() -> None:
    """A signature that the key gave for another purpose does not count here."""
    other = VENDOR.sign(signing.signed_bytes(statement()).removeprefix(signing.DOMAIN))
    assert "does not verify" in str(refusal(written(signature=in_base64(other))))


def test_a_signature_has_one_form_only() -> None:
    """S and S plus the order of the group are the same number to a careless program: a second signature that nobody made."""
    raw = base64.b64decode(json.loads(GOOD)["signature"])
    second = raw[:32] + (int.from_bytes(raw[32:], "little") + ORDER).to_bytes(32, "little")
    assert "does not verify" in str(refusal(written(signature=in_base64(second))))


def forged(key: bytes) -> tuple[Statement, bytes]:
    """A statement and a signature made without any private key, that verify with this public key of small order."""
    public = ed25519.Ed25519PublicKey.from_public_bytes(key)
    for second in range(60):
        stated = statement(signed=f"2026-11-24T08:00:{second:02d}Z")
        for point in WEAK:
            if verifies(public, point + bytes(32), stated):
                return stated, point + bytes(32)
    raise AssertionError("nothing was forged")


def verifies(public: Any, signature: bytes, stated: Statement) -> bool:
    """Whether the package takes it for a signature."""
    exceptions = pytest.importorskip("cryptography.exceptions")
    try:
        public.verify(signature, signing.signed_bytes(stated))
    except exceptions.InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("key", WEAK, ids=bytes.hex)
def test_a_key_that_needs_no_private_one(key: bytes) -> None:
    """The package takes such a signature. A vendor who handed out such a key could say later that anybody signed."""
    stated, signature = forged(key)
    told = refusal(written(statement=asdict(stated), public_key=in_base64(key), signature=in_base64(signature)))
    assert told.name == "bad-signature"
    assert "anybody can make signatures" in str(told)
    with pytest.raises(SignatureError, match=r"^bad-key: SHA256:.* anybody can make signatures"):
        PublicKey(key)


MALFORMED: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "no JSON"),
    "cut off": (lambda: GOOD[:-30], "no JSON"),
    "no JSON": (lambda: b"\x00" * 99, "no JSON"),
    "nested": (lambda: b"[" * 60000, "no JSON"),
    "a long number": (lambda: b"9" * 60000, "no JSON"),
    "a list": (lambda: b"[]\n", "it must have format, version"),
    "a text": (lambda: b'"x"\n', "it must have format, version"),
    "too large": (lambda: GOOD + b" " * 70000, "larger than 65536 bytes"),
    "a byte order mark": (lambda: b"\xef\xbb\xbf" + GOOD, "no JSON"),
    "line ends of another system": (lambda: GOOD.replace(b"\n", b"\r\n"), "one form"),
    "no last line end": (lambda: GOOD[:-1], "one form"),
    "in one line": (lambda: json.dumps(json.loads(GOOD), sort_keys=True).encode() + b"\n", "one form"),
    "a key twice": (lambda: GOOD.replace(b'{\n "algorithm"', b'{\n "algorithm": "Ed25519",\n "algorithm"', 1), "one form"),
    "a verdict twice": (lambda: GOOD.replace(b'  "verdict": ', b'  "verdict": "REJECTED",\n  "verdict": ', 1), "one form"),
    "an escape that was not needed": (lambda: GOOD.replace(b"ACCEPTED", b"\\u0041CCEPTED"), "one form"),
    "a key more": (lambda: written(comment="x"), "it must have format, version"),
    "a key less": (lambda: written().replace(b' "format": "hwaccept-signature",\n', b""), "it must have format, version"),
    "no number": (lambda: written(version=float("nan")), "version is nan"),
    "a version to come": (lambda: written(version=2), "its version is 2; what can be read is 1"),
    "a version that is a word": (lambda: written(version="1"), "its version is '1'"),
    "a version that is true": (lambda: written(version=True), "one form"),
    "a version with a point": (lambda: written(version=1.0), "one form"),
    "another algorithm": (lambda: written(algorithm="none"), "its algorithm is 'none'; what can be read is Ed25519"),
    "another format": (lambda: written(format="hwaccept-bundle"), "its format is 'hwaccept-bundle'"),
    "a statement that is none": (lambda: written(statement=[]), "its statement must have manifest_sha256"),
    "a statement with more": (lambda: written(statement={**asdict(statement()), "x": ""}), "its statement must have manifest_sha256"),
    "a node that is a number": (lambda: written(statement={**asdict(statement()), "node": 7}), "node is 7"),
    "no node": (lambda: written(statement={**asdict(statement()), "node": ""}), "node is '', and must be a name"),
    "a role that is none": (lambda: written(statement={**asdict(statement()), "role": "owner"}), "role is 'owner', and must be one of"),
    "a mode that is none": (lambda: written(statement={**asdict(statement()), "mode": "dreamt"}), "mode is 'dreamt'"),
    "a verdict that is none": (lambda: written(statement={**asdict(statement()), "verdict": "SOLD"}), "verdict is 'SOLD'"),
    "a time of nowhere": (lambda: written(statement={**asdict(statement()), "signed": "2026-11-24T08:00:00"}), "signed is "),
    "a signer who turns the line": (lambda: written(statement={**asdict(statement()), "signer": "\u202elru"}), r"signer is '\u202elru'"),
    "a long signer": (lambda: written(statement={**asdict(statement()), "signer": "x" * 201}), "signer is 'xxx"),
    "a signature that is a number": (lambda: written(signature=7), "its signature is not 64 bytes in base64"),
    "no signature": (lambda: written(signature=None), "its signature is not 64 bytes in base64"),
    "a short signature": (lambda: written(signature=in_base64(bytes(63))), "its signature is not 64 bytes in base64"),
    "a long key": (lambda: written(public_key=in_base64(bytes(33))), "its public_key is not 32 bytes in base64"),
    "base64 with a line end": (lambda: written(signature=json.loads(GOOD)["signature"] + "\n"), "its signature is not 64 bytes"),
    "base64 with junk": (lambda: written(signature="!" + json.loads(GOOD)["signature"]), "its signature is not 64 bytes"),
    "base64 beyond ASCII": (lambda: written(signature="\u00e9" + json.loads(GOOD)["signature"]), "its signature is not 64 bytes"),
    "base64 without its end": (lambda: written(signature=json.loads(GOOD)["signature"].rstrip("=")), "its signature is not 64 bytes"),
    "base64 with bits left over": (lambda: written(public_key=json.loads(GOOD)["public_key"][:-2] + "x="), "one form"),
}  # fmt: skip


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_no_signature_file(case: str) -> None:
    """It is read strictly: what one program would overlook, another would not."""
    make, said = MALFORMED[case]
    told = refusal(make())
    assert told.name == "bad-signature"
    assert said in str(told)


def test_bits_that_are_left_over_are_the_same_key() -> None:
    """Or the case above would show nothing: base64 has several ways to write these bytes, and Python reads them all."""
    key = json.loads(GOOD)["public_key"]
    assert key.endswith("w=")
    assert base64.b64decode(key[:-2] + "x=", validate=True) == base64.b64decode(key)


@pytest.mark.parametrize("more", [{"role": "owner"}, {"signer": "a\nb"}, {"signer": "x" * 201}, {"signed": "yesterday"}])
def test_what_cannot_be_stated(more: dict[str, str]) -> None:
    """It is refused before it is signed, not when it is read."""
    with pytest.raises(SignatureError, match=f"^bad-statement: {next(iter(more))} is ") as caught:
        signing.state(MANIFEST, RESULTS, **{"role": "vendor", "signer": "", "signed": "2026-11-24T08:00:00Z", **more})
    assert str(caught.value).isprintable()


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says what is missing; nothing is taken for verified."""
    monkeypatch.setitem(sys.modules, "cryptography", None)
    told = refusal(GOOD)
    assert told.name == "no-cryptography"
    assert "pip install cryptography" in str(told)


def test_the_package_is_an_extra() -> None:
    """Who signs nothing need not have it: it is imported when a key or a signature is there."""
    code = "import sys, reports.signing, reports.signing_cli; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=False).returncode == 0


# --- what is believed ----------------------------------------------------------------------------------------------


def test_a_good_signature_is_of_its_key() -> None:
    """It says who signed what; it is believed for a key that the verifier was given, and for no other."""
    checked = signing.check(GOOD, MANIFEST, RESULTS)
    assert checked.statement == statement()
    assert checked.key == signing.public_of(VENDOR)
    assert signing.holds(checked, [signing.public_of(BUYER), signing.public_of(VENDOR)])
    assert not signing.holds(checked, [signing.public_of(BUYER)])
    assert not signing.holds(checked, [])


def test_vendor_and_buyer_sign_the_same() -> None:
    """Neither signature covers the other, so that they can be made in any order, and one be taken away."""
    for key, role in ((VENDOR, "vendor"), (BUYER, "buyer")):
        checked = signing.check(signing.sign(statement(role), key), MANIFEST, RESULTS)
        assert (checked.statement.role, checked.key) == (role, signing.public_of(key))


def test_a_statement_carries_the_mode() -> None:
    """A simulated run can be signed, and whoever reads the signature alone sees that it was one."""
    simulated = results.build(sample.run(required=REQUIRED), sample.good_items(REQUIRED), sample.end(exit_status=0))
    stated = signing.state(MANIFEST, simulated, role="vendor", signer="", signed="2026-11-24T08:00:00Z")
    assert (stated.verdict, stated.mode, stated.origin) == ("ACCEPTED (simulated)", "simulated", "simulated")
    assert signing.check(signing.sign(stated, VENDOR), MANIFEST, simulated).statement == stated
    assert refusal(signing.sign(replace(stated, verdict="ACCEPTED"), VENDOR), MANIFEST, simulated).name == "contradicts"


def test_a_signature_of_today_verifies_in_years() -> None:
    """The bytes that are signed, and the signature that this key gives for them, never change within this version."""
    assert signing.signed_bytes(statement(manifest_sha256="ab" * 32)) == (
        b'hwaccept-signature-v1\n{"manifest_sha256":"' + b"ab" * 32 + b'","mode":"live","node":"rack7-node3","origin":"live",'
        b'"role":"vendor","run":"2026-11-23T14:00:00.123456Z","signed":"2026-11-24T08:00:00Z","signer":"the test bay, line 2",'
        b'"spec_sha256":"' + b"ab" * 32 + b'","verdict":"ACCEPTED"}'
    )
    document = json.loads(signing.sign(statement(manifest_sha256="ab" * 32), VENDOR))
    assert document["public_key"] == "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w="
    assert document["signature"] == "wIoblSPw8hNlg25UrZqXxI01PdbEGeJiVrhVY9bqQNMklbRMM5DbEhRI71dJz/AujYXVOy7fK0frHws2P72iCQ=="


@settings(deadline=None)
@given(node=st.text(min_size=1, max_size=300), signer=st.text(max_size=200).filter(str.isprintable))
def test_any_name_can_be_signed(node: str, signer: str) -> None:
    """Names in every script, and with characters that no encoding has, come back as they were."""
    document = {**RESULTS, "node": node}
    stated = signing.state(MANIFEST, document, role="witness", signer=signer, signed="2026-11-24T08:00:00Z")
    made = signing.sign(stated, BUYER)
    assert signing.check(made, MANIFEST, document).statement == stated
    assert made.isascii()


def test_a_fingerprint_can_be_made_with_other_programs() -> None:
    """SHA-256 of the 32 bytes of the key, in base64 without its end."""
    key = signing.public_of(VENDOR)
    digest = hashlib.sha256(base64.b64decode(json.loads(GOOD)["public_key"])).digest()
    assert key.fingerprint == signing.check(GOOD, MANIFEST, RESULTS).fingerprint == f"SHA256:{in_base64(digest).rstrip('=')}"
    assert signing.place("buyer", key) == f"buyer-{digest.hex()[:16]}"
