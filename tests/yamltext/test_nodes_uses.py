"""Uses are counted; merge keys and aliases against the naive definition and another reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

import pytest
import yaml
from hypothesis import example, given, strategies

from tests.helpers import oracle
from tests.helpers.reading import nodes, start_of
from transformer.yamltext.nodes import (
    MAX_EXPANDED,
    count_uses,
    is_merge,
    lookup,
    offset_of,
    order_of,
    orders,
    resolve,
    visible,
)
from transformer.yamltext.tree import Alias, Collection, Mapping, Slot, SyntaxFault, read


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        pytest.param("{a: &x 1, b: *x, c: [*x]}", 3, id="aliases"),
        pytest.param("{a: &y [&x 1], b: *y}", 2, id="within an alias"),
        pytest.param("{a: &y {z: &x 1}, b: {<<: *y}}", 2, id="merged"),
        pytest.param("{a: &y {z: &x 1}, b: {<<: *y, z: 2}}", 1, id="merged but hidden"),
        pytest.param("{a: &x {z: 1}, b: {<<: *x, z: 2}}", 2, id="mapping that another merges"),
        pytest.param(
            "{a: &x {}, b: &y {<<: *x}, c: {<<: [*y, *x]}}", 3, id="merged by way of another"
        ),
    ],
)
def test_uses_are_counted(text: str, uses: int) -> None:
    tree = read(text)
    anchored = next(it for it in nodes(tree) if getattr(start_of(it), "anchor", None) == "x")
    assert count_uses(tree)[id(anchored)] == uses


def test_no_document_has_no_uses() -> None:
    assert count_uses(read("")) == Counter()


@pytest.mark.slow
def test_the_expansion_of_aliases_is_bounded() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{f'*a{n - 1}, ' * 10}]" for n in range(1, 10)]
    tree = read("\n".join(lines))
    with pytest.raises(SyntaxFault) as caught:
        count_uses(tree)
    assert caught.value.code == "too-many-aliases"
    assert caught.value.message == f"aliases expand to more than {MAX_EXPANDED} nodes"
    assert caught.value.offset == offset_of(tree.aliases[0])


@pytest.mark.slow
def test_a_large_document_may_hold_an_alias() -> None:
    tree = read("- &x a\n- *x\n" + "- a\n" * (MAX_EXPANDED + 1), "libyaml")
    assert tree.root is not None
    assert count_uses(tree)[id(tree.root)] == 1


KEYS = strategies.sampled_from(["a", "b", "c", "d", "name"])


class _Writer:
    """Writes YAML with anchors, aliases and merge keys, each alias behind what it stands for."""

    def __init__(self, draw: strategies.DrawFn) -> None:
        self.draw = draw
        self.anchors: list[str] = []
        self.mappings: list[str] = []
        self.count = 0

    def choose(self, *share: int) -> int:
        return self.draw(
            strategies.sampled_from([it for it, n in enumerate(share) for _ in range(n)])
        )

    def node(self, depth: int) -> str:
        kind = self.choose(3, 2 if depth else 0, 3 if depth else 0, 2 if self.anchors else 0)
        if kind == 3:
            return "*" + self.draw(strategies.sampled_from(self.anchors)) + " "
        anchor = f"n{self.count}" if self.choose(1, 1) else ""
        self.count += 1
        text = (self.scalar, self.sequence, self.mapping)[kind](depth)
        if anchor:
            self.anchors.append(anchor)
            if kind == 2:
                self.mappings.append(anchor)
        return f"&{anchor} {text}" if anchor else text

    def scalar(self, _: int) -> str:
        return self.draw(strategies.sampled_from(["v", "'v w'", "~", '""', "!!str v"]))

    def sequence(self, depth: int) -> str:
        items = [self.node(depth - 1) for _ in range(self.choose(1, 1, 1))]
        return "[" + ", ".join(items) + "]"

    def mapping(self, depth: int) -> str:
        keys = self.draw(strategies.lists(KEYS, max_size=3, unique=True))
        where = self.choose(1, 1, 1)
        pairs = [f"<<: {self.merge()}"] if where == 1 and self.mappings else []
        pairs += [f"{key}: {self.node(depth - 1)}" for key in keys]
        pairs += [f"<<: {self.merge()}"] if where == 2 and self.mappings else []
        return "{" + ", ".join(pairs) + "}"

    def merge(self) -> str:
        names = strategies.sampled_from(self.mappings)
        items = [f"*{it} " for it in self.draw(strategies.lists(names, min_size=1, max_size=3))]
        return items[0] if self.choose(1, 1) else "[" + ", ".join([*items, "{d: 1}"]) + "]"


@strategies.composite
def shared_documents(draw: strategies.DrawFn) -> str:
    writer = _Writer(draw)
    return "".join(
        f"k{number}: {writer.node(3)}\n" for number in range(draw(strategies.integers(1, 6)))
    )


def naive_pairs(node: Mapping) -> list[tuple[Slot, Slot]]:
    """What a reader sees, by the definition: recursively, own keys first, then source by source."""
    children = list(zip(node.children[::2], node.children[1::2], strict=True))
    pairs = [(key, value) for key, value in children if not is_merge(key)]
    for it in naive_sources(node):
        names = {key.value for key, _ in pairs}
        pairs += [pair for pair in naive_pairs(it) if pair[0].value not in names]
    return pairs


def naive_sources(node: Mapping) -> Iterator[Mapping]:
    for key, value in zip(node.children[::2], node.children[1::2], strict=True):
        if is_merge(key):
            source = resolve(value)
            several = [resolve(it) for it in source.children] if source.value is None else []
            for it in [source] if isinstance(source, Mapping) else several:
                assert isinstance(it, Mapping)
                yield it


def late_merged(node: Mapping) -> list[Slot]:
    """The keys, `name` aside, in front of a `<<` that has them too: there readers disagree."""
    names = {key.value for it in naive_sources(node) for key, _ in naive_pairs(it)} - {"name"}
    in_front = takewhile(lambda key: not is_merge(key), node.children[::2])
    return [key for key in in_front if key.value in names]


def naive_count(slot: Slot, uses: Counter[int]) -> None:
    uses[id(slot)] += 1
    node = resolve(slot)
    if node is not slot:
        uses[id(node)] += 1
    if isinstance(node, Mapping):
        for pair in naive_pairs(node):
            for it in pair:
                naive_count(it, uses)
    elif isinstance(node, Collection):
        for it in node.children:
            naive_count(it, uses)


@given(shared_documents())
def test_uses_are_those_of_the_full_expansion(text: str) -> None:
    tree = read(text)
    assert tree.root is not None
    naive: Counter[int] = Counter()
    naive_count(tree.root, naive)
    counted = count_uses(tree)
    places = (tree.root, *nodes(tree))
    # A mapping is also counted for the mappings that merge it.
    plain = [it for it in places if not isinstance(it, Mapping)]
    assert [counted[id(it)] for it in plain] == [naive[id(it)] for it in plain]
    assert all(counted[id(it)] >= naive[id(it)] for it in places)


@given(shared_documents())
@example("k2: &n2 {<<: {d: 1}, d: v}\nk5: {<<: [*n2, {d: 1}]}\n")
def test_visible_and_lookup_say_what_another_reader_says(text: str) -> None:
    (root,) = yaml.compose_all(text, Loader=Strings)
    data = oracle.data(root)
    tree = read(text)
    assert tree.root is not None
    assert expanded(tree.root) == data
    places = orders(tree)
    stack: list[tuple[Slot, Any]] = [(tree.root, data)]
    while stack:
        slot, expected = stack.pop()
        node = resolve(slot)
        if isinstance(node, Mapping):
            late = late_merged(node)
            if late:
                with pytest.raises(SyntaxFault) as caught:
                    lookup(node, expected)
                assert caught.value.code == "late-merge"
                assert caught.value.offset in map(offset_of, late)
            found = lookup(node, expected, last_wins=bool(late))
            assert found.keys() == expected.keys()
            for key, it in found.items():
                assert order_of(node, it) == places[id(it)]
                stack.append((it, expected[key]))
        elif isinstance(node, Collection):
            stack.extend(zip(node.children, expected, strict=True))
        else:
            assert node.value == expected


class Strings(yaml.SafeLoader):
    """Another reader: scalars stay strings whatever they look like, but for `<<`."""

    yaml_implicit_resolvers = {"<": yaml.SafeLoader.yaml_implicit_resolvers["<"]}  # noqa: RUF012


def expanded(slot: Slot) -> Any:  # noqa: ANN401 data of any shape
    node = resolve(slot)
    if isinstance(node, Mapping):
        return {key.value: expanded(it) for key, it in visible(node)}
    if isinstance(node, Collection):
        return [expanded(it) for it in node.children]
    return node.value


@given(shared_documents())
def test_orders_are_places_in_the_tokens(text: str) -> None:
    tree = read(text)
    places = orders(tree)
    assert len(places) == sum(1 for _ in nodes(tree))
    for node in nodes(tree):
        token = tree.tokens[places[id(node)]]
        if isinstance(node, Alias):
            assert token == ("*", start_of(node).anchor)
        elif isinstance(node, Collection):
            assert places[id(node)] == node.order
            kind = type(node.start)
            assert token in (kind, (node.bracket, node.start.anchor, node.start.tag))
        else:
            assert (token[0] if isinstance(token, tuple) else token) == node.value
        if isinstance(node, Collection):
            for child in node.children:
                assert order_of(node, child) == places[id(child)]
