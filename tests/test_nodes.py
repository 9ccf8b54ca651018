from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, strategies

from tests.reading import each_parser
from transformer.nodes import (
    MAX_EXPANDED,
    MAX_MERGED,
    RepeatedKey,
    count_uses,
    is_merge,
    is_null,
    lookup,
    merged,
    offset_of,
    order_of,
    orders,
    repeated_keys,
    resolve,
    text_of,
    value_start,
    visible,
)
from transformer.tree import Alias, Collection, Mapping, RawEvent, Slot, SyntaxFault, Tree, read


def mapping(text: str, parser: str = "") -> Mapping:
    root = read(text, parser).root
    assert isinstance(root, Mapping)
    return root


def value(text: str, parser: str = "") -> Slot:
    """The value of the last key of a mapping."""
    return mapping(text, parser).children[-1]


def fault(text: str, *wanted: str) -> SyntaxFault:
    with pytest.raises(SyntaxFault) as caught:
        lookup(mapping(text), wanted)
    return caught.value


@each_parser
@pytest.mark.parametrize(
    ("text", "null", "string"),
    [
        pytest.param("a:", True, "", id="nothing"),
        pytest.param("a: ~", True, "", id="tilde"),
        pytest.param("a: null", True, "", id="null"),
        pytest.param("a: Null", True, "", id="capitalised"),
        pytest.param("a: NULL", True, "", id="upper case"),
        pytest.param("a: &x null", True, "", id="anchored"),
        pytest.param("b: &x ~\na: *x", True, "", id="alias"),
        pytest.param("a: nUll", False, "nUll", id="mixed case"),
        pytest.param("a: none", False, "none", id="no YAML null"),
        pytest.param("a: 'null'", False, "null", id="single quotes"),
        pytest.param('a: "~"', False, "~", id="double quotes"),
        pytest.param('a: ""', False, "", id="empty string"),
        pytest.param("a: |\n  null", False, "null", id="literal"),
        pytest.param("a: !!str null", False, "null", id="tag"),
        pytest.param("a: {}", False, "", id="mapping"),
        pytest.param("b: &x []\na: *x", False, "", id="alias of a sequence"),
        pytest.param("a: 1e3", False, "1e3", id="no number"),
    ],
)
def test_null_is_told_from_strings(parser: str, text: str, null: bool, string: str) -> None:
    slot = value(text, parser)
    assert is_null(slot) is null
    assert text_of(slot) == string


def test_no_place_holds_no_text() -> None:
    assert text_of(None) == ""


@each_parser
@pytest.mark.parametrize(
    ("text", "offset"),
    [
        pytest.param("a: b", 3, id="scalar"),
        pytest.param("a: &x b", 3, id="anchored scalar"),
        pytest.param("a: !t {}", 3, id="tagged mapping"),
        pytest.param("a:\n- b", 3, id="sequence"),
        pytest.param("&x a: *x", 6, id="alias"),
    ],
)
def test_a_node_begins_with_its_anchor_and_tag(parser: str, text: str, offset: int) -> None:
    assert offset_of(value(text, parser)) == offset


@each_parser
@pytest.mark.parametrize(
    ("text", "start"),
    [
        pytest.param("a: nginx", "nginx", id="plain"),
        pytest.param("a: &x nginx", "nginx", id="anchor"),
        pytest.param("a: !!str nginx", "nginx", id="tag"),
        pytest.param("a: &x !!str nginx", "nginx", id="anchor and tag"),
        pytest.param("a: !<tag:yaml.org,2002:str> &x-1 'nginx'", "'nginx'", id="tag and anchor"),
        pytest.param("a: &x\n  nginx", "nginx", id="line break"),
        pytest.param("a: &x\r\n  nginx", "nginx", id="CRLF"),
        pytest.param("a: &x # &y !z # 'c'\n  \"nginx\"", '"nginx"', id="comment"),
        pytest.param("a: &x # c\n # d\n\n  !t # e\n  nginx", "nginx", id="comments"),
        pytest.param("a: &x # c\u2028   nginx", "nginx", id="line separator"),
        pytest.param("a: &x |\n  nginx\n", "|\n  nginx\n", id="literal"),
        pytest.param("a: ! '#nginx'", "'#nginx'", id="tag that says string"),
        pytest.param("a: &x", "", id="nothing but an anchor"),
        pytest.param("a: !t\n", "\n", id="nothing but a tag"),
        pytest.param("[a: &x , b]", " , b]", id="nothing in a flow"),
        pytest.param("{a: !t {b: c}}", "{b: c}}", id="mapping"),
        pytest.param("a: &x\n# c\n- b", "- b", id="sequence at the key's column"),
        pytest.param("a: &x !t\n  - b", "- b", id="sequence"),
        pytest.param("a:\n- b", "- b", id="sequence without an anchor"),
    ],
)
def test_a_value_begins_behind_its_anchor_and_tag(parser: str, text: str, start: str) -> None:
    event: RawEvent = following(read(text, parser), "a")
    assert text[value_start(text, event) :] == start


