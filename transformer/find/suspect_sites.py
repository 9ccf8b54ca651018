"""Suspects as sites, where the configuration takes them for images: `suspects: rewrite`.

What is a whole reference that a rule covers is rewritten as an image is. Nobody knows whether a
digest can stand there, so that none is added.
"""

from __future__ import annotations

from collections.abc import Iterator

from transformer.config.config import Config
from transformer.config.mirrors import Mirrors, compile_rules
from transformer.config.scope import in_scope
from transformer.find.likeness import Known
from transformer.find.search import Found
from transformer.find.suspects import Sighting, Taken, sightings
from transformer.image.reference import BadReference, looks_like_image, normalize
from transformer.model import Frame, Resource, Site
from transformer.places.catalogue import Catalogue
from transformer.places.place import BUILTINS
from transformer.yamltext.documents import Document
from transformer.yamltext.spots import Places
from transformer.yamltext.tree import Tree

REASON = "it only looks like an image"

# What names a part of a reference.
_PARTS = ("registry", "repository")


def suspect_sites(document: Document, tree: Tree, found: Found, config: Config) -> Iterator[Site]:
    """The sites of a document's suspects, given its tree, what was found in it, and the rules.

    Raises `SyntaxFault` for aliases that expand beyond all bounds.
    """
    places, mirrors = Places(tree), compile_rules(config.rules)
    table = Catalogue((*BUILTINS, *config.fields))
    # A text that is a document of its own is edited as one.
    inner = {(*it.resource.steps, *it.steps) for it in found.inner}
    for it in sightings(document, tree, table, Known(()), Taken(found.sites)):
        is_free = it.scalar.place is None and (*it.resource.steps, *it.scalar.at) not in inner
        if is_free and it.scalar.said not in _PARTS and _is_covered(mirrors, it.image, it.resource):
            yield _site(it, places, has_aliases=bool(tree.aliases))


def _is_covered(mirrors: Mirrors, image: str, resource: Resource) -> bool:
    try:
        reference = normalize(image)
    except BadReference:
        # Its tag is still to be filled in.
        return False
    if not (looks_like_image(image) and (reference.tag or reference.digest)):
        return False
    rules = mirrors.candidates(reference)
    is_mirrored = mirrors.targets(reference) is not None
    return is_mirrored or any(in_scope(rule.where, resource, "") for rule in rules)


def _site(it: Sighting, places: Places, *, has_aliases: bool) -> Site:
    scalar = it.scalar
    value = scalar.slot.value or ""
    return Site(
        document=it.document,
        resource=it.resource,
        steps=scalar.at,
        value=it.image,
        spot=places.spot(scalar.owner, scalar.slot),
        anchor=places.anchor(scalar.slot) if has_aliases else None,
        frame=Frame(value=value, start=it.start, end=it.end) if it.image != value else None,
        digest="none",
        reason=REASON,
        is_suspect=True,
    )
