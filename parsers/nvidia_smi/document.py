"""The XML document inside an output of nvidia-smi, parsed without trusting it, the lines around it, and the texts in it."""

from __future__ import annotations

from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from parsers.errors import ParseError
from parsers.nvidia_smi.places import TOOL, Texts
from parsers.plain_text import refuse_unprintable

MAX_CHARACTERS = 16 * 1024 * 1024
"""Eight boards need 0.2 million; all that a command may print is 16 MiB."""
MAX_DEPTH = 16
"""Real documents have 6 levels."""
MAX_ELEMENTS = 500_000
"""Eight boards with all their supported clocks have 30 thousand."""
_LONG_LISTS = frozenset({"supported_clocks", "accounted_processes"})
"""Nine tenths of a document, and nothing in them is asked for."""
_END = "</nvidia_smi_log>"


def split_document(text: str) -> tuple[str, tuple[str, ...]]:
    """
    The document, from its first "<" to the end of its root element, and the lines before and after it.

    Raises ParseError where there is none, it does not end, something follows that is XML too, or a character of it is unprintable.
    """
    if len(text) > MAX_CHARACTERS:
        raise ParseError(TOOL, f"at most {MAX_CHARACTERS} characters", f"{len(text)} characters")
    text = text.replace("\r\n", "\n")
    refuse_unprintable(TOOL, text)
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
    The root element of what `split_document` gives, which is <nvidia_smi_log>: any other would not end with that end tag.

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
    return builder.tree.close()


def element_texts(element: Element, skip: frozenset[str] = _LONG_LISTS) -> Texts:
    """
    The texts of an element's descendants by their path, leaving out elements named in `skip`.

    Raises ParseError where text stands between elements, which nvidia-smi does not print.
    """
    texts = Texts()
    _walk(texts, element, "", skip)
    return texts


def _walk(texts: Texts, element: Element, path: str, skip: frozenset[str]) -> None:
    text = (element.text or "").strip()
    if not len(element):
        texts.texts[path] = text
        return
    texts.parents.add(path)
    seen: set[str] = set()
    for child in element:
        text += (child.tail or "").strip()
        below = f"{path}/{child.tag}" if path else child.tag
        if child.tag in seen:
            texts.repeated.add(below)
        elif child.tag not in skip:
            _walk(texts, child, below, skip)
        seen.add(child.tag)
    if text:
        raise ParseError(TOOL, f"only elements in <{element.tag}>", text)


class _Builder:
    """Builds the tree, counts how deep it is, and refuses what no nvidia-smi prints."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.tree = TreeBuilder()
        self._parser = parser
        self._depth = 0
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH:
            self._refuse(f"at most {MAX_DEPTH} levels of elements", f"<{tag}>")
        if self._count > MAX_ELEMENTS:
            self._refuse(f"at most {MAX_ELEMENTS} elements", f"<{tag}>")
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
