"""Draw values for somebody to label: `python -m bench.sheet SEED OBJECTS SHEET [CORPUS MADE]`.

Writes objects that are made by chance to the file OBJECTS, and to SHEET values of these and of the
corpus, none of them labelled in `tests/likeness` or `bench/maybe_labels.tsv`. The sheet says where
a value stands, and nothing about what a run makes of it. CORPUS and MADE are how many there are of
each, 190 if not given. The same seed draws the same values, as long as no more are labelled.
"""

from __future__ import annotations

import csv
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import yaml

from bench.made import Maker
from tests.helpers.shared import shared_path
from tests.likeness.labels import HALVES, read
from tests.likeness.sheets import MADE, SHEETS, read_sheet

COLUMNS = ("id", "file", "document", "kind", "path", "name", "value", "before", "after", "label")

ASKED = """\
# Fill in `label` for each row, or write a table of `id` and `label`. The question: is `value`,
# which stands at `path` of an object of this `kind` under this `name`, with these lines `before`
# and `after` it,
#   image     something that a cluster pulls as a container image because of this object (a
#             reference with or without registry, tag or digest; also the repository of one whose
#             tag stands beside it or is added by a program), and that a rule which moves images to
#             a mirror should move
#   registry  a host, or host and path, from which images are pulled because of this object:
#             something puts it in front of their names
#   no        neither: anything else, or an image that nothing pulls because of this (a status, a
#             record, prose, a pattern, a target of a push, a chart or another artifact that no
#             container runs, a machine image, a mere placeholder)
# A value that is a line of a text (a script, a file in a ConfigMap) is judged by what stands in it:
# `image` where one does. What is a machine's or a person's invention (`acme.example`, `Worker`) is
# read as if it were a real operator's.
"""


class Value(NamedTuple):
    """A value, or a line of one, and where it is; `document` counts from 0."""

    file: str
    document: int
    kind: str
    path: str
    name: str
    value: str
    before: str
    after: str

    @property
    def sort(self) -> str:
        """What holds it; as many are drawn of each sort, as far as there are."""
        if re.search(r"\.env\[\d+\]\.value$", self.path):
            return "env"
        if re.search(r"\.(?:args|command)\[\d+\]$", self.path):
            return "flag"
        if "annotations" in self.path:
            return "annotation"
        if self.kind in ("ConfigMap", "Secret"):
            return "settings"
        is_release = self.kind in ("HelmRelease", "Application", "HelmChart")
        return "release" if is_release else "field"


def values(name: str, text: str) -> Iterator[Value]:
    """All texts of a file: strings, and the lines of those that have several."""
    lines = text.splitlines()
    documents = yaml.compose_all(text, Loader=yaml.CSafeLoader)
    for index, document in enumerate(documents):
        kind = _text(document, "kind")
        for path, key, node in _scalars(document, "", ""):
            start, end = node.start_mark.line, node.end_mark.line
            if "\n" in node.value.strip():
                written = node.value.splitlines()
                for at, line in enumerate(written):
                    around = (_line(written, at - 1), _line(written, at + 1))
                    yield Value(name, index, kind, path, _key(line) or key, line.strip(), *around)
            else:
                after = end if node.style in ("|", ">") else end + 1
                around = (_line(lines, start - 1), _line(lines, after))
                flag = _flag(node.value)
                yield Value(name, index, kind, path, flag or key, node.value.strip(), *around)


def _scalars(node: yaml.Node, path: str, key: str) -> Iterator[tuple[str, str, yaml.ScalarNode]]:
    if isinstance(node, yaml.MappingNode):
        name = _text(node, "name")
        for child, below in node.value:
            step = child.value if re.fullmatch(r"[\w$-]+", str(child.value)) else None
            at = f"{path}.{step}" if step else f'{path}["{child.value}"]'
            said = name if child.value in ("value", "default") and name else str(child.value)
            yield from _scalars(below, at.lstrip("."), said)
    elif isinstance(node, yaml.SequenceNode):
        before = ""
        for index, below in enumerate(node.value):
            said = before if before.startswith("-") and "=" not in before else key
            yield from _scalars(below, f"{path}[{index}]", said)
            before = below.value if isinstance(below, yaml.ScalarNode) else ""
    elif isinstance(node, yaml.ScalarNode):
        yield path, key, node


def _text(node: yaml.Node, key: str) -> str:
    if isinstance(node, yaml.MappingNode):
        for child, below in node.value:
            if child.value == key and isinstance(below, yaml.ScalarNode):
                return str(below.value)
    return ""


def _line(lines: Sequence[str], at: int) -> str:
    return lines[at].strip()[:160] if 0 <= at < len(lines) else ""


def _flag(text: str) -> str:
    found = re.match(r"--?[\w.-]+(?==)", text)
    return found[0] if found else ""


