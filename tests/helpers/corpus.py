"""The corpus of real manifests: its files, and the images that two independent readers found.

`python -m bench.corpus` prints what a run makes of it; `test_corpus.py` says what must be so.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from transformer.find.embedded import InnerSource
from transformer.model import Site
from transformer.places.place import BUILTIN_KINDS
from transformer.yamltext.documents import Document
from transformer.yamltext.edit import Spot
from transformer.yamltext.path import Steps, field_path

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
    """A site in the corpus's terms: bytes of the file instead of characters of a document.

    An image that is not the whole of a scalar has the span of all of it, also in a document that
    a scalar holds; its path leads into that.
    """
    document, spot = outermost(site)
    start, end = span(document, spot)
    return Image(
        document=document.index,
        path=field_path(steps_of(site)),
        value=site.value,
        start=start,
        end=end,
    )


def span(document: Document, spot: Spot) -> tuple[int, int]:
    """The bytes of the file that a spot covers."""
    source = document.source
    begin = document.start
    before = source.text[: begin + spot.start].encode()
    token = source.text[begin + spot.start : begin + spot.end].encode()
    start = len(before) + (3 if source.has_bom else 0)
    return start, start + len(token)


def outermost(site: Site) -> tuple[Document, Spot]:
    """The document of the file that a site is in, and the scalar there."""
    document, spot = site.document, site.spot
    while isinstance(document.source, InnerSource):
        inner = document.source
        document, spot = inner.document, inner.spot
    return document, spot


def steps_of(site: Site) -> Steps:
    """The steps to a site from the top of the document of the file."""
    steps = (*site.resource.steps, *site.steps)
    source = site.document.source
    while isinstance(source, InnerSource):
        steps = (*source.resource.steps, *source.steps, *steps)
        source = source.document.source
    return steps


def scalar_of(site: Site) -> Steps:
    """The steps to the scalar of the file that holds a site."""
    steps = (*site.resource.steps, *site.steps)
    source = site.document.source
    while isinstance(source, InnerSource):
        steps = (*source.resource.steps, *source.steps)
        source = source.document.source
    return steps


def is_simple(site: Site) -> bool:
    """Whether the image is a whole scalar of the file."""
    is_whole = not (site.frame or site.parts or site.is_key)
    return is_whole and not isinstance(site.document.source, InnerSource)


def how_found(site: Site) -> str:
    """Why a site that is not an image of a pod spec is one: what knows of it."""
    if site.by_structure:
        return "by structure"
    if isinstance(site.document.source, InnerSource):
        return "by catalogue, in a string"
    if (site.resource.group, site.resource.kind) in BUILTIN_KINDS:
        return "by the name of a variable, a flag or an annotation"
    return "by catalogue, in parts" if site.parts else "by catalogue"
