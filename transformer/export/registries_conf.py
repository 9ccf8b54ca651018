"""A drop-in for `/etc/containers/registries.conf.d`, which CRI-O, Podman and skopeo read.

    [[registry]]
    prefix = "docker.io"
    location = "docker.io"
    blocked = true                    # the mirror alone is asked

    [[registry.mirror]]
    location = "registry.example.com/docker.io"

containers-registries.conf(5), version 2: the longest prefix counts, with its own table alone.
Drop-ins are merged and sorted by prefix, so that of two of one length `*.` comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transformer.errors import Problem
from transformer.export.format import Export, File, Format, Request
from transformer.export.moves import Move, moves_of, unsayable

PATH = "50-mirrorpin.conf"


def make(request: Request) -> Export:
    """The drop-in file of a configuration's rules."""
    found = moves_of(request.config.rules)
    unsaid = [*found.unsaid, *wildcard_faults(found.moves)]
    wrong = {it.position for it in unsaid}
    tables = [
        _table(it, has_fallback=request.has_fallback)
        for it in found.moves
        if it.position not in wrong
    ]
    return Export(files=(File(path=PATH, text="\n".join(tables)),), unsaid=tuple(unsaid))


def wildcard_faults(moves: Iterable[Move]) -> Iterator[Problem]:
    """What registries.conf reads in another way, or not at all, because of a wildcard."""
    wildcards = [it for it in moves if it.pattern.is_wildcard]
    for wildcard in wildcards:
        if ":" in wildcard.source:
            yield unsayable(wildcard, "has a port behind a wildcard", "name the hosts")
        for move in moves:
            same = len(move.source) == len(wildcard.source) and move is not wildcard
            if same and wildcard.pattern.covers(move.source):
                hint = "nodes take one of them for the other: both sources are of one length"
                yield unsayable(move, f'lies under "{wildcard.source}"', hint)


def _table(move: Move, *, has_fallback: bool) -> str:
    lines = ["[[registry]]", f'prefix = "{move.source}"']
    if not move.pattern.is_wildcard:
        lines.append(f'location = "{move.source}"')
    if move.is_blocked or (move.target and not (has_fallback or move.falls_back)):
        lines.append("blocked = true")
    for target in move.targets:
        lines += ["", "[[registry.mirror]]", f'location = "{target}"']
    return "".join(f"{it}\n" for it in lines)


FORMAT = Format(help="registries.conf, a drop-in for CRI-O, Podman and skopeo", make=make)
