"""Places as a user writes them, in `spec.fields`.

    fields:
    - {group: example.com, kind: Database, path: spec.image}
    - {group: example.com, kind: Database, path: spec.backup.image, form: split,
       parts: {registry: registry, repository: repository, tag: tag, digest: digest}}
    - {group: example.com, kind: Database, path: spec.imagePullSecrets, form: pullSecrets}
    - {group: monitoring.coreos.com, kind: Prometheus, path: spec.thanos.image, form: none}

The catalogue is written in the same way, see `catalogue`. What is wrong with a place, or between
two of them, is noted with the settings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from transformer.fields import SCALAR_FORMS, BadPath, Form, Inside, Items, Place, parse_path
from transformer.joins import JOINS, PARTS, Capability, PartName
from transformer.settings import Section, Setting
from transformer.steps import EACH, EVERY
from transformer.wording import quoted

FIELD = (
    "group", "kind", "path", "form", "parts", "join", "default", "digest", "reason", "schemes",
    "separator", "holds", "when", "versions", "items", "inside", "secretsAt",
)  # fmt: skip
REQUIRED = ("group", "kind", "path")
FORMS: tuple[Form, ...] = tuple(it for it in get_args(Form) if it != "account")
JOIN_NAMES = tuple(JOINS)
DIGEST: tuple[Capability, ...] = get_args(Capability)
ITEMS: tuple[Items, ...] = get_args(Items)
INSIDE: tuple[Inside, ...] = get_args(Inside)

_ALWAYS = ("group", "kind", "path", "form", "reason", "when", "versions", "secretsAt")
_ONLY = {
    "parts": ("split",),
    "join": ("split",),
    "default": ("split",),
    "digest": (
        "image",
        "containers",
        "uri",
        "repository",
        "registry",
        "split",
        "keys",
        "pairs",
    ),
    "schemes": ("uri",),
    "separator": ("pairs",),
    "holds": ("image", "uri", "repository", "registry", "pairs"),
    "items": ("pullSecrets",),
    "inside": ("document",),
}


def read_places(settings: Iterable[Setting]) -> tuple[Place, ...]:
    """Read the items of `fields`, in order; those with something wrong are left out."""
    places: list[Place] = []
    for setting in settings:
        before = len(setting.problems)
        place = _place(setting.section(FIELD))
        if place is not None and len(setting.problems) == before:
            for other in places:
                if (other.group, other.kind) == (place.group, place.kind):
                    _check_together(place, other, setting)
            places.append(place)
    return tuple(places)


def _place(section: Section) -> Place | None:
    group, kind, path = (section.require(name) for name in REQUIRED)
    if group is None or kind is None or path is None:
        return None
    place_group = group.text(may_be_empty=True)
    if "/" in place_group:
        hint = f"leave out the version: {place_group.rpartition('/')[0]}"
        group.fail("bad-value", f'must be a group without "/": {quoted(place_group)}', hint)
    return _of_kind(section, place_group, kind.text(), path)


def _of_kind(section: Section, group: str, kind: str, path: Setting) -> Place:
    form = section.choice("form", FORMS)
    for name, value in section.values.items():
        if form not in _ONLY.get(name, FORMS):
            only = " or ".join(f"`{it}`" for it in _ONLY[name])
            demand = f"must not be set with `form: {form}`, it is for {only}"
            value.fail("contradiction", demand, at_key=True)
    is_outer = "group" in section.values
    return Place(
        group=group,
        kind=kind,
        path=_path(path, may_be_list=not is_outer),
        form=form,
        parts=_parts(section) if form == "split" else (),
        join=section.choice("join", JOIN_NAMES),
        default=_text(section, "default"),
        digest=section.choice("digest", DIGEST) if "digest" in section.values else "",
        reason=_text(section, "reason"),
        schemes=_schemes(section) if form == "uri" else (),
        separator=_text(section, "separator") or "\n",
        holds=_text(section, "holds"),
        when=_conditions(section.get("when")),
        versions=tuple(section.texts("versions")),
        items=section.choice("items", ITEMS),
        inside=_inside(section.get("inside"), group, kind),
        origin="user",
        secrets_at=_text(section, "secretsAt"),
        position=section.setting.position,
    )


def _text(section: Section, name: str) -> str:
    setting = section.get(name)
    return setting.text() if setting is not None else ""


def _path(setting: Setting, *, may_be_list: bool = False) -> str:
    path = setting.text()
    try:
        steps = parse_path(path) if path else ("",)
    except BadPath as error:
        setting.fail("bad-path", str(error))
        return path
    if not isinstance(steps[0], str) and not may_be_list:
        setting.fail("bad-path", f"must begin with a key, as an object does: {quoted(path)}")
    return path


def _parts(section: Section) -> tuple[tuple[PartName, str], ...]:
    setting = section.require("parts")
    if setting is None:
        return ()
    known = PARTS
    parts = setting.section(known)
    found = [(name, parts.values[name]) for name in PARTS if name in parts.values]
    if not {"repository", "name"} & {name for name, _ in found}:
        setting.fail("missing-key", "must have the key `repository` or `name`")
    return tuple((name, _keys(value)) for name, value in found)


def _keys(setting: Setting) -> str:
    # Keys below the path, of which the first that is there counts; from the root behind a "/".
    text = setting.text()
    for key in text.split("|") if text else ():
        try:
            steps = parse_path(key.removeprefix("/"))
        except BadPath as error:
            setting.fail("bad-path", str(error))
            break
        if not all(isinstance(step, str) for step in steps):
            setting.fail("bad-path", f"must be keys, without [] and {{}}: {quoted(key)}")
            break
    return text


def _schemes(section: Section) -> tuple[str, ...]:
    setting = section.require("schemes")
    return tuple(it.text(may_be_empty=True) for it in setting.items()) if setting else ()


def _conditions(setting: Setting | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    values = setting.values() if setting is not None else {}
    return tuple((key, _globs(value)) for key, value in values.items())


def _globs(setting: Setting) -> tuple[str, ...]:
    if setting.is_list:
        return tuple(item.text(may_be_empty=True) for item in setting.items())
    return (setting.text(may_be_empty=True),)


def _inside(setting: Setting | None, group: str, kind: str) -> tuple[Place, ...] | Inside:
    if setting is None:
        return "manifests"
    if not setting.is_list:
        return setting.choice(INSIDE)
    known = tuple(name for name in FIELD if name not in ("group", "kind"))
    places = []
    for item in setting.items():
        section = item.section(known)
        path = section.require("path")
        if path is not None:
            places.append(_of_kind(section, group, kind, path))
    return tuple(places)


def _check_together(place: Place, other: Place, setting: Setting) -> None:
    # Two places of one kind must not want one text, nor take one field for different things.
    if place.form == other.form == "split" and place.parts != other.parts:
        return
    if place.steps == other.steps:
        if place.when == other.when:
            setting.fail("repeated-item", f"must not repeat a path: {quoted(place.path)}")
        return
    clash = _clash(place, other)
    if clash:
        setting.fail("overlap", f"{clash} `{other.path}`: {quoted(place.path)}")


def _clash(place: Place, other: Place) -> str:
    for one, two in zip(place.steps, other.steps, strict=False):
        if one == two:
            continue
        if EACH in (one, two):
            return "must not take a field for a list or a mapping unlike"
        return "must not name the same fields as" if EVERY in (one, two) else ""
    if len(place.steps) > len(other.steps):
        return "must not be below the string at" if other.form in SCALAR_FORMS else ""
    return "must not be a string with something below it, as" if place.form in SCALAR_FORMS else ""
