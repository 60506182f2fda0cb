"""Files of keys: what is refused without a word of what is in it, and that openssl, OpenSSH and jq agree with us."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports import signing, signing_keys
from reports.signing import PublicKey, SignatureError
from reports.tests.sample_signature import GOOD, MANIFEST, RESULTS, VENDOR, WEAK, statement

serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization", reason="cryptography is not installed")

PASSPHRASE = b"correct horse battery staple"
KINDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "RSA": ("rsa", lambda module: module.generate_private_key(65537, 2048)),
    "EC": ("ec", lambda module: module.generate_private_key(module.SECP256R1())),
    "Ed448": ("ed448", lambda module: module.Ed448PrivateKey.generate()),
    "X25519": ("x25519", lambda module: module.X25519PrivateKey.generate()),
}
SPKI = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of an Ed25519 key in SubjectPublicKeyInfo."""


def other(kind: str) -> Any:
    """A private key of another kind."""
    module, make = KINDS[kind]
    return make(pytest.importorskip(f"cryptography.hazmat.primitives.asymmetric.{module}"))


def private_pem(key: Any, form: str = "PKCS8", passphrase: bytes | None = None) -> bytes:
    """As it stands in a file."""
    lock = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    pem: bytes = key.private_bytes(serialization.Encoding.PEM, getattr(serialization.PrivateFormat, form), lock)
    return pem


def public_pem(key: Any) -> bytes:
    """As it stands in a file."""
    pem: bytes = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem


def pem_of(raw: bytes) -> bytes:
    """A public key in PEM, whatever its bytes are."""
    return b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(SPKI + raw) + b"\n-----END PUBLIC KEY-----\n"


def ssh_line(raw: bytes, kind: bytes = b"ssh-ed25519") -> bytes:
    """A public key as OpenSSH writes it, whatever its bytes are."""
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in (kind, raw))
    return kind + b" " + base64.b64encode(blob) + b" vendor@bay\n"


def put(path: Path, data: bytes, mode: int = 0o600) -> Path:
    """A file with this mode."""
    path.write_bytes(data)
    path.chmod(mode)
    return path


def refusal(read: Callable[..., object], path: Path, *more: bytes) -> str:
    """Why it is refused, in one line that tells nothing of what is in the file."""
    with pytest.raises(SignatureError) as caught:
        read(path, *more)
    said = str(caught.value)
    assert caught.value.name == "bad-key"
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert said.startswith(f"bad-key: {path} ")
    assert said.isprintable()
    held = path.read_bytes()
    secrets = [line for line in held.splitlines() if len(line) > 20 and not line.startswith(b"-----")]
    assert not [secret for secret in [*secrets, *more, PASSPHRASE] if secret.decode("latin-1") in said]
    return said


def run(*argv: str | Path, given: bytes = b"") -> bytes:
    """What a program prints; the test is skipped where it is not installed, or has no Ed25519."""
    if shutil.which(str(argv[0])) is None:
        pytest.skip(f"{argv[0]} is not installed")
    done = subprocess.run(argv, input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def openssl(*argv: str | Path, given: bytes = b"") -> bytes:
    """As `run`, of openssl; LibreSSL and OpenSSL before 1.1.1 cannot do Ed25519."""
    version = run("openssl", "version").split()
    if version[0] != b"OpenSSL" or version[1] < b"3":
        pytest.skip(f"openssl is {b' '.join(version[:2]).decode()}: its pkeyutl has no -rawin for Ed25519")
    return run("openssl", *argv, given=given)


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604, 0o602, 0o777])
@pytest.mark.parametrize("read", [signing_keys.read_private_key, signing_keys.read_passphrase], ids=["key", "passphrase"])
def test_a_secret_that_others_may_read(tmp_path: Path, mode: int, read: Callable[..., object]) -> None:
    """It is none any more: what is signed with it proves nothing."""
    said = refusal(read, put(tmp_path / "a.key", private_pem(VENDOR), mode))
    assert f"its mode is {mode:04o}" in said
    assert "chmod 600" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize(("mode", "is_read"), [(0o444, False), (0o440, True)])
