from __future__ import annotations

import pytest

from tests.helpers.reading import each_parser, nodes, start_of
from transformer.yamltext.nodes import (
    MAX_MERGED,
    RepeatedKey,
    count_uses,
    is_merge,
    is_null,
    lookup,
    merged,
    offset_of,
    orders,
    repeated_keys,
    text_of,
    value_start,
    visible,
)
from transformer.yamltext.tree import Mapping, RawEvent, Slot, SyntaxFault, Tree, read


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
        pytest.param("{a: 1, <<: {b: 2, c: 3}}", {"a": "1", "c": "3"}, id="merge behind a key"),
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


def test_a_merge_behind_a_key_that_it_has_is_an_error() -> None:
    found = fault("{b: 0, a: 1, <<: {c: 2, a: 3}}", "a", "b")
    assert (found.code, found.offset) == ("late-merge", 7)
    assert found.message == (
        "key `a` stands before the `<<` that has it too: expected behind it, for kubectl"
    )


def test_a_merge_behind_a_name_is_none() -> None:
    seen = lookup(mapping("{name: 1, <<: {name: 2, a: 3}}"), ("name", "a"))
    assert {key: text_of(slot) for key, slot in seen.items()} == {"name": "1", "a": "3"}


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        pytest.param("{a: 1, b: 2, a: 3}", 1, 13, id="own key"),
        pytest.param("{b: 0, a: 1, a: 2}", 7, 13, id="own key behind another"),
        pytest.param('{a: 1, "\\x61": 2}', 1, 7, id="written in two ways"),
        pytest.param("{b: 1, <<: {a: 1, a: 2}}", 12, 18, id="merged mapping"),
    ],
)
def test_a_repeated_key_that_is_wanted_is_an_error(text: str, first: int, second: int) -> None:
    found = fault(text, "a")
    assert isinstance(found, RepeatedKey)
    assert (found.code, found.message) == ("repeated-key", "key `a` is repeated")
    assert (found.first, found.offset) == (first, second)


def test_a_repeated_merge_key_is_an_error() -> None:
    # Readers disagree about which one wins.
    found = fault("{<<: {a: 1}, <<: {a: 2}}", "b")
    assert isinstance(found, RepeatedKey)
    assert (found.message, found.first, found.offset) == ("key `<<` is repeated", 1, 13)


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
    assert (found.code, found.message) == ("complex-key", "a mapping key is not a string")
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
    assert caught.value.message == "a mapping merges more than 64 others"
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


def test_no_document_has_no_orders() -> None:
    assert orders(read("")) == {}
