"""The tree of `hosts.toml` files that containerd reads: a folder for each registry.

    server = "https://registry.example.com/v2/docker.io"
    capabilities = ["pull", "resolve"]
    override_path = true

Specification: docs/hosts.md of containerd. A file is for a whole host, and the path of an image is
kept: only a folder in front of it can be added, as a part of the URL. Of several hosts the first
comes first, and the server last.
"""

from __future__ import annotations

from transformer.errors import Problem
from transformer.export.format import Export, File, Format, Request
from transformer.export.moves import Move, moves_of, unsayable


def make(request: Request) -> Export:
    """A file for each host that is moved."""
    found = moves_of(request.config.rules)
    unsaid = [*found.unsaid]
    unsaid += (it for move in found.moves if (it := _fault(move)) is not None)
    wrong = {it.position for it in unsaid}
    files = [
        File(path=f"{_folder(it.source)}/hosts.toml", text=_text(it, request.has_fallback))
        for it in sorted(found.moves, key=lambda it: it.source)
        if it.target and it.position not in wrong
    ]
    return Export(files=tuple(files), unsaid=tuple(unsaid))


def _fault(move: Move) -> Problem | None:
    if move.is_blocked:
        return unsayable(move, "blocks", "containerd has no way to say it")
    if move.pattern.is_wildcard:
        return unsayable(move, "has a wildcard", "name the hosts one by one")
    if "/" not in move.source:
        return None
    if move.target:
        return unsayable(move, "is for a part of a host", "containerd has mirrors of hosts alone")
    return unsayable(move, "keeps a part of a host", "containerd has mirrors of hosts alone")


def _folder(host: str) -> str:
    # Of both forms for a host with a port, the one that every file system takes.
    name, colon, port = host.rpartition(":")
    return f"{name}_{port}_" if colon and port.isdigit() else host


def _text(move: Move, has_fallback: bool) -> str:
    # The server is asked last, and is the source where there is none.
    hosts, servers = move.targets, move.targets[:0]
    if not (has_fallback or move.falls_back):
        hosts, servers = hosts[:-1], hosts[-1:]
    tables = [_lines('server = "{}"', it) for it in servers]
    tables += (_lines('[host."{}"]', it) for it in hosts)
    return "\n".join("".join(f"{it}\n" for it in lines) for lines in tables)


def _lines(head: str, target: str) -> list[str]:
    host, slash, path = target.partition("/")
    url = f"https://{host}/v2/{path}" if slash else f"https://{host}"
    lines = [head.format(url), 'capabilities = ["pull", "resolve"]']
    return [*lines, "override_path = true"] if slash else lines


FORMAT = Format(help="a tree of hosts.toml files for containerd", make=make)
