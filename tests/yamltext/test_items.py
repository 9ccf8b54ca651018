"""Where a list can be cut into its items, and where it must be read to know."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings, strategies

from tests.helpers.reading import document, each_parser
from transformer.yamltext.documents import Document, Source, documents
from transformer.yamltext.items import LONGEST_ITEM, Items, cut_items
from transformer.yamltext.nodes import resolve
from transformer.yamltext.tree import Mapping, Sequence, SyntaxFault, read

HEAD = "kind: List\nitems:\n"


def cut(text: str, parser: str = "") -> Items | None:
    return cut_items(document(text), "items", parser)


def texts(items: Items | None) -> list[str]:
    assert items is not None
    return [items.document.text[start:end] for start, end in items.spans]


@each_parser
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("- a\n- b\n", ["- a\n", "- b\n"], id="items"),
        pytest.param("  - a\n  - b\n", ["  - a\n", "  - b\n"], id="indented"),
        pytest.param("- a\n  - b\n- c", ["- a\n  - b\n", "- c"], id="lists in a list"),
        pytest.param("-\n  a: b\n-\n", ["-\n  a: b\n", "-\n"], id="dashes alone"),
        pytest.param("- a\n-", ["- a\n", "-"], id="a dash at the end"),
        pytest.param("  - a\n  -b\n  - c\n", ["  - a\n  -b\n", "  - c\n"], id="a dash of a scalar"),
        pytest.param("-\n-\n-\n", ["-\n", "-\n", "-\n"], id="nothing but dashes"),
        pytest.param(
            "# c\n\n- a\n\n# d\n- b\n# e\n", ["- a\n\n# d\n", "- b\n# e\n"], id="comments"
        ),
        pytest.param("- 'a'\n- b: \"c\"\n", ["- 'a'\n", '- b: "c"\n'], id="quotes on a line"),
        pytest.param("- 'a\n\n  b'\n- c\n", ["- 'a\n\n  b'\n", "- c\n"], id="quotes over lines"),
        pytest.param("- it's\n- it's\n", ["- it's\n", "- it's\n"], id="quotes in plain text"),
        pytest.param("- |\n  - a\n- b\n", ["- |\n  - a\n", "- b\n"], id="block scalar"),
        pytest.param("- a\nx: y\n- b: c\n", None, id="items behind another key"),
        pytest.param("- a\nx: y\n", ["- a\n"], id="another key"),
        pytest.param("- a\n...\n", ["- a\n"], id="marker"),
        pytest.param("- 'a\n- b'\n", None, id="a dash in single quotes"),
        pytest.param('- "a\n- b"\n', None, id="a dash in double quotes"),
        pytest.param("- 'a\nb: c'\n", None, id="a key in quotes"),
        pytest.param("- a\r- b\n", None, id="carriage return"),
        pytest.param("- a\u2028- b\n", None, id="line separator"),
        pytest.param("- a\r\n- b\r\n", ["- a\r\n", "- b\r\n"], id="CRLF"),
        pytest.param("- \u00fc\n", ["- \u00fc\n"], id="not ASCII"),
        pytest.param("\t- a\n", None, id="tab"),
        pytest.param("[a]\n", None, id="flow style"),
        pytest.param("- a\nitems: b\n", None, id="twice"),
        pytest.param("- a\nx: {a: 1, a: 2}\n", None, id="repeated key in the hull"),
        pytest.param("- a\nx: [&a b, *a]\n", None, id="alias in the hull"),
        pytest.param("- a\n[x]: y\n", None, id="a key that is not a string"),
        pytest.param("- a\n<<: {x: y}\n", None, id="merge key"),
        pytest.param("- a\nx: [\n", None, id="hull that is not YAML"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_where_the_items_are(parser: str, text: str, expected: list[str] | None) -> None:
    found = cut(HEAD + text, parser)
    assert (found and texts(found)) == expected


@each_parser
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("kind: List\n", id="no key"),
        pytest.param("kind: List\nitems: ~\n- a\n", id="a value"),
        pytest.param("kind: List\nitems: &a\n- a\n", id="an anchor"),
        pytest.param("kind: '\nitems:\n- a\n'\n", id="in quotes"),
        pytest.param("{kind: '\nitems:\n'}\n", id="in quotes in a flow mapping"),
        pytest.param("{kind:\nitems:\n}\n", id="in a flow mapping"),
        pytest.param("'\nitems:\n- a\n'\n", id="a string"),
        pytest.param("%TAG ! x:\n---\nkind: List\nitems:\n- !a b\n", id="a directive"),
        pytest.param(" kind: List\nitems:\n- a\n", id="another column"),
    ],
)
def test_what_is_no_list_at_the_key(text: str, parser: str) -> None:
    assert cut(text, parser) is None


def test_the_first_line_of_a_document_may_have_the_key() -> None:
    found = cut("items:\n- a\nkind: List\n")
    assert texts(found) == ["- a\n"]


def test_a_long_item_is_left_to_a_reader_with_bounds() -> None:
    line = "  x: y\n"
    long = "- a: b\n" + line * (LONGEST_ITEM // len(line) + 1)
    assert cut(f"{HEAD}- a\n{long}") is None
    assert cut(f"{HEAD}- 'a\n  b'\n{long}") is None


def test_what_is_left_has_its_lines() -> None:
    text = f"a: b\n---\n{HEAD}- a\n- b: 'c\n\n  d'\nx: y\n"
    second = list(documents(Source("in.yaml", text)))[1]
    found = cut_items(second, "items")
    assert found is not None
    hull = found.hull
    assert (hull.text, hull.index) == (f"---\n{HEAD}\n\n\n\nx: y\n", 1)
    assert str(hull.position(hull.text.index("kind"))) == "in.yaml:3:1"
    assert str(hull.position(hull.text.index("y"))) == "in.yaml:9:4"


# Many of the texts are none that can be cut.
EXAMPLES = 4 * settings().max_examples
PIECES = strategies.lists(
    strategies.sampled_from("-'\"\\ \n#[]{},|>&a")
    | strategies.sampled_from(("- ", "  - ", "b: ", ": ", ", ", "''", "|\n", "items:\n"))
    | strategies.sampled_from(("- 'a'\n", "c: 'd'\n", 'c: ["d", "e"]\n')),
    max_size=14,
)


@each_parser
@settings(max_examples=EXAMPLES)
@given(PIECES)
def test_the_items_are_those_that_a_parser_finds(parser: str, pieces: list[str]) -> None:
    text = f"{HEAD}- {''.join(pieces)}\n"
    only = Document(Source("in.yaml", text), 0, 0, len(text))
    found = cut_items(only, "items", parser)
    assume(found is not None)
    alone = []
    try:
        alone = [read(it, parser).tokens for it in texts(found)]
        whole = read(text, parser)
    except SyntaxFault:
        # What is wrong with an item is for its reader to find.
        assert not _is_readable(text, parser) or not all(
            _is_readable(it, parser) for it in texts(found)
        )
        return
    assert isinstance(whole.root, Mapping)
    items = resolve(whole.root.children[3])
    assert isinstance(items, Sequence)
    assert len(items.children) == len(alone)
    within = whole.tokens[items.order + 1 : items.last]
    assert within == [token for tokens in alone for token in tokens[1:-1]]


def _is_readable(text: str, parser: str) -> bool:
    try:
        read(text, parser)
    except SyntaxFault:
        return False
    return True
