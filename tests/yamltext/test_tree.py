from __future__ import annotations

import pytest
from yaml.events import DocumentEndEvent, DocumentStartEvent

from tests.helpers.reading import each_parser, fault
from transformer.yamltext.agreement import read_tokens
from transformer.yamltext.tree import (
    MAPPING,
    MAPPING_END,
    SEQUENCE,
    SEQUENCE_END,
    Alias,
    Collection,
    Mapping,
    Sequence,
    Token,
    read,
)


@each_parser
@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("# c\n", [], id="nothing but a comment"),
        pytest.param("---\n", [""], id="empty document"),
        pytest.param("--- # c\n...\n# d\n", [""], id="both markers and comments"),
        pytest.param("%YAML 1.1\n%TAG ! x:y\n---\na\n", ["a"], id="directives"),
        pytest.param("a b\n  c", ["a b c"], id="plain scalar of two lines"),
        pytest.param("'a'", [("a", "'", None, None)], id="single quotes"),
        pytest.param('"\\x61\\u0062\\n"', [("ab\n", '"', None, None)], id="escapes"),
        pytest.param("|\n a\n", [("a\n", "|", None, None)], id="literal"),
        pytest.param(">-\n a\n b\n", [("a b", ">", None, None)], id="folded"),
        pytest.param("&x a", [("a", "", "x", None)], id="anchor"),
        pytest.param("!!str a", [("a", "", None, "tag:yaml.org,2002:str")], id="tag"),
        pytest.param("! a", [("a", "", None, "!")], id="tag that says string"),
        pytest.param("{}", [MAPPING, MAPPING_END], id="empty mapping"),
        pytest.param("[]", [SEQUENCE, SEQUENCE_END], id="empty sequence"),
        pytest.param("a: 1e3\n", [MAPPING, "a", "1e3", MAPPING_END], id="block mapping"),
        pytest.param(
            "a:\n- 08\n- y\n",
            [MAPPING, "a", SEQUENCE, "08", "y", SEQUENCE_END, MAPPING_END],
            id="nested",
        ),
        pytest.param("a:\nb:\n", [MAPPING, "a", "", "b", "", MAPPING_END], id="missing values"),
        pytest.param(
            '{"a":[~]}',
            [MAPPING, ("a", '"', None, None), SEQUENCE, "~", SEQUENCE_END, MAPPING_END],
            id="JSON",
        ),
        pytest.param(
            "[a: b]",
            [SEQUENCE, MAPPING, "a", "b", MAPPING_END, SEQUENCE_END],
            id="pair in a sequence",
        ),
        pytest.param(
            "? [a]\n: b\n",
            [MAPPING, SEQUENCE, "a", SEQUENCE_END, "b", MAPPING_END],
            id="complex key",
        ),
        pytest.param(
            "&m !t\na: b\n", [("{", "m", "!t"), "a", "b", MAPPING_END], id="mapping's properties"
        ),
        pytest.param(
            "!!seq\n- a\n",
            [("[", None, "tag:yaml.org,2002:seq"), "a", SEQUENCE_END],
            id="sequence's",
        ),
        pytest.param(
            "[&s [], *s]",
            [SEQUENCE, ("[", "s", None), SEQUENCE_END, ("*", "s"), SEQUENCE_END],
            id="alias",
        ),
    ],
)
def test_tokens_say_what_the_text_says(parser: str, text: str, tokens: list[Token]) -> None:
    assert read(text, parser).tokens == tokens
    assert read_tokens(text, parser) == tokens


@each_parser
@pytest.mark.parametrize("text", ["a\n---\na\n", "&a a\n--- *a\n", "---\n---\n"])
def test_a_second_document_is_no_part_of_the_tokens_of_the_first(parser: str, text: str) -> None:
    assert {DocumentStartEvent, DocumentEndEvent} <= set(read_tokens(text, parser))


@each_parser
def test_nodes_know_their_place(parser: str) -> None:
    text = "a: &x\n- [b, {c: d}]\n- *x2\n".replace("*x2", "e") + "f: *x\n"
    tree = read(text, parser)
    root = tree.root
    assert isinstance(root, Mapping)
    assert (root.order, root.last, root.is_flow, root.value) == (
        0,
        len(tree.tokens) - 1,
        False,
        None,
    )
    block, alias = root.children[1], root.children[3]
    assert isinstance(block, Sequence)
    assert isinstance(alias, Alias)
    assert alias.target is block
    assert alias.value is None
    flow = block.children[0]
    assert isinstance(flow, Collection)
    assert flow.is_flow
    assert text[: flow.end].endswith("}]")
    assert tree.tokens[flow.order : flow.last + 1] == [
        SEQUENCE,
        "b",
        MAPPING,
        "c",
        "d",
        MAPPING_END,
        SEQUENCE_END,
    ]
    assert tree.aliases == [alias]
    assert tree.mappings == [root, flow.children[1]]
    assert tree.text == text


@each_parser
def test_an_alias_has_the_value_of_its_target(parser: str) -> None:
    root = read("[&x nginx, *x]", parser).root
    assert isinstance(root, Sequence)
    assert root.children[1].value == "nginx"


@each_parser
def test_an_anchor_may_be_used_again(parser: str) -> None:
    root = read("[&x a, *x, &x b, *x]", parser).root
    assert isinstance(root, Sequence)
    assert [child.value for child in root.children] == ["a", "a", "b", "b"]


