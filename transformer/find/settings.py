"""Images in texts of settings that are held in a string: TOML and INI, edited inside of it.

data:
  config.toml: |
    [[runners]]
      [runners.kubernetes]
        image = "alpine:3.20"
        image_pull_secrets = ["own"]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from transformer.errors import Problem
from transformer.find.search import Gathering
from transformer.find.string_sites import add_strings
from transformer.image.reference import looks_like_image
from transformer.messages import shown
from transformer.model import Frame, Resource, Result, SecretField, Started
from transformer.places.place import Place
from transformer.places.trie import Hit
from transformer.records import replace
from transformer.yamltext.edit import ListSpot, NameList
from transformer.yamltext.nodes import offset_of
from transformer.yamltext.path import EACH, EVERY, Steps, field_path
from transformer.yamltext.settings import Setting, Unreadable, ini_settings, toml_settings

_READERS: Mapping[str, Callable[[str], list[Setting]]] = {
    "ini": ini_settings,
    "toml": toml_settings,
}

# What is around a string of TOML that more of its kind can follow.
_QUOTES = ("'", '"')
_LONG = ("'''", '"""')


def enter_settings(search: Gathering, hit: Hit, resource: Resource, value: str) -> None:
    """Note the images in a text of settings, given its place, the object, and the text."""
    try:
        settings = _READERS[hit.place.form](value)
    except Unreadable:
        _note_unreadable(search, hit, resource)
        return
    assert not isinstance(hit.place.inside, str)
    secrets = [it for it in hit.place.inside if it.form == "pullSecrets"]
    for place in hit.place.inside:
        for it in settings if place.form != "pullSecrets" else ():
            text = value[it.start : it.end]
            if _leads(place.steps, it.steps) and (place.form != "image" or looks_like_image(text)):
                before = len(search.found.sites)
                inner = replace(hit, place=place)
                add_strings(search, inner, resource, value, [(it.start, it.end)])
                pods = _started(search, hit, resource, secrets, settings, it, value)
                sites = search.found.sites
                sites[before:] = [replace(site, started=pods) for site in sites[before:]]


def _started(
    search: Gathering,
    hit: Hit,
    resource: Resource,
    secrets: Sequence[Place],
    settings: Sequence[Setting],
    it: Setting,
    value: str,
) -> Started:
    found = [
        other
        for other in settings
        if any(_leads((*at.steps, EACH), other.steps) for at in secrets)
        and it.steps[: len(other.steps) - 2] == other.steps[:-2]
    ]
    names = tuple(value[other.start : other.end] for other in found)
    paths = " or ".join(f"`{at.path}` of `{hit.place.path}`" for at in secrets)
    field = _field(search, hit, resource, value, names, found[-1]) if found else None
    return Started(secrets=field, at=hit.place.secrets_at or paths, names=names)


def _field(
    search: Gathering,
    hit: Hit,
    resource: Resource,
    value: str,
    names: tuple[str, ...],
    last: Setting,
) -> SecretField | None:
    spot = search.spots.spot(hit.parent, hit.slot)
    before, behind = value[: last.start], value[last.end :]
    is_plain = before[-3:] not in _LONG and before[-1:] in _QUOTES and behind[:1] == before[-1:]
    if not is_plain or spot.uses != 1 or search.anchor(hit.slot) is not None:
        return None
    secrets = NameList(names=names, spot=ListSpot(layout="value", spot=spot), items="strings")
    return SecretField(
        document=search.document,
        resource=resource,
        steps=hit.steps,
        secrets=secrets,
        frame=Frame(value=value, start=last.start, end=last.end),
    )


def _leads(pattern: Steps, steps: Steps) -> bool:
    return len(pattern) == len(steps) and all(
        _is_met(*pair) for pair in zip(pattern, steps, strict=True)
    )


def _is_met(wanted: object, step: object) -> bool:
    if wanted in (EACH, EVERY):
        return isinstance(step, int) == (wanted == EACH)
    return wanted == step


def _note_unreadable(search: Gathering, hit: Hit, resource: Resource) -> None:
    field = field_path(hit.steps)
    problem = Problem(
        code="unread-settings",
        message=f"left alone: `{shown(field)}` is not {hit.place.form.upper()}",
        severity=hit.place.severity,
        position=search.document.position(offset_of(hit.slot)),
        hint="images in it are not looked for",
    )
    search.found.results.append(Result(problem=problem, resource=resource, field=field))