def test_a_secret_that_another_user_lends(tmp_path: Path, mode: int, is_read: bool) -> None:
    """A secret that a cluster mounts belongs to root and is lent to a group; what everybody may read is refused whoever owns it."""
    path = put(tmp_path / "a.key", private_pem(VENDOR), mode)
    os.chown(path, 12345, 12345)
    if is_read:
        assert signing.public_of(signing_keys.read_private_key(path)) == signing.public_of(VENDOR)
    else:
        refusal(signing_keys.read_private_key, path)


@pytest.mark.parametrize("kind", KINDS)
def test_keys_of_another_kind(tmp_path: Path, kind: str) -> None:
    """They are named, with what is accepted."""
    key = other(kind)
    for read, data in ((signing_keys.read_private_key, private_pem(key)), (signing_keys.read_public_key, public_pem(key))):
        assert f"holds a key of kind {kind}; accepted is Ed25519" in refusal(read, put(tmp_path / "a.key", data))


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["plain", "encrypted"])
def test_a_private_key_is_not_one_to_verify_with(tmp_path: Path, passphrase: bytes | None) -> None:
    """Whoever confuses the two is told how to get the other, and the key is not shown."""
    said = refusal(signing_keys.read_public_key, put(tmp_path / "a.pub", private_pem(VENDOR, passphrase=passphrase)))
    assert "PRIVATE KEY; what verifies is the public one: openssl pkey -in FILE -pubout" in said


PRIVATE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a public key": (lambda: public_pem(VENDOR), "holds a PUBLIC KEY; accepted is a PRIVATE KEY or ENCRYPTED PRIVATE KEY"),
    "OpenSSH's": (lambda: private_pem(VENDOR, "OpenSSH"), "holds a OPENSSH PRIVATE KEY; accepted is"),
    "an old RSA key": (lambda: private_pem(other("RSA"), "TraditionalOpenSSL"), "holds a RSA PRIVATE KEY; accepted is"),
    "an encrypted one": (lambda: private_pem(VENDOR, passphrase=PASSPHRASE), "is encrypted: --passphrase-file is needed"),
    "two": (lambda: private_pem(VENDOR) + private_pem(VENDOR), "holds 2 blocks"),
    "a pair in one file": (lambda: private_pem(VENDOR) + public_pem(VENDOR), "holds 2 blocks"),
    "none": (lambda: b"", "holds 0 blocks"),
    "bytes": (lambda: b"\xff\x00" * 40, "holds 0 blocks"),
    "damaged": (lambda: private_pem(VENDOR).replace(b"MC4C", b"MC4D"), "it is damaged"),
    "cut off": (lambda: private_pem(VENDOR)[:60], "it is damaged"),
    "a large file": (lambda: private_pem(VENDOR) + b"\n" * 70000, "is larger than 65536 bytes"),
    "a strange label": (lambda: b"-----BEGIN \x1b[2J-----\n", "holds 1 blocks"),
}


@pytest.mark.parametrize("case", PRIVATE)
def test_what_cannot_be_signed_with(tmp_path: Path, case: str) -> None:
    """The error says what is in the file, and repeats nothing of it."""
    make, said = PRIVATE[case]
    assert said in refusal(signing_keys.read_private_key, put(tmp_path / "a.key", make()))


def test_a_passphrase_that_does_not_fit(tmp_path: Path) -> None:
    """Another one, or one for a key that has none: it is not shown."""
    locked = put(tmp_path / "a.key", private_pem(VENDOR, passphrase=PASSPHRASE))
    assert "the passphrase is another" in refusal(signing_keys.read_private_key, locked, b"correct horse battery stable")
    opened = put(tmp_path / "b.key", private_pem(VENDOR))
    assert "is not encrypted" in refusal(signing_keys.read_private_key, opened, PASSPHRASE)
    assert "no passphrase in its first line" in refusal(signing_keys.read_passphrase, put(tmp_path / "c", b"\nsecond line\n"))


