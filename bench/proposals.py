"""How far the proposals of `mirrorpin fields --from-crd` agree with the catalogue.

`python -m bench.proposals [FILE|DIR]...` reads the CustomResourceDefinitions among files, without
any those of the corpus below the folder that MIRRORPIN_SHARED names, otherwise `../shared`.
For the kinds that the catalogue knows it prints how many of its strings a proposal speaks for, as
far as the schema has them, and how many of the proposed strings the catalogue knows, by sureness.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.table import print_table
from tests.helpers.shared import shared_path
from transformer.errors import InputError
from transformer.places.catalogue import shipped
from transformer.places.overlaps import claims
from transformer.report.proposals import Proposal, propose
from transformer.yamltext.documents import decode
from transformer.yamltext.path import EACH, EVERY, Steps

NO_IMAGE = ("document", "pullSecrets", "match", "none")


def proposed(paths: Iterable[Path]) -> list[Proposal]:
    """The proposals for every definition in files, and in the YAML files of folders."""
    found: list[Proposal] = []
    for path in paths:
        files = sorted(path.rglob("*.y*ml")) if path.is_dir() else [path]
        for file in files:
            data = file.read_bytes()
            if b"kind: CustomResourceDefinition" in data:
                try:
                    found += propose([decode(file.name, data)])
                except InputError:
                    continue
    return found


def is_same(one: Steps, other: Steps) -> bool:
    """Whether two paths lead to one string; all of a mapping are any one of it."""
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(
        mine == theirs or (EVERY in (mine, theirs) and EACH not in (mine, theirs))
        for mine, theirs in pairs
    )


def report(proposals: list[Proposal]) -> Iterator[tuple[str, ...]]:
    """The cells of the table."""
    kinds = {(it.place.group, it.place.kind) for it in proposals}
    known = {
        kind: [it for place in shipped(*kind) if place.form not in NO_IMAGE for it in claims(place)]
        for kind in kinds
    }
    met: Counter[str] = Counter()
    all_of: Counter[str] = Counter()
    reached: dict[tuple[str, str], list[Steps]] = {kind: [] for kind in kinds}
    for it in proposals:
        kind = (it.place.group, it.place.kind)
        if it.place.form in NO_IMAGE or not known[kind]:
            continue
        steps = list(claims(it.place))
        reached[kind] += steps
        is_known = any(is_same(mine, theirs) for mine in steps for theirs in known[kind])
        met[it.sureness] += is_known
        all_of[it.sureness] += 1
    wanted = [(kind, steps) for kind in kinds for steps in known[kind]]
    found = sum(any(is_same(steps, it) for it in reached[kind]) for kind, steps in wanted)
    yield "what", "of", "share"
    yield "strings of the catalogue that a proposal reaches", *share(found, len(wanted))
    for sureness, count in all_of.items():
        yield f"proposals that the catalogue has: {sureness}", *share(met[sureness], count)


def share(part: int, whole: int) -> tuple[str, str]:
    """A part of a whole, in words and in percent."""
    return f"{part} of {whole}", f"{100 * part / max(whole, 1):.0f} %"


def main() -> None:
    """Read the command line, propose, print."""
    paths = [Path(it) for it in sys.argv[1:]] or [shared_path("corpus")]
    print_table(report(proposed(paths)))


if __name__ == "__main__":
    main()
