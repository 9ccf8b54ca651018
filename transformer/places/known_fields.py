"""What is known of custom resources: the builtin places, the catalogue's and the user's, as a list.

apps DaemonSet
  spec.template.spec    podSpec    digest whole    builtin
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from transformer.messages import page, shown
from transformer.places.catalogue import ANY, CORE, FOLDER, entries, places_of
from transformer.places.glob import glob_matches
from transformer.places.listing import ORIGINS, data_of, digest_of
from transformer.places.place import BUILTINS, Place
from transformer.places.trie import overridden

SUFFIX = ".yaml"


def known_places(user: Iterable[Place], group: str = "", kind: str = "") -> list[Place]:
    """Every place that a run knows of kinds, sorted by group and kind.

    Takes those of the user, which replace others, and globs of groups and kinds, '' for all; the
    core group is `core`.
    """
    kinds: dict[tuple[str, str], list[Place]] = {}
    for place in (*BUILTINS, *_shipped(), *user):
        kinds.setdefault((place.group, place.kind), []).append(place)
    return [
        place
        for name in sorted(kinds)
        if is_wanted(*name, group, kind)
        for place in overridden(kinds[name])
    ]


def is_wanted(group: str, kind: str, group_glob: str, kind_glob: str) -> bool:
    """Whether globs, '' for all, match a kind and its group; the core group is `core`."""
    pairs = ((group_glob, group or CORE), (kind_glob, kind))
    return all(not glob or glob_matches(glob, name) for glob, name in pairs)


def _shipped() -> Iterator[Place]:
    for name in groups():
        group = "" if name == CORE else name
        for entry in entries(name) if name != ANY else ():
            for kind in entry["kinds"]:
                yield from places_of(group, kind, entry)


def groups() -> list[str]:
    """The names of the catalogue's files, `core` for the core group and `any` for any kind."""
    from importlib.resources import files

    names = (file.name for file in files(__package__).joinpath(FOLDER.rstrip("/")).iterdir())
    return sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))


def as_text(places: Sequence[Place]) -> str:
    """The list for people: a line for each kind, and one below it for each of its places."""
    lines: list[str] = []
    before = None
    for place in places:
        kind = (place.group, place.kind)
        if kind != before:
            lines.append(f"{shown(place.group or CORE)} {shown(place.kind)}")
        before = kind
        lines.append(f"  {_words(place)}")
    return page(lines)


def _words(place: Place) -> str:
    digest = digest_of(place)
    words = [shown(place.path), place.form, *([f"digest {digest}"] if digest else [])]
    words += [shown(place.reason)] if place.reason else []
    return "  ".join((*words, ORIGINS[place.origin]))


def as_data(places: Iterable[Place]) -> list[dict[str, object]]:
    """The list for programs: each as an item of `spec.fields`, with its `origin`."""
    return [{**data_of(it), "digest": digest_of(it), "origin": ORIGINS[it.origin]} for it in places]
