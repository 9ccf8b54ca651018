"""The shape of the house: which module may use which, what it may touch, how long it may get."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "transformer"

# Each may import those that stand before it, wherever in its text the import stands.
ORDER = (
    # words, and what facts are made of
    "", "records", "wording", "errors", "json_text", "defaults",
    # reading
    "parsers", "tree", "source", "nodes", "faults", "single", "settings",
    # images and their names
    "reference", "repositories", "template_language", "templates",
    # facts, and the tables of where things are
    "verdicts", "joins", "steps", "model", "scopes", "fields", "paths", "catalogue",
    "known_strings",
    # configuration and lock
    "lockform", "digests", "mirrors", "rules", "envelope", "place_overlaps", "place_settings",
    "config",
    # find
    "structure", "objects", "lines", "spots", "secret_fields", "scalars", "alignment",
    "annotations", "inner", "gathering", "string_sites", "strings", "pods", "split_fields",
    "forms", "holders", "sites",
    # decide
    "platforms", "pins", "collisions", "prefixes", "stand_ins", "readings",
    "decide", "field_grants", "pull_secrets",
    # edit
    "stretches", "cells", "compound_cells", "rewriting", "insertions", "compound_edits", "edits",
    "secret_objects", "originals", "agreement", "patches", "plans",
    # report
    "results", "pipeline", "krm", "diffs", "likeness", "own_kinds", "maybe", "listing",
    # where images are looked for, and could be
    "place_text", "known_fields", "met_fields", "crd_places", "proposals",
    # a command of its own
    "doctor.values", "doctor.kustomization", "doctor.invocations", "doctor.executables",
    "doctor.layers", "doctor.traps", "doctor",
    # registries
    "registry.faults", "registry.descriptor", "registry.credential", "registry.challenges",
    "registry.urls", "registry.helpers", "registry.auth_files", "registry.credentials",
    "registry.settings", "registry.deadline", "registry.addresses", "registry.certificates",
    "registry.tls",
    "registry.pools", "registry.proxies", "registry.transport", "registry.exchange",
    "registry.answers", "registry.tokens", "registry.authorization", "registry.origins",
    "registry.manifests", "registry.platforms", "registry.inquiry", "registry.workers",
    "registry.session", "registry.client", "registry", "answers",
    # the outside world
    "arguments", "shell", "invocation", "redis_url", "registry_options", "options",
    # what is asked of registries, and where it is kept
    "wanted", "lookups", "connecting", "digestcache", "resp", "rediscache", "completing",
    "running",
    # commands about the lock
    "storage", "lockfile", "lockdiff", "lockimport", "lockwork", "lockcheck", "lock",
    "keyring", "verify",
    # a command about places
    "field_listing",
    # the first day, and editors and shells
    "shapes", "place_schema", "schema", "schemas", "hosts", "init", "first_run", "completion",
    "commands",
    # the plugin of Argo CD
    "cmp.parameters", "cmp.inside", "cmp.renderers", "cmp.discover", "cmp.announce", "cmp.child",
    "cmp.generate", "cmp",
    "command_table", "cli", "__main__",
)  # fmt: skip

# What only the outside of the house may touch.
OUTSIDE = {
    "cli", "shell", "invocation", "storage", "digestcache", "redis_url", "resp", "rediscache",
    "schema", "first_run", "__main__",
    *(name for name in ORDER if name.startswith(("doctor", "registry", "cmp"))),
}  # fmt: skip
WORLD = {
    "asyncio", "builtins", "datetime", "http", "io", "locale", "multiprocessing", "os", "pathlib",
    "platform", "random", "shutil", "signal", "socket", "ssl", "subprocess", "sys", "tempfile",
    "threading", "time", "urllib",
}  # fmt: skip

# What is imported where it is used: it takes its time, and most runs do without.
LAZY = {
    "argparse", "dataclasses", "difflib", "inspect", "jinja2", "json", "jsonpatch", "logging",
    "pathlib", "pprint", "select", "shutil", "subprocess", "tempfile", "textwrap", "traceback",
    "urllib", "zlib",
}  # fmt: skip

# Modules that are themselves imported where they are used, and so may import at their start.
LATE = {
    "cmp.announce",
    "cmp.child",
    "compound_cells",
    "compound_edits",
    "digestcache",
    "field_listing",
    "keyring",
    "place_text",
    "rediscache",
    "schema",
    "strings",
    *(name for name in ORDER if name.startswith("registry.")),
}

MAX_LINES, MAX_TEST_LINES, MAX_FUNCTION = 300, 500, 50


def name_of(file: Path) -> str:
    """The name of a module below the package: 'doctor.traps', and '' for the package itself."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(file): file for file in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(file.read_text()) for name, file in FILES.items()}
