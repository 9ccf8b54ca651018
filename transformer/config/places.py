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

from transformer.image.parts import JOINS, PARTS, Capability, PartName
from transformer.image.repository import BadName, check_target
from transformer.messages import quoted, shown
from transformer.places.overlaps import Overlap, Spoken, is_own_list
from transformer.places.place import (
    SCALAR_FORMS,
    SETTINGS,
    TEXTS,
    Artifact,
    BadPath,
    Form,
    Inside,
    Items,
    Place,
    parse_path,
    write_path,
)
from transformer.yamltext.values import Section, Setting

FIELD = (
    "group", "kind", "path", "form", "parts", "join", "default", "digest", "reason", "schemes",
    "separator", "holds", "when", "versions", "items", "optional", "artifact", "inside",
    "secretsAt",
)  # fmt: skip
REQUIRED = ("group", "kind", "path")
FORMS: tuple[Form, ...] = tuple(it for it in get_args(Form) if it != "account")
JOIN_NAMES = tuple(JOINS)
DIGEST: tuple[Capability, ...] = get_args(Capability)
ITEMS: tuple[Items, ...] = get_args(Items)
ARTIFACTS: tuple[Artifact, ...] = get_args(Artifact)
INSIDE: tuple[Inside, ...] = get_args(Inside)

# Forms whose images take a digest, and those that have an image at all.
_PINNED: tuple[Form, ...] = ("image", "containers", "uri", "keys", "pairs")
_IMAGES: tuple[Form, ...] = (*_PINNED, "repository", "registry", "split")

# Which forms a key means something for, if not for all.
_ONLY: dict[str, tuple[Form, ...]] = {
    "parts": ("split",),
    "join": ("split",),
    "default": ("split",),
    "digest": _IMAGES,
    "reason": (*_IMAGES, "match", "none"),
    "schemes": ("uri", "registry"),
    "separator": ("pairs",),
    "holds": SCALAR_FORMS,
    "items": ("pullSecrets",),
    "optional": ("podSpec", "pullSecrets"),
    "artifact": ("uri", "registry"),
    "inside": TEXTS,
    "secretsAt": (*_IMAGES, *TEXTS),
}


def read_places(settings: Iterable[Setting]) -> tuple[Place, ...]:
    """Read the items of `fields`, in order; those with something wrong are left out."""
    found: list[Place] = []
    kinds: dict[tuple[str, str], Spoken] = {}
    for setting in settings:
        before = len(setting.problems)
        place = _place(setting.section(FIELD))
        if place is not None and len(setting.problems) == before:
            spoken = kinds.setdefault((place.group, place.kind), Spoken())
            _check_together(place, setting, spoken)
            _check_own_list(place, setting)
            found.append(place)
    return tuple(found)


def _place(section: Section) -> Place | None:
    group, kind, path = (section.require(name) for name in REQUIRED)
    if group is None or kind is None or path is None:
        return None
    place_group = group.text(may_be_empty=True)
    if "/" in place_group:
        hint = f"leave out the version: {place_group.rpartition('/')[0]}"
        group.fail("bad-value", f'is {quoted(place_group)}: expected a group without "/"', hint)
    return _of_kind(section, place_group, kind.text(), path)


def _of_kind(section: Section, group: str, kind: str, path: Setting, secrets_at: str = "") -> Place:
    before = len(section.setting.problems)
    form = section.choice("form", FORMS)
    if len(section.setting.problems) == before:
        _check_keys(section, form)
    secrets_at = _text(section, "secretsAt") or secrets_at
    is_outer = "group" in section.values
    where = _path(path, may_be_list=not is_outer)
    place = Place(
        group=group,
        kind=kind,
        path=where,
        form=form,
        parts=_parts(section) if form == "split" else (),
        join=section.choice("join", JOIN_NAMES),
        default=_default(section.get("default")),
        digest=section.choice("digest", DIGEST) if "digest" in section.values else "",
        reason=_text(section, "reason"),
        schemes=_schemes(section, form),
        separator=_text(section, "separator") or "\n",
        holds=_text(section, "holds"),
        when=_conditions(section.get("when")),
        versions=_versions(section),
        items=section.choice("items", ITEMS),
        optional=_optional(section.get("optional"), where, form),
        artifact=section.choice("artifact", ARTIFACTS),
        inside=_inside(section.get("inside"), group, kind, secrets_at),
        origin="user",
        secrets_at=secrets_at,
        position=section.setting.position,
    )
    if len(section.setting.problems) == before:
        _check_meaning(section, place)
    return place


def _check_keys(section: Section, form: Form) -> None:
    for name, value in section.values.items():
        if form not in _ONLY.get(name, FORMS):
            only = " or ".join(f"`{it}`" for it in _ONLY[name])
            state = f"is set with `form: {form}`, it is for {only}"
            value.fail("contradiction", state, at_key=True)


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
        setting.fail("bad-path", f"is {quoted(path)}: expected a key first, as of an object")
    return path


def _optional(setting: Setting | None, path: str, form: Form) -> str:
    text = setting.text() if setting is not None else ""
    if setting is not None and text:
        _check_keys_alone(setting, text)
        above = path if form == "podSpec" else path.rpartition(".")[0]
        if not f".{above}".endswith(f".{text}"):
            setting.fail("bad-path", f"is {quoted(text)}: expected the last keys above the list")
    return text


