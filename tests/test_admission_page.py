"""The page about admission: what it says is equal is, and what it says is not is named."""

from __future__ import annotations

import re

import pytest

from tests.helpers import runs
from tests.helpers.pages import tables, words
from tests.helpers.shared import ROOT
from transformer.export.format import Request
from transformer.export.formats import ADMISSION, SHORT, format_of

PAGE = ROOT / "docs/admission.md"
FORMATS = next(it for it in tables(PAGE) if it.header[0] == "format")
EQUAL = next(it for it in tables(PAGE) if it.heading == "What is equal")


def test_every_format_is_listed() -> None:
    assert [words(row[0])[0] for row in FORMATS.rows] == list(ADMISSION)
    assert {short: words(row[0])[0] for row in FORMATS.rows for short in words(row[1])} == SHORT
    assert [words(it)[0] for it in EQUAL.header[1:]] == list(ADMISSION)


@pytest.mark.parametrize("row", EQUAL.rows, ids=lambda row: row[0])
def test_what_is_equal(row: tuple[str, ...]) -> None:
    rules = re.findall("`([^`]*)`", row[0].replace(r"\|", "|"))
    request = Request(config=runs.config("mirrors:", *(f"- {it}" for it in rules)))
    said = {it: "no" if format_of(it).make(request).unsaid else "yes" for it in ADMISSION}
    assert said == dict(zip(ADMISSION, row[1:], strict=True))
