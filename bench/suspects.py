"""How well suspects are seen: `python -m bench.suspects [tune|hold]`.

`tests/likeness` has scalars that people labelled before there were rules; `hold.tsv` is the half
that no rule was written for. A row of the corpus is looked for in its file, one that is made in the
object that it stands for; a run without any rule of the user says what becomes of it.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

from bench.table import print_table
from tests.helpers.runs import config
from tests.helpers.shared import shared_path
from tests.likeness.labels import HALVES, LABELS, MADE, Half, Row, manifest, place, read
from transformer.model import Resource, Site
from transformer.pipeline import Outcome, transform
from transformer.yamltext.path import Steps, field_path

KNOWN, SUSPECT, SILENT = "known", "suspect", "silent"
OUTCOMES = (KNOWN, SUSPECT, SILENT)
NO = "no"

_RULES = config("unmatched: keep", "invalid: warn")

# The path of a scalar from the top of its document, and a text in it.
Text = tuple[str, str]


def outcome_of(row: Row) -> str:
    """What becomes of a row: it is known as an image, suspected to be one, or passed over."""
    known, suspects = _seen(*_input(row))
    wanted, path = row.part or row.value, _flat(row.path)
    if _is_met(known, path, wanted, row):
        return KNOWN
    return SUSPECT if _is_met(suspects, path, wanted, row) else SILENT


def _is_met(texts: Iterable[Text], path: str, wanted: str, row: Row) -> bool:
    # Of a row with a part, that must be met; else any text that stands in the value.
    found = (text for at, text in texts if at == path and text)
    return any(text in wanted or (bool(row.part) and wanted in text) for text in found)


def _input(row: Row) -> tuple[str, bytes]:
    if row.source == MADE:
        return row.id, json.dumps(manifest(row)).encode()
    file, _ = place(row)
    return file, shared_path("corpus", file).read_bytes()


@cache
def _seen(name: str, data: bytes) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    outcome = transform([(name, data)], _RULES)
    suspects = tuple((_path(it.resource, it.scalar.at), it.image) for it in outcome.suspects)
    return tuple(_known(outcome)), suspects


def _known(outcome: Outcome) -> Iterator[Text]:
    for site, _ in outcome.decisions:
        for steps, text in _texts(site):
            yield _path(site.resource, (*site.resource.within, *steps)), text.rstrip("\n")


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


def tally(half: Half) -> Counter[tuple[str, str]]:
    """How many rows of a half there are for each label and outcome."""
    return Counter((row.label, outcome_of(row)) for row in read(half))


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
    """Print what becomes of the rows of a half, by label, and how good that is."""
    half: Half = next((it for it in HALVES if it in sys.argv[1:]), "hold")
    counts = tally(half)
    rows = [(label, *(str(counts[label, it]) for it in OUTCOMES)) for label in LABELS]
    print_table(iter([("labelled", *OUTCOMES), *rows]))
    shares = [
        (name, str(part), str(whole), f"{part / whole:.1%}")
        for name, (part, whole) in quality(counts).items()
    ]
    print_table(iter([("of", "are", "all", "share"), *shares]))


if __name__ == "__main__":
    main()
