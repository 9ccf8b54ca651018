"""The corpus of real manifests: its files, and the images that two independent readers found.

`python -m bench.corpus` prints what a run makes of it; `test_corpus.py` says what must be so.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from transformer.model import Site
from transformer.steps import field_path

READABLE = ("ok", "ok-lenient")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One place of an image: `start` and `end` are bytes of the file, quotes included."""

    document: int
    path: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusFile:
    """A file of the corpus. `expected` are images of builtin kinds, `other` all other `image`s."""

    name: str
    status: str
    documents: int | None
    data: bytes
    expected: frozenset[Image]
    other: frozenset[Image]


def load(folder: Path) -> tuple[CorpusFile, ...]:
    """Read the corpus in a folder. Raises `OSError` when a part of it is absent."""
    expected = _images(folder / "EXPECTED.tsv")
    other = _images(folder / "OTHER_IMAGES.tsv")
    return tuple(
        CorpusFile(
            name=row["file"],
            status=row["status"],
            documents=int(row["documents"]) if row["documents"].isdigit() else None,
            data=(folder / row["file"]).read_bytes(),
            expected=frozenset(expected[row["file"]]),
            other=frozenset(other[row["file"]]),
        )
        for row in _rows(folder / "INDEX.tsv")
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _images(path: Path) -> dict[str, list[Image]]:
    images: dict[str, list[Image]] = defaultdict(list)
    for row in _rows(path):
        image = Image(
            document=int(row["document"]),
            path=row["field_path"],
            value=row["value"].replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\"),
            start=int(row["byte_start"]),
            end=int(row["byte_end"]),
        )
        images[row["file"]].append(image)
    return images


def image_of(site: Site) -> Image:
    """A site in the corpus's terms: bytes of the file instead of characters of a document."""
    source = site.document.source
    begin = site.document.start
    before = source.text[: begin + site.spot.start].encode()
    token = source.text[begin + site.spot.start : begin + site.spot.end].encode()
    start = len(before) + (3 if source.has_bom else 0)
    return Image(
        document=site.document.index,
        path=field_path((*site.resource.steps, *site.steps)),
        value=site.value,
        start=start,
        end=start + len(token),
    )
