"""A manifest, its results and the vendor's signature, with keys that are always the same. Tests that import this need cryptography."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from reports import results, signing
from reports.signing import Statement
from reports.tests import sample

ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519", reason="cryptography is not installed")

NODE, REQUIRED = "rack7-node3", ["inventory.counts[node]"]
MANIFEST = b"".join(f"{hashlib.sha256(name).hexdigest()}  {name.decode()}\n".encode() for name in (b"results.json", b"spec.toml"))
RESULTS = results.build(
    sample.run(node=NODE, mode="live", origin="live", required=REQUIRED), sample.good_items(REQUIRED), sample.end(exit_status=0)
)
WEAK = [
    bytes.fromhex(point)
    for point in (
        "00" * 32, "01" + "00" * 31, "ec" + "ff" * 30 + "7f", "ed" + "ff" * 30 + "7f", "ee" + "ff" * 30 + "7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "00" * 31 + "80", "01" + "00" * 30 + "80", "ec" + "ff" * 31, "ed" + "ff" * 31, "ee" + "ff" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
]  # fmt: skip


def private(number: int) -> Any:
    """A key that is the same in each run of the tests."""
    return ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


VENDOR, BUYER = private(1), private(2)


def statement(role: str = "vendor", **more: str) -> Statement:
    """What the vendor states of the sample."""
    made = signing.state(MANIFEST, RESULTS, role=role, signer="the test bay, line 2", signed="2026-11-24T08:00:00Z")
    return replace(made, **more)


GOOD = signing.sign(statement(), VENDOR)
