from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import example, given, strategies

from tests.helpers.reading import each_parser
from transformer.image.reference import normalize
from transformer.yamltext.scalars import is_plain, token, written
from transformer.yamltext.tree import read

# What some reader takes for something else than a string, or for no scalar at all.
SURPRISES = {
    "": "null",
    "~": "null",
    "null": "null",
    "Null": "null",
    "NULL": "null",
    "true": "boolean",
    "True": "boolean",
    "FALSE": "boolean",
    "y": "boolean in YAML 1.1",
    "N": "boolean in YAML 1.1",
    "Yes": "boolean in YAML 1.1",
    "no": "boolean in YAML 1.1",
    "on": "boolean in YAML 1.1",
    "OFF": "boolean in YAML 1.1",
    "1": "integer",
    "-1": "integer",
    "+1": "integer",
    "08": "integer in YAML 1.2",
    "010": "octal in YAML 1.1, decimal in YAML 1.2",
    "0o14": "octal in YAML 1.2",
    "0b11": "binary in YAML 1.1",
    "0x1F": "hexadecimal",
    "1_000": "integer in YAML 1.1",
    "12:30:45": "base 60 in YAML 1.1",
    "1:20": "base 60 in YAML 1.1",
    "1.5": "float",
    "1.": "float",
    ".5": "float",
    "1e3": "float in YAML 1.2",
    "1E+3": "float in YAML 1.2",
    "685_230.15": "float in YAML 1.1",
    ".inf": "infinity",
    "-.INF": "infinity",
    ".nan": "no number",
    "nan": "what a careless reader takes for no number",
    "Inf": "what a careless reader takes for infinity",
    "2024-01-01": "date",
    "2024-01-01T10:00:00Z": "time",
    "=": "YAML 1.1's default value",
    "<<": "merge key",
    "-": "sequence",
    "- a": "sequence",
    "---": "document",
    "...": "end of a document",
    "?": "key",
    ":": "value",
    "a:": "key",
    "a: b": "mapping",
    "y:1": "what an old parser splits in a flow mapping",
    "#a": "comment",
    "a #b": "comment behind",
    "&a": "anchor",
    "*a": "alias",
    "!a": "tag",
    "|": "literal",
    ">": "folded",
    "%a": "directive",
    "@a": "reserved",
    "`a": "reserved",
    "'a'": "single quotes",
    '"a"': "double quotes",
    "[a]": "sequence",
    "{a}": "mapping",
    "a,b": "two items",
    "a b": "white space",
    " a": "white space",
    "a\n": "line break",
    "é": "not ASCII",
    "²/a": "a digit that is not ASCII",
    "/a": "no reference",
    ".a/b": "no reference",
    "-a/b": "no reference",
    "a/b:": "key",
}


@pytest.mark.parametrize(
    "text", [pytest.param(it, id=f"{it!a}, {why}") for it, why in SURPRISES.items()]
)
def test_what_a_reader_could_take_for_something_else_is_quoted(text: str) -> None:
    assert not is_plain(text)
    assert written(text, "")[0] == '"'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("registry-pull", id="name"),
        pytest.param("a.b-c.d0", id="name with dots"),
        pytest.param("e3", id="no number"),
        pytest.param("yes-please", id="no word of YAML's"),
        pytest.param("registry.example.com/a/b", id="repository"),
        pytest.param("registry.example.com:5000/a:1.27", id="port and tag"),
        pytest.param("a/b@sha256:" + "0" * 64, id="digest"),
        pytest.param("0x1F/1e3:08", id="numbers on both sides of a slash"),
        pytest.param("2024-01-01/12:30:45", id="no time"),
        pytest.param("y/n", id="no boolean"),
    ],
)
def test_what_is_a_string_to_every_reader_is_plain(text: str) -> None:
    assert is_plain(text)
    assert written(text, "") == text
    assert token(text, "") == text


@pytest.mark.parametrize(
    ("text", "style", "scalar"),
    [
        pytest.param("a/b", "'", "'a/b'", id="single quotes"),
        pytest.param("a/b", '"', '"a/b"', id="double quotes"),
        pytest.param("1", "'", "'1'", id="single quotes that must stay"),
        pytest.param("nginx:1.27", "", '"nginx:1.27"', id="a colon without a slash"),
        pytest.param("a/b\n", "", '"a/b\\n"', id="what was a block scalar"),
    ],
)
def test_quotes_are_kept_and_added(text: str, style: str, scalar: str) -> None:
    assert written(text, style) == scalar


