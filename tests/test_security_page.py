"""Every statement of the page on security names a test, and every test that it names is there."""

from __future__ import annotations

import re

import pytest

from tests.helpers.pages import Table, tables
from tests.helpers.shared import ROOT

PAGE = ROOT / "SECURITY.md"
NAMED = re.findall(r"`(tests/\S+\.py)::(\w+)`", PAGE.read_text())
STATED = [it for it in tables(PAGE) if it.header[-1] == "test"]


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[name for _, name in NAMED])
def test_named_test_exists(file: str, name: str) -> None:
    assert re.search(rf"(?m)^ *def {name}\(", (ROOT / file).read_text())


@pytest.mark.parametrize("table", STATED, ids=lambda table: table.heading)
def test_each_statement_names_a_test(table: Table) -> None:
    cell = r"`tests/\S+\.py::test_\w+`"
    without = [row[0] for row in table.rows if not re.fullmatch(f"{cell}(?:, {cell})*", row[-1])]
    assert without == []


def test_both_sides_are_there() -> None:
    assert [it.heading.partition(":")[0] for it in STATED] == ["What holds", "The Argo CD sidecar"]
    assert min(len(it.rows) for it in STATED) >= 8
