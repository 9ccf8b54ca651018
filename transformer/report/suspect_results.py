"""What is said about suspects, and the entry of the configuration that settles each.

spec:
  strings: {env: [HELPER_IMAGE], args: [--helper]}
  fields:
  - {group: example.com, kind: Thing, path: spec.runtime}
  - {group: "", kind: ConfigMap, path: data.notes, form: none, reason: ...}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from transformer.errors import Problem
from transformer.find.suspect_places import place_of
from transformer.find.suspects import Sighting
from transformer.image.reference import looks_like_image, name_of
from transformer.messages import counted, quoted, shown
from transformer.model import Result
from transformer.places.listing import data_of, flow
from transformer.places.overlaps import Spoken
from transformer.places.place import Place
from transformer.records import record, replace

ENV, ARGS, FIELDS = "spec.strings.env", "spec.strings.args", "spec.fields"

COMMAND = "mirrorpin images --maybe"


def summary_results(suspects: Sequence[Sighting]) -> Iterator[Result]:
    """One warning with the number of the suspects of a run, at least one, and what lists them."""
    is_one = len(suspects) == 1
    like = "looks like an image and is" if is_one else "look like images and are"
    yield Result(
        problem=Problem(
            code="suspects",
            message=f"{counted(len(suspects), 'value')} {like} left as {_pronoun(is_one)}",
            severity="warning",
            hint=f"list what was seen: {COMMAND}",
        )
    )


def _pronoun(is_one: bool) -> str:
    return "it is" if is_one else "they are"


def warned(suspects: Iterable[Sighting]) -> Iterator[Result]:
    """One warning for each suspect, with its place."""
    for it in suspects:
        message = f"looks like an image and is left as it is: {quoted(it.image)}"
        yield _result(it, Problem(code="suspect", message=message, severity="warning"))


def failed(suspects: Iterable[Sighting]) -> Iterator[Result]:
    """One error for each suspect, with the entry that says that it is an image, or none."""
    for it in suspects:
        message = f"{quoted(it.image)} looks like an image, and is not named in the configuration"
        yield _result(it, Problem(code="suspect", message=message, hint=_settled(it)))


def _settled(it: Sighting) -> str:
    if it.scalar.place is not None:
        # It is of a list of pairs, and has but one half of one.
        pair = f"{name_of(it.image)}={it.image}"
        return f"write `{shown(pair)}`, which is rewritten"
    entry = entry_of(it)
    return f"add to `{entry.setting}`: {entry.text}"


def _result(it: Sighting, problem: Problem) -> Result:
    return Result(
        problem=replace(problem, position=it.position),
        resource=it.resource,
        field=it.field,
        current=it.image,
    )


@record
class Entry:
    """An item of a list of the configuration: `setting` is where it goes, `text` is its YAML.

    `place` is the place of an item of `spec.fields`.
    """

    setting: str
    text: str
    place: Place | None = None


def entries_of(suspects: Iterable[Sighting]) -> list[Entry]:
    """The entries that settle suspects, each once; of two that contradict each other, the first."""
    kinds: dict[tuple[str, str], Spoken] = {}
    entries: dict[Entry, None] = {}
    for entry in (entry_of(it) for it in suspects if it.scalar.place is None):
        place = entry.place
        if entry in entries:
            continue
        if place is not None:
            spoken = kinds.setdefault((place.group, place.kind), Spoken())
            if spoken.overlap(place) is not None:
                continue
            spoken.add(place)
        entries[entry] = None
    return list(entries)


def entry_of(it: Sighting) -> Entry:
    """The entry that settles a suspect: a variable, a flag, or a field."""
    is_whole = looks_like_image(it.image) and it.scalar.said not in ("repository", "registry")
    if is_whole and it.reason == "env" and it.value.rstrip("\n") == it.image:
        return Entry(setting=ENV, text=flow(it.scalar.name))
    if is_whole and it.reason == "arg" and (flag := _flag(it)):
        return Entry(setting=ARGS, text=flow(flag))
    place = place_of(it)
    return Entry(setting=FIELDS, text=flow(data_of(place)), place=place)


def _flag(it: Sighting) -> str:
    value = it.value.rstrip("\n")
    if value == it.image:
        return it.scalar.name if it.scalar.name.startswith("-") else ""
    flag, equals, rest = value.partition("=")
    return flag if flag.startswith("-") and equals and rest == it.image else ""
