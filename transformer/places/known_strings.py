"""Which environment variables, flags and annotations name images, whatever pod they are in.

    spec:
      strings: {env: [OPERAND], args: [--sidecar], shapes: rewrite}

Exact names are the catalogue's (`catalog/any.yaml`), globs are the user's, and the shape of a name
says of any other that its value is an image: RELATED_IMAGE_WEB, --helper-image.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from transformer.image.reference import looks_like_image, names_host
from transformer.places.catalogue import ANY, entries, place_of, shipped
from transformer.places.glob import Globs
from transformer.places.names import ends_in_image, meaning
from transformer.places.place import Place
from transformer.places.trie import Branch, compile_paths
from transformer.records import record, replace

ENV, ARGS = "env", "args"

_BY_GLOB = Place(group="", kind="", path="", origin="user")
_BY_SHAPE = replace(
    _BY_GLOB,
    origin="shape",
    digest="none",
    reason="nobody knows whether the program takes one",
)


@record
class Named:
    """Places by the exact names of variables or flags, globs of more names, and that of shapes."""

    places: Mapping[str, Place]
    globs: Globs
    shape: Place | None

    def get(self, name: str) -> Place | None:
        """The place of a name; None where it names no image."""
        if name in self.places:
            return self.places[name]
        if self.globs.match(name):
            return _BY_GLOB
        return self.shape if meaning(name) == "image" else None


class Strings:
    """What is known of the strings in pods. With `shape`, names that nobody knows speak as well."""

    __slots__ = ("_sizes", "annotations", "args", "env", "shape")

    def __init__(
        self,
        env: tuple[str, ...] = (),
        args: tuple[str, ...] = (),
        shape: Place | None = None,
    ) -> None:
        known = entries(ANY)
        self.shape = shape
        self.env = Named(places=_named(known, ENV), globs=Globs(env), shape=shape)
        self.args = Named(places=_named(known, ARGS), globs=Globs(args), shape=shape)
        self._sizes = Counter(map(id, (*self.env.places.values(), *self.args.places.values())))
        self.annotations: Branch = compile_paths(shipped(ANY, "*"))

    def has_others(self, place: Place) -> bool:
        """Whether the catalogue knows more than one name of the program that a place is of."""
        return self._sizes[id(place)] > 1


@cache
def known_strings(
    env: tuple[str, ...] = (),
    args: tuple[str, ...] = (),
    *,
    shapes: bool = True,
    pin: bool = False,
) -> Strings:
    """The strings of the catalogue, with globs of more variables and flags.

    With `shapes` those whose names say so hold images, too, and take digests with `pin`.
    """
    shape = replace(_BY_SHAPE, digest="", reason="") if pin else _BY_SHAPE
    return Strings(env, args, shape if shapes else None)


def is_full_reference(text: str, name: str) -> bool:
    """Whether the value behind a name is an image where nothing but the name says so.

    It has a tag or a digest, and a folder or host. Where the name ends in `image`, one of the
    two will do: `busybox:1.36`, `quay.io/acme/app`. A host with a port, or a file, is none.
    """
    if not looks_like_image(text):
        return False
    last = text.rpartition("/")[2]
    is_tagged = ":" in last or "@" in last
    if "/" in text and is_tagged:
        return True
    if not ends_in_image(name):
        return False
    if is_tagged:
        port = last.partition(":")[2]
        return not (port.isdigit() and len(port) > 3)
    return names_host(text) and "." not in last


def _named(known: Iterable[Mapping[str, object]], key: str) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for entry in known:
        forms = entry.get(key)
        if isinstance(forms, dict):
            for form, names in forms.items():
                field = {**entry, "path": key, "form": form}
                place = place_of("", "", field, str(entry.get("secretsAt", "")))
                places.update((name, place) for name in names)
    return places
