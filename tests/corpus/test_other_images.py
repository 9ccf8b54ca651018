"""Every `image` of the corpus that is in no pod spec of Kubernetes: what becomes of it, and why."""

from __future__ import annotations

import pytest

from bench.other_images import count, ordered, reasons
from tests.helpers.corpus import CorpusFile
from tests.helpers.corpus_runs import FILES, everything
from tests.helpers.shared import ROOT

pytestmark = pytest.mark.exhaustive

PAGE = ROOT / "docs" / "custom-resources.md"

WITH_OTHERS = tuple(file for file in FILES if file.other)

REASONS = {
    "rewritten: the catalogue has its path": 438,
    "rewritten: in a pod spec by its structure": 6,
    "left alone: a blank, which an image stream fills in": 119,
    "left alone: a status, which its controller writes": 33,
    "left alone: a Go package that ko builds, no reference": 32,
    "left alone: it names an image that kbld builds": 30,
    "left alone: a disk of Ceph, no image": 14,
    "left alone: it names the image that is replaced": 13,
    "left alone: a placeholder, which its controller fills in": 2,
    "left alone: the image is pushed here, not pulled": 1,
    "listed by `images --maybe`: a kind that nobody knows": 5,
    "listed by `images --maybe`: a misspelt field, which Kubernetes does not know": 2,
    "listed by `images --maybe`: the configuration of a function": 1,
    "listed by `images --maybe`: a path that the catalogue leaves out": 1,
}


@pytest.mark.parametrize("file", WITH_OTHERS, ids=lambda file: file.name.partition("__")[2])
def test_each_has_a_reason(file: CorpusFile) -> None:
    unexplained = [it for it, reason in reasons(file, everything(file)).items() if not reason]
    assert unexplained == []


def test_the_reasons_are_counted() -> None:
    counts = count((file, everything(file)) for file in WITH_OTHERS)
    assert counts == REASONS
    assert counts.total() == 697


def test_the_page_has_the_table() -> None:
    lines = PAGE.read_text().splitlines()
    rows = [f"| {reason} | {number} |" for reason, number in ordered(REASONS)]
    assert rows == lines[lines.index(rows[0]) : lines.index(rows[0]) + len(rows)]
