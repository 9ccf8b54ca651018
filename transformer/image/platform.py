"""Platforms as an index lists them: os/arch[/variant]."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# What a platform is called by another name (OCI image index, containerd's platforms package).
_SAME = {"arm64/v8": "arm64", "amd64/v1": "amd64", "arm": "arm/v7"}

# As GOOS, GOARCH and their variants are written; more than any of them has.
_PLATFORM = "[a-z0-9][a-z0-9._-]{0,63}(?:/[a-z0-9][a-z0-9._-]{0,63}){1,2}"


def is_platform(text: str) -> bool:
    """Whether a text is written as a platform is."""
    return re.fullmatch(_PLATFORM, text) is not None


def absent(wanted: Iterable[str], listed: Iterable[str]) -> list[str]:
    """The wanted platforms that are not listed. One without a variant means any variant."""
    offered = set(map(_normal, listed))
    return [it for it in wanted if not any(_covers(it, other) for other in offered)]


def chosen(wanted: Iterable[str], platforms: Mapping[str, str]) -> dict[str, str]:
    """The listed platforms, and their digests, that one of the wanted ones means."""
    asked = tuple(wanted)
    return {
        name: digest
        for name, digest in sorted(platforms.items())
        if any(_covers(it, _normal(name)) for it in asked)
    }


def own_digest(wanted: str, platforms: Mapping[str, str]) -> str:
    """The digest of the platform that is wanted: of the same name, else of its only variant.

    '' where none is listed, or several variants of one that is wanted without.
    """
    found = chosen((wanted,), platforms)
    same = [digest for name, digest in found.items() if _normal(name) == _normal(wanted)]
    several = same or list(found.values())
    return several[0] if len(several) == 1 else ""


def _covers(wanted: str, offered: str) -> bool:
    return offered == _normal(wanted) or offered.startswith(f"{wanted}/")


def _normal(platform: str) -> str:
    system, _, rest = platform.partition("/")
    return f"{system}/{_SAME.get(rest, rest)}"
