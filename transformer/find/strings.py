"""Images in the strings of pods: environment variables, arguments and annotations.

    env: [{name: OPERAND_IMAGE, value: "quay.io/acme/operand:1.0"}]
    args: ["--reloader=quay.io/acme/reloader:1.0", --helper-image, "quay.io/acme/helper:1.0"]
    command: [sh, -ec, 'exec agent -proxy-image="quay.io/acme/proxy:1.0"']

Which of them name images is known by their exact names, from the catalogue, by the globs of the
configuration's `strings`, or by the shape of their names. A value that does not look like an image
is left alone. All strings of a container are treated alike: a name that the catalogue knows of
another program counts by its shape, as those beside it do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from transformer.errors import Problem
from transformer.find.search import Gathering, sibling
from transformer.find.shell import Unbalanced, shell_words
from transformer.find.started import started
from transformer.find.string_sites import Range, add_strings, stretches_of
from transformer.image.reference import looks_like_image
from transformer.messages import shown
from transformer.model import Resource, Result
from transformer.places.known_strings import Named, Strings, is_full_reference
from transformer.places.place import Place
from transformer.places.trie import Hit
from transformer.records import record, replace
from transformer.yamltext.nodes import offset_of, resolve, text_of
from transformer.yamltext.path import Steps, field_path
from transformer.yamltext.tree import Collection, Mapping, Sequence, Slot

# The option of a shell behind which a command stands as one text: sh -c, bash -euxc.
_IS_SHELL_OPTION = re.compile(r"-[A-Za-z]*c").fullmatch
_IS_FLAG = re.compile(r"--?[A-Za-z][\w.-]*").fullmatch
_IS_VARIABLE = re.compile(r"[A-Za-z_]\w*").fullmatch


@record
class _String:
    """A value that may be an image: its name, the place of that, and where it stands."""

    name: str
    place: Place
    owner: Collection
    slot: Slot
    at: Steps
    stretch: Range | None = None


def container_strings(
    search: Gathering, container: Collection, resource: Resource, at: Steps
) -> None:
    """Note the images in the variables and arguments of a container."""
    known = search.strings
    assert known is not None
    strings = list(_variables(known.env, container, at))
    strings += _arguments(search, _words_of(container, at), resource)
    taken: set[Steps] = set()
    for it in _alike(known, [it for it in strings if _is_image(it)]):
        # A command has more than one.
        if it.at in taken or search.text(it.slot, resource, it.at) is not None:
            taken.add(it.at)
            before = len(search.found.sites)
            _enter(search, it, resource)
            if search.with_pods:
                _note_started(search, it.place, container, resource, at, before)


def _note_started(
    search: Gathering,
    place: Place,
    container: Collection,
    resource: Resource,
    at: Steps,
    before: int,
) -> None:
    pods = started(search, place, container, resource, at)
    sites = search.found.sites
    sites[before:] = [replace(site, started=pods) for site in sites[before:]]


def _variables(known: Named, container: Collection, at: Steps) -> Iterator[_String]:
    for index, item in _items(sibling(container, "env")):
        owner = resolve(item)
        name = text_of(sibling(owner, "name") if isinstance(owner, Collection) else None)
        place = known.get(name) if name else None
        value = sibling(owner, "value") if place and isinstance(owner, Collection) else None
        if place is not None and value is not None:
            assert isinstance(owner, Collection)
            yield _String(
                name=name, place=place, owner=owner, slot=value, at=(*at, "env", index, "value")
            )


def holds_known(search: Gathering, container: Slot) -> bool:
    """Whether anything in a container has the name of a variable or flag that is known."""
    assert search.strings is not None
    stack = [container]
    while stack:
        node = resolve(stack.pop())
        if isinstance(node, Mapping):
            stack += node.children[1::2]
        elif isinstance(node, Collection):
            stack += node.children
        elif search.strings.env.get(node.value) or search.strings.args.get(_flag(node.value)):
            return True
    return False


def _flag(text: str) -> str:
    return text.partition("=")[0]


def _items(slot: Slot | None) -> Iterator[tuple[int, Slot]]:
    node = resolve(slot) if slot is not None else None
    if isinstance(node, Sequence):
        yield from enumerate(node.children)


def _words_of(container: Collection, at: Steps) -> Iterator[tuple[Sequence, Slot, Steps]]:
    # What runs is the command with the arguments behind it.
    for key in ("command", "args"):
        slot = sibling(container, key)
        owner = resolve(slot) if slot is not None else None
        if isinstance(owner, Sequence):
            for index, item in enumerate(owner.children):
                yield owner, item, (*at, key, index)


def _arguments(
    search: Gathering, words: Iterable[tuple[Sequence, Slot, Steps]], resource: Resource
) -> Iterator[_String]:
    known = search.strings
    assert known is not None
    before = last = ""
    for owner, item, at in words:
        text, flag = text_of(item), ""
        if _IS_SHELL_OPTION(last):
            yield from _commands(search, owner, item, resource, at)
        elif text.startswith("-"):
            flag, equals, _ = text.partition("=")
            place = known.args.get(flag)
            if place is not None and equals:
                stretch = (len(flag) + 1, len(text.rstrip("\n")))
                yield _String(
                    name=flag, place=place, owner=owner, slot=item, at=at, stretch=stretch
                )
                flag = ""
        elif before:
            place = known.args.get(before)
            if place is not None:
                yield _String(name=before, place=place, owner=owner, slot=item, at=at)
        before, last = flag, text


def _commands(
    search: Gathering, owner: Collection, slot: Slot, resource: Resource, at: Steps
) -> Iterator[_String]:
    text = text_of(slot)
    if "image" not in text.lower():
        return
    try:
        words = shell_words(text)
    except Unbalanced:
        _note_unbalanced(search, slot, resource, at)
        return
    before = ""
    for word in words:
        name, equals, _ = word.text.partition("=")
        found = name if equals else before
        place = _in_command(search.strings, found)
        stretch = word.stretch(len(name) + 1 if equals else 0) if place is not None else None
        if place is not None and stretch is not None:
            yield _String(name=found, place=place, owner=owner, slot=slot, at=at, stretch=stretch)
        before = "" if equals or not _IS_FLAG(word.text) else word.text


def _in_command(known: Strings | None, name: str) -> Place | None:
    assert known is not None
    if _IS_FLAG(name):
        return known.args.get(name)
    return known.env.get(name) if _IS_VARIABLE(name) else None


def _note_unbalanced(search: Gathering, slot: Slot, resource: Resource, at: Steps) -> None:
    field = field_path(at)
    problem = Problem(
        code="unread-command",
        message=f"left alone: `{shown(field)}` does not close its quotes and here-documents",
        severity="info",
        position=search.document.position(offset_of(slot)),
        hint="images in it are not looked for",
    )
    search.found.results.append(Result(problem=problem, resource=resource, field=field))


def _is_image(it: _String) -> bool:
    # What only a shape says to be an image is one only where it is written out.
    if it.place.origin == "shape":
        return is_full_reference(_value(it), it.name)
    return it.place.form != "image" or looks_like_image(_value(it))


def _value(it: _String) -> str:
    text = text_of(it.slot)
    start, end = it.stretch or (0, len(text.rstrip("\n")))
    return text[start:end]


def _alike(known: Strings, strings: list[_String]) -> Iterable[_String]:
    shape = known.shape
    if shape is None or all(it.place is not shape for it in strings):
        return strings
    met = Counter(id(it.place) for it in strings if it.place is not shape)
    # Two names of one program show that it is this one.
    if max(met.values(), default=0) > 1:
        return strings
    return [replace(it, place=shape) if _is_borrowed(known, it) else it for it in strings]


def _is_borrowed(known: Strings, it: _String) -> bool:
    # Of the several names of a program there is this one only.
    return known.has_others(it.place) and is_full_reference(_value(it), it.name)


def _enter(search: Gathering, it: _String, resource: Resource) -> None:
    place = it.place
    hit = Hit(place=place, parent=it.owner, slot=it.slot, steps=it.at)
    value = text_of(it.slot)
    whole = (0, len(value.rstrip("\n")))
    stretches = stretches_of(place, value) if place.form == "pairs" else [it.stretch or whole]
    add_strings(search, hit, resource, value, stretches)