def _key(line: str) -> str:
    found = re.match(r"""\s*(?:export )?["']?(-{0,2}[\w./-]+)["']?\s*[:=]""", line)
    return found[1] if found else ""


# A value is asked about where it, or its name, could at all be meant.
_COULD = re.compile(r"[A-Za-z0-9][/:][A-Za-z0-9]")
_NAMED = re.compile(r"(?i)image|img|regist|repo|docker|container")


def _is_open(it: Value) -> bool:
    if not it.value or len(it.value) > 160 or it.value.startswith("#"):
        return False
    if re.search(r"(?:[cC]ontainers|ephemeralContainers)\[\d+\]\.image$|(?:^|\.)status\.", it.path):
        return False
    if it.kind in ("CustomResourceDefinition", "") or it.path in ("apiVersion", "kind"):
        return False
    return bool(_COULD.search(it.value) or (_NAMED.search(it.name) and re.search(r"\w", it.value)))


def _labelled() -> set[tuple[str, str]]:
    known = {(row.key, row.value) for half in HALVES for row in read(half)}
    places = {(row.source.rpartition(":")[0], row.path) for half in HALVES for row in read(half)}
    file = Path(__file__).with_name("maybe_labels.tsv")
    with file.open(newline="") as rows:
        table = csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)
        places |= {(it["file"], it["field_path"]) for it in table}
    for it in (row for sheet in SHEETS for row in read_sheet(sheet)):
        known.add((it.name, it.value))
        places |= {(it.file, it.path)} if it.file != MADE else set()
    return known | places


def of_file(name: str, path: Path) -> Iterator[Value]:
    """What may be asked of one file, under its name."""
    text = path.read_text(encoding="utf-8-sig")
    return (it for it in values(name, text) if _is_open(it))


def of_corpus() -> list[Value]:
    """What may be asked of the corpus."""
    with shared_path("corpus", "INDEX.tsv").open(newline="") as file:
        index = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found: list[Value] = []
    for row in index:
        if row["status"] == "ok":
            found += of_file(row["file"], shared_path("corpus", row["file"]))
    return found


def of_made(chance: random.Random, others: Sequence[Value], count: int) -> tuple[str, list[Value]]:
    """Objects that are made by chance, as YAML, and what may be asked of them."""
    with shared_path("corpus", "EXPECTED.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    pairs = [
        (it.name, it.value)
        for it in others
        if re.fullmatch(r"[A-Za-z][\w-]*", it.name)
        and not re.match(r"""\W*[\w.-]+\W*[ :=]|-""", it.value)
    ]
    maker = Maker(chance, [it["value"] for it in rows if it["value"].isascii()], pairs)
    text = yaml.safe_dump_all(islice(maker.objects(), count), sort_keys=False, width=1000)
    return text, [it for it in values(MADE, text) if _is_open(it)]


def draw(chance: random.Random, found: Sequence[Value], count: int) -> list[Value]:
    """Values of all sorts, none twice, and no file or project with more than its share."""
    known = _labelled()
    drawn: list[Value] = []
    seen: set[tuple[str, str]] = set()
    shares: Counter[tuple[str, str]] = Counter()
    mixed = chance.sample(list(found), len(found))
    by_sort: dict[str, list[Value]] = {}
    for it in mixed:
        by_sort.setdefault(it.sort, []).append(it)
    while len(drawn) < count and any(by_sort.values()):
        for rest in by_sort.values():
            while rest:
                it = rest.pop()
                project = it.file.partition("/")[0] if it.file != MADE else f"{it.document}"
                is_known = {(it.name, it.value), (it.file, it.path)} & known
                if is_known or (it.name, it.value) in seen or shares[project, it.sort] >= 5:
                    continue
                shares[project, it.sort] += 1
                seen.add((it.name, it.value))
                drawn.append(it)
                break
    return drawn[:count]


def main() -> None:
    """Write the objects and the sheet."""
    seed, objects, sheet, *counts = sys.argv[1:]
    of_each = [int(it) for it in counts] or [190, 190]
    chance = random.Random(seed)
    corpus = of_corpus()
    text, made = of_made(chance, corpus, 150 * of_each[1] // 190)
    rows = [*draw(chance, corpus, of_each[0]), *draw(chance, made, of_each[1])]
    chance.shuffle(rows)
    Path(objects).write_text(text, encoding="utf-8")
    with Path(sheet).open("w", encoding="utf-8", newline="") as file:
        file.write(ASKED)
        table = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None,
                           escapechar="\\", lineterminator="\n")  # fmt: skip
        table.writerow(COLUMNS)
        for number, it in enumerate(rows, 1):
            table.writerow(
                [f"{seed}-{number:03}", *(str(cell).replace("\t", " ") for cell in it), ""]
            )


if __name__ == "__main__":
    main()
