"""The XML document inside an output of nvidia-smi, parsed without trusting it, and the lines around it."""

from __future__ import annotations

from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from parsers.errors import ParseError
from parsers.nvidia_smi.places import TOOL

MAX_CHARACTERS = 16 * 1024 * 1024
"""Eight boards need 0.2 million; all that a command may print is 16 MiB."""
MAX_DEPTH = 16
"""Real documents have 6 levels."""
_END = "</nvidia_smi_log>"


def split_document(text: str) -> tuple[str, tuple[str, ...]]:
    """
    The document, from its first "<" to the end of its root element, and the lines before and after it.

    Raises ParseError where there is none, it does not end, or something follows that is XML too.
    """
    if len(text) > MAX_CHARACTERS:
        raise ParseError(TOOL, f"at most {MAX_CHARACTERS} characters", f"{len(text)} characters")
    before, start, rest = text.partition("<")
    inner, end, after = rest.partition(_END)
    around = [line.strip() for line in (before + "\n" + after).splitlines() if line.strip()]
    if not start:
        raise ParseError(TOOL, "an XML document", around[0] if around else "")
    if not end:
        raise ParseError(TOOL, f"{_END} at the end of the document", text.rstrip().rpartition("\n")[2].strip(), text.count("\n") + 1)
    if "<" in after:
        raise ParseError(TOOL, "one document", next(line for line in after.splitlines() if "<" in line).strip())
    return start + inner + end, tuple(around)


def parse_document(document: str) -> Element:
    """
    The root element <nvidia_smi_log>.

    The DTD that the document names is not loaded, and a document that brings declarations or entities of its own, or
    nests deeper than any real one, is refused before they are followed. Raises ParseError for that and for bad XML.
    """
    parser = expat.ParserCreate("utf-8")
    builder = _Builder(parser)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler = builder.tree.data
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.SkippedEntityHandler = builder.entity
    try:
        parser.Parse(document.encode("utf-8", "backslashreplace"), True)
    except expat.ExpatError as error:
        lines = document.splitlines()
        raise ParseError(TOOL, f"XML ({error})", "".join(lines[error.lineno - 1 : error.lineno]).strip(), error.lineno) from None
    root = builder.tree.close()
    if root.tag != "nvidia_smi_log":
        raise ParseError(TOOL, "<nvidia_smi_log>", f"<{root.tag}>")
    return root


class _Builder:
    """Builds the tree, counts how deep it is, and refuses what no nvidia-smi prints."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.tree = TreeBuilder()
        self._parser = parser
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._refuse(f"at most {MAX_DEPTH} levels of elements", f"<{tag}>")
        self.tree.start(tag, attributes)

    def end(self, tag: str) -> None:
        self._depth -= 1
        self.tree.end(tag)

    def doctype(self, name: str, system: str | None, public: str | None, has_internal_subset: bool) -> None:
        if has_internal_subset:
            self._refuse("a DOCTYPE without declarations", f"<!DOCTYPE {name} [")

    def entity(self, name: str, is_parameter: bool) -> None:
        self._refuse("no entities", f"&{name};")

    def _refuse(self, expected: str, line: str) -> NoReturn:
        raise ParseError(TOOL, expected, line, self._parser.CurrentLineNumber)
