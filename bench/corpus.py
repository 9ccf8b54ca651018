"""What a run makes of the corpus of real manifests: `python -m bench.corpus [FOLDER]`.

The folder is the corpus below the one that MIRRORPIN_SHARED names, otherwise below `../shared`.
Every host that the corpus names is mirrored; `unmatched` is `keep` and `invalid` is `warn`.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bench.table import print_table
from tests.helpers import corpus, oracle
from tests.helpers.corpus import CorpusFile, how_found, image_of
from transformer.config.config import Config, parse_config
from transformer.find.scope import can_hold_image
from transformer.pipeline import Outcome, transform
from transformer.places.catalogue import CORE_NAMES
from transformer.places.place import BUILTINS, wanted_names
from transformer.yamltext.documents import documents

ROOT = Path(__file__).resolve().parent.parent


@dataclass(slots=True)
class Tally:
    """What was counted over all files. `odd` has a row for each file that is not `ok`."""

    files: Counter[str] = field(default_factory=Counter)
    images: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    documents: int = 0
    unread: int = 0
    bytes_outside: int = 0
    odd: list[tuple[str, str, str]] = field(default_factory=list)


def bytes_outside(before: bytes, spans: list[tuple[int, int]], after: bytes) -> int:
    """How many bytes of `before` outside the spans are not in `after` at their place."""
    missing = 0
    place = at = 0
    for start, end in [*sorted(set(spans)), (len(before), len(before))]:
        piece = before[at:start]
        found = after.find(piece, place)
        if found < 0:
            missing += len(piece)
        else:
            place = found + len(piece)
        at = end
    return missing


def count(tally: Tally, file: CorpusFile, outcome: Outcome) -> None:
    """Add one file to the tally."""
    found = {image_of(site): site for site, _ in outcome.decisions}
    spans = [(image.start, image.end) for image in found]
    extra = found.keys() - file.expected
    tally.files[file.status] += 1
    tally.images["expected"] += len(file.expected)
    tally.images["found"] += len(file.expected & found.keys())
    tally.images["missed"] += len(file.expected - found.keys())
    tally.images["extra"] += len(extra)
    for image in extra:
        resource, how = found[image].resource, how_found(found[image])
        tally.images[how] += 1
        tally.kinds[f"{resource.group or 'core'}/{resource.kind}, {how}"] += 1
    tally.bytes_outside += bytes_outside(file.data, spans, outcome.outputs[0])
    names = (*wanted_names(BUILTINS), *CORE_NAMES)
    for document in (it for source in outcome.sources for it in documents(source)):
        tally.documents += 1
        tally.unread += not can_hold_image(document.text, names)
    if file.status != "ok" or outcome.failed:
        tally.odd.append((file.name, file.status, what_happens(outcome)))


def what_happens(outcome: Outcome) -> str:
    """One line: the first error, or what was rewritten."""
    errors = [it.problem for it in outcome.results if it.problem.severity == "error"]
    if not errors:
        return f"{len(outcome.decisions)} images found, passes"
    position = errors[0].position
    place = f"{position.line}:{position.column}: " if position else ""
    return f"error: {place}{errors[0].message} ({errors[0].code})"


def everything(files: tuple[CorpusFile, ...]) -> Config:
    """A configuration with a rule for every registry host that the corpus names."""
    images = (image.value for file in files for image in file.expected | file.other)
    hosts = {oracle.host_of(image) for image in images if oracle.is_reference(image)}
    return parse_config("mirrorpin.yaml", oracle.config(hosts), "")


def read_corpus() -> tuple[CorpusFile, ...]:
    """The corpus in the folder that the command line or the environment names."""
    shared = Path(os.environ.get("MIRRORPIN_SHARED") or ROOT.parent / "shared")
    return corpus.load(Path(sys.argv[1]) if sys.argv[1:] else shared / "corpus")


def main() -> None:
    """Read the corpus, run over each file by itself, print the tables."""
    files = read_corpus()
    config = everything(files)
    tally = Tally()
    for file in files:
        count(tally, file, transform([(file.name, file.data)], config))
    rows = [
        ("files", str(len(files))),
        *((f"files, {status}", str(number)) for status, number in tally.files.most_common()),
        ("documents", str(tally.documents)),
        ("documents passed through unread", str(tally.unread)),
        *((f"images {name}", str(number)) for name, number in sorted(tally.images.items())),
        *((f"extra: {kind}", str(number)) for kind, number in sorted(tally.kinds.items())),
        ("bytes changed outside images", str(tally.bytes_outside)),
    ]
    print_table(iter([("what", "count"), *rows]))
    print_table(iter([("file", "status", "what happens"), *tally.odd]))


if __name__ == "__main__":
    main()
