"""How well suspects are seen: `python -m bench.suspects [PART...]`.

`tests/likeness` has scalars that people labelled who did not know the rules: the parts `tune` and
`hold`, and sheets that were drawn by `bench.sheet`. A row of the corpus is looked for in its file,
one that is made in the object that it stands for; a run without any rule of the user says what
becomes of it. Without a part the last sheet is measured.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from bench.table import print_table
from tests.helpers.corpus import outermost
from tests.helpers.runs import config
from tests.helpers.shared import shared_path
from tests.likeness.labels import HALVES, LABELS, MADE, Row, manifest, place, read
from tests.likeness.sheets import SHEETS, Drawn, made_objects, read_sheet
from transformer.model import Resource, Site
from transformer.pipeline import Outcome, transform
from transformer.yamltext.path import Steps, field_path

KNOWN, SUSPECT, SILENT = "known", "suspect", "silent"
OUTCOMES = (KNOWN, SUSPECT, SILENT)
NO = "no"

_RULES = config("unmatched: keep", "invalid: warn")


class Text(NamedTuple):
    """A text in a scalar: the index of its document, and its path from the top of that."""

    document: int
    path: str
    text: str


def outcome_of(row: Row) -> str:
    """What becomes of a row: it is known as an image, suspected to be one, or passed over."""
    known, suspects = _seen(*_input(row))
    if _is_met(known, row):
        return KNOWN
    return SUSPECT if _is_met(suspects, row) else SILENT


def _is_met(texts: Iterable[Text], row: Row) -> bool:
    # Of a row with a part, that must be met; else any text that stands in the value.
    path, wanted = _flat(row.path), row.part or row.value
    found = (it.text for it in texts if it.path == path and it.text)
    return any(text in wanted or (bool(row.part) and wanted in text) for text in found)


def outcome_of_drawn(row: Drawn) -> str:
    """The same of a row of a sheet, whose value may be one line of a text."""
    known, suspects = _seen(f"{row.sheet} {row.file}", _drawn_input(row.sheet, row.file))
    for texts, outcome in ((known, KNOWN), (suspects, SUSPECT)):
        found = (
            it.text for it in texts if (it.document, it.path) == (row.document, _flat(row.path))
        )
        if any(text and text in row.value for text in found):
            return outcome
    return SILENT


@cache
def _drawn_input(sheet: str, file: str) -> bytes:
    return (made_objects(sheet) if file == MADE else shared_path("corpus", file)).read_bytes()


def _input(row: Row) -> tuple[str, bytes]:
    if row.source == MADE:
        return row.id, json.dumps(manifest(row)).encode()
    file, _ = place(row)
    return file, shared_path("corpus", file).read_bytes()


@cache
def _seen(name: str, data: bytes) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    outcome = transform([(name, data)], _RULES)
    suspects = tuple(
        Text(it.document.index, _path(it.resource, it.scalar.at), it.image)
        for it in outcome.suspects
    )
    return tuple(_known(outcome)), suspects


def _known(outcome: Outcome) -> Iterator[Text]:
    for site, _ in outcome.decisions:
        for steps, text in _texts(site):
            path = _path(site.resource, (*site.resource.within, *steps))
            yield Text(outermost(site)[0].index, path, text.rstrip("\n"))


def _texts(site: Site) -> Iterator[tuple[Steps, str]]:
    yield site.steps, site.value
    yield from ((part.steps, part.value) for part in site.parts)
    if site.resource.within:
        # The scalar that holds the document it is in.
        yield (), site.value


def _path(resource: Resource, steps: Steps) -> str:
    return _flat(field_path((*resource.steps, *steps)))


def _flat(path: str) -> str:
    return re.sub(r'[\[\]".]+', ".", path).strip(".")


def tally(part: str) -> Counter[tuple[str, str]]:
    """How many rows of a part of the labels there are for each label and outcome."""
    if part in SHEETS:
        return Counter((row.label, outcome_of_drawn(row)) for row in read_sheet(part))
    halves = (half for half in HALVES if half == part)
    return Counter((row.label, outcome_of(row)) for half in halves for row in read(half))


def quality(counts: Counter[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """Precision, and recall with and without what is known anyway, each as a part and the whole."""
    of = {it: sum(counts[label, it] for label in LABELS if label != NO) for it in OUTCOMES}
    seen, all_images = of[KNOWN] + of[SUSPECT], sum(of.values())
    return {
        "suspects that are images": (of[SUSPECT], of[SUSPECT] + counts[NO, SUSPECT]),
        "images that are known or suspected": (seen, all_images),
        "images in no known place that are suspected": (of[SUSPECT], all_images - of[KNOWN]),
    }


def main() -> None:
    """Print what becomes of the rows of the parts, by label, and how good that is."""
    counts = sum(map(tally, sys.argv[1:] or SHEETS[-1:]), Counter[tuple[str, str]]())
    met = [it for it in LABELS if any(counts[it, outcome] for outcome in OUTCOMES)]
    rows = [(label, *(str(counts[label, it]) for it in OUTCOMES)) for label in met]
    print_table(iter([("labelled", *OUTCOMES), *rows]))
    shares = [
        (name, str(part), str(whole), f"{part / whole:.1%}")
        for name, (part, whole) in quality(counts).items()
    ]
    print_table(iter([("of", "are", "all", "share"), *shares]))


if __name__ == "__main__":
    main()
