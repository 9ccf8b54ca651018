"""Every statement of the page on security names a test, and every test that it names is there."""

from __future__ import annotations

import re

import pytest

from tests.helpers.pages import Table, tables
from tests.helpers.shared import ROOT

PAGE = ROOT / "SECURITY.md"
NAMED = re.findall(r"`(tests/\S+\.py)::(\w+)`", PAGE.read_text())
TABLES = tables(PAGE)
CELL = re.compile(r"`tests/\S+\.py::test_\w+`(?:, `tests/\S+\.py::test_\w+`)*")
# Who is trusted with all of it is promised nothing.
TRUSTED = "yes"


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[name for _, name in NAMED])
def test_named_test_exists(file: str, name: str) -> None:
    assert re.search(rf"(?m)^ *def {name}\(", (ROOT / file).read_text())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: " ".join(table.header))
def test_each_statement_names_a_test(table: Table) -> None:
    assert table.header[-1] == "test"
    rows = [row for row in table.rows if not (table.header[1] == "trusted" and row[1] == TRUSTED)]
    assert [row[0] for row in rows if not CELL.fullmatch(row[-1])] == []


def test_every_part_of_the_page_is_there() -> None:
    headings = [it.heading.partition(":")[0] for it in TABLES]
    assert headings == ["Who is trusted", "What holds", *["The Argo CD sidecar"] * 2]


def test_no_statement_is_in_a_list() -> None:
    # Where none would see that it names no test.
    assert not re.search(r"(?m)^ *(?:[-*]|[0-9]+\.) ", PAGE.read_text())