@each_parser
@pytest.mark.parametrize(
    ("text", "code", "message", "offset", "hint"),
    [
        pytest.param(
            "a: *x\n",
            "unknown-alias",
            'an alias names no anchor of the same document: "*x"',
            3,
            "",
            id="unknown alias",
        ),
        pytest.param(
            "a: *x\nb: &x 1\n",
            "unknown-alias",
            'an alias names no anchor of the same document: "*x"',
            3,
            "",
            id="alias before its anchor",
        ),
        pytest.param(
            "é: &x\n  b: [*x]\n",
            "recursive-alias",
            'an anchor contains its own alias: "*x"',
            12,
            "",
            id="recursive alias",
        ),
        pytest.param(
            "a: 1\n---\nb: 2\n",
            "yaml",
            "a document is not separated from the one before it: expected a line `---`",
            5,
            "",
            id="two documents",
        ),
        pytest.param(
            '{"a": 1}\n{"b": 2}\n'.replace("\n", "\n--- "),
            "yaml",
            "a document is not separated from the one before it: expected a line `---`",
            9,
            "",
            id="three documents",
        ),
        pytest.param(
            "a: 🚀\x07\n",
            "yaml",
            "holds the control character '\\x07'",
            4,
            "",
            id="control character",
        ),
        pytest.param(
            "a: \x7f\n",
            "yaml",
            "holds the control character '\\x7f'",
            3,
            "",
            id="delete character",
        ),
        pytest.param(
            "\ufeffa: 1\n",
            "yaml",
            "holds a byte order mark that is not at the start of a file",
            0,
            "save the files without it before they are joined",
            id="second byte order mark",
        ),
        pytest.param(
            "---\n\ufeffa: 1\n",
            "yaml",
            "holds a byte order mark that is not at the start of a file",
            4,
            "save the files without it before they are joined",
            id="byte order mark of a file appended",
        ),
    ],
)
def test_what_cannot_be_read_is_a_fault(
    parser: str, text: str, code: str, message: str, offset: int, hint: str
) -> None:
    found = fault(text, parser)
    assert (found.code, found.message, found.offset, found.hint) == (code, message, offset, hint)


@pytest.mark.parametrize(
    ("parser", "text", "message", "offset"),
    [
        pytest.param(
            "libyaml",
            "a: 1\n b: 2\n",
            "is not YAML: mapping values are not allowed in this context",
            7,
            id="libyaml, indentation",
        ),
        pytest.param(
            "python",
            "a: 1\n b: 2\n",
            "is not YAML: mapping values are not allowed here",
            7,
            id="python, indentation",
        ),
        pytest.param(
            "libyaml",
            "a: [1,\n",
            "is not YAML: while parsing a flow node, did not find expected node content",
            7,
            id="libyaml, open bracket",
        ),
        pytest.param(
            "python",
            "a: [1,\n",
            "is not YAML: while parsing a flow node, expected the node content, but found "
            "'<stream end>'",
            7,
            id="python, open bracket",
        ),
        pytest.param(
            "libyaml",
            "%YAML 1." + "1" * 5_000 + "\n--- a\n",
            "is not YAML: while scanning a %YAML directive, found extremely long version number",
            17,
            id="libyaml, version",
        ),
        pytest.param(
            "python",
            "%YAML 1." + "1" * 5_000 + "\n--- a\n",
            "is not YAML: found a number that is too large",
            8,
            id="python, version",
        ),
        pytest.param(
            "libyaml",
            '"\\U00110000"',
            "is not YAML: while parsing a quoted scalar, found invalid Unicode character "
            "escape code",
            3,
            id="libyaml, character out of range",
        ),
        pytest.param(
            "python",
            '"\\U00110000"',
            "is not YAML: found a number that is too large",
            3,
            id="python, character out of range",
        ),
        pytest.param(
            "python",
            '"\\UFFFFFFFF"',
            "is not YAML: found a number that is too large",
            3,
            id="python, character far out of range",
        ),
    ],
)
def test_a_syntax_error_is_told_in_the_parsers_words(
    parser: str, text: str, message: str, offset: int
) -> None:
    found = fault(text, parser)
    assert (found.code, found.message, found.offset, found.hint) == ("yaml", message, offset, "")


@each_parser
@pytest.mark.parametrize(
    ("text", "hint"),
    [
        pytest.param("a: b\n{{ if x }}\nc: d\n", True, id="statement"),
        pytest.param("a: {{ x }}{{ y }}", True, id="at the end of the text"),
        pytest.param("{{ x }}\na: b: c\n", True, id="the line before"),
        pytest.param("a: b\n c: d{{", True, id="the last characters"),
        pytest.param("a: b: c\nd: {{ x }}\n", False, id="the line behind"),
        pytest.param("a: {{ x }}\nb: c\nd: e: f\n", False, id="the error is on another line"),
    ],
)
def test_an_unrendered_template_is_told_apart(parser: str, text: str, hint: bool) -> None:
    expected = "render the template first, for example with helm template" if hint else ""
    assert fault(text, parser).hint == expected


@each_parser
def test_characters_outside_the_basic_plane_may_be_escaped_as_in_json(parser: str) -> None:
    text = '{"a": "\\ud83d\\uDE00", "b": [1]}'
    tree = read(text, parser)
    assert tree.tokens[1:3] == [("a", '"', None, None), ("\ufffd\ufffd", '"', None, None)]
    assert tree.text == text
    root = tree.root
    assert isinstance(root, Collection)
    numbers = root.children[3]
    assert isinstance(numbers, Collection)
    assert text[: numbers.end].endswith("[1]")


@each_parser
def test_a_byte_order_mark_within_a_line_is_a_character(parser: str) -> None:
    assert read("a: b\ufeffc\n", parser).tokens == [MAPPING, "a", "b\ufeffc", MAPPING_END]


def test_libyaml_is_the_first_choice() -> None:
    assert fault("a: 1\n b: 2\n", "").message == fault("a: 1\n b: 2\n", "libyaml").message
