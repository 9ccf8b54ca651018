"""A list's items as documents of their own: read, searched and forgotten one by one.

`kind: List`, typed lists and `ResourceList` hold whole clusters. An item that cannot hold an image
is passed over, as a document of a stream is, whichever way its list is read: with the others, where
`items` could not cut it, or alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from transformer.find.objects import Object, objects
from transformer.yamltext.documents import Document
from transformer.yamltext.items import Items
from transformer.yamltext.nodes import (
    MAX_EXPANDED,
    count_uses,
    lookup,
    offset_of,
    resolve,
    text_of,
)
from transformer.yamltext.path import Steps
from transformer.yamltext.tree import (
    MAX_ALIASES,
    Collection,
    Mapping,
    Sequence,
    SyntaxFault,
    Tree,
)

ITEMS = "items"
RESOURCE_LIST = "ResourceList"

_LIST_KEYS = frozenset({"apiVersion", "kind", "metadata", ITEMS})
_IDENTITY = ("apiVersion", "kind")

# What an alias begins with, for any parser.
_may_hold_alias = re.compile(r"\*[\w-]").search
_marks_end = re.compile(r"^\.\.\.(?=[ \t\r\n]|\Z)", re.MULTILINE).search


class Item(Document):
    """An item of a document's list, from its dash on: itself a list of this one item.

    `at` are the steps to it from the document's root. The kind and version are what it has where it
    does not say so itself.
    """

    __slots__ = ("api_version", "at", "kind")

    def __init__(
        self, document: Document, start: int, end: int, at: Steps, api_version: str, kind: str
    ) -> None:
        start, end = document.start + start, document.start + end
        super().__init__(document.source, document.index, start, end)
        self.at = at
        self.api_version = api_version
        self.kind = kind

    def own_steps(self, steps: Steps) -> Steps:
        """The steps from the root of this text, for those from the root of the whole one."""
        return (0, *steps[len(self.at) :])


def document_objects(document: Document, tree: Tree, with_labels: bool) -> Iterator[Object]:
    """The objects of a document, which may be an item of another, as `objects` has them."""
    if not isinstance(document, Item):
        return objects(tree.root, with_labels=with_labels)
    root = tree.root
    assert isinstance(root, Sequence)
    assert len(root.children) == 1
    api_version, kind = document.api_version, document.kind
    return objects(root.children[0], document.at, api_version, kind, with_labels=with_labels)


def items_of(items: Items) -> Iterator[Item] | None:
    """The items of a list of objects, None where the document is, or may be, something else."""
    root = items.tree.root
    assert isinstance(root, Mapping)
    keys = lookup(root, _IDENTITY)
    if any(isinstance(resolve(it), Collection) for it in keys.values()):
        return None
    api_version, kind = (text_of(keys.get(key)) for key in _IDENTITY)
    is_envelope = kind == RESOURCE_LIST
    if not kind.endswith("List") or not (is_envelope or _is_only_list(root)):
        return None
    item_kind = "" if is_envelope else kind.removesuffix("List")
    return (
        Item(items.document, start, end, (ITEMS, index), api_version, item_kind)
        for index, (start, end) in enumerate(items.spans)
    )


def _is_only_list(root: Mapping) -> bool:
    return all(key.value in _LIST_KEYS for key in root.children[::2])


class Expansion:
    """How far the aliases of a list's items expand, together."""

    __slots__ = ("_aliases", "_nodes")

    def __init__(self) -> None:
        self._aliases = 0
        self._nodes = 0

    def add(self, tree: Tree) -> None:
        """Add an item's. Raises `SyntaxFault` where the bounds of a document may be passed."""
        if tree.aliases:
            self._aliases += len(tree.aliases)
            self._nodes += sum(count_uses(tree).values())
            if self._aliases > MAX_ALIASES or self._nodes > MAX_EXPANDED:
                message = "the aliases of items are too many"
                raise SyntaxFault("too-many-aliases", message, offset_of(tree.aliases[0]))


def may_matter(text: str, can_hold: Callable[[str], bool]) -> bool:
    """False for the text of an item that is passed over."""
    # What an alias stands for is written elsewhere.
    return can_hold(text) or _may_hold_alias(text) is not None


def passed_over(tree: Tree, can_hold: Callable[[str], bool]) -> list[Collection]:
    """The items of a list, read as a whole, that are passed over."""
    if ITEMS not in tree.text or not isinstance(tree.root, Mapping):
        return []
    keys, values = tree.root.children[::2], tree.root.children[1::2]
    by_name = {key.value: number for number, key in enumerate(keys)}
    kind, at = by_name.get("kind"), by_name.get(ITEMS)
    if kind is None or at is None or not text_of(values[kind]).endswith("List"):
        return []
    items = values[at]
    if not isinstance(items, Sequence):
        return []
    behind = offset_of(keys[at + 1]) if at + 1 < len(keys) else _end(tree.text, items)
    bounds = [*map(offset_of, items.children), behind]
    return [
        item
        for item, start, end in zip(items.children, bounds, bounds[1:], strict=False)
        if isinstance(item, Collection) and not may_matter(tree.text[start:end], can_hold)
    ]


def _end(text: str, items: Sequence) -> int:
    # Behind the marker that ends a document there may be comments.
    found = _marks_end(text, offset_of(items))
    return found.start() if found is not None else len(text)