def nodes(tree: Tree) -> Iterator[Slot]:
    """Every node and alias of a tree but its root."""
    stack = [tree.root]
    while stack:
        node = stack.pop()
        if isinstance(node, Collection):
            yield from node.children
            stack.extend(node.children)


def following(tree: Tree, key: str) -> RawEvent:
    """The event that begins the value of a key, wherever it stands."""
    for node in (tree.root, *nodes(tree)):
        if isinstance(node, Mapping) and text_of(node.children[0]) == key:
            found = node.children[1]
            return start_of(found)
    raise LookupError(key)


@each_parser
@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("{}", {}, id="nothing"),
        pytest.param("{a: 1, b: 2, c: 3}", {"a": "1", "c": "3"}, id="own keys"),
        pytest.param('{"\\u0061": 1}', {"a": "1"}, id="escape in a key"),
        pytest.param("{x: &x a, *x : 1}", {"a": "1"}, id="key is an alias"),
        pytest.param("{<<: {a: 1}, c: 3}", {"a": "1", "c": "3"}, id="merge"),
        pytest.param("{a: 1, <<: {a: 2, c: 3}}", {"a": "1", "c": "3"}, id="own key wins"),
        pytest.param("{<<: {a: 2, c: 3}, a: 1}", {"a": "1", "c": "3"}, id="own key wins behind"),
        pytest.param(
            "{<<: [{a: 1}, {a: 2, c: 3}]}", {"a": "1", "c": "3"}, id="first of a list wins"
        ),
        pytest.param("{<<: {<<: {a: 1, c: 3}, a: 2}}", {"a": "2", "c": "3"}, id="nested merge"),
        pytest.param(
            "{<<: [{<<: {a: 1}}, {a: 2}, {c: 3}]}", {"a": "1", "c": "3"}, id="nested before later"
        ),
        pytest.param(
            "{x: &x {a: 1}, y: &y {<<: *x, c: 3}, <<: [*y, *x]}",
            {"a": "1", "c": "3"},
            id="aliases",
        ),
        pytest.param("{!!merge <<: {a: 1}}", {"a": "1"}, id="tagged merge key"),
        pytest.param("{'<<': {a: 1}}", {}, id="quoted, no merge key"),
        pytest.param("{!!str <<: {a: 1}}", {}, id="tagged string, no merge key"),
        pytest.param("{x: &x <<, *x : {a: 1}}", {}, id="alias, no merge key"),
        pytest.param(
            "{<<: [[{a: 1}], b], c: 3}", {"c": "3"}, id="neither mapping nor list of them"
        ),
        pytest.param("{<<: ~, c: 3}", {"c": "3"}, id="merge of null"),
    ],
)
def test_lookup_follows_merge_keys(parser: str, text: str, found: dict[str, str]) -> None:
    seen = lookup(mapping(text, parser), ("a", "c"))
    assert {key: text_of(slot) for key, slot in seen.items() if key in ("a", "c")} == found


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        pytest.param("{a: 1, b: 2, a: 3}", 1, 13, id="own key"),
        pytest.param('{a: 1, "\\x61": 2}', 1, 7, id="written in two ways"),
        pytest.param("{b: 1, <<: {a: 1, a: 2}}", 12, 18, id="merged mapping"),
    ],
)
def test_a_repeated_key_that_is_wanted_is_an_error(text: str, first: int, second: int) -> None:
    found = fault(text, "a")
    assert isinstance(found, RepeatedKey)
    assert (found.code, found.message) == ("repeated-key", "key `a` must not be repeated")
    assert (found.first, found.offset) == (first, second)


def test_a_repeated_merge_key_is_an_error() -> None:
    # Readers disagree about which one wins.
    found = fault("{<<: {a: 1}, <<: {a: 2}}", "b")
    assert isinstance(found, RepeatedKey)
    assert (found.message, found.first, found.offset) == ("key `<<` must not be repeated", 1, 13)


def test_a_repeated_key_that_is_not_wanted_is_none() -> None:
    assert text_of(lookup(mapping("{a: 1, b: 2, b: 3}"), ("a",))["a"]) == "1"


def test_the_last_of_repeated_keys_may_win() -> None:
    found = lookup(mapping("{<<: {b: 0, b: 4}, a: 1, a: 3}"), ("a", "b"), last_wins=True)
    assert (text_of(found["a"]), text_of(found["b"])) == ("3", "4")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{? [a] : b}", id="sequence"),
        pytest.param("{? {x: 1} : b}", id="mapping"),
        pytest.param("{x: &x [], *x : b}", id="alias"),
    ],
)
def test_a_key_must_be_a_string(text: str) -> None:
    found = fault(text, "a")
    assert (found.code, found.message) == ("complex-key", "a mapping key must be a string")
    assert found.hint == "render the template first, for example with helm template"
    assert text[found.offset] in "[{*"


def chain(length: int, merge: str = "*a{0}") -> str:
    """Mappings that each merge the one before."""
    links = [f"a{n}: &a{n} {{<<: {merge.format(n - 1)}}}\n" for n in range(1, length + 1)]
    return "".join(["a0: &a0 {a: 1}\n", *links])


