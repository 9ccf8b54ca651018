"""Two sources on one name: the mirror can hold only one of them.

docker.io/library/nginx  ->  registry.example.com/all/library/nginx
quay.io/library/nginx    ->  registry.example.com/all/library/nginx
"""

from __future__ import annotations

from collections.abc import Iterable

from transformer.errors import Problem
from transformer.image.reference import name_of
from transformer.messages import quoted
from transformer.model import Decision, Fail, Rewrite

_HINT = (
    "put the host into the target, for example registry.example.com/docker.io, or give one of them "
    "a template with {{ source | crc32 }}"
)


def collide(decisions: list[Decision]) -> list[Decision]:
    """The decisions of a run, with a failure at every site whose new name another source has too.

    Tags and digests do not count: two repositories must not become one.
    """
    origins: dict[str, dict[str, None]] = {}
    for _, verdict in decisions:
        if isinstance(verdict, Rewrite) and verdict.code == "mirrored":
            origins.setdefault(name_of(verdict.image), {})[name_of(verdict.source)] = None
    clashes = {name: _collision(name, it) for name, it in origins.items() if len(it) > 1}
    if not clashes:
        return decisions
    return [
        (site, clashes.get(name_of(verdict.image), verdict))
        if isinstance(verdict, Rewrite) and verdict.code == "mirrored"
        else (site, verdict)
        for site, verdict in decisions
    ]


def _collision(name: str, sources: Iterable[str]) -> Fail:
    others = " and ".join(map(quoted, sources))
    message = f"{others} become {quoted(name)}: expected a name for each"
    return Fail(problem=Problem(code="collision", message=message, hint=_HINT))