def _parts(section: Section) -> tuple[tuple[PartName, str], ...]:
    setting = section.require("parts")
    if setting is None:
        return ()
    known = PARTS
    parts = setting.section(known)
    found = [(name, parts.values[name]) for name in PARTS if name in parts.values]
    if not {"repository", "name"} & {name for name, _ in found}:
        setting.fail("missing-key", "lacks the key `repository` or `name`")
    return tuple((name, _keys(value)) for name, value in found)


def _keys(setting: Setting) -> str:
    # Keys below the path, of which the first that is there counts; from the root behind a "/".
    text = setting.text()
    for key in text.split("|") if text else ():
        _check_keys_alone(setting, key)
    return text


def _check_keys_alone(setting: Setting, path: str, *, at_key: bool = False) -> None:
    try:
        steps = parse_path(path.removeprefix("/"))
    except BadPath as error:
        setting.fail("bad-path", str(error), at_key=at_key)
        return
    if not all(isinstance(step, str) for step in steps):
        state = f"is {quoted(path)}: expected keys, without [] and {{}}"
        setting.fail("bad-path", state, at_key=at_key)


def _default(setting: Setting | None) -> str:
    text = setting.text() if setting is not None else ""
    if setting is not None and text:
        try:
            check_target(text)
        except BadName as error:
            setting.fail("bad-value", error.message, error.hint)
    return text


def _schemes(section: Section, form: Form) -> tuple[str, ...]:
    setting = section.require("schemes") if form == "uri" else section.get("schemes")
    return _listed(setting) if setting is not None else ()


def _listed(setting: Setting) -> tuple[str, ...]:
    items = setting.items()
    if not items:
        setting.fail("empty", 'has no value: expected one, "" for none')
    return tuple(item.text(may_be_empty=True) for item in items)


def _versions(section: Section) -> tuple[str, ...]:
    versions = section.texts("versions")
    for version, item in versions.items():
        if "/" in version:
            item.fail("bad-value", f"is {quoted(version)}: expected a version without its group")
    return tuple(versions)


def _conditions(setting: Setting | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    values = setting.values() if setting is not None else {}
    for key, value in values.items():
        _check_keys_alone(value, key, at_key=True)
    return tuple((key, _globs(value)) for key, value in values.items())


def _globs(setting: Setting) -> tuple[str, ...]:
    if setting.is_list:
        return _listed(setting)
    return (setting.text(may_be_empty=True),)


def _inside(
    setting: Setting | None, group: str, kind: str, secrets_at: str
) -> tuple[Place, ...] | Inside:
    if setting is None:
        return "manifests"
    if not setting.is_list:
        return setting.choice(INSIDE)
    known = tuple(name for name in FIELD if name not in ("group", "kind"))
    found: list[Place] = []
    spoken = Spoken()
    items = setting.items()
    if not items:
        setting.fail("empty", "has no place: expected one")
    for item in items:
        before = len(item.problems)
        section = item.section(known)
        path = section.require("path")
        place = _of_kind(section, group, kind, path, secrets_at) if path is not None else None
        if place is not None and len(item.problems) == before:
            _check_together(place, item, spoken)
            found.append(place)
    return tuple(found)


def _check_together(place: Place, setting: Setting, spoken: Spoken) -> None:
    # Two places of one kind must not want one text, nor take one field for different things.
    found = spoken.overlap(place)
    if found is not None and place.steps == found.place.steps:
        setting.fail("repeated-item", f"repeats a path: {quoted(place.path)}")
    elif found is not None:
        setting.fail("overlap", f"{_clash(found)}: {quoted(place.path)}")
    spoken.add(place)


def _clash(found: Overlap) -> str:
    theirs = f"`{shown(write_path(found.theirs))}`"
    if found.relation == "list":
        return f"takes a field for a list or a mapping unlike {theirs}"
    if found.relation == "below":
        return f"is below the string at {theirs}"
    if found.relation == "above":
        return f"is a string with something below it, as {theirs}"
    return f"names the same fields as `{shown(found.place.path)}`"


def _check_own_list(place: Place, setting: Setting) -> None:
    if is_own_list(place):
        state = f"is the own list of a pod spec or account: {quoted(place.path)}"
        setting.fail("overlap", state, "leave the field out")


def _check_meaning(section: Section, place: Place) -> None:
    # What one key says must be of use beside what the others say.
    if place.form in SETTINGS and isinstance(place.inside, str):
        state = f"lacks `inside`: expected a list of places with `form: {place.form}`"
        section.setting.fail("missing-key", state)
    join = JOINS[place.join]
    names = [name for name, _ in place.parts]
    usual = join.digest or ("field" if "digest" in names else "none")
    possible = ("none", usual) if place.form == "split" else ("none", "whole", "tag")
    if place.digest not in ("", *possible):
        known = " or ".join(dict.fromkeys(possible))
        state = f"is {quoted(place.digest)}: expected {known}, which is what the fields can hold"
        section.values["digest"].fail("contradiction", state)
    if place.default and "registry" not in names:
        state = "is set without a `registry` among the parts"
        section.values["default"].fail("contradiction", state, at_key=True)
    is_pinned = place.digest not in ("", "none") or place.form in _PINNED
    if place.reason and place.digest != "none" and is_pinned:
        state = "is set without `digest: none`: it says why there is none"
        section.values["reason"].fail("contradiction", state, at_key=True)
