"""The shape of the house: which module may use which, what it may touch, how long it may get."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.helpers.shared import ROOT
from tests.helpers.sources import PACKAGE, tree_of

# The rooms of docs/architecture.md, from the ground up. Each may import itself and those above it
# in this list, wherever in its text the import stands; those marked true may touch the world.
ROOMS = {
    "": False,  # the public face, which loads the others when it is asked for them
    "records": False,
    "intake": True,
    "messages": False,
    "errors": False,
    "yamltext": False,
    "image": False,
    "model": False,
    "places": False,
    "config": False,
    "registry": True,
    "find": False,
    "lock": False,
    "decide": False,
    "pull_secrets": False,
    "edit": False,
    "survey": False,
    "report": False,
    "policy": False,
    "plan": False,
    "pipeline": False,
    "undo": False,
    "drift": False,
    "export": False,
    "cli": True,
    "__main__": True,
}
WORLD = {
    "asyncio", "builtins", "datetime", "http", "io", "locale", "multiprocessing", "os", "pathlib",
    "platform", "random", "shutil", "signal", "socket", "ssl", "subprocess", "sys", "tempfile",
    "threading", "time", "urllib",
}  # fmt: skip

MAX_LINES, MAX_TEST_LINES, MAX_FUNCTION = 320, 500, 50


def name_of(file: Path) -> str:
    """The name of a module below the package: 'doctor.traps', and '' for the package itself."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(file): file for file in sorted(PACKAGE.rglob("*.py"))}
MODULES, TESTS = list(FILES.values()), sorted((ROOT / "tests").rglob("*.py"))


@cache
def trees() -> dict[str, ast.Module]:
    return {name: tree_of(file) for name, file in FILES.items()}


def imported(node: ast.AST) -> Iterator[str]:
    """The full names of what an import statement names: modules, and what is taken from them."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports must be absolute"
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_of(nodes: Iterable[ast.AST]) -> set[str]:
    """The modules of the package that are named by imports among nodes."""
    names = {full_name for node in nodes for full_name in imported(node)}
    return {own(name) for name in names if name.partition(".")[0] == "transformer"}


def own(full_name: str) -> str:
    """The module of the package that a full name is, or that a name belongs to."""
    name = full_name.partition(".")[2]
    return name if name in FILES else name.rpartition(".")[0]


def room_of(name: str) -> str:
    return name.partition(".")[0]


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


def loaded_by(start: str) -> set[str]:
    """The modules of the package that importing one of them imports."""
    found, waiting = set(), {start}
    while waiting:
        name = waiting.pop()
        if name not in found and name in FILES:
            found.add(name)
            waiting |= imports_of(at_start(tree_of(FILES[name]))) | {name.rpartition(".")[0]}
    return found


def test_every_module_is_in_a_room() -> None:
    assert {room_of(name) for name in FILES} == set(ROOMS)


def test_imports_point_one_way() -> None:
    rooms = list(ROOMS)
    upward = {
        (name, it)
        for name, tree in trees().items()
        for it in imports_of(ast.walk(tree))
        if name and rooms.index(room_of(it)) > rooms.index(room_of(name))
    }
    assert upward == set()


def test_the_core_touches_nothing() -> None:
    touched = {
        (name, it)
        for name, tree in trees().items()
        if not ROOMS.get(room_of(name))
        for it in worldly(list(ast.walk(tree)))
    }
    assert touched == set()


def worldly(nodes: list[ast.AST]) -> set[str]:
    """What nodes import or call that reaches beyond the process."""
    roots = {full_name.partition(".")[0] for node in nodes for full_name in imported(node)}
    called = {node.func.id for node in nodes if isinstance(node, ast.Call)
              and isinstance(node.func, ast.Name)}  # fmt: skip
    return (roots & WORLD) | (called & {"open", "print", "input", "breakpoint"})


def test_modules_say_what_they_are_for() -> None:
    assert [name for name, tree in trees().items() if not ast.get_docstring(tree)] == []


@pytest.mark.parametrize(("files", "limit"), [(MODULES, MAX_LINES), (TESTS, MAX_TEST_LINES)])
def test_files_and_functions_are_short(files: list[Path], limit: int) -> None:
    assert [it.name for it in files if len(it.read_text().splitlines()) > limit] == []
    long = {
        f"{file.name}: {it.name}"
        for file in files
        for it in functions(tree_of(file))
        if length(it) > MAX_FUNCTION
    }
    assert long == set()


def test_messages_are_not_soft() -> None:
    # `invalid` is a key of the configuration, and the first word of a code.
    soft = re.compile(r"\bshould\b|\binvalid\b(?![-:])", re.IGNORECASE)
    said = [text for tree in trees().values() for text in texts(tree)]
    assert [text for text in said if soft.search(text) and text != "invalid"] == []


def test_messages_and_hints_have_no_full_stop() -> None:
    said = [
        text
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in ("message", "hint")
        for text in texts(node.value)
    ]
    assert [text for text in said if text.endswith(".")] == []


class TestReaders:
    """What the tests above rest on."""

    def test_imports_within_functions_and_for_types_count(self) -> None:
        text = (
            "import transformer.cli.main\nfrom transformer import model as s\n"
            "if TYPE_CHECKING:\n  from transformer.errors import Problem\n"
            "def f():\n  from transformer import __version__\n"
            "  from transformer.cli.doctor import check, traps\n"
        )
        names = {"cli.main", "model", "errors", "", "cli.doctor", "cli.doctor.traps"}
        assert imports_of(ast.walk(ast.parse(text))) == names

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
