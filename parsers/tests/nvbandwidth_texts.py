"""What the tests of nvbandwidth share: a run on one GPU in text and in JSON, and the names of its testcases."""

from __future__ import annotations

from parsers.tests.damage import RECORDINGS

FOLDER = RECORDINGS / "nvbandwidth"
TEXT = (FOLDER / "v0.8-one-gpu.txt").read_text()
JSON = (FOLDER / "v0.8-one-gpu.json").read_text()
H2D, D2H = "host_to_device_memcpy_ce", "device_to_host_memcpy_ce"
