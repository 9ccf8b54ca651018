"""Strings that are an image, or have images in them: which characters of each are one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, TypeAlias

from transformer.find.search import Gathering
from transformer.image.parts import Capability, split_tail
from transformer.model import Frame, Resource, Site
from transformer.places.place import Place
from transformer.places.trie import Hit
from transformer.records import replace

Names: TypeAlias = Literal["image", "repository", "prefix"]

# What Knative exchanges for the name of an image.
_NAME = "/${NAME}"

# Where in a string an image stands: its first character, and the one behind its last.
Range: TypeAlias = "tuple[int, int]"


def enter_string(search: Gathering, hit: Hit, resource: Resource) -> None:
    """Note the images of a place that is a string: one, or several, or none."""
    value = search.text(hit.slot, resource, hit.steps)
    if value is not None and (not hit.place.holds or set(hit.place.holds) & set(value)):
        add_strings(search, hit, resource, value, stretches_of(hit.place, value))


def stretches_of(place: Place, value: str) -> list[Range]:
    """The stretches of a value that are images at a place, or a part of one."""
    return _STRETCHES.get(place.form, _whole)(place, value)


def add_strings(
    search: Gathering, hit: Hit, resource: Resource, value: str, stretches: Iterable[Range]
) -> None:
    """Note the images in a string: the stretches of its value, given the place of the string."""
    for start, end in stretches:
        text = value[start:end]
        names, digest = _traits(hit.place, text)
        is_framed = text != value
        site = Site(
            document=search.document,
            resource=resource,
            steps=hit.steps,
            value=text,
            spot=search.spots.spot(hit.parent, hit.slot),
            anchor=search.anchor(hit.slot),
            frame=Frame(value=value, start=start, end=end) if is_framed else None,
            names=names,
            digest=digest,
            reason=hit.place.reason,
            secrets_at=hit.place.secrets_at,
            artifact=hit.place.artifact,
            by_shape=hit.place.origin == "shape",
        )
        search.found.sites.append(site)


def placed(site: Site, place: Place) -> Site:
    """The site with what its place says of it."""
    names, digest = _traits(place, site.value)
    return replace(
        site,
        names=names,
        digest=digest,
        reason=place.reason,
        secrets_at=place.secrets_at,
        artifact=place.artifact,
    )


def _traits(place: Place, text: str) -> tuple[Names, Capability]:
    # What the text of a place names, and where it takes a digest.
    names, digest = _NAMES.get(place.form, _IMAGE)
    if names == "repository" and split_tail(text)[1]:
        names, digest = _IMAGE
    return names, place.digest or digest


def _whole(_: Place, value: str) -> list[Range]:
    return [(0, len(value))]


def _behind_scheme(place: Place, value: str) -> list[Range]:
    scheme, separator, _ = value.partition("://")
    if not separator:
        return _whole(place, value) if "" in place.schemes else []
    if scheme not in place.schemes:
        return []
    return [(len(scheme) + len(separator), len(value.rstrip("\n")))]


def _above_name(place: Place, value: str) -> list[Range]:
    if place.schemes:
        # A template of addresses makes other things of it, such as those of Git repositories.
        return [] if "{" in value else _behind_scheme(place, value)
    end = value.find(_NAME)
    return [(0, end)] if end >= 0 else _whole(place, value)


def _behind_equals(place: Place, value: str) -> list[Range]:
    stretches: list[Range] = []
    at = 0
    for pair in value.split(place.separator):
        name, _, image = pair.partition("=")
        start = at + len(name) + 1 + len(image) - len(image.lstrip())
        end = at + len(pair.rstrip())
        if start < end:
            stretches.append((start, end))
        at += len(pair) + len(place.separator)
    return stretches


_STRETCHES: dict[str, Callable[[Place, str], list[Range]]] = {
    "uri": _behind_scheme,
    "pairs": _behind_equals,
    "registry": _above_name,
}

_IMAGE: tuple[Names, Capability] = ("image", "whole")

_NAMES: dict[str, tuple[Names, Capability]] = {
    "repository": ("repository", "none"),
    "registry": ("prefix", "none"),
}
