"""
Puts a mutant into the modules of this process, or into the file.

A mutant inside of a function takes the place of that function's code, wherever the function was imported to. A constant of a
module is replaced likewise. Where neither will do, the module has to be imported anew.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.abc import InspectLoader
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from benchmarks.mutant_forks import ANEW, NO_CODE, LeavesEarly
from benchmarks.mutants import Mutant

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_Definition = ast.FunctionDef | ast.AsyncFunctionDef


def frozen() -> None:
    """What is there now is never looked at by the garbage collector, which would copy all of it in every child; nor by `Module`."""
    gc.collect()
    gc.freeze()


class Module:
    """A file that is mutated: its text, its functions, and its constants as they are when it is imported."""

    def __init__(self, checkout: Path, file: str) -> None:
        self.path = checkout / file
        self.source = self.path.read_text(encoding="utf-8")
        self.live = next((found for found in list(sys.modules.values()) if getattr(found, "__file__", None) == str(self.path)), None)
        self.functions: dict[int, list[FunctionType]] = defaultdict(list)
        for found in gc.get_objects():
            if isinstance(found, FunctionType) and found.__code__.co_filename == str(self.path):
                self.functions[found.__code__.co_firstlineno].append(found)
        self._definitions = list(_outermost(ast.parse(self.source)))

    def definition(self, mutant: Mutant) -> _Definition | None:
        """The function that holds the mutant, and is held by none."""
        return next((d for d in self._definitions if d.lineno <= mutant.line and mutant.last_line <= (d.end_lineno or 0)), None)

    def span(self, mutant: Mutant) -> range:
        """The lines of its function, or of all the file."""
        found = self.definition(mutant)
        return range(found.lineno + 1, (found.end_lineno or 0) + 1) if found else range(1, self.source.count("\n") + 2)

    @contextlib.contextmanager
    def on_disk(self, mutant: Mutant) -> Iterator[None]:
        """Change the file meanwhile, where tests collect it themselves."""
        if not mutant.file.startswith("hwtests"):
            yield
            return
        with changed_on_disk(self.path, self.source, mutant):
            yield


@contextlib.contextmanager
def changed_on_disk(path: Path, source: str, mutant: Mutant) -> Iterator[None]:
    """Change a file meanwhile; what was compiled of it is removed."""
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*"):
        compiled.unlink()
    path.write_text(mutant.apply(source), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(source, encoding="utf-8")


def _outermost(tree: ast.AST) -> Iterator[_Definition]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, _DEFINITIONS):
            yield node
        else:
            yield from _outermost(node)


def prepared(module: Module, mutant: Mutant, caches: Sequence[Any]) -> None:
    """For a child: put the mutant into the modules of this process."""
    mutated = mutant.apply(module.source)
    try:
        tree, code = ast.parse(mutated), compile(mutated, str(module.path), "exec", dont_inherit=True)
    except SyntaxError:
        raise LeavesEarly(NO_CODE) from None
    definition = module.definition(mutant)
    if definition is not None:
        _replace_function(module, definition, next(d for d in _outermost(tree) if d.lineno == definition.lineno), code)
    else:
        _replace_constants(module, mutated)
    for cache in caches:
        cache.cache_clear()


def _replace_function(module: Module, old: _Definition, new: _Definition, code: CodeType) -> None:
    first = min([new.lineno, *(decorator.lineno for decorator in new.decorator_list)])
    functions = [function for function in module.functions[first] if function.__name__ == new.name]
    made = next((found for found in _codes(code) if (found.co_firstlineno, found.co_name) == (first, new.name)), None)
    if not functions or made is None or any(function.__code__.co_freevars != made.co_freevars for function in functions):
        raise LeavesEarly(ANEW)
    if ast.dump(old.args) != ast.dump(new.args):
        raise LeavesEarly(ANEW)  # a default: it was computed when the function was made
    for function in functions:
        function.__code__ = made


def _codes(code: CodeType) -> Iterator[CodeType]:
    """All code inside of it."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)


def _replace_constants(module: Module, mutated: str) -> None:
    """The values that differ from what the file makes of them unchanged, and came out alike when it was made twice."""
    if module.live is None or module.path.parent.name == "hwtests":
        raise LeavesEarly(ANEW)
    once, twice, now = (_executed(module, text) for text in (module.source, module.source, mutated))
    names = [name for name in once if name in now and once[name] == twice.get(name) and once[name] == vars(module.live).get(name)]
    differ = [name for name in names if once[name] != now[name]]
    if not differ:
        raise LeavesEarly(ANEW)
    for name in differ:
        old = vars(module.live)[name]
        for other in list(sys.modules.values()):
            if getattr(other, "__dict__", {}).get(name) is old and str(getattr(other, "__file__", "")).endswith(".py"):
                setattr(other, name, now[name])


def _executed(module: Module, text: str) -> dict[str, Any]:
    """What the text makes as a module of the same name."""
    made = ModuleType(vars(module.live)["__name__"])
    made.__file__ = str(module.path)
    _Loader(text).exec_module(made)
    return vars(made)


class _Loader(InspectLoader):
    """Loads a module from this text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def get_source(self, fullname: str) -> str:
        return self._text
