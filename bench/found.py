"""By what the images of each project are found: `python -m bench.found [FOLDER]`.

Folder and configuration are those of `bench.corpus`. An image counts once for each place: in a pod
spec of Kubernetes, by an entry of the catalogue, by structure, or by the shape of a name; suspects
are what else looks like an image.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from bench.corpus import everything, read_corpus
from bench.table import print_table
from tests.helpers.corpus import CorpusFile, image_of
from transformer.model import Site
from transformer.pipeline import Outcome, transform

BUILTIN, CATALOGUE, STRUCTURE, SHAPE, SUSPECT = WAYS = (
    "builtin",
    "catalogue",
    "structure",
    "shape",
    "suspects",
)


def way_of(site: Site, file: CorpusFile) -> str:
    """What knows of an image of a file."""
    if image_of(site) in file.expected:
        return BUILTIN
    if site.by_structure:
        return STRUCTURE
    return SHAPE if site.by_shape else CATALOGUE


def count(tally: dict[str, Counter[str]], file: CorpusFile, outcome: Outcome) -> None:
    """Add the images and suspects of one file to those of its project."""
    found = tally[file.name.partition("/")[0].replace("__", "/")]
    found.update(way_of(site, file) for site, _ in outcome.decisions)
    found[SUSPECT] += len(outcome.suspects)


def main() -> None:
    """Read the corpus, run over each file by itself, print the table."""
    files = read_corpus()
    config = everything(files)
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    for file in files:
        count(tally, file, transform([(file.name, file.data)], config))
    total = sum(tally.values(), Counter[str]())
    rows = [(name, *(str(found[way]) for way in WAYS)) for name, found in sorted(tally.items())]
    print_table(iter([("project", *WAYS), *rows, ("all", *(str(total[way]) for way in WAYS))]))


if __name__ == "__main__":
    main()
