"""The shape of the house: one order of modules, small files and functions, one impure edge."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shared import ROOT

PACKAGE = "transformer"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Every module, above those that may import it.
ORDER = _words("""
    records errors wording json_text
    source parsers tree nodes faults
    settings single envelope
    model fields scalars
    objects structure spots sites
    annotations originals insertions
    reference digests repositories scopes template_language templates mirrors rules config
    pins decide pull_secrets
    edits secret_objects patches agreement plans
    results pipeline
    diffs listing krm
    doctor.values doctor.executables doctor.invocations doctor.kustomization doctor.layers
    doctor.traps doctor
    arguments shell invocation commands cli __main__
""")

# What starting the command must not pay for: imported where it is used, never with a module.
HEAVY = _words("""
    argparse contextlib dataclasses difflib enum inspect jinja2 json jsonpatch logging pathlib
    random select shutil socket subprocess tempfile textwrap traceback urllib zlib
""")

# Who may use what comes from outside.
THIRD_PARTIES = {
    "yaml": {"parsers", "tree"},
    "jinja2": {"templates", "template_language"},
    "jsonpatch": {"patches"},
}

# Files, streams, the environment and signals.
WORLD = _words("errno io os pathlib select shutil signal socket subprocess sys")
WORLDLY = {"cli", "invocation", "shell"}
BUILTIN_WORLD = ("open", "print", "input", "breakpoint")

MAX_LINES = 300
MAX_FUNCTION = 50


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT / PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(path): path for path in sorted((ROOT / PACKAGE).rglob("*.py"))}
TREES = {name: ast.parse(path.read_text()) for name, path in FILES.items()}

each_module = pytest.mark.parametrize("name", FILES, ids=lambda name: name or PACKAGE)


def imported(node: ast.AST) -> Iterator[str]:
    """The full names of the modules, or of things in them, that a node imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports must name their module in full"
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_imports(name: str) -> set[str]:
    """The modules of the package that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(TREES[name]):
        for full in imported(node):
            package, _, rest = full.partition(".")
            if package == PACKAGE:
                found.add(rest if rest in FILES else rest.rpartition(".")[0])
    return found


def top_level(name: str) -> Iterator[ast.stmt]:
    """The statements that run when a module is imported."""
    for node in TREES[name].body:
        is_for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if not is_for_types:
            yield node


def test_every_module_has_its_place() -> None:
    assert sorted(ORDER) == sorted(FILES.keys() - {""})


@each_module
def test_imports_point_up_the_list(name: str) -> None:
    above = set(ORDER[: ORDER.index(name)]) if name else set()
    assert own_imports(name) - above - {""} == set()


@each_module
def test_nothing_heavy_is_imported_with_a_module(name: str) -> None:
    if name.partition(".")[0] == "doctor":
        return  # only the command `doctor` imports it
    roots = {full.partition(".")[0] for node in top_level(name) for full in imported(node)}
    assert roots.isdisjoint(HEAVY)


@each_module
def test_third_parties_are_used_where_they_belong(name: str) -> None:
    roots = {full.partition(".")[0] for node in ast.walk(TREES[name]) for full in imported(node)}
    foreign = roots - sys.stdlib_module_names - {PACKAGE}
    assert foreign <= {party for party, users in THIRD_PARTIES.items() if name in users}


@each_module
def test_only_the_edge_touches_the_world(name: str) -> None:
    if name in WORLDLY or name.partition(".")[0] == "doctor":
        return
    nodes = list(ast.walk(TREES[name]))
    roots = {full.partition(".")[0] for node in nodes for full in imported(node)}
    called = {
        node.func.id
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert roots.isdisjoint(WORLD)
    assert called.isdisjoint(BUILTIN_WORLD)


@each_module
def test_files_and_functions_are_small(name: str) -> None:
    assert len(FILES[name].read_text().splitlines()) <= MAX_LINES
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(TREES[name])
        if isinstance(node, ast.FunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= MAX_FUNCTION
    }
    assert long == {}


@each_module
def test_a_module_says_what_it_is_for_and_evaluates_no_annotation(name: str) -> None:
    tree = TREES[name]
    assert ast.get_docstring(tree)
    if name not in ("", "__main__"):
        assert "__future__.annotations" in set(imported(tree.body[1]))