PUBLIC: dict[str, tuple[Callable[[], bytes], str]] = {
    "none": (lambda: b"", "holds 0 blocks"),
    "bytes": (lambda: b"\x00\xff" * 50, "is no public key"),
    "a certificate": (lambda: public_pem(VENDOR).replace(b"PUBLIC KEY", b"CERTIFICATE"), "holds a CERTIFICATE; accepted is a PUBLIC KEY"),
    "two": (lambda: public_pem(VENDOR) + public_pem(VENDOR), "holds 2 blocks"),
    "damaged": (lambda: public_pem(VENDOR).replace(b"MCow", b"MCox"), "it is damaged"),
    "a large file": (lambda: public_pem(VENDOR) + b"\n" * 70000, "is larger than 65536 bytes"),
    "OpenSSH's of another kind": (lambda: ssh_line(bytes(32), b"ssh-rsa"), "one line that begins with ssh-ed25519"),
    "OpenSSH's on a token": (lambda: ssh_line(bytes(32), b"sk-ssh-ed25519@openssh.com"), "one line that begins with ssh-ed25519"),
    "OpenSSH's in two lines": (lambda: 2 * ssh_line(signing.public_of(VENDOR).raw), "one line that begins with ssh-ed25519"),
    "OpenSSH's, damaged": (lambda: b"ssh-ed25519 AAAA\n", "it is damaged"),
    "OpenSSH's, with 31 bytes": (lambda: ssh_line(bytes(31)), "it is damaged"),
}


@pytest.mark.parametrize("case", PUBLIC)
def test_what_cannot_be_verified_with(tmp_path: Path, case: str) -> None:
    """A file that is read by half is read wrongly."""
    make, said = PUBLIC[case]
    assert said in refusal(signing_keys.read_public_key, put(tmp_path / "a.pub", make()))


@pytest.mark.parametrize("raw", WEAK, ids=bytes.hex)
def test_a_public_key_that_needs_no_private_one(tmp_path: Path, raw: bytes) -> None:
    """Whoever was given such a key would believe what anybody signs."""
    for data in (pem_of(raw), ssh_line(raw)):
        assert "anybody can make signatures" in refusal(signing_keys.read_public_key, put(tmp_path / "a.pub", data))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """It is an OSError that names the file."""
    for read in (signing_keys.read_private_key, signing_keys.read_public_key, signing_keys.read_passphrase):
        with pytest.raises(FileNotFoundError, match=r"a\.key"):
            read(tmp_path / "a.key")


@pytest.mark.parametrize("there", ["vendor.key", "vendor.pub"])
def test_keys_are_never_replaced(tmp_path: Path, there: str) -> None:
    """A private key that is overwritten is lost, and half a pair is none: nothing is left of the new one."""
    (tmp_path / there).write_bytes(b"older")
    with pytest.raises(FileExistsError, match=there):
        signing_keys.write_key_pair(tmp_path / "vendor")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(there, b"older")]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A link that somebody laid there in advance does not get the key."""
    (tmp_path / "vendor.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        signing_keys.write_key_pair(tmp_path / "vendor")
    assert not (tmp_path / "elsewhere").exists()


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a private key would be in the way of the next try, and be taken for one."""

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        signing_keys.write_key_pair(tmp_path / "vendor")
    assert list(tmp_path.iterdir()) == []


# --- what is accepted ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["plain", "encrypted"])
def test_a_pair_is_made_and_read(tmp_path: Path, passphrase: bytes | None) -> None:
    """The private key is its owner's alone from the first byte on, whatever the umask is."""
    before = os.umask(0)
    try:
        key = signing_keys.write_key_pair(tmp_path / "buyer.site-2", passphrase)
    finally:
        os.umask(before)
    private, public = tmp_path / "buyer.site-2.key", tmp_path / "buyer.site-2.pub"
    assert private.stat().st_mode & 0o777 == 0o600
    assert public.stat().st_mode & 0o777 == 0o644
    assert (b"ENCRYPTED" in private.read_bytes()) == (passphrase is not None)
    assert signing_keys.read_public_key(public) == key == signing.public_of(signing_keys.read_private_key(private, passphrase))
    assert signing_keys.write_key_pair(tmp_path / "other") != key


def test_a_passphrase_is_the_first_line(tmp_path: Path) -> None:
    """As openssl reads it; only the end of the line is no part of it."""
    for data in (PASSPHRASE, PASSPHRASE + b"\n", PASSPHRASE + b"\r\n", PASSPHRASE + b"\nmore\n"):
        assert signing_keys.read_passphrase(put(tmp_path / "p", data)) == PASSPHRASE
    assert signing_keys.read_passphrase(put(tmp_path / "p", b" x \n")) == b" x "


