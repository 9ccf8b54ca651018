"""Objects for every field of the catalogue: with an image there, and with what is none."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.helpers.form_examples import (
    FORMS,
    PINNED,
    TAGGED,
    UNPINNED,
    Data,
    Steps,
    Three,
    new_object,
    put,
    put_all,
    steps_of,
)

# An image that is at the mirror, or any other text.
OTHER = "m.io/quay/other:1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An object, and what it becomes without and with digests."""

    name: str
    before: Data
    plain: Data
    pinned: Data


def meet_conditions(root: Data, field: Data, *, but: bool = False) -> None:
    """Give an object what a field's `when` asks for, or something else."""
    start = steps_of(field["path"])
    within = start if field.get("form") == "split" else start[:-1]
    for key, wanted in field.get("when", {}).items():
        value = wanted if isinstance(wanted, str) else wanted[0]
        value = value.replace("*", "x")
        if but:
            value = OTHER
        steps = steps_of(key[1:]) if key.startswith("/") else (*within, *steps_of(key))
        if value:
            _replace(root, steps, value)


def _replace(root: Any, steps: Steps, value: str) -> None:  # noqa: ANN401 data of any shape
    for step in steps[:-1]:
        root = root[step] if isinstance(step, int) else root.setdefault(step, {})
    root[steps[-1]] = value


def example(name: str, group: str, kind: str, field: Data) -> Example:
    """The example of one field."""
    before, plain, pinned = (new_object(group, kind) for _ in range(3))
    put_all((before, plain, pinned), field)
    for root in (before, plain, pinned):
        meet_conditions(root, field)
    return Example(name=name, before=before, plain=plain, pinned=pinned)


def counterexamples(name: str, group: str, kind: str, field: Data) -> Iterator[Example]:
    """Objects in which the same values are no images, by what the field says of them."""
    if field.get("form") in ("none", "match"):
        return
    yield _example_of(f"{name} elsewhere", group, kind, _elsewhere(field))
    if "when" in field:
        yield _example_of(f"{name} otherwise", group, kind, field, but=True)
    if "schemes" in field:
        yield _with_value(f"{name} of https", group, kind, field, f"https://{TAGGED}")
    if "holds" in field:
        yield _with_value(f"{name} without {field['holds']}", group, kind, field, "app")


def _elsewhere(field: Data) -> Data:
    # The last key of the path under another name, and no part that stands somewhere else.
    path: str = field["path"]
    tail = re.search(r'(?:"\])?(?:\[\]|\{\})*$', path)
    assert tail is not None
    other = f"{path[: tail.start()]}Other{tail[0]}"
    parts = {key: it for key, it in field.get("parts", {}).items() if not it.startswith("/")}
    return {**field, "path": other, **({"parts": parts} if parts else {})}


def _example_of(name: str, group: str, kind: str, field: Data, *, but: bool = False) -> Example:
    root = new_object(group, kind)
    put_all((root, {}, {}), field)
    meet_conditions(root, field, but=but)
    return Example(name=name, before=root, plain=root, pinned=root)


def _with_value(name: str, group: str, kind: str, field: Data, value: str) -> Example:
    root = new_object(group, kind)
    put(root, steps_of(field["path"]), value)
    meet_conditions(root, field)
    return Example(name=name, before=root, plain=root, pinned=root)


def string_examples(entry: Data) -> Iterator[Example]:
    """Pods with the variables and flags of an entry, which any container may have."""
    for key in ("env", "args"):
        for form, names in entry.get(key, {}).items():
            field = {**entry, "path": "", "form": form}
            ((_, values),) = FORMS[form](field)
            for name in names:
                yield from _strings(key, name, values)


def _strings(key: str, name: str, values: Three) -> Iterator[Example]:
    if key == "env":
        yield _pod(name, [{"env": [{"name": name, "value": it}]} for it in values])
        yield _pod(f"{name} below", [{"env": [{"name": f"{name}_X", "value": values[0]}]}] * 3)
    else:
        yield _pod(name, [{"args": [f"{name}={it}"]} for it in values])
        yield _pod(f"{name} as two", [{"command": [name, it, "-v"]} for it in values])
        yield _pod(f"{name} longer", [{"args": [f"{name}-x={values[0]}"]}] * 3)


def _pod(name: str, containers: list[Data]) -> Example:
    before, plain, pinned = (
        {**new_object("", "Pod"), "spec": {"containers": [{"image": image, **it}]}}
        for image, it in zip((TAGGED, UNPINNED, PINNED), containers, strict=True)
    )
    return Example(name=f"Pod {name}", before=before, plain=plain, pinned=pinned)


def secret_examples(
    name: str, group: str, kind: str, fields: list[Data], secret: str
) -> Iterator[Example]:
    """Objects with an image for which a field for pull secrets is the nearest, one for each such
    field, and that field as it becomes."""
    fields = [it for it in fields if "when" not in it]
    lists = [it for it in fields if it.get("form") == "pullSecrets"]
    for field in lists:
        image = next((it for it in fields if _nearest(it, lists) is field), None)
        if image is not None:
            made = example(f"{name} {field['path']}", group, kind, image)
            steps = steps_of(field["path"])
            after = copy.deepcopy(made.plain)
            for root in (made.before, after):
                # A field whose surroundings are not there would be nobody's.
                put(root, (*steps[:-1], "other"), "x")
            put(after, steps, _SECRETS[field.get("items", "objects")](secret))
            yield Example(name=made.name, before=made.before, plain=after, pinned=after)


_SECRETS: dict[str, Callable[[str], Any]] = {
    "objects": lambda secret: [{"name": secret}],
    "strings": lambda secret: [secret],
    "string": lambda secret: secret,
    "object": lambda secret: {"name": secret},
}


def _nearest(image: Data, lists: list[Data]) -> Data | None:
    # The one beside it, or beside what is around it; none where there are several, or a pod.
    if image.get("form", "image") not in ("image", "containers", "uri"):
        return None
    path = steps_of(image["path"])
    owners = [steps_of(it["path"])[:-1] for it in lists]
    around = [owner for owner in owners if path[: len(owner)] == owner]
    nearest = max(around, key=len, default=None)
    if nearest is None or owners.count(nearest) > 1:
        return None
    return lists[owners.index(nearest)]
