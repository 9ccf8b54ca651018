"""Edits inside of scalars in every style, of texts that nobody would write by hand."""

from __future__ import annotations

import json
import re

import yaml
from hypothesis import given, strategies

from tests.helpers.reading import each_parser
from tests.helpers.stretching import edit, find
from transformer.yamltext.scalar_edits import Stretch
from transformer.yamltext.tree import PARSERS, SyntaxFault, read

OLD = ("nginx:1.27", "ghcr.io/acme/app@sha256:" + "0" * 64, "localhost:5000/a/b_c")
NEW = ("r.io/nginx:1.27", "r.io:443/ghcr.io/acme/app:v2@sha256:" + "0" * 64, "a/b")
LINE = "pull: [\"s\", 't'] # \\ \U0001f680\n"

references = re.compile("|".join(map(re.escape, OLD)))

GLUE = (
    " ", "  ", "\n", "\n\n", "\n  ", "\n\t", "\t", "=", ": ", ":", "'", '"', "''", "\\", "\\n",
    ", ", "#", " #", "- ", "{", "}", "x", "image: ", "é", "\U0001f680", "%", "|", "---", "\n---\n",
    "\n...\n", "\x07", "\x85", "\u2028", "word " * 12, "\\ud83d",
)  # fmt: skip
VALUES = strategies.lists(
    strategies.sampled_from(OLD) | strategies.sampled_from(GLUE), min_size=1, max_size=12
).map("".join)
STYLES = (None, '"', "'", "|", ">")


@strategies.composite
def dumped(draw: strategies.DrawFn) -> str:
    """A document in which a library has written the value of `key`."""
    data = {"a": "b", "c": [{"key": draw(VALUES)}, "d"], "e": {"f": "g"}}
    if draw(strategies.booleans()):
        indent = draw(strategies.sampled_from([None, 0, 2]))
        return json.dumps(data, indent=indent, ensure_ascii=draw(strategies.booleans()))
    return yaml.dump(
        data,
        default_style=draw(strategies.sampled_from(STYLES)),
        default_flow_style=draw(strategies.booleans()),
        width=draw(strategies.sampled_from([5, 20, 80, 10_000])),
        indent=draw(strategies.integers(2, 9)),
        allow_unicode=draw(strategies.booleans()),
        line_break=draw(strategies.sampled_from(["\n", "\r\n", "\r"])),
        Dumper=draw(strategies.sampled_from([yaml.SafeDumper, yaml.CSafeDumper])),
    )


@strategies.composite
def blocks(draw: strategies.DrawFn) -> str:
    """A document with a block scalar as people write them."""
    indent = draw(strategies.integers(1, 4))
    indicator = draw(strategies.sampled_from(["", str(indent)]))
    chomping = draw(strategies.sampled_from(["", "-", "+"]))
    style = draw(strategies.sampled_from(["|", "|", ">"]))
    comment = draw(strategies.sampled_from(["", "  ", " # c"]))
    parts = strategies.sampled_from(OLD) | strategies.sampled_from(
        ["a: ", "  ", "\t", "b", " ", "#", "\n", "\n", "\n"]
    )
    body = "".join(draw(strategies.lists(parts, min_size=1, max_size=12)))
    # The list's mapping stands in column 2.
    lines = [" " * (2 + indent) + line if line else "" for line in body.split("\n")]
    header = f"- key: {style}{indicator}{chomping}{comment}"
    behind = draw(strategies.sampled_from(["  d: e\n- f\n", "# c\n- f", ""]))
    text = "\n".join([header, *lines, behind])
    return text.replace("\n", draw(strategies.sampled_from(["\n", "\r\n"])))


FOLDS = (" ", "\n", "\n\n", " \n \n  ")
ESCAPES = ("\\\n", "\\\n \n \\ ", "\\n", "\\ ", '\\"', "\\x41", "\\u2028")


@strategies.composite
def folded(draw: strategies.DrawFn) -> str:
    """A document with a flow scalar over several lines."""
    quote = draw(strategies.sampled_from(['"', "'", ""]))
    others = {'"': ESCAPES, "'": ("''",), "": ()}[quote]
    parts = strategies.sampled_from([*OLD, "b", *FOLDS, *others])
    body = "".join(draw(strategies.lists(parts, min_size=1, max_size=12)))
    indent = draw(strategies.sampled_from([" ", "   "]))
    scalar = f"{quote}{body}{quote}".replace("\n", f"\n{indent}")
    return f"key: {scalar}\nc: d\n"


TEXTS = dumped() | blocks() | folded()


def value_of(text: str, parser: str) -> tuple[str, str]:
    """The style and the value of the scalar; '' twice where the text is none for a parser."""
    try:
        spot, value = find(read(text, parser))
    except SyntaxFault:
        return "", ""
    return spot.style, value


def is_usual(text: str) -> bool:
    """Whether both parsers read it, and it has no line breaks that only YAML 1.1 knows."""
    return all(value_of(text, it)[1] for it in PARSERS) and not re.search(
        "[\x85\u2028\u2029]", text
    )


USUAL = TEXTS.filter(is_usual)


@each_parser
@given(text=USUAL, new=strategies.sampled_from(NEW))
def test_every_image_can_be_replaced(parser: str, text: str, new: str) -> None:
    _, value = value_of(text, parser)
    stretches = [
        Stretch(start=it.start(), end=it.end(), text=new) for it in references.finditer(value)
    ]
    done = edit(text, parser, stretches) if stretches else ""
    assert done is not None


@each_parser
@given(text=USUAL, data=strategies.data())
def test_a_line_can_be_added_before_any_other(
    parser: str, text: str, data: strategies.DataObject
) -> None:
    style, value = value_of(text, parser)
    starts = [0, *(it.end() for it in re.finditer("\n(?=.*[^\n])", value))]
    at = data.draw(strategies.sampled_from(starts))
    if value.strip():
        done = edit(text, parser, [Stretch(start=at, end=at, text=LINE)])
        # A folded block takes it beside indented lines; in a fold of several lines is no place.
        is_either = style == ">" or (style == '"' and re.search(r"\n\s*\n", text))
        assert is_either or (done is None) == (style not in ("|", '"'))


@each_parser
@given(text=TEXTS, data=strategies.data())
def test_any_edit_is_right_or_refused(parser: str, text: str, data: strategies.DataObject) -> None:
    _, value = value_of(text, parser)
    places = strategies.integers(0, len(value))
    cuts = sorted(data.draw(strategies.lists(places, min_size=2, max_size=6)))
    texts = VALUES | strategies.just("") | strategies.sampled_from(NEW)
    stretches = [
        Stretch(start=start, end=end, text=data.draw(texts))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    if value:
        edit(text, parser, stretches)
