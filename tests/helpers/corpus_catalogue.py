"""The shipped catalogue, read by itself: whether one of its paths leads to a site."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import yaml

from tests.helpers.corpus import steps_of
from tests.helpers.shared import ROOT
from transformer.find.embedded import InnerSource
from transformer.model import Resource, Site
from transformer.yamltext.path import Steps, field_path

CATALOG = ROOT / "transformer" / "places" / "catalog"

_NO_IMAGE = ("none", "match", "pullSecrets")
_LIST, _MAPPING = re.escape("[]"), re.escape("{}")


@cache
def entries(name: str) -> list[dict[str, Any]]:
    """The entries of a file of the catalogue, none where there is no such file."""
    file = CATALOG / f"{name}.yaml"
    return yaml.safe_load(file.read_text()) if file.exists() else []


def fields(resource: Resource) -> list[dict[str, Any]]:
    """The fields that the catalogue has for the kind of an object."""
    return [
        field
        for entry in entries(resource.group or "core")
        if resource.kind in entry.get("kinds", ())
        for field in entry["fields"]
    ]


def is_catalogued(site: Site, data: Any) -> bool:  # noqa: ANN401 data of any shape
    """Whether the catalogue has a path to a site, or to the string that holds it, or its name.

    Takes the site, and the data of its document as another reader has them.
    """
    resource, steps = site.resource, site.steps
    if isinstance(site.document.source, InnerSource):
        resource, steps = site.document.source.resource, site.document.source.steps
    if leads_to(fields(resource), steps, without=_NO_IMAGE):
        return True
    known = [field for entry in entries("any") for field in entry.get("fields", ())]
    return leads_to(known, steps[_annotations(steps) :]) or _name(site, data) in _names()


def leads_to(known: Iterable[dict[str, Any]], steps: Steps, without: tuple[str, ...] = ()) -> bool:
    """Whether a path of these fields leads to a place, or above it, but for some forms."""
    place = field_path(steps)
    return any(
        _pattern(field["path"]).match(place) is not None
        for field in known
        if field.get("form", "image") not in without
    )


def _annotations(steps: Steps) -> int:
    return steps.index("annotations") - 1 if "annotations" in steps else 0


def _name(site: Site, data: Any) -> str:  # noqa: ANN401 data of any shape
    # Of the variable, or the flag in front of it or in the item before.
    above: Any = data
    *steps, last = steps_of(site)
    for step in steps:
        above = above[step]
    if last == "value":
        return str(above["name"])
    if not isinstance(last, int):
        return ""
    flag, equals, _ = above[last].partition("=")
    return str(flag if equals else above[last - 1])


@cache
def _names() -> frozenset[str]:
    known = [entry.get(key, {}) for entry in entries("any") for key in ("env", "args")]
    return frozenset(name for forms in known for names in forms.values() for name in names)


def _pattern(path: str) -> re.Pattern[str]:
    quoted = re.sub(r'\["([^"]+)"\]', r".\1", path)
    pattern = re.escape(quoted).replace(_LIST, r"\[\d+\]").replace(_MAPPING, r"\.[^.]+")
    return re.compile(rf"{pattern}(?![^.\[])")
