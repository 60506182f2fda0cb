"""
The mutants of a source file, as mutmut's operators make them.

A mutant is known by its content: file, function, the lines that differ, and which of several alike it is. So the list
of explained ones (mutant_list) survives edits elsewhere in the file. Some kinds of mutants tell nothing of the tests; each
has a rule here that has a name, and the command counts what it leaves out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

EXCLUDED = {
    "wording": "letters of a sentence for people: an error's, an exception's, a tool's description",
    "types": "a type's name: an alias, what isinstance and len are asked (a type checker reads the first, the others break at once)",
    "strict": "strict=True of zip: an assertion about our own code that nothing can break",
}
"""The rules by which mutants are left out, and what each is about."""

_SENTENCES = frozenset({"Tool", "pytest.skip"})
_OF_TYPES = frozenset({"isinstance", "len"})


@dataclass(frozen=True)
class Mutant:
    """
    One change of a file.

    `was` and `becomes` are the lines that differ, without their indentation; `nth` counts those that are alike. `excluded`
    names the rule by which it is left out, else it is empty. `line` to `last_line` is what it changes; `start` to `end`, in
    bytes, is replaced by `new`.
    """

    file: str
    function: str
    was: str
    becomes: str
    nth: int
    excluded: str
    line: int
    last_line: int
    start: int
    end: int
    new: str

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What it is known by."""
        return self.file, self.function, self.was, self.becomes, self.nth

    def apply(self, source: str) -> str:
        """The file's text with the change."""
        return _spliced(source.encode(), self.start, self.end, self.new)


def mutants_of(file: str, source: str) -> list[Mutant]:
    """All mutants of a file, each once; whether Python can compile them is seen when they are run."""
    wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    walk = _Walk(wrapper)
    walk.visit(wrapper.module)
    data, seen = source.encode(), Counter[tuple[str, str, str]]()
    found = []
    for change in dict.fromkeys(walk.changes):
        if data[change.start : change.end] != change.new.encode():
            was, becomes = _difference(data, change)
            nth = seen[change.function, was, becomes]
            seen[change.function, was, becomes] += 1
            place = (change.line, change.last_line, change.start, change.end, change.new)
            found.append(Mutant(file, change.function, was, becomes, nth, change.excluded, *place))
    return found


@dataclass(frozen=True)
class _Change:
    function: str
    excluded: str
    line: int
    last_line: int
    start: int
    end: int
    new: str


class _Walk:
    """Collects what mutmut's operators make of every node but annotations and decorators, which it does not mutate either."""

    def __init__(self, wrapper: MetadataWrapper) -> None:
        self._spans, self._places = wrapper.resolve(ByteSpanPositionProvider), wrapper.resolve(PositionProvider)
        self.changes: list[_Change] = []
        self._functions: list[str] = []
        self._calls: list[str] = []

    def visit(self, node: cst.CSTNode) -> None:
        """The node and all below it."""
        if isinstance(node, (cst.Annotation, cst.Decorator)) or _is_annotated_key(node):
            return
        word = _spoken_by(node)
        if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            self._functions.append(node.name.value)
        if word is not None:
            self._calls.append(word)
        self._change(node)
        for child in node.children:
            self.visit(child)
        if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            self._functions.pop()
        if word is not None:
            self._calls.pop()

    def _change(self, node: cst.CSTNode) -> None:
        made = [new for kind, operator in mutation_operators if isinstance(node, kind) for new in operator(node)]
        if not made:
            return
        span, place = self._spans[node], self._places[node]
        function, last = ".".join(self._functions), place.end.line
        for new in made:
            code = cst.Module([]).code_for_node(new)
            rule = self._rule(node, new)
            self.changes.append(_Change(function, rule, place.start.line, last, span.start, span.start + span.length, code))

    def _rule(self, node: cst.CSTNode, new: cst.CSTNode) -> str:
        if isinstance(node, cst.SimpleString) and any(word in _SENTENCES or _is_error(word) for word in self._calls):
            return "wording"
        if isinstance(node, cst.Call) and _word(node.func) in _OF_TYPES:
            return "types"
        if isinstance(node, cst.Assign) and _is_type(node.value):
            return "types"
        if isinstance(node, cst.Name) and node.value == "True" and self._calls[-1:] == ["zip"]:
            return "strict"
        if isinstance(node, cst.Call) and isinstance(new, cst.Call) and _word(node.func) == "zip":
            return "strict" if not any(_is_strict(argument) for argument in new.args) else ""
        return ""


def _is_annotated_key(node: cst.CSTNode) -> bool:
    """`StashKey[...]`: an annotation in another place."""
    return isinstance(node, cst.Subscript) and _word(node.value).endswith("StashKey")


def _spoken_by(node: cst.CSTNode) -> str | None:
    return _word(node.func) if isinstance(node, cst.Call) else ("raise" if isinstance(node, cst.Raise) else None)


def _is_error(word: str) -> bool:
    last = word.rpartition(".")[2]
    return last in ("raise", "error", "NotMeasured") or (last[:1].isupper() and last.endswith("Error"))


def _word(node: cst.BaseExpression) -> str:
    return str(cst.Module([]).code_for_node(node))


def _is_strict(argument: cst.Arg) -> bool:
    return argument.keyword is not None and argument.keyword.value == "strict" and _word(argument.value) == "True"


def _is_type(node: cst.BaseExpression) -> bool:
    """`A | B`, `Callable[...]`: only capital words and the types of Python itself."""
    if isinstance(node, cst.BinaryOperation):
        return isinstance(node.operator, cst.BitOr) and _is_type(node.left) and _is_type(node.right)
    if isinstance(node, cst.Subscript):
        return _is_type(node.value)
    return isinstance(node, cst.Name) and (_is_title(node.value) or node.value in _PLAIN_TYPES)


def _is_title(word: str) -> bool:
    return word[:1].isupper() and not word.isupper()


_PLAIN_TYPES = frozenset({"str", "int", "float", "bool", "bytes", "dict", "list", "tuple", "set", "frozenset"})


def _spliced(data: bytes, start: int, end: int, new: str) -> str:
    return (data[:start] + new.encode() + data[end:]).decode()


def _difference(data: bytes, change: _Change) -> tuple[str, str]:
    """The lines that differ, each without the blanks around it."""
    begin, end = data.rfind(b"\n", 0, change.start) + 1, data.find(b"\n", change.end)
    old = data[begin:end].decode().split("\n")
    new = _spliced(data[begin:end], change.start - begin, change.end - begin, change.new).split("\n")
    first = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    same = 0
    while same < min(len(old), len(new)) - first and old[-1 - same] == new[-1 - same]:
        same += 1
    return _stripped(old[first : len(old) - same]), _stripped(new[first : len(new) - same])


def _stripped(lines: list[str]) -> str:
    return "\n".join(line.strip() for line in lines)
