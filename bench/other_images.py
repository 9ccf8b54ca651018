"""What becomes of every other `image` of the corpus: `python -m bench.other_images [FOLDER]`.

`OTHER_IMAGES.tsv` has every string with the key `image` that is not in a pod spec of Kubernetes:
custom resources, status, disks and so on. Each is rewritten, or left alone for a reason; the table
has how many for each. Folder and configuration are those of `bench.corpus`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from bench.corpus import everything, read_corpus
from bench.table import print_table
from tests.helpers.corpus import CorpusFile, Image, image_of
from transformer.config.config import Config
from transformer.find.suspects import Seen, Sighting, look
from transformer.model import Decision, Rewrite
from transformer.pipeline import Outcome, transform
from transformer.places.catalogue import Catalogue
from transformer.places.place import BUILTIN_KINDS, BUILTINS
from transformer.yamltext.documents import documents
from transformer.yamltext.path import field_path

TABLE = Catalogue(BUILTINS)

REWRITTEN = ("rewritten: the catalogue has its path", "rewritten: in a pod spec by its structure")
UNTOUCHED = "left alone: "
LISTED = "listed by `images --maybe`: "


def seen_in(outcome: Outcome) -> Seen:
    """What else was seen in the texts of a run, and what is never changed."""
    found = [document for source in outcome.sources for document in documents(source)]
    return look(found, outcome.decisions, Config(name="", folder=""))


def reasons(file: CorpusFile, outcome: Outcome) -> dict[Image, str]:
    """What became of each of a file's other images; '' where nobody can tell."""
    decisions = {image_of(site): (site, verdict) for site, verdict in outcome.decisions}
    seen = seen_in(outcome)
    return {
        image: _of_site(decisions[image]) if image in decisions else _of_other(image, seen)
        for image in file.other
    }


def _of_site(decision: Decision) -> str:
    site, verdict = decision
    if isinstance(verdict, Rewrite):
        return REWRITTEN[site.by_structure]
    if site.value.startswith("ko://"):
        return f"{UNTOUCHED}a Go package that ko builds, no reference"
    if not site.value.strip():
        return f"{UNTOUCHED}a blank, which an image stream fills in"
    if "$(" in site.value:
        return f"{UNTOUCHED}a placeholder, which its controller fills in"
    return ""


def _of_other(image: Image, seen: Seen) -> str:
    path = f".{image.path}"
    if image.path.startswith("status."):
        return f"{UNTOUCHED}a status, which its controller writes"
    if path.endswith(".rbd.image"):
        return f"{UNTOUCHED}a disk of Ceph, no image"
    for it in seen.never:
        if _is_at(it, image):
            return f"{UNTOUCHED}{it.reason}"
    for it in seen.maybe:
        if _is_at(it, image):
            return f"{LISTED}{_where(it)}"
    return ""


def _is_at(it: Sighting, image: Image) -> bool:
    place = (it.document.index, path_of(it), it.image)
    return place == (image.document, image.path, image.value)


def path_of(it: Sighting) -> str:
    """The path to a sighting from the top of its document."""
    return ".".join(filter(None, (field_path(it.resource.steps), it.field)))


def _where(it: Sighting) -> str:
    kind = (it.resource.group, it.resource.kind)
    if kind[1] == "ResourceList":
        return "the configuration of a function"
    if kind in BUILTIN_KINDS:
        return "a misspelt field, which Kubernetes does not know"
    return "a path that the catalogue leaves out" if TABLE.get(kind) else "a kind that nobody knows"


def count(runs: Iterable[tuple[CorpusFile, Outcome]]) -> Counter[str]:
    """How many of the other images of all files there are for each reason."""
    return Counter(reason for file, it in runs for reason in reasons(file, it).values())


def ordered(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """The rows of the table: what is rewritten, left alone and listed, the most first."""

    def rank(row: tuple[str, int]) -> tuple[bool, bool, int, str]:
        reason, number = row
        return (reason not in REWRITTEN, not reason.startswith(UNTOUCHED), -number, reason)

    rows = sorted(counts.items(), key=rank)
    return [(reason or "unexplained", str(number)) for reason, number in rows]


def main() -> None:
    """Read the corpus, run over each file by itself, print the table."""
    files = read_corpus()
    config = everything(files)
    counts = count((it, transform([(it.name, it.data)], config)) for it in files if it.other)
    rows = [*ordered(counts), ("all", str(counts.total()))]
    print_table(iter([("what became of it", "count"), *rows]))


if __name__ == "__main__":
    main()
