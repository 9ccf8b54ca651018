"""Where entries of the catalogue were last seen right, noted in their files.

- kinds: [Prometheus]
  source: [prometheus-operator/prometheus-operator:pkg/operator/image.go]
  seen: v1, 2026-11
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from tools.catalogue.checking import Key

_KINDS = re.compile(r"^- kinds: \[([^\]]+)\]$")
_SEEN = re.compile(r"^  seen: .*\n", re.MULTILINE)
_SOURCE = re.compile(r"^  source: \[[^\]]*\]\n", re.MULTILINE)


def note(folder: Path, right: Mapping[Key, Collection[str]], month: str) -> int:
    """Note where entries were seen right, and return how many.

    Takes the folder of the catalogue's files, the versions of each kind that have its places, and
    the month. An entry with several kinds is noted where all of them were seen.
    """
    noted = 0
    for group in sorted({group for group, _ in right}):
        file = folder / f"{group}.yaml"
        if not file.exists():
            continue
        blocks = re.split(r"(?m)^(?=- kinds: )", file.read_text(encoding="utf-8"))
        for at, block in enumerate(blocks):
            seen = _seen(group, block, right)
            if seen:
                line = f"  seen: {' '.join(seen)}, {month}\n"
                blocks[at] = _SOURCE.sub(rf"\g<0>{line}", _SEEN.sub("", block), count=1)
                noted += 1
        file.write_text("".join(blocks), encoding="utf-8")
    return noted


def _seen(group: str, block: str, right: Mapping[Key, Collection[str]]) -> list[str]:
    head = block.partition("\n  source")[0].replace("\n", " ")
    found = _KINDS.match(re.sub(r"\s+", " ", head).strip())
    kinds = [it.strip() for it in found[1].split(",")] if found else []
    versions = [set(right.get((group, kind), ())) for kind in kinds]
    return sorted(set().union(*versions)) if versions and all(versions) else []
