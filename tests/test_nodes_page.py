"""The page about nodes: what it says is equal is, and what it says is not is named."""

from __future__ import annotations

import re

import pytest

from tests.helpers import runs
from tests.helpers.pages import Table, tables, words
from tests.helpers.shared import ROOT
from transformer.export.format import Request
from transformer.export.formats import NAMES, format_of

PAGE = ROOT / "docs/nodes.md"


def page_table(heading: str) -> Table:
    (found,) = (it for it in tables(PAGE) if it.heading == heading)
    return found


EQUAL = page_table("What is equal")


def test_every_format_is_listed() -> None:
    formats = next(it for it in tables(PAGE) if it.header[0] == "format")
    assert [words(row[0])[0] for row in formats.rows] == list(NAMES)
    assert [words(it)[0] for it in EQUAL.header[1:]] == [it for it in NAMES if it != "icsp"]


@pytest.mark.parametrize("row", EQUAL.rows, ids=lambda row: row[0])
def test_what_is_equal(row: tuple[str, ...]) -> None:
    rules = re.findall("`([^`]*)`", row[0])
    request = Request(config=runs.config("mirrors:", *(f"- {it}" for it in rules)))
    formats = [words(it)[0] for it in EQUAL.header[1:]]
    said = {it: "no" if format_of(it).make(request).unsaid else "yes" for it in formats}
    assert said == dict(zip(formats, row[1:], strict=True))
