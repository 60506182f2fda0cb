"""Every kind of output that the parsers read: what the modules of this package declare as `TOOLS`."""

from __future__ import annotations

import importlib
import pkgutil

import parsers
from parsers.tool import Tool


def tools() -> dict[str, Tool]:
    """
    All tools by name, in the order of their names. Imports every module of the package but its tests.

    Raises ValueError where two modules declare one name.
    """
    found: dict[str, Tool] = {}
    for module in pkgutil.walk_packages(parsers.__path__, "parsers."):
        if module.name.startswith("parsers.tests") or module.name.endswith("__main__"):
            continue
        for tool in getattr(importlib.import_module(module.name), "TOOLS", ()):
            if tool.name in found:
                raise ValueError(f"{module.name}: another module declares {tool.name} too")
            found[tool.name] = tool
    return dict(sorted(found.items()))
