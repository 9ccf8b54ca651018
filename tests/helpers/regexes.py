"""Regular expressions by the steps that they take: every one of a package, and inputs against each.

A backtracking matcher that counts stands in for `re`, which cannot be asked. It reads the tree that
`re` itself makes of an expression, and does what `re` does without its short cuts, so that it takes
at least as many steps.
"""

from __future__ import annotations

import ast
import importlib
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from tests.helpers.sources import tree_of
from transformer.records import record

# Of the parser of `re`, which has no types.
Tree: TypeAlias = Any

Then = Callable[[int], bool]
Matcher = Callable[[int, Then], bool]

CALL = re.compile(r"\bre\.[a-z]+\(")
PARSER: Any = importlib.import_module("re._parser")
ANCHORED = {"match", "fullmatch"}
REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}
MANY, SAMPLES = 10, 2
TIMES, LENGTH = 32, 200


@record
class Expression:
    """A regular expression of a module. `is_anchored`: it is never searched for in a text."""

    place: str
    pattern: str
    flags: int
    is_anchored: bool


class TooManySteps(Exception):
    """A match that takes more steps than it may."""


def modules(folder: Path) -> list[Path]:
    """The modules of a package that hand something to `re`. Cheap: no module is parsed."""
    files = sorted(folder.rglob("*.py"))
    return [it for it in files if CALL.search(it.read_text(encoding="utf-8"))]


def expressions(file: Path, name: str) -> Iterator[Expression]:
    """Every expression that a module, given with its name, hands to `re`, made of its constants.

    Raises `NameError` for one that is made of anything else, as of a user's text.
    """
    nodes = list(ast.walk(tree_of(file)))
    names = vars(importlib.import_module(name))
    for node in nodes:
        if isinstance(node, ast.Call) and _is_re(node):
            yield _expression(node, names, nodes, f"{name}:{node.lineno}")


def _is_re(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id="re"), attr=method):
            return method != "escape"
    return False


def _expression(
    call: ast.Call, names: dict[str, Any], nodes: list[ast.AST], place: str
) -> Expression:
    assert isinstance(call.func, ast.Attribute)
    values = [*call.args[1:], *(it.value for it in call.keywords if it.arg == "flags")]
    flags = [ast.unparse(it) for it in values if ast.unparse(it).startswith("re.")]
    pattern: Any = eval(ast.unparse(call.args[0]), dict(names))
    text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
    return Expression(
        place=place,
        pattern=text,
        flags=sum(int(getattr(re, it.removeprefix("re."))) for it in flags),
        is_anchored=_methods(call, nodes) <= ANCHORED,
    )


def _methods(call: ast.Call, nodes: list[ast.AST]) -> set[str]:
    # How an expression is used: by the call itself, by the attribute of it, or by that of its name.
    assert isinstance(call.func, ast.Attribute)
    if call.func.attr != "compile":
        return {call.func.attr}
    names = {
        ast.unparse(target)
        for node in nodes
        if isinstance(node, ast.Assign) and node.value is call
        for target in node.targets
    }
    return {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute)
        and (node.value is call or ast.unparse(node.value) in names)
    } or {"search"}


