"""What a parser says of itself, so that `python -m parsers` finds it: a module that reads a tool's output has `TOOLS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Parsed(Protocol):
    """What a parser returns: a frozen dataclass with this beside its own fields."""

    @property
    def complete(self) -> bool:
        """
        Whether the text itself proves that it is whole: an end mark was read, or every count that it announces is borne out.

        False says that lines may be missing. Layouts without any end mark are never complete: who asked for them compares
        what is there with what was promised, and knows from elsewhere that the program came to its end.
        """
        ...


@dataclass(frozen=True)
class Tool:
    """
    One kind of output that can be read.

    `name` is the word for the command line (lower case, hyphens), `versions` the releases whose layouts were read about or
    seen, `about` one line: the command that prints it and what is read from it.
    """

    name: str
    versions: str
    about: str
    parse: Callable[[str], Parsed]
