"""Which environment variables, flags and annotations name images, whatever pod they are in.

    spec:
      strings: {env: [RELATED_IMAGE_*], args: [--sidecar-image]}

Exact names are the catalogue's (`catalog/any.yaml`); globs are the user's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from transformer.places.catalogue import ANY, entries, place_of, shipped
from transformer.places.glob import glob_matches
from transformer.places.place import Place
from transformer.places.trie import Branch, compile_paths
from transformer.records import record

ENV, ARGS = "env", "args"


@record
class Named:
    """Places by the exact names of variables or flags, and globs of more names."""

    places: Mapping[str, Place]
    globs: tuple[str, ...]

    def get(self, name: str) -> Place | None:
        """The place of a name; None where it names no image."""
        if name in self.places:
            return self.places[name]
        return _BY_GLOB if any(glob_matches(glob, name) for glob in self.globs) else None


_BY_GLOB = Place(group="", kind="", path="", origin="user")


class Strings:
    """What is known of the strings in pods."""

    __slots__ = ("annotations", "args", "env")

    def __init__(self, env: tuple[str, ...] = (), args: tuple[str, ...] = ()) -> None:
        known = entries(ANY)
        self.env = Named(places=_named(known, ENV), globs=env)
        self.args = Named(places=_named(known, ARGS), globs=args)
        self.annotations: Branch = compile_paths(shipped(ANY, "*"))


@cache
def known_strings(env: tuple[str, ...], args: tuple[str, ...]) -> Strings:
    """The strings of the catalogue, with globs of more variables and flags."""
    return Strings(env, args)


def _named(known: Iterable[Mapping[str, object]], key: str) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for entry in known:
        forms = entry.get(key)
        if isinstance(forms, dict):
            for form, names in forms.items():
                field = {**entry, "path": key, "form": form}
                place = place_of("", "", field, "")
                places.update((name, place) for name in names)
    return places
