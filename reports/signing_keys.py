"""
Files of keys, as `openssl genpkey -algorithm ed25519` writes them: PKCS8 and SubjectPublicKeyInfo in PEM, and OpenSSH's public lines.

Nothing here repeats what a file holds: an error names the file, what kind of thing is in it and what is accepted.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.signing import PublicKey, SignatureError, cryptography, public_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRIVATE, PUBLIC = ".key", ".pub"
_MOST_BYTES = 64 * 1024
_LABEL = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_PLAIN, _ENCRYPTED, _PUBLIC = "PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "PUBLIC KEY"
_SSH = "ssh-ed25519"
_MAKE = "python -m reports keygen NAME makes a pair"


def read_public_key(path: Path) -> PublicKey:
    """
    The key to verify with, from PEM or from a line of OpenSSH.

    Raises SignatureError (bad-key) for anything else, above all a private key; OSError where it cannot be read.
    """
    _, serialization, _ = cryptography()
    data = _read(path, secret=False)
    line = data.split(None, 1)[:1]
    if line and b"-----BEGIN" not in data:
        if line != [_SSH.encode()] or len(data.splitlines()) != 1:
            raise _refused(path, f"is no public key: accepted is PEM, or one line that begins with {_SSH}")
        return _public(path, _loaded(path, serialization.load_ssh_public_key, data))
    label = _label(path, data)
    if "PRIVATE" in label:
        raise _refused(path, f"holds a {label}; what verifies is the public one: openssl pkey -in FILE -pubout")
    if label != _PUBLIC:
        raise _refused(path, f"holds a {label}; accepted is a {_PUBLIC}")
    return _public(path, _loaded(path, serialization.load_pem_public_key, data))


def read_private_key(path: Path, passphrase: bytes | None = None) -> Ed25519PrivateKey:
    """
    The key to sign with, from PEM; `passphrase` is for an encrypted one, and only for that.

    Raises SignatureError (bad-key) for another key, a file that others may read or a passphrase that does not fit; OSError where
    it cannot be read.
    """
    ed25519, serialization, _ = cryptography()
    data = _read(path, secret=True)
    label = _label(path, data)
    if label not in (_PLAIN, _ENCRYPTED):
        raise _refused(path, f"holds a {label}; accepted is a {_PLAIN} or {_ENCRYPTED} (PKCS8); {_MAKE}")
    if (label == _ENCRYPTED) != (passphrase is not None):
        raise _refused(path, "is encrypted: --passphrase-file is needed" if passphrase is None else "is not encrypted: no passphrase fits")
    hint = "" if passphrase is None else ", or the passphrase is another"
    key = _loaded(path, lambda data: serialization.load_pem_private_key(data, passphrase), data, hint)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise _other_kind(path, key, "PrivateKey")
    found: Ed25519PrivateKey = key
    public_of(found)
    return found


def read_passphrase(path: Path) -> bytes:
    """
    The first line of a file that holds a passphrase, without its end, as openssl reads one.

    Raises SignatureError (bad-key) where it is empty or others may read it; OSError where it cannot be read.
    """
    line = _read(path, secret=True).split(b"\n", 1)[0].removesuffix(b"\r")
    if not line:
        raise _refused(path, "has no passphrase in its first line")
    return line


def write_key_pair(name: Path, passphrase: bytes | None = None) -> PublicKey:
    """
    Make NAME.key, which only its owner may read, and NAME.pub, and return the public key.

    Neither is ever replaced. Raises OSError (FileExistsError where one is there); nothing half-written is left behind.
    """
    ed25519, serialization, _ = cryptography()
    key = ed25519.Ed25519PrivateKey.generate()
    pem, lock = serialization.Encoding.PEM, serialization.NoEncryption()
    if passphrase is not None:
        lock = serialization.BestAvailableEncryption(passphrase)
    private, public = (name.with_name(name.name + ending) for ending in (PRIVATE, PUBLIC))
    write_new(public, key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))
    done = False
    try:
        write_new(private, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, lock), 0o600)
        done = True
    finally:
        if not done:
            public.unlink()
    return public_of(key)


def write_new(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file that must not exist yet. Raises OSError, FileExistsError if it does; nothing half-written is left behind."""
    descriptor, done = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), False
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        done = True
    finally:
        if not done:
            path.unlink()


def _read(path: Path, *, secret: bool) -> bytes:
    with path.open("rb") as file:
        about = os.fstat(file.fileno())
        data = file.read(_MOST_BYTES + 1)
    # As ssh has it: whoever owns the file keeps it for himself. What another user lends may be for a group, never for everybody.
    mode = stat.S_IMODE(about.st_mode)
    if secret and mode & (0o077 if about.st_uid == os.geteuid() else 0o007):
        raise _refused(path, f"may be read or changed by others (its mode is {mode:04o}): chmod 600 makes it yours alone")
    if len(data) > _MOST_BYTES:
        raise _refused(path, f"is larger than {_MOST_BYTES} bytes, and no key")
    return data


def _label(path: Path, data: bytes) -> str:
    """What the one block of PEM in a file says it is."""
    found = _LABEL.findall(data)
    if len(found) != 1 or data.count(b"-----BEGIN") != 1:
        raise _refused(path, f"must hold one key in PEM, and holds {data.count(b'-----BEGIN')} blocks of it; {_MAKE}")
    label: bytes = found[0]
    return label.decode("ascii")


def _loaded(path: Path, load: Any, data: bytes, hint: str = "") -> Any:
    _, _, exceptions = cryptography()
    try:
        return load(data)
    except (ValueError, TypeError, exceptions.UnsupportedAlgorithm):
        raise _refused(path, f"holds no key that can be read: it is damaged, or of another kind than Ed25519{hint}") from None


def _public(path: Path, key: Any) -> PublicKey:
    ed25519, _, _ = cryptography()
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise _other_kind(path, key, "PublicKey")
    try:
        return PublicKey(key.public_bytes_raw())
    except SignatureError as error:
        raise _refused(path, str(error)) from None


def _other_kind(path: Path, key: object, ending: str) -> SignatureError:
    kind = type(key).__name__.removesuffix(ending).strip("_")
    return _refused(path, f"holds a key of kind {kind}; accepted is Ed25519; {_MAKE}")


def _refused(path: Path, sentence: str) -> SignatureError:
    return SignatureError("bad-key", f"{path} {sentence}")