def test_the_mappings_merged_are_bounded() -> None:
    root = mapping(chain(MAX_MERGED + 1))
    assert text_of(lookup(top(root, MAX_MERGED), ("a",))["a"]) == "1"
    with pytest.raises(SyntaxFault) as caught:
        lookup(top(root, MAX_MERGED + 1), ("a",))
    assert caught.value.code == "too-many-aliases"
    assert caught.value.message == "a mapping must not merge more than 64 others"
    assert caught.value.offset == offset_of(root.children[3]) + len("&a1 {<<: ")


def top(root: Mapping, number: int) -> Mapping:
    found = root.children[2 * number + 1]
    assert isinstance(found, Mapping)
    return found


def test_merging_the_same_mapping_again_and_again_is_cheap() -> None:
    tree = read(chain(MAX_MERGED, "[*a{0}, *a{0}]"))
    assert sum(count_uses(tree).values()) < 10_000
    assert isinstance(tree.root, Mapping)
    last = top(tree.root, MAX_MERGED)
    assert len(list(merged(last))) == MAX_MERGED
    assert [text_of(key) for key, _ in visible(last)] == ["a"]


def test_is_merge_wants_a_scalar() -> None:
    root = mapping("{? [<<] : a}")
    assert not is_merge(root.children[0])


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        pytest.param("{a: 1, b: 2, a: 3}", ["a1", "b2", "a3"], id="own keys"),
        pytest.param("{<<: {a: 1, b: 2}, a: 3}", ["a3", "b2"], id="merge"),
        pytest.param("{<<: [{a: 1}, {<<: {b: 2, a: 3}, c: 4}]}", ["a1", "c4", "b2"], id="nested"),
        pytest.param("{'<<': 1}", ["<<1"], id="no merge key"),
    ],
)
def test_visible_is_what_a_reader_sees(text: str, pairs: list[str]) -> None:
    seen = visible(mapping(text))
    assert [text_of(key) + text_of(value) for key, value in seen] == pairs


@pytest.mark.parametrize(
    ("text", "repeated"),
    [
        pytest.param("{a: 1, b: 2}", [], id="none"),
        pytest.param("{a: 1, a: 2, a: 3}", [(1, 7), (1, 13)], id="three times"),
        pytest.param("{? [] : 1, ? [] : 2}", [], id="complex keys"),
        pytest.param("{<<: {}, <<: {}}", [(1, 9)], id="merge keys"),
        pytest.param("{1: a, '1': b}", [(1, 7)], id="the same string to Kubernetes"),
    ],
)
def test_repeated_keys_are_named_with_the_first(text: str, repeated: list[tuple[int, int]]) -> None:
    found = repeated_keys(mapping(text))
    assert [(offset_of(first), offset_of(second)) for first, second in found] == repeated


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


def start_of(slot: Slot) -> RawEvent:
    return slot.start if isinstance(slot, (Alias, Collection)) else slot


def test_no_document_has_no_uses() -> None:
    assert count_uses(read("")) == Counter()


def test_the_expansion_of_aliases_is_bounded() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{f'*a{n - 1}, ' * 10}]" for n in range(1, 10)]
    tree = read("\n".join(lines))
    with pytest.raises(SyntaxFault) as caught:
        count_uses(tree)
    assert caught.value.code == "too-many-aliases"
    assert caught.value.message == f"aliases must not expand to more than {MAX_EXPANDED} nodes"
    assert caught.value.offset == offset_of(tree.aliases[0])


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
        keys = self.draw(strategies.lists(strategies.sampled_from("abcd"), max_size=3, unique=True))
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
    for key, value in children:
        if is_merge(key):
            source = resolve(value)
            several = [resolve(it) for it in source.children] if source.value is None else []
            for it in [source] if isinstance(source, Mapping) else several:
                assert isinstance(it, Mapping)
                names = {key.value for key, _ in pairs}
                pairs += [pair for pair in naive_pairs(it) if pair[0].value not in names]
    return pairs


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
def test_visible_and_lookup_say_what_another_reader_says(text: str) -> None:
    try:
        data = yaml.load(text, Loader=Strings)
    except yaml.YAMLError:
        assume(False)
    tree = read(text)
    assert tree.root is not None
    assert expanded(tree.root) == data
    places = orders(tree)
    stack: list[tuple[Slot, Any]] = [(tree.root, data)]
    while stack:
        slot, expected = stack.pop()
        node = resolve(slot)
        if isinstance(node, Mapping):
            found = lookup(node, expected)
            assert found.keys() == expected.keys()
            for key, it in found.items():
                assert order_of(node, it) == places[id(it)]
                stack.append((it, expected[key]))
        elif isinstance(node, Collection):
            stack.extend(zip(node.children, expected, strict=True))
        else:
            assert node.value == expected


class Strings(yaml.SafeLoader):
    """Another reader: scalars stay strings whatever they look like, and merge keys are followed."""

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
            assert token[0] == node.bracket[0]
        else:
            assert (token if isinstance(token, str) else token[0]) == node.value
        if isinstance(node, Collection):
            for child in node.children:
                assert order_of(node, child) == places[id(child)]


def test_no_document_has_no_orders() -> None:
    assert orders(read("")) == {}
