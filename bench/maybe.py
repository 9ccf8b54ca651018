"""How good the list of `mirrorpin images --maybe` is: `python -m bench.maybe [FOLDER]`.

`maybe_labels.tsv` says of values of variables, arguments and ConfigMaps of the corpus whether they
name an image, as people read them: all values with a word that could be read as a reference with a
path or a tag, those that are rewritten included. The other `image` keys of the corpus are those of
`bench.other_images`. Folder and configuration are those of `bench.corpus`.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from bench.corpus import everything, read_corpus
from bench.other_images import LISTED, path_of, reasons, seen_in
from bench.table import print_table
from tests.helpers.corpus import CorpusFile, outermost, scalar_of
from transformer.pipeline import Outcome, transform
from transformer.yamltext.path import field_path

LABELS = Path(__file__).with_name("maybe_labels.tsv")

# The file, the document in it, and the path to the value from the top of that.
Value = tuple[str, int, str]

OUTCOMES = ("rewritten", "listed", "rewritten and listed", "neither")


def labels() -> dict[Value, bool]:
    """The labelled values, and whether each names an image."""
    with LABELS.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {
        (it["file"], int(it["document"]), it["field_path"]): it["image"] == "yes" for it in rows
    }


def outcomes(file: CorpusFile, outcome: Outcome) -> dict[Value, str]:
    """What became of the values of a file that are rewritten, listed, or both."""
    sites = [site for site, _ in outcome.decisions]
    rewritten = {(outermost(it)[0].index, field_path(scalar_of(it))) for it in sites}
    seen = seen_in(outcome)
    listed = {(it.document.index, path_of(it)) for it in seen.maybe}
    names = {(True, False): OUTCOMES[0], (False, True): OUTCOMES[1], (True, True): OUTCOMES[2]}
    return {
        (file.name, *place): names[place in rewritten, place in listed]
        for place in rewritten | listed
    }


def tally(runs: Iterable[tuple[CorpusFile, Outcome]]) -> Counter[tuple[bool, str]]:
    """How many labelled values there are for each label and outcome."""
    found: dict[Value, str] = {}
    for file, outcome in runs:
        found |= outcomes(file, outcome)
    return Counter((label, found.get(value, OUTCOMES[3])) for value, label in labels().items())


def quality(counts: Counter[tuple[bool, str]]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Precision and recall, each as a part and the whole.

    Of the values that are listed, those that name an image; and of those that name an image and are
    not rewritten, those that are listed.
    """
    images, others = ({it: counts[label, it] for it in OUTCOMES} for label in (True, False))
    right = images["listed"] + images["rewritten and listed"]
    wrong = others["listed"] + others["rewritten and listed"]
    left = images["listed"] + images["neither"]
    return (right, right + wrong), (images["listed"], left)


def main() -> None:
    """Read the corpus, run over each file by itself, print the tables."""
    files = read_corpus()
    config = everything(files)
    runs = [(it, transform([(it.name, it.data)], config)) for it in files]
    counts = tally(runs)
    rows = [
        ("an image" if label else "no image", *(str(counts[label, it]) for it in OUTCOMES))
        for label in (True, False)
    ]
    print_table(iter([("labelled", *OUTCOMES), *rows]))
    (right, listed), (found, left) = quality(counts)
    becoming = Counter(it for run in runs for it in reasons(*run).values())
    of_keys = sum(becoming[it] for it in becoming if it.startswith(LISTED))
    print_table(
        iter(
            [
                ("of", "are", "count", "all"),
                ("what is listed", "images", str(right), str(listed)),
                ("images that are not rewritten", "listed", str(found), str(left)),
                ("`image` keys that are explained by nothing else", "listed", str(of_keys),
                 str(of_keys + becoming[""])),
            ]
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
