"""What a document was found to hold, and every spot of it that a plan may change."""

from __future__ import annotations

from collections.abc import Iterator

from transformer.find.embedded import InnerSource
from transformer.model import Account, Pod, Resource, Result, Shadow, Site
from transformer.yamltext.edit import Anchor, Spot


class Found:
    """What a document holds. `results` are faults and warnings that no decision can change, those
    about repeated keys, so many as `warned`, before all others; `shadows` are the values of keys
    that are repeated.

    `inner` are the texts in it that are documents of their own, still to be searched. `met` are the
    places of the user, by `id`, that were there. `secrets` hold credentials for registries.
    """

    __slots__ = (
        "accounts",
        "inner",
        "met",
        "pods",
        "results",
        "secrets",
        "shadows",
        "sites",
        "warned",
    )

    def __init__(self) -> None:
        self.sites: list[Site] = []
        self.pods: list[Pod] = []
        self.accounts: list[Account] = []
        self.secrets: list[Resource] = []
        self.warned = 0
        self.results: list[Result] = []
        self.shadows: list[Shadow] = []
        self.inner: list[InnerSource] = []
        self.met: set[int] = set()

    def take_in(self, found: Found) -> None:
        """Add what another part of the document holds, which stands behind this one."""
        self.sites += found.sites
        self.pods += found.pods
        self.accounts += found.accounts
        self.secrets += found.secrets
        self.results[self.warned : self.warned] = found.results[: found.warned]
        self.results += found.results[found.warned :]
        self.warned += found.warned
        self.inner += found.inner
        self.met |= found.met

    @property
    def has_spots(self) -> bool:
        """Whether there is anything that a plan may change."""
        return bool(self.sites or self.accounts or self.inner)

    def spots(self) -> Iterator[Spot]:
        """Every spot of the document that a plan may change."""
        special: list[Site] = []
        for site in self.sites:
            yield site.spot
            if site.anchor is not None or site.parts or site.holder is not None:
                special.append(site)
            if site.started is not None and site.started.secrets is not None:
                yield site.started.secrets.secrets.spot.spot
        if special or self.inner:
            yield from _more_spots([*special, *self.inner])
        holders: tuple[Pod | Account, ...] = (*self.pods, *self.accounts)
        for holder in holders:
            yield holder.secrets.spot.spot


def _more_spots(cells: list[Site | InnerSource]) -> Iterator[Spot]:
    # Those of shared scalars, of parts, of what can be added, and of pull secrets elsewhere.
    anchors: dict[int, Anchor] = {}
    for cell in cells:
        parts = cell.parts if isinstance(cell, Site) else ()
        if isinstance(cell, InnerSource):
            yield cell.spot
        yield from (part.spot for part in parts)
        shared = (cell.anchor, *(part.anchor for part in parts))
        anchors.update((id(anchor), anchor) for anchor in shared if anchor is not None)
        # That of a document in a string stands around it.
        if cell.holder is not None and cell.holder.document is cell.document:
            yield cell.holder.secrets.spot.spot
    for anchor in anchors.values():
        yield anchor.definition
        yield from anchor.aliases
