"""The same decisions as RFC 6902 operations, and the full agreement check.

The full check takes a route of its own: it loads the original text as data, aliases expanded and
scalars as strings, applies the operations with `jsonpatch`, and compares with the edited text
loaded alike. Spans, styles and tokens play no part in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from transformer.edit.cells import Cells
from transformer.model import Grant, Resource
from transformer.yamltext.documents import Document
from transformer.yamltext.load import plain_data
from transformer.yamltext.path import Steps, pointer
from transformer.yamltext.tree import read

if TYPE_CHECKING:
    from transformer.edit.originals import Note
    from transformer.pull_secrets.objects import SecretObject

Operation: TypeAlias = "dict[str, Any]"

# An operation whose path is relative to an object, with the object and its document.
Located: TypeAlias = "tuple[Document, Resource, Operation]"

_GIVING_WAY = frozenset({"null", "empty", "value"})


def image_operations(cells: Cells) -> Iterator[Located]:
    """One operation for each scalar that changes, once; what is the key of another comes last."""
    done: set[tuple[Steps, Steps]] = set()
    for cell in sorted(cells.all, key=lambda cell: cell.is_key):
        place = (cell.site.resource.steps, cell.steps)
        if cell.new == cell.old or place in done:
            continue
        done.add(place)
        path = pointer(cell.steps)
        operation: Operation = {"op": "replace", "path": path, "value": cell.new}
        if cell.is_key:
            operation = {"op": "move", "from": path, "path": pointer((*cell.steps[:-1], cell.new))}
        yield cell.site.document, cell.site.resource, operation
    for it in cells.additions:
        place = (it.site.resource.steps, it.steps)
        if place not in done:
            done.add(place)
            op = "replace" if it.gap.layout == "value" else "add"
            operation = {"op": op, "path": pointer(it.steps), "value": it.value}
            yield it.site.document, it.site.resource, operation


def grant_operations(grants: Iterable[Grant]) -> Iterator[Located]:
    """The operations that give pods, accounts and fields their pull secrets, with what is missing
    around them."""
    for grant in grants:
        if grant.frame is not None:
            # It is part of what its scalar becomes.
            continue
        for operation in _grant_operations(grant):
            yield grant.holder.document, grant.holder.resource, operation


def _grant_operations(grant: Grant) -> list[Operation]:
    field = grant.holder.secrets
    layout = field.spot.layout
    values: list[Any] = list(grant.names)
    if field.items == "objects":
        values = [{"name": name} for name in grant.names]
    if layout in ("block", "flow"):
        path = f"{pointer(grant.steps)}/-"
        return [{"op": "add", "path": path, "value": value} for value in values]
    # What gives way is no part of the value; of what is absent, the first key is not either.
    op, wrapped = ("replace", field.keys) if layout in _GIVING_WAY else ("add", field.keys[1:])
    value: Any = values
    if field.items in ("string", "commas"):
        value = field.value(grant.names)
    for key in reversed(wrapped):
        value = {key: value}
    steps = grant.steps[: len(grant.steps) - len(wrapped)]
    return [{"op": op, "path": pointer(steps), "value": value}]


def note_operations(notes: Iterable[Note]) -> Iterator[Located]:
    """The operation that writes each note, with what is missing around it."""
    for note in notes:
        keys, layout = note.at.place.keys, note.at.place.spot.layout
        # A null gives way to a mapping; what is absent is added below what is there.
        wrapped = keys if layout == "null" else keys[1:]
        value: Any = note.value
        for key in reversed(wrapped):
            value = {key: value}
        steps = note.steps[: len(note.steps) - len(wrapped)]
        op = "replace" if layout in ("null", "value") else "add"
        yield (
            note.at.document,
            note.at.resource,
            {"op": op, "path": pointer(steps), "value": value},
        )


def item_operations(document: Document, texts: Iterable[str]) -> Iterator[Located]:
    """One `add` to the document's `items` for each new object, given its text."""
    whole = Resource(api_version="", kind="", namespace="", name="")
    for text in texts:
        yield document, whole, {"op": "add", "path": "/items/-", "value": load(text)}


def object_patches(
    operations: Iterable[Located], added: Iterable[SecretObject] = ()
) -> list[dict[str, Any]]:
    """The operations as data for programs: one patch for each object, in order of first change.

    A new object has no document, and a patch that adds all of it (RFC 6902, 4.1: the path '').
    """
    import json

    patches: dict[tuple[int, Steps], dict[str, Any]] = {}
    for document, resource, operation in operations:
        patch = patches.setdefault(
            (id(document), resource.steps),
            {
                "file": document.source.name,
                "document": document.index,
                **resource.data,
                "patch": [],
            },
        )
        patch["patch"].append(operation)
    new = [
        {
            **it.resource.data,
            "patch": [{"op": "add", "path": "", "value": json.loads(it.json)}],
        }
        for it in added
    ]
    return [*patches.values(), *new]


def says_the_same(before: str, after: str, operations: Iterable[Located], parser: str = "") -> bool:
    """True when `before` with the operations applied is the data of `after`.

    Takes the texts of one document and the operations on its objects. False too when an operation
    cannot be applied.
    """
    import jsonpatch

    patch = [
        {**operation, **_from_root(document, resource, operation)}
        for document, resource, operation in operations
    ]
    try:
        patched = jsonpatch.apply_patch(load(before, parser), patch, in_place=True)
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException):
        return False
    return bool(patched == load(after, parser))


def _from_root(document: Document, resource: Resource, operation: Operation) -> Operation:
    start = pointer(document.own_steps(resource.steps))
    return {key: start + operation[key] for key in ("path", "from") if key in operation}


def load(text: str, parser: str = "") -> Any:  # noqa: ANN401 data of any shape
    """The data of one document: mappings, lists and strings, aliases and merge keys expanded."""
    root = read(text, parser).root
    return plain_data(root) if root is not None else None
