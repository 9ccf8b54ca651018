"""Every result code that the package can emit, found in its source.

A code is a literal where a parameter, keyword or variable called `code` gets its value, a key of
`LEFT_ALONE`, the first of three things that a function returns, or stands in brackets at the end of
a line that is said.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.helpers.sources import trees
from transformer.find.objects import LEFT_ALONE

CODE = re.compile("[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
SAID = re.compile(r"\(([a-z-]+)\)$")


@cache
def emitted_codes(package: Path) -> frozenset[str]:
    """The codes of a package, given its folder."""
    modules = [list(ast.walk(tree)) for tree in trees(package).values()]
    own = [_takers(nodes) for nodes in modules]
    everywhere = {name: index for takers in own for name, index in takers.items()}
    found = set(LEFT_ALONE)
    for nodes, takers in zip(modules, own, strict=True):
        # A name of the module itself comes first: two of them may take a code in other places.
        of_all = {**everywhere, **takers}
        for node in nodes:
            found.update(_codes(node, of_all))
    return frozenset(found)


def _takers(nodes: list[ast.AST]) -> dict[str, int]:
    # What takes a `code`, by name, with the place of it among the arguments.
    takers: dict[str, int] = {}
    for owner in nodes:
        for node in getattr(owner, "body", []) if isinstance(owner, ast.stmt | ast.mod) else []:
            if isinstance(node, ast.FunctionDef):
                names = [it.arg for it in node.args.args if it.arg != "self"]
                if "code" in names:
                    name = owner.name if isinstance(owner, ast.ClassDef) else node.name
                    takers[name if node.name == "__init__" else node.name] = names.index("code")
    return takers


def _codes(node: ast.AST, takers: dict[str, int]) -> Iterator[str]:
    match node:
        case ast.Call():
            yield from _given(node, takers)
        case ast.Assign(targets=[*targets], value=value):
            for target in targets:
                yield from _assigned(target, value)
        case ast.Return(value=ast.expr() as value):
            for it in _branches(value):
                if isinstance(it, ast.Tuple) and len(it.elts) == 3:
                    yield from (code for code in _literals(it.elts[0]) if "-" in code)


def _given(call: ast.Call, takers: dict[str, int]) -> Iterator[str]:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    for keyword in call.keywords:
        if keyword.arg == "code":
            yield from _literals(keyword.value)
    if name in takers:
        yield from (code for it in call.args[takers[name] :][:1] for code in _literals(it))
    if name == "say":
        for part in ast.walk(call):
            text = part.value if isinstance(part, ast.Constant) else None
            if isinstance(text, str) and (said := SAID.search(text)):
                yield said[1]


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name) and target.id == "code":
        yield from _literals(value)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for inner, part in zip(target.elts, value.elts, strict=True):
            yield from _assigned(inner, part)


def _branches(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.IfExp):
        yield from _branches(value.body)
        yield from _branches(value.orelse)
    else:
        yield value


def _literals(value: ast.expr) -> Iterator[str]:
    for it in _branches(value):
        if isinstance(it, ast.Constant) and isinstance(it.value, str) and CODE.fullmatch(it.value):
            yield it.value