@pytest.mark.parametrize(
    ("anchor", "tag", "expected"),
    [
        pytest.param(None, None, "a/b", id="neither"),
        pytest.param("x", None, ("a/b", "", "x", None), id="anchor"),
        pytest.param(None, "!t", ("a/b", "", None, "!t"), id="tag"),
    ],
)
def test_a_token_keeps_anchor_and_tag(
    anchor: str | None, tag: str | None, expected: object
) -> None:
    assert token("a/b", "", anchor, tag) == expected


def joined(characters: str, separators: str) -> strategies.SearchStrategy[str]:
    """Runs of characters with one separator between two of them."""
    parts = strategies.lists(
        strategies.text(characters, min_size=1, max_size=4), min_size=1, max_size=4
    )
    glue = strategies.lists(strategies.sampled_from(separators), min_size=3, max_size=3)
    return strategies.builds(_join, parts, glue)


def _join(parts: list[str], glue: list[str]) -> str:
    return parts[0] + "".join(map("".join, zip(glue, parts[1:], strict=False)))


NAMES = joined("abefinosyx0189", "-.")
REFERENCES = strategies.builds(
    "".join,
    strategies.tuples(
        strategies.sampled_from(["", "r.io/", "localhost:5000/", "[::1]:5000/", "0x1F/", "Y/"]),
        joined("abefnoxy0189", "/_-"),
        strategies.sampled_from(["", ":1.27", ":08", ":_Tag-1.", ":1e3"]),
        strategies.sampled_from(["", "@sha256:" + "0" * 64]),
    ),
)
TEXTS = (
    NAMES
    | REFERENCES
    | REFERENCES.map(lambda text: text + "\n")
    | strategies.sampled_from([text for text in SURPRISES if text.isascii() and '"' not in text])
)
STYLES = strategies.sampled_from(["", '"'])


@given(REFERENCES)
@example("r.io/a:_Tag-1.")
def test_the_references_of_these_tests_are_some(text: str) -> None:
    assert normalize(text).original == text


# Every surroundings in which a scalar is written: the value of `key`.
DOCUMENT = """\
- key: {0}
- key: {0} # c
  more: m
- - more: m
    key: {0}\r
- [{{key: {0}}}]
- {{key: {0}, more: m}}
- {{"key":{0}}}
"""


def values(data: object) -> Iterator[object]:
    """The values of `key` in nested lists and mappings."""
    if isinstance(data, list):
        for item in data:
            yield from values(item)
    elif isinstance(data, dict):
        yield data["key"]


@given(TEXTS, STYLES)
@example("y", "")
@example("a/b:1", "")
def test_what_is_written_is_read_as_the_same_string(text: str, style: str) -> None:
    document = DOCUMENT.format(written(text, style))
    assert list(values(yaml.load(document, Loader=yaml.CSafeLoader))) == [text] * 6
    assert list(values(yaml.load(document, Loader=yaml.SafeLoader))) == [text] * 6


# YAML 1.2.2, 10.3.2, and what go-yaml adds to it.
OTHER_TYPES = re.compile(
    r"|~|null|Null|NULL|true|True|TRUE|false|False|FALSE"
    r"|[-+]?[0-9][0-9_]*|0o?[0-7_]+|0x[0-9a-fA-F_]+|[-+]?0b[01_]+"
    r"|[-+]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?([Tt ].*)?"
)


@given(TEXTS)
def test_no_plain_text_is_another_type_in_yaml_1_2(text: str) -> None:
    assert not (is_plain(text) and OTHER_TYPES.fullmatch(text))


@each_parser
@given(text=TEXTS, style=STYLES, anchor=strategies.sampled_from([None, "x"]))
def test_a_token_is_what_is_read(parser: str, text: str, style: str, anchor: str | None) -> None:
    properties = f"&{anchor} " if anchor else ""
    tree = read(DOCUMENT.format(properties + written(text, style)), parser)
    assert tree.tokens.count(token(text, style, anchor)) == 6


@given(strategies.text(strategies.characters(max_codepoint=0xFFFD, exclude_categories=["Cs"])))
@example('a = "b:1" \\ c\n\t')
@example("it's\x85\u2028\ufeff\x7f")
def test_a_copy_of_any_text_is_read_as_that_text(text: str) -> None:
    document = DOCUMENT.format(written(text, ""))
    assert list(values(yaml.load(document, Loader=yaml.CSafeLoader))) == [text] * 6


def test_single_quotes_are_doubled() -> None:
    assert written("it's", "'") == "'it''s'"
