"""Headless Chromium by its command line: what it makes of a page on a screen and on paper, and what it complains of."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_ALONE = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--v=0",
)  # fmt: skip
_SECONDS = 90


@dataclass(frozen=True)
class Seen:
    """What a page did: its DOM at the end, lines on its console, and addresses that it asked for."""

    dom: str
    console: list[str]
    requests: list[str]


def browse(page: Path, *more: str) -> Seen:
    """Open `page` and wait until nothing moves any more."""
    with tempfile.TemporaryDirectory(prefix="hwaccept-chromium-") as name:
        log = Path(name, "net.json")
        done = _run(name, page, "--dump-dom", f"--log-net-log={log}", *more)
        return Seen(done.stdout, re.findall(r"CONSOLE.*", done.stderr), _asked_by_the_page(json.loads(log.read_text(encoding="utf-8"))))


def _asked_by_the_page(log: Any) -> list[str]:
    """Addresses whose initiator is a page; the browser's own errands have none."""
    asked = (event.get("params") or {} for event in log["events"])
    return sorted({told["url"] for told in asked if "url" in told and told.get("initiator", "not an origin") != "not an origin"})


def screenshot(page: Path, target: Path, width: int, height: int) -> None:
    """A picture of the window. Below 500 pixels no window gets; see `framed`."""
    with tempfile.TemporaryDirectory(prefix="hwaccept-chromium-") as name:
        _run(name, page, f"--window-size={width},{height}", f"--screenshot={target}")


def printed(page: Path, target: Path) -> None:
    """The page as PDF, on the paper that its style names."""
    with tempfile.TemporaryDirectory(prefix="hwaccept-chromium-") as name:
        _run(name, page, "--no-pdf-header-footer", f"--print-to-pdf={target}")


def _run(profile: str, page: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None
    command = [CHROMIUM, *_ALONE, f"--user-data-dir={profile}", *arguments, page.as_uri()]
    return subprocess.run(command, check=True, capture_output=True, text=True, errors="replace", timeout=_SECONDS)


def framed(page: Path, width: int, height: int) -> Path:
    """A page beside `page` that shows it in a frame of this width, which may be that of a phone."""
    frame = page.with_name(f"{page.stem}-{width}.html")
    style = f"border:0;display:block;height:{height}px;width:{width}px"
    frame.write_text(f'<!DOCTYPE html><title>frame</title><body style="margin:0"><iframe src="{page.name}" style="{style}"></iframe>')
    return frame


def picture(png: bytes) -> tuple[int, int, int]:
    """Width, height, and how many different values its bytes have: few where nothing is drawn."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    place, packed = 8, b""
    while place < len(png):
        (size,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            packed += png[place + 8 : place + 8 + size]
        place += size + 12
    return width, height, len(set(zlib.decompress(packed)))