def test_a_line_of_openssh(tmp_path: Path) -> None:
    """With its comment and without, as it stands in authorized_keys."""
    raw = signing.public_of(VENDOR).raw
    for line in (ssh_line(raw), ssh_line(raw).rsplit(b" ", 1)[0]):
        assert signing_keys.read_public_key(put(tmp_path / "a.pub", line)) == PublicKey(raw)


def test_a_line_that_ssh_keygen_writes(tmp_path: Path) -> None:
    """What the program itself writes."""
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "id")
    assert len(signing_keys.read_public_key(tmp_path / "id.pub").raw) == 32


@pytest.mark.parametrize("locked", [False, True], ids=["plain", "encrypted"])
def test_keys_that_openssl_makes(tmp_path: Path, locked: bool) -> None:
    """A key that never saw this program signs here."""
    secret = put(tmp_path / "p", PASSPHRASE + b"\n")
    lock = ["-aes256", "-pass", f"file:{secret}"] if locked else []
    openssl("genpkey", "-algorithm", "ed25519", *lock, "-out", tmp_path / "a.key")
    openssl("pkey", "-in", tmp_path / "a.key", *(["-passin", f"file:{secret}"] if locked else []), "-pubout", "-out", tmp_path / "a.pub")
    (tmp_path / "a.key").chmod(0o600)
    key = signing_keys.read_private_key(tmp_path / "a.key", signing_keys.read_passphrase(secret) if locked else None)
    checked = signing.check(signing.sign(statement(), key), MANIFEST, RESULTS)
    assert signing.holds(checked, [signing_keys.read_public_key(tmp_path / "a.pub")])


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["plain", "encrypted"])
def test_keys_that_openssl_reads(tmp_path: Path, passphrase: bytes | None) -> None:
    """And one that was made here is of use elsewhere."""
    signing_keys.write_key_pair(tmp_path / "a", passphrase)
    secret = put(tmp_path / "p", PASSPHRASE + b"\n")
    public = openssl("pkey", "-in", tmp_path / "a.key", "-passin", f"file:{secret}", "-pubout")
    assert public == (tmp_path / "a.pub").read_bytes()


def test_openssl_verifies_what_was_signed(tmp_path: Path) -> None:
    """Whoever does not trust this program needs jq and openssl: the line that the README gives makes the bytes that were signed."""
    document = json.loads(GOOD)
    (tmp_path / "signature").write_bytes(base64.b64decode(document["signature"]))
    (tmp_path / "a.pub").write_bytes(public_pem(VENDOR))
    told = b"hwaccept-signature-v1\n" + run("jq", "-jcSa", ".statement", given=GOOD)
    assert told == signing.signed_bytes(statement())
    (tmp_path / "told").write_bytes(told)
    verify = ("pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", tmp_path / "a.pub", "-sigfile", tmp_path / "signature", "-in")
    assert b"Signature Verified Successfully" in openssl(*verify, tmp_path / "told")
    (tmp_path / "told").write_bytes(told.replace(b"ACCEPTED", b"REJECTED"))
    assert subprocess.run(["openssl", *verify, tmp_path / "told"], capture_output=True, check=False).returncode != 0


def test_what_openssl_signed_is_believed(tmp_path: Path) -> None:
    """A key in a device that this program cannot read still signs: openssl makes the signature, and the file is written around it."""
    (tmp_path / "told").write_bytes(signing.signed_bytes(statement()))
    put(tmp_path / "a.key", private_pem(VENDOR))
    openssl("pkeyutl", "-sign", "-rawin", "-inkey", tmp_path / "a.key", "-in", tmp_path / "told", "-out", tmp_path / "signature")
    assert base64.b64encode((tmp_path / "signature").read_bytes()).decode() == json.loads(GOOD)["signature"]
    again = run("jq", "--indent", "1", "-Sa", ".", given=json.dumps(json.loads(GOOD)).encode())
    assert signing.check(again, MANIFEST, RESULTS).key == signing.public_of(VENDOR)