class Meter:
    """Matches one expression against texts, and counts."""

    def __init__(self, expression: Expression) -> None:
        self._tree: Tree = PARSER.parse(expression.pattern, expression.flags)
        self._is_anchored = expression.is_anchored
        self._flags = self._tree.state.flags
        self._alphabet = _alphabet(self._tree)
        self._matcher = self._sequence(self._tree)
        self._text = ""
        self._left = 0

    def steps(self, text: str, limit: int) -> int:
        """The steps of a match, or of a search for all. Raises `TooManySteps` beyond a limit."""
        self._text, self._left = text, limit
        at = 0
        while at <= len(text):
            ends: list[int] = []
            found = self._matcher(at, lambda end, ends=ends: not ends.append(end))  # type: ignore[misc]
            if self._is_anchored:
                self._matcher(at, lambda end: end == len(text))
                break
            at = max(at + 1, ends[0]) if found else at + 1
        return limit - self._left

    def inputs(self) -> Iterator[str]:
        """Texts that repeat what the expression repeats, and end in what it does not expect."""
        source = random.Random(str(self._tree))
        seen: Counter[str] = Counter()
        for before, body in _repeats(self._tree, []):
            seen[str(body)] += 1
            for _ in range(SAMPLES if seen[str(body)] <= SAMPLES else 0):
                head, part = self._sample(before, source), self._sample(body, source)
                for text in (head + _often(part), _often(head + part)):
                    yield text
                    yield text + "\0"

    def _sample(self, items: Tree, source: random.Random) -> str:
        return "".join(self._sample_of(op, value, source) for op, value in items)

    def _sample_of(self, op: Tree, value: Tree, source: random.Random) -> str:
        name = str(op)
        if name in REPEATS:
            low, high, body = value
            count = min(int(high), low + source.randint(0, 2))
            return "".join(self._sample(body, source) for _ in range(count))
        if name == "BRANCH":
            return self._sample(source.choice(value[1]), source)
        if name in ("SUBPATTERN", "ATOMIC_GROUP"):
            return self._sample(value[-1] if name == "SUBPATTERN" else value, source)
        if name in ("AT", "ASSERT", "ASSERT_NOT"):
            return ""
        return source.choice([it for it in self._alphabet if _accepts(name, value, it)] or ["x"])

    def _step(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise TooManySteps

    def _sequence(self, items: Tree) -> Matcher:
        matchers = [self._node(str(op), value) for op, value in items]

        def match(at: int, then: Then, index: int = 0) -> bool:
            if index == len(matchers):
                return then(at)
            return matchers[index](at, lambda end: match(end, then, index + 1))

        return match

    def _node(self, name: str, value: Tree) -> Matcher:
        if name in REPEATS:
            return self._repeat(name, *value)
        if name == "BRANCH":
            branches = [self._sequence(it) for it in value[1]]
            return lambda at, then: any(it(at, then) for it in branches)
        if name == "SUBPATTERN":
            return self._sequence(value[-1])
        if name == "ATOMIC_GROUP":
            return self._atomic(self._sequence(value))
        if name in ("ASSERT", "ASSERT_NOT"):
            return self._look(value[0], value[1], wanted=name == "ASSERT")
        if name == "AT":
            return lambda at, then: self._is_at(str(value), at) and then(at)
        return self._character(name, value)

    def _character(self, name: str, value: Tree) -> Matcher:
        accepted: dict[str, bool] = {}

        def match(at: int, then: Then) -> bool:
            self._step()
            if at == len(self._text):
                return False
            character = self._text[at]
            if character not in accepted:
                accepted[character] = _accepts(name, value, character)
            return accepted[character] and then(at + 1)

        return match

    def _repeat(self, name: str, low: int, high: Tree, items: Tree) -> Matcher:
        body = self._sequence(items)

        def again(at: int, then: Then, count: int) -> bool:
            def onward(end: int) -> bool:
                return (end != at or count < low) and again(end, then, count + 1)

            self._step()
            if name == "MIN_REPEAT":
                return (count >= low and then(at)) or (count < int(high) and body(at, onward))
            return (count < int(high) and body(at, onward)) or (count >= low and then(at))

        def match(at: int, then: Then) -> bool:
            return again(at, then, 0)

        return self._atomic(match) if name == "POSSESSIVE_REPEAT" else match

    def _atomic(self, body: Matcher) -> Matcher:
        def match(at: int, then: Then) -> bool:
            ends: list[int] = []
            return body(at, lambda end: not ends.append(end)) and then(ends[0])  # type: ignore[func-returns-value]

        return match

    def _look(self, direction: int, items: Tree, *, wanted: bool) -> Matcher:
        body, (width, _) = self._sequence(items), items.getwidth()

        def match(at: int, then: Then) -> bool:
            start = at if direction > 0 else at - width
            found = start >= 0 and body(start, lambda end: direction > 0 or end == at)
            return found is wanted and then(at)

        return match

    def _is_at(self, name: str, at: int) -> bool:
        text, is_multiline = self._text, bool(self._flags & re.MULTILINE)
        if name == "AT_BEGINNING":
            return at == 0 or (is_multiline and text[at - 1] == "\n")
        if name == "AT_END":
            return text[at:] in ("", "\n") or (is_multiline and text[at] == "\n")
        if name in ("AT_BEGINNING_STRING", "AT_END_STRING"):
            return at == (0 if name == "AT_BEGINNING_STRING" else len(text))
        is_word = [bool(re.match(r"\w", it)) for it in (text[at - 1 : at], text[at : at + 1])]
        return (is_word[0] != is_word[1]) is (name == "AT_BOUNDARY")


def _often(text: str) -> str:
    return text * max(TIMES, LENGTH // max(1, len(text)))


def _accepts(name: str, value: Tree, character: str) -> bool:
    if name in ("LITERAL", "NOT_LITERAL"):
        return (ord(character) == value) is (name == "LITERAL")
    if name == "ANY":
        return character != "\n"
    negated = str(value[0][0]) == "NEGATE"
    return any(_is_in(str(op), it, character) for op, it in value[negated:]) is not negated


def _is_in(name: str, value: Tree, character: str) -> bool:
    if name == "LITERAL":
        return ord(character) == int(value)
    if name == "RANGE":
        return bool(value[0] <= ord(character) <= value[1])
    letter = str(value).removeprefix("CATEGORY_").removeprefix("NOT_")[0].lower()
    found = re.match(rf"\{letter}", character) is not None
    return found is not str(value).startswith("CATEGORY_NOT_")


def _alphabet(items: Tree) -> list[str]:
    found = {"x", " ", "\n"}
    for op, value in _nodes(items):
        if str(op) in ("LITERAL", "NOT_LITERAL"):
            found.add(chr(value))
        elif str(op) == "RANGE":
            found.update(map(chr, value))
        elif str(op) == "CATEGORY":
            found.update("a0 ")
    return sorted(found)


def _nodes(items: Tree) -> Iterator[tuple[Tree, Tree]]:
    for op, value in items:
        yield op, value
        for inner in [value] if str(op) == "IN" else _inside(str(op), value):
            yield from _nodes(inner)


def _inside(name: str, value: Tree) -> list[Tree]:
    if name == "BRANCH":
        return list(value[1])
    if name == "ATOMIC_GROUP":
        return [value]
    is_nested = name in REPEATS or name in ("SUBPATTERN", "ASSERT", "ASSERT_NOT")
    return [value[-1]] if is_nested else []


def _repeats(items: Tree, before: list[Tree]) -> Iterator[tuple[list[Tree], Tree]]:
    # What comes before each repeat, and what it repeats.
    for index, (op, value) in enumerate(items):
        head = [*before, *items[:index]]
        if str(op) in REPEATS and int(value[1]) > MANY:
            yield head, value[-1]
        for inner in _inside(str(op), value):
            yield from _repeats(inner, head)
