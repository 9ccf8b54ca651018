"""`registries.yaml` of k3s and RKE2.

    mirrors:
      docker.io:
        endpoint:
        - https://registry.example.com
        rewrite:
          "^(.*)$": "docker.io/$1"

A host has endpoints, and rewrites of the path of an image that hold for all of them. Which of two
rewrites that match is done is left to chance, so no two must.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from transformer.errors import Problem
from transformer.export.format import Export, File, Format, Request
from transformer.export.moves import Move, moves_of, unsayable
from transformer.image.repository import under

PATH = "registries.yaml"

SWITCH = "--disable-default-registry-endpoint"


def make(request: Request) -> Export:
    """One file for all hosts, and a warning that a switch of the node belongs to it."""
    found = moves_of(request.config.rules)
    hosts: dict[str, list[Move]] = {}
    for move in sorted(found.moves, key=lambda it: it.source):
        hosts.setdefault(move.source.partition("/")[0], []).append(move)
    unsaid = [*found.unsaid, *(it for moves in hosts.values() for it in _faults(moves))]
    unsaid += _apart(found.moves, has_fallback=request.has_fallback)
    wrong = {it.position for it in unsaid}
    said = ([it for it in moves if it.position not in wrong] for moves in hosts.values())
    text = "".join(line for moves in said if moves for line in _host(moves))
    return Export(
        files=(File(path=PATH, text=f"mirrors:\n{text}" if text else ""),),
        unsaid=tuple(unsaid),
        warnings=() if request.has_fallback or not text else (_SWITCH,),
    )


_SWITCH = Problem(
    code="node-option",
    severity="warning",
    message="nodes ask the registry itself for what the mirror lacks, whatever this file says",
    hint=f"start k3s or RKE2 with {SWITCH}, or say --fallback",
)


def _apart(moves: Iterable[Move], *, has_fallback: bool) -> Iterator[Problem]:
    for move in moves:
        if len({it.partition("/")[2] for it in move.targets}) > 1:
            hint = "k3s has one rewrite for all endpoints of a host"
            yield unsayable(move, "has targets in several folders of their hosts", hint)
        elif move.falls_back and not has_fallback:
            hint = "k3s asks all sources, or none: --fallback says that it may"
            yield unsayable(move, "keeps what no target has", hint)


def _faults(moves: Sequence[Move]) -> Iterator[Problem]:
    # The shortest source comes first.
    whole = moves[0] if moves[0].target and "/" not in moves[0].source else None
    for at, move in enumerate(moves):
        if move is not whole:
            fault = _fault(move) or _beside(move, whole, moves[1:at])
            if fault is not None:
                yield unsayable(move, *fault)
        elif move.pattern.is_wildcard:
            yield unsayable(move, *_WILDCARD)


_WILDCARD = ("has a wildcard", "name the hosts one by one")


def _fault(move: Move) -> tuple[str, str] | None:
    if move.is_blocked:
        return "blocks", "k3s has no way to say it"
    if move.pattern.is_wildcard:
        return _WILDCARD
    if move.is_kept:
        return "keeps what another rule moves", "k3s moves all of a host, or nothing"
    return None


def _beside(move: Move, whole: Move | None, before: Iterable[Move]) -> tuple[str, str] | None:
    if whole is None:
        hint = f"other images of the host go to {_parts(move)[0]}, too"
        return "has no rule for the whole host beside it", hint
    folder = _parts(whole)[1]
    if _hosts(move) != _hosts(whole):
        hosts = ", ".join(_hosts(whole))
        return f"has its target elsewhere than on {hosts}", f"`{whole.label}` is for the same host"
    if folder:
        hint = f"`{whole.label}` puts all of the host below {whole.target}"
        return "is a part of what another rule moves into a folder", hint
    outer = next((it for it in before if under(move.source, it.source)), None)
    if outer is not None:
        return "lies under another source with a path", f"`{outer.label}` has it, too"
    return None


def _hosts(move: Move) -> list[str]:
    return [it.partition("/")[0] for it in move.targets]


def _parts(move: Move) -> tuple[str, str]:
    host, _, folder = move.target.partition("/")
    return host, folder


def _host(moves: Sequence[Move]) -> list[str]:
    first = moves[0]
    _, folder = _parts(first)
    rewrites = [("^(.*)$", f"{folder}/$1")] if folder else []
    for move in moves[1:]:
        path = move.source.partition("/")[2].replace(".", r"\.")
        to = _parts(move)[1]
        rewrites.append((f"^{path}(/.*)?$", f"{to}$1") if to else (f"^{path}/(.*)$", "$1"))
    lines = [f'  "{first.source}":', "    endpoint:"]
    lines += (f"    - https://{it}" for it in _hosts(first))
    if rewrites:
        lines += ["    rewrite:", *(f"      '{it}': '{to}'" for it, to in rewrites)]
    return [f"{it}\n" for it in lines]


FORMAT = Format(help="registries.yaml of k3s and RKE2", make=make)
