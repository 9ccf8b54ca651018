"""No text that others write makes a match slow: counted in steps, of expressions and patterns."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.helpers.regexes import Expression, Meter, TooManySteps, expressions
from tests.helpers.shared import ROOT
from transformer.places.glob import glob_matches
from transformer.registry.auth.kubelet import covers, keyring_of, pattern_of
from transformer.registry.http.proxies import proxy_for
from transformer.registry.http.urls import Origin

STEPS_A_CHARACTER = 45

EXPRESSIONS = {it.pattern: it for it in expressions(ROOT / "transformer", "transformer")}


@pytest.fixture(autouse=True)
def _deep() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(50_000)
    yield
    sys.setrecursionlimit(limit)


def worst(expression: Expression) -> str:
    """A text for which an expression takes too many steps; '' when none was found."""
    meter = Meter(expression)
    for text in meter.inputs():
        try:
            meter.steps(text, STEPS_A_CHARACTER * (len(text) + 10))
        except TooManySteps:
            return text
    return ""


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=lambda it: it.place)
def test_every_expression_is_linear(expression: Expression) -> None:
    assert worst(expression) == ""


@pytest.mark.parametrize(
    ("pattern", "is_linear"),
    [
        ("(?:a+)+b", False),
        ("a*a*b", False),
        ("(?:a|ab?c?|[^x])*d", False),
        (r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*(%|---)", False),
        (r"(?m)^version:[^\n]*\n(?:[^\n]*\n)*?images:", False),
        ("(?>a+)b|(?=a)a{2,}?c", False),
        (r"(?<![a-z])(?>a+)\b", True),
        ("a++b", False),
        (r"\Aa++b\Z", True),
        ("[^a]*(?!a).", True),
    ],
)
def test_the_meter_tells_slow_expressions(pattern: str, is_linear: bool) -> None:
    expression = Expression(place="", pattern=pattern, flags=0, is_anchored=False)
    assert (worst(expression) == "") is is_linear


def test_the_meter_tells_what_is_only_matched() -> None:
    for pattern in ("a++b", r"(?:[ \t]*(?:#[^\n]*+)?\r?\n)*+(%|---)"):
        expression = Expression(place="", pattern=pattern, flags=0, is_anchored=True)
        assert worst(expression) == ""


def test_a_pattern_of_a_user_is_no_constant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.py").write_text("import re\ndef f(text):\n    return re.search(text, 'a')\n")
    monkeypatch.syspath_prepend(tmp_path.parent)
    with pytest.raises(NameError):
        list(expressions(tmp_path, tmp_path.name))


def test_no_module_has_a_second_kind_of_glob() -> None:
    # fnmatch makes a regular expression of what a user writes.
    for file in (ROOT / "transformer").rglob("*.py"):
        nodes = list(ast.walk(ast.parse(file.read_text())))
        names = {it.name for node in nodes if isinstance(node, ast.Import) for it in node.names}
        names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        assert names & {"fnmatch", "glob"} == set()


def is_covered(key: str, name: str) -> bool:
    return covers(pattern_of(key), pattern_of(name))


STARS = "*a" * 2_000 + "X"
ORIGIN = Origin(scheme="https", host="a" * 60 + ".example.com", port=443)

# What users and tenants write as patterns, each against what takes longest: globs of `where`,
# `when`, `fields`, `strings`, --group and --update; keys of pull secrets; NO_PROXY.
PATTERNS: dict[str, tuple[int, Callable[[], object]]] = {
    "glob that nearly matches": (len(STARS), lambda: glob_matches(STARS, "a" * 4_000)),
    "glob of stars alone": (4_000, lambda: glob_matches("*" * 4_000 + "X", "a" * 4_000)),
    "key of stars": (400, lambda: is_covered("*" * 400 + "X:18701", "localhost:18701/a")),
    "key of labels": (4_000, lambda: is_covered("*." * 2_000 + "io", "a." * 2_000 + "oi/a")),
    "keys": (
        40 * 400,
        lambda: keyring_of({"auths": {"*" * 400 + f"{it}.io": {} for it in range(40)}}).find(
            "a" * 60 + ".io", "a"
        ),
    ),
    "NO_PROXY": (
        8_000,
        lambda: proxy_for({"HTTPS_PROXY": "p.io", "NO_PROXY": "*.a," * 2_000}, ORIGIN),
    ),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_patterns_take_steps_in_proportion_to_their_length(name: str) -> None:
    length, match = PATTERNS[name]
    lines = 0

    def count(_frame: FrameType, _event: str, _argument: object) -> Any:  # noqa: ANN401 as typed
        nonlocal lines
        lines += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        assert not match() or name == "NO_PROXY"
    finally:
        sys.settrace(before)
    assert lines <= STEPS_A_CHARACTER * length
