"""Suspects as sites, where the configuration takes them for images: `suspects: rewrite`.

What is a whole reference that a rule covers is rewritten as an image is. Nobody knows whether a
digest can stand there, so that none is added.
"""

from __future__ import annotations

from collections.abc import Iterator

from transformer.config.config import Config
from transformer.config.mirrors import Mirrors, compile_rules
from transformer.find.candidates import SCHEMA
from transformer.find.found import Found
from transformer.find.search import Gathering
from transformer.find.split import Incomplete, split_site
from transformer.find.suspect_places import place_of
from transformer.find.suspects import Sighting, Taken, sightings
from transformer.image.reference import BadReference, normalize
from transformer.model import Frame, Site
from transformer.places.catalogue import Catalogue
from transformer.places.place import BUILTINS
from transformer.places.trie import Hit
from transformer.records import replace
from transformer.yamltext.documents import Document
from transformer.yamltext.tree import SyntaxFault, Tree

REASON = "it only looks like an image"


def suspect_sites(document: Document, tree: Tree, found: Found, config: Config) -> Iterator[Site]:
    """The sites of a document's suspects, given its tree, what was found in it, and the rules.

    Raises `SyntaxFault` for aliases that expand beyond all bounds.
    """
    search, mirrors = Gathering(document, tree, with_pods=False), compile_rules(config.rules)
    table = Catalogue((*BUILTINS, *config.fields))
    # A text that is a document of its own is edited as one.
    inner = {(*it.resource.steps, *it.steps) for it in found.inner}
    for it in sightings(document, tree, table, Taken(found.sites)):
        is_free = it.scalar.place is None and it.resource.kind != SCHEMA
        if is_free and (*it.resource.steps, *it.scalar.at) not in inner:
            site = _site(search, it)
            if site is not None and _is_covered(mirrors, site):
                yield replace(site, digest="none", reason=REASON, is_suspect=True)


def _site(search: Gathering, it: Sighting) -> Site | None:
    place = place_of(it)
    if place.form == "split":
        steps = it.scalar.at[:-1]
        owner = it.scalar.owner
        try:
            hit = Hit(place=place, parent=owner, slot=owner, steps=steps)
            return split_site(search, hit, owner, it.resource)
        except (Incomplete, SyntaxFault):
            return None
    return None if place.form in ("registry", "repository") else _string(search, it)


def _string(search: Gathering, it: Sighting) -> Site:
    scalar = it.scalar
    is_whole = it.image == it.value
    return Site(
        document=it.document,
        resource=it.resource,
        steps=scalar.at,
        value=it.image,
        spot=search.spots.spot(scalar.owner, scalar.slot),
        anchor=search.anchor(scalar.slot),
        frame=None if is_whole else Frame(value=it.value, start=it.start, end=it.end),
    )


def _is_covered(mirrors: Mirrors, site: Site) -> bool:
    try:
        reference = normalize(site.value)
    except BadReference:
        # Its tag is still to be filled in.
        return False
    if not (reference.tag or reference.digest):
        return False
    if mirrors.targets(reference) is not None:
        return True
    sources = mirrors.sources(reference)
    return any(it.first(reference, site.resource, "", "images") for it in sources)
