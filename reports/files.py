"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """
    Put `data` at `path`, replacing what is there, so that a crash leaves either the old file or the new one.

    Raises OSError (disk full, no permission); nothing half-written is left behind, and what stood at `path` still does.
    """
    making = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        _write_synced(making, data)
        making.replace(path)
    finally:
        making.unlink(missing_ok=True)
    sync_folder(path.parent)


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make a new name in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
