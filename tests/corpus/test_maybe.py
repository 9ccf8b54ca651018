"""What `images --maybe` lists of the corpus, against what people say is an image."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.maybe import OUTCOMES, labels, quality, tally
from bench.other_images import seen_in
from tests.corpus.test_corpus import text_of
from tests.helpers import oracle
from tests.helpers.corpus_runs import FILES, READABLE, everything
from tests.helpers.shared import ROOT

pytestmark = pytest.mark.exhaustive

PAGE = ROOT / "docs" / "custom-resources.md"
NAMES = {file.name: file for file in FILES}

# Labelled as an image or not, and what became of it.
COUNTS = {
    (True, "rewritten"): 59,
    (True, "listed"): 7,
    (True, "rewritten and listed"): 6,
    (False, "neither"): 157,
}
LISTED = {"key-named-image": 136, "configmap": 92, "unknown-kind": 31, "arg": 1}


def test_labels_are_of_strings_of_the_corpus() -> None:
    assert len(labels()) == sum(COUNTS.values())
    for name, document, path in labels():
        data = oracle.load(text_of(NAMES[name].data))[document]
        assert path_leads_to_text(data, path), (name, document, path)


def path_leads_to_text(data: object, path: str) -> bool:
    """Whether some way of reading a path, whose keys may have dots, ends at a string."""
    if not path:
        return isinstance(data, str)
    if isinstance(data, dict):
        rest = [(value, path[len(key) :]) for key, value in data.items() if path.startswith(key)]
        return any(path_leads_to_text(value, it.removeprefix(".")) for value, it in rest)
    if isinstance(data, list) and path.startswith("["):
        index, _, behind = path[1:].partition("]")
        return path_leads_to_text(data[int(index)], behind.removeprefix("."))
    return False


def test_what_becomes_of_labelled_values() -> None:
    counts = tally((file, everything(file)) for file in READABLE)
    assert counts == COUNTS


def test_what_is_listed_is_counted_by_reason() -> None:
    listed: Counter[str] = Counter()
    for file in READABLE:
        outcome = everything(file)
        listed.update(it.reason for it in seen_in(outcome).maybe)
    assert listed == LISTED


def test_the_page_has_the_numbers() -> None:
    lines = PAGE.read_text().splitlines()
    for label, word in ((True, "an image"), (False, "no image")):
        numbers = [str(COUNTS.get((label, it), 0)) for it in OUTCOMES]
        assert f"| {word} | {' | '.join(numbers)} |" in lines


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param(COUNTS, ((13, 13), (7, 7)), id="of the corpus"),
        pytest.param(
            {(True, "listed"): 1, (False, "listed"): 2, (True, "neither"): 3},
            ((1, 3), (1, 4)),
            id="where not all is right",
        ),
    ],
)
def test_precision_and_recall(
    counts: dict[tuple[bool, str], int], expected: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    assert quality(Counter(counts)) == expected
