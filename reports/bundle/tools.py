"""tools.json: every program that ran, by host, with its file's hash and its version, gathered from the commands of the evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from reports.bundle.errors import BundleError

_FACTS = ("host", "tool", "path", "sha256", "version")


class Tools:
    """Takes one command.json after the other; a program that ran a million times is kept once."""

    def __init__(self) -> None:
        self._found: set[tuple[str | None, ...]] = set()

    def take(self, path: str, text: bytes) -> None:
        """Note the program of one command. Raises BundleError where the file does not say which it is."""
        self._found.add(_facts(path, text))

    @property
    def listed(self) -> list[dict[str, str | None]]:
        """The programs in order; path, sha256 and version are null where nobody knows them, as of programs on other hosts."""
        ordered = sorted(self._found, key=lambda facts: tuple(fact or "" for fact in facts))
        return [dict(zip(_FACTS, facts, strict=True)) for facts in ordered]

    def document(self) -> bytes:
        """The file."""
        return (json.dumps(self.listed, indent=1, ensure_ascii=True, allow_nan=False) + "\n").encode("ascii")


def _facts(path: str, text: bytes) -> tuple[str | None, ...]:
    try:
        output: Mapping[str, Any] = json.loads(text)
        command = output["command"]
        found = (command["host"], command["argv"][0].rpartition("/")[2], *(output[name] for name in _FACTS[2:]))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise BundleError("bad-evidence", f"{path} does not say which program ran: {type(error).__name__}: {str(error)[:200]}") from error
    if not all(fact is None or isinstance(fact, str) for fact in found) or None in found[:2]:
        raise BundleError("bad-evidence", f"{path} does not say which program ran in words")
    return found