TESTS = sorted((ROOT / "tests").rglob("*.py"))

modules = pytest.mark.parametrize("name", TREES, ids=lambda name: name or "transformer")


def imported(node: ast.AST) -> Iterator[str]:
    """The full names of what an import statement names: modules, and what is taken from them."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports must be absolute"
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_of(tree: ast.AST) -> set[str]:
    """The modules of the package that are named by an import anywhere in a tree."""
    names = {full_name for node in ast.walk(tree) for full_name in imported(node)}
    return {own(name) for name in names if name.startswith("transformer.")}


def own(full_name: str) -> str:
    """The module of the package that a full name is, or that a name belongs to."""
    name = full_name.partition(".")[2]
    return name if name in FILES else name.rpartition(".")[0]


def at_start(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when a module is imported, but for what only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from at_start(child)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert node.end_lineno
    return node.end_lineno - node.lineno + 1


def texts(tree: ast.AST) -> Iterator[str]:
    """Every string of a module, but its docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        if isinstance(node.value, str):
            yield node.value


def test_the_order_names_every_module_once() -> None:
    assert sorted(ORDER) == sorted(FILES)


@modules
def test_imports_point_one_way(name: str) -> None:
    before = set(ORDER[: ORDER.index(name)])
    assert imports_of(TREES[name]) - before == set()


@pytest.mark.parametrize("name", [name for name in ORDER if name not in LATE])
def test_slow_modules_are_imported_where_they_are_used(name: str) -> None:
    nodes = at_start(TREES[name])
    roots = {full_name.partition(".")[0] for node in nodes for full_name in imported(node)}
    assert roots & LAZY == set()


@pytest.mark.parametrize("name", [name for name in ORDER if name not in OUTSIDE])
def test_the_core_touches_nothing(name: str) -> None:
    tree = TREES[name]
    nodes = list(ast.walk(tree))
    roots = {full_name.partition(".")[0] for node in nodes for full_name in imported(node)}
    called = {node.func.id for node in nodes if isinstance(node, ast.Call)
              and isinstance(node.func, ast.Name)}  # fmt: skip
    assert roots & WORLD == set()
    assert called & {"open", "print", "input", "breakpoint"} == set()


@modules
def test_modules_say_what_they_are_for(name: str) -> None:
    assert ast.get_docstring(TREES[name])


@modules
def test_modules_are_short(name: str) -> None:
    assert len(FILES[name].read_text().splitlines()) <= MAX_LINES
    assert [it.name for it in functions(TREES[name]) if length(it) > MAX_FUNCTION] == []


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.stem)
def test_tests_are_short(file: Path) -> None:
    text = file.read_text()
    assert len(text.splitlines()) <= MAX_TEST_LINES
    assert [it.name for it in functions(ast.parse(text)) if length(it) > MAX_FUNCTION] == []


@modules
def test_messages_say_must(name: str) -> None:
    # `invalid` is a key of the configuration, and the first word of a code.
    soft = re.compile(r"\bshould\b|\binvalid\b(?![-:])", re.IGNORECASE)
    found = [text for text in texts(TREES[name]) if soft.search(text) and text != "invalid"]
    assert found == []


@modules
def test_messages_and_hints_have_no_full_stop(name: str) -> None:
    said = [
        text
        for node in ast.walk(TREES[name])
        if isinstance(node, ast.keyword) and node.arg in ("message", "hint")
        for text in texts(node.value)
    ]
    assert [text for text in said if text.endswith(".")] == []


class TestReaders:
    """What the tests above rest on."""

    def test_imports_within_functions_and_for_types_count(self) -> None:
        text = (
            "import transformer.cli\nfrom transformer import shell as s\n"
            "if TYPE_CHECKING:\n  from transformer.errors import Problem\n"
            "def f():\n  from transformer import __version__\n"
            "  from transformer.doctor import check, traps\n"
        )
        names = {"cli", "shell", "errors", "", "doctor", "doctor.traps"}
        assert imports_of(ast.parse(text)) == names

    def test_what_runs_at_the_start(self) -> None:
        text = (
            "import a\nclass B:\n  import b\n  def f():\n    import c\ntry:\n  import d\n"
            "finally:\n  pass\nif TYPE_CHECKING:\n  import e\nif x:\n  import f\n"
        )
        nodes = at_start(ast.parse(text))
        assert [name for node in nodes for name in imported(node)] == ["a", "b", "d", "f"]

    def test_texts(self) -> None:
        text = '"""A."""\ndef f():\n  """B."""\n  return "c" + f"d{e}"\n'
        assert list(texts(ast.parse(text))) == ["c", "d"]
