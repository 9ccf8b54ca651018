"""Every kind of bad input has a place where its message, exit code and empty stdout are tested."""

from __future__ import annotations

import ast

import pytest
import yaml

from tests.helpers.shared import ROOT

TESTS = ROOT / "tests"
FIXTURES = TESTS / "fixtures"

# What may come: its exit code, and where it is tested, as fixtures or as tests by name.
ROWS = {
    "unreadable file": (2, ["a-file-that-cannot-be-read-fails"]),
    "unreadable folder": (
        2, ["test_shell.py::TestReadInputs::test_a_folder_that_cannot_be_read_whole"]),
    "input that is not UTF-8": (1, ["input-that-is-not-utf-8"]),
    "lock that is not UTF-8": (2, ["a-lock-that-is-not-utf-8-fails"]),
    "configuration that is not UTF-8": (
        2, ["test_invocation.py::TestBadFilesBeside::test_a_configuration_that_is_no_text"]),
    "NUL": (1, ["input-with-a-nul"]),
    "YAML syntax error in document 7 of 9": (1, ["a-syntax-error-in-document-seven-of-nine"]),
    "unknown key": (2, ["an-unknown-configuration-key"]),
    "wrong type": (2, ["a-value-of-the-wrong-type-fails"]),
    "missing lock": (2, ["a-missing-lock-fails"]),
    "lock with repeated keys": (2, ["a-lock-with-a-repeated-key-fails"]),
    "digest that contradicts the lock": (1, ["a-digest-that-contradicts-the-lock-fails"]),
    "rule loop in one rule": (2, ["a-rule-set-that-never-settles"]),
    "rule loop through several rules": (1, ["rules-that-lead-in-a-circle"]),
    "collision": (1, ["two-sources-on-one-name-collide"]),
    "template that must raise": (2, ["a-template-that-raises"]),
    "template that raises at an image": (1, ["a-template-that-raises-at-an-image"]),
    "template that must loop": (2, ["a-template-that-loops"]),
    "template that loops at an image": (1, ["a-template-that-loops-at-an-image"]),
    "pull secret template that raises": (2, ["a-pull-secret-template-that-raises"]),
    "pull secret template that loops": (2, ["a-pull-secret-template-that-loops"]),
    "lock outside of the folder, by its path": (2, ["a-lock-outside-of-the-root-fails"]),
    "lock outside of the folder, by a link": (
        2, ["a-lock-that-is-a-link-out-of-the-root-fails"]),
    "stdin is a terminal": (2, ["test_processes.py::TestStdin::test_that_is_a_terminal"]),
    "stdin is closed": (2, ["test_processes.py::TestStdin::test_that_is_closed"]),
}  # fmt: skip

PLACES = [
    pytest.param(code, place, id=row) for row, (code, places) in ROWS.items() for place in places
]


def names(node: ast.AST, prefix: str) -> set[str]:
    """The tests below a node, as pytest names them."""
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            found |= names(child, f"{prefix}::{child.name}")
        elif isinstance(child, ast.FunctionDef) and child.name.startswith("test_"):
            found.add(f"{prefix}::{child.name}")
    return found


@pytest.mark.parametrize(("code", "place"), PLACES)
def test_every_row_has_its_place(code: int, place: str) -> None:
    file, separator, _ = place.partition("::")
    if separator:
        found = [names(ast.parse(path.read_text()), file) for path in TESTS.rglob(file)]
        assert any(place in it for it in found)
        return
    folder = FIXTURES / place
    assert list(folder.glob("expected.*")) == []
    results = yaml.safe_load((folder / "results.yaml").read_text())
    assert results["exitCode"] == code
    errors = [line for line in results["stderr"] if ": error: " in line]
    assert errors
    assert all(line.endswith(")") for line in errors)


def test_a_link_stays_a_link() -> None:
    # A tool that copies what it points to would leave nothing to test.
    assert (FIXTURES / "a-lock-that-is-a-link-out-of-the-root-fails/images.lock.yaml").is_symlink()
