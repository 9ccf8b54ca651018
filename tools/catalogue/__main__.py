"""`python -m tools.catalogue DIR... [--seen MONTH]`: see the package."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.catalogue.checking import Field, Gone, Key, by_kind, fields, gone, right, strings
from tools.catalogue.definitions import Definition, Unreadable, definitions
from tools.catalogue.seeing import note
from transformer.places import catalogue
from transformer.places.place import write_path

FOLDER = Path(catalogue.__file__).parent / catalogue.FOLDER

_SAYS = {"gone": "is in no schema", "other": "has another type in the schema"}


def main(argv: Sequence[str] | None = None, folder: Path = FOLDER) -> int:
    """Check, print, and return 0 where every place is still right, 1 otherwise, 2 for bad usage.

    Takes the command line, and the folder whose files `--seen` notes in.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.catalogue", description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--seen", metavar="MONTH", help="note what is right in the entries")
    given = parser.parse_args(argv)
    try:
        kinds = by_kind(definitions(given.paths))
    except (OSError, Unreadable) as fault:
        print(fault, file=sys.stderr)
        return 2
    if not kinds:
        print(
            "error: there is no definition: CRDs, or GROUP/KIND_VERSION.json: expected one",
            file=sys.stderr,
        )
        return 2
    stale = [it for kind, held in kinds.items() for it in gone(kind, held)]
    met = [it for kind, held in kinds.items() for it in fields(kind, held)]
    for line in (*map(_stale, stale), *_missing(met), *_coverage(kinds, met)):
        print(line)
    if given.seen:
        seen = {kind: right(kind, held) for kind, held in kinds.items()}
        print(f"noted in {note(folder, seen, given.seen)} entries")
    return 1 if stale else 0


def _stale(it: Gone) -> str:
    place, versions = it.place, ", ".join(it.versions)
    seen = f", last seen right: {it.seen}" if it.seen else ""
    return f"gone: {place.group} {place.kind} {place.path} {_SAYS[it.answer]} of {versions}{seen}"


def _missing(met: Sequence[Field]) -> Iterator[str]:
    for it in met:
        if not it.by:
            path, (group, kind) = write_path(it.finding.steps), it.kind
            form, sureness, why = it.finding.form, it.finding.sureness, it.finding.why
            yield f"missing: {group} {kind} {path} {form}, {sureness}: {why}"


def _coverage(kinds: dict[Key, list[Definition]], met: Sequence[Field]) -> Iterator[str]:
    by: Counter[str] = Counter()
    left: Counter[Key] = Counter()
    for it in met:
        count = strings(it, kinds[it.kind])
        by[it.by] += count
        left[it.kind] += 0 if it.by else count
    known = sum(1 for group, kind in kinds if any(catalogue.shipped(group, kind)))
    whole = sum(1 for count in left.values() if not count)
    yield f"kinds: {len(kinds)} defined, {known} in the catalogue"
    yield f"kinds with fields like images: {len(left)}, {whole} covered"
    covered = by["catalogue"] + by["structure"]
    yield (
        f"fields like images: {covered + by['']}, {covered} covered "
        f"({by['catalogue']} by the catalogue, {by['structure']} by structure)"
    )


if __name__ == "__main__":
    sys.exit(main())
