"""What the tests of the reading half share: both parsers, and a reader that is not ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from transformer.places.place import Place
from transformer.places.trie import compile_paths, walk
from transformer.yamltext.documents import Document, Source, documents
from transformer.yamltext.nodes import resolve
from transformer.yamltext.path import Steps
from transformer.yamltext.tree import (
    PARSERS,
    Alias,
    Collection,
    Mapping,
    RawEvent,
    Slot,
    SyntaxFault,
    Tree,
    read,
)

each_parser = pytest.mark.parametrize("parser", PARSERS)

LOADERS: dict[str, type[yaml.CSafeLoader] | type[yaml.SafeLoader]] = {
    "libyaml": yaml.CSafeLoader,
    "python": yaml.SafeLoader,
}


class _Strings(yaml.BaseLoader):
    """Every scalar is a string, aliases are followed, and `<<` is a key like any other."""


def strings(text: str) -> Any:  # noqa: ANN401 data of any shape
    """The data of one document with every scalar as a string."""
    return yaml.load(text, Loader=_Strings)


def document(text: str) -> Document:
    """The only document of a text."""
    (only,) = documents(Source("in.yaml", text))
    return only


def fault(text: str, parser: str = "") -> SyntaxFault:
    """The fault of a text that cannot be read."""
    with pytest.raises(SyntaxFault) as caught:
        read(text, parser)
    assert str(caught.value) == caught.value.message
    return caught.value


def nodes(tree: Tree) -> Iterator[Slot]:
    """Every node and alias of a tree but its root."""
    stack = [tree.root]
    while stack:
        node = stack.pop()
        if isinstance(node, Collection):
            yield from node.children
            stack.extend(node.children)


def start_of(slot: Slot) -> RawEvent:
    """The event with which a node or alias begins."""
    return slot.start if isinstance(slot, (Alias, Collection)) else slot


def follow(root: Slot, path: str) -> list[tuple[Collection, Slot, Steps]]:
    """What stands at a path from a mapping: the collection it is in, its slot, and the steps."""
    node = resolve(root)
    assert isinstance(node, Mapping)
    faults: list[SyntaxFault] = []
    branch = compile_paths([Place(group="", kind="", path=path)])
    hits = walk(node, branch, lambda fault, *_: faults.append(fault))
    for fault in faults:
        raise fault
    return [(hit.parent, hit.slot, hit.steps) for hit in hits]
