"""The sheets: every value stands where it says, is labelled, and is seen as well as is promised."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from bench.sheet import of_file
from bench.suspects import KNOWN, NO, outcome_of_drawn, quality, tally
from tests.helpers.shared import shared_path
from tests.likeness.labels import HALVES
from tests.likeness.sheets import MADE, SHEET_LABELS, SHEETS, Drawn, made_objects, read_sheet

each_sheet = pytest.mark.parametrize("sheet", SHEETS)


@each_sheet
def test_a_sheet_has_enough_of_every_label(sheet: str) -> None:
    rows = read_sheet(sheet)
    labels = Counter(row.label for row in rows)
    assert len(rows) >= 320
    assert set(labels) == set(SHEET_LABELS)
    assert labels.total() - labels[NO] >= 60
    assert len({row.id for row in rows}) == len(rows)
    assert {row.file == MADE for row in rows} == {True, False}


@pytest.mark.slow
@pytest.mark.exhaustive
@each_sheet
def test_values_stand_where_a_sheet_says(sheet: str) -> None:
    for row in read_sheet(sheet):
        assert (row.document, row.path, row.name, row.value) in _values(row.sheet, row.file)


@cache
def _values(sheet: str, file: str) -> frozenset[tuple[int, str, str, str]]:
    path = made_objects(sheet) if file == MADE else shared_path("corpus", file)
    return frozenset((it.document, it.path, it.name, it.value) for it in of_file(file, path))


@pytest.mark.exhaustive
def test_what_stands_in_a_document_in_a_string_is_met_in_every_document_of_a_file() -> None:
    (row,) = (row for row in read_sheet("third") if row.id == "third-088")
    assert row.document > 0
    assert outcome_of_drawn(row) == KNOWN


def test_no_value_is_drawn_twice() -> None:
    rows: list[Drawn] = [row for sheet in SHEETS for row in read_sheet(sheet)]
    drawn = Counter((row.name, row.value) for row in rows)
    assert [it for it, count in drawn.items() if count > 1] == []


@pytest.mark.slow
@pytest.mark.exhaustive
def test_what_the_rules_were_made_with_is_seen_as_well_as_is_promised() -> None:
    counts = sum(map(tally, (*HALVES, *SHEETS)), Counter[tuple[str, str]]())
    precision, recall, of_unknown = (part / whole for part, whole in quality(counts).values())
    assert precision >= 0.95
    assert recall >= 0.98
    assert of_unknown >= 0.98
