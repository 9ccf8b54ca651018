"""A configuration on top of those that it extends.

    # overlays/prod/mirrorpin.yaml            # base.yaml
    spec:                                     spec:
      extends: [../../base.yaml]                unmatched: warn
      mirrors:                                  mirrors:
      - {source: docker.io, target: p.io/hub}   - {source: docker.io, target: m.io/hub}
                                                - {source: quay.io, target: m.io/quay}

Of a rule its source and its scope, of a place its group, kind and path say which it is,
and of an image that is listed its name: a later one
takes the place of it. Sections are merged key by key, all else is replaced. Every value keeps the
position in its own file, and relative paths start at the folder of theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from transformer.config.envelope import read_envelope
from transformer.errors import Problem
from transformer.messages import shown
from transformer.records import record
from transformer.yamltext.load import Lines, plain_data, read_one
from transformer.yamltext.values import Section, Setting

MAX_FILES = 100

# What says which item of a list it is, by the key of the list.
IDENTITIES = {
    "mirrors": ("source", "where"),
    "images": ("image",),
    "fields": ("group", "kind", "path"),
}
SECTIONS = ("digests", "pullSecrets", "strings", "policy", "report")
PATHS = ("lockFile", "templates", "file")
# Within items of lists.
PATHS_WITHIN = {"signedBy": ("key", "trustedRoot")}
LISTS_OF_PATHS = ("mirrorsFrom",)


@record
class Base:
    """A configuration that another one extends: its name for messages, its text, and who it is.

    `folder` is what its relative paths start with, as seen from the folder of the first one: '', or
    a path that ends with a slash.
    """

    name: str
    text: str
    identity: str
    folder: str


# Finds what an item of `extends`, in a file of a `folder`, names; None after noting what is wrong.
Load: TypeAlias = "Callable[[Setting, str, str], Base | None]"


class Moved(Setting):
    """A path, or a list of them, that starts at another folder."""

    __slots__ = ("folder",)

    def __init__(self, setting: Setting, folder: str) -> None:
        super().__init__(setting.locate, setting.problems, setting.path, setting.slot, setting.key)
        self.folder = folder

    def text(self, *, may_be_empty: bool = False) -> str:
        text = super().text(may_be_empty=may_be_empty)
        is_here = not text or text.startswith("/") or "://" in text
        return text if is_here else self.folder + text

    def items(self) -> tuple[Setting, ...]:
        return tuple(Moved(item, self.folder) for item in super().items())

    def values(self) -> dict[str, Setting]:
        names = PATHS_WITHIN.get(self.path.rpartition(".")[2], PATHS)
        return _moved(super().values(), self.folder, names)


class Joined(Setting):
    """A list or section of several files, the last of which counts most.

    Takes what is written in each, and the folder of its file.
    """

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[tuple[Setting, str], ...]) -> None:
        last = parts[-1][0]
        super().__init__(last.locate, last.problems, last.path, last.slot, last.key)
        self.parts = parts

    def values(self) -> dict[str, Setting]:
        found: dict[str, Setting] = {}
        for part, folder in self.parts:
            found |= _moved(part.values(), folder)
        return found

    def items(self) -> tuple[Setting, ...]:
        found: list[Setting] = []
        for part, folder in self.parts:
            name = part.path.rpartition(".")[2]
            keys, items = IDENTITIES[name], part.items()
            own = {_identity(item, keys) for item in items}
            found = [item for item in found if _identity(item, keys) not in own]
            found += (Moved(it, folder) for it in items) if name == "mirrors" else items
        return tuple(found)


def _moved(
    values: dict[str, Setting], folder: str, names: tuple[str, ...] = PATHS
) -> dict[str, Setting]:
    moving = (*names, *PATHS_WITHIN)
    return {it: Moved(value, folder) if it in moving else value for it, value in values.items()}


def _identity(item: Setting, keys: Iterable[str]) -> str:
    data = plain_data(item.slot)
    if not isinstance(data, dict):
        return str(id(item.slot))
    return repr([_sorted(data.get(name)) for name in keys])


def _sorted(data: object) -> object:
    if isinstance(data, dict):
        return [(name, _sorted(data[name])) for name in sorted(data)]
    return data


def extended(spec: Section, known: tuple[str, ...], load: Load) -> Section:
    """A specification on top of those that it extends.

    Takes the keys that one may have, and who finds the others. What is wrong with any of them is
    noted with the settings of the first.
    """
    values = _Reading(spec.setting.problems, known, load).values(spec, "", ())
    # Those that are not known were noted where they stand.
    found = {name: value for name, value in values.items() if name in known}
    return Section(spec.setting, {**found, "extends": spec.values["extends"]}, known)


class _Reading:
    def __init__(self, problems: list[Problem], known: tuple[str, ...], load: Load) -> None:
        self.problems = problems
        self.known = known
        self.load = load
        self.found: dict[str, dict[str, Setting]] = {}

    def values(
        self, spec: Section, folder: str, trail: tuple[tuple[str, str], ...]
    ) -> dict[str, Setting]:
        values: dict[str, Setting] = {}
        for text, item in spec.texts("extends").items():
            base = self.load(item, folder, text)
            if base is not None:
                values = _on_top(values, self._of(base, item, trail))
        own = {name: value for name, value in spec.values.items() if name != "extends"}
        return _on_top(values, dict(_with_folder(own, folder)))

    def _of(
        self, base: Base, item: Setting, trail: tuple[tuple[str, str], ...]
    ) -> dict[str, Setting]:
        if any(identity == base.identity for identity, _ in trail):
            way = " -> ".join(shown(name) for _, name in (*trail, (base.identity, base.name)))
            item.fail("extends-cycle", f"leads back to a file: {way}")
            return {}
        if base.identity not in self.found:
            if len(self.found) == MAX_FILES:
                item.fail("too-many-files", f"is one of more than {MAX_FILES} files")
                return {}
            self.found[base.identity] = {}
            document, slot = read_one(base.name, base.text)
            root = Setting(Lines(document), self.problems, "", slot)
            root.check_keys()
            spec = read_envelope(root, self.known)
            further = (*trail, (base.identity, base.name))
            self.found[base.identity] = self.values(spec, base.folder, further)
        return self.found[base.identity]


def _with_folder(values: dict[str, Setting], folder: str) -> Iterator[tuple[str, Setting]]:
    for name, value in values.items():
        if name in SECTIONS or name in IDENTITIES:
            yield name, Joined(((value, folder),))
        else:
            yield name, Moved(value, folder) if name in LISTS_OF_PATHS else value


def _on_top(below: dict[str, Setting], above: dict[str, Setting]) -> dict[str, Setting]:
    values = {**below, **above}
    for name in below.keys() & above.keys():
        first, second = below[name], above[name]
        if isinstance(first, Joined) and isinstance(second, Joined):
            values[name] = Joined(_once((*first.parts, *second.parts)))
    return values


def _once(parts: tuple[tuple[Setting, str], ...]) -> tuple[tuple[Setting, str], ...]:
    # A file that two extend comes in twice, and counts where it comes last: otherwise forty files
    # that two each extend would be as many as there are ways through them.
    return tuple(reversed(dict.fromkeys(reversed(parts))))
