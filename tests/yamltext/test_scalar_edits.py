from __future__ import annotations

import re

import pytest

from tests.helpers.reading import each_parser
from tests.helpers.stretching import edit, find
from transformer.yamltext.edit import Spot
from transformer.yamltext.scalar_edits import Stretch, edit_inside
from transformer.yamltext.tree import read


def replacing(text: str, parser: str, old: str, new: str) -> str | None:
    value = find(read(text, parser))[1]
    stretches = [
        Stretch(start=it.start(), end=it.end(), text=new)
        for it in re.finditer(re.escape(old), value)
    ]
    assert stretches
    return edit(text, parser, stretches)


# `⟦old→new⟧` is what must change in the text when `nginx` becomes `r.io/nginx`.
IMAGES = {
    "plain": "key: --image=⟦→r.io/⟧nginx # c\nz: z\n",
    "plain, tagged": "key: !!str &a --image=⟦→r.io/⟧nginx:1\nz: *a\n",
    "plain in a flow mapping": "{a: b, key: x=⟦→r.io/⟧nginx,z: z}",
    "plain over several lines": "key: a\n  --x=⟦→r.io/⟧nginx,\n\n   c\n  ⟦→r.io/⟧nginx\nz: z\n",
    "plain with blanks at folds": "key: a  \n   =⟦→r.io/⟧nginx   \n \n\n b\n",
    "single quotes": "key: 'it''s=⟦→r.io/⟧nginx''' # c\n",
    "single quotes over several lines": "key: ' a\n\n\n  ⟦→r.io/⟧nginx  \n  '' '\n",
    "single quotes, tabs at folds": "key: '\t a \t\n \t =⟦→r.io/⟧nginx \t\n \n\t\n b\t \n '\n",
    "double quotes": 'key: "\\"⟦→r.io/⟧nginx\\"\\n\\t\\/\\\\⟦→r.io/⟧nginx\\\\"\n',
    "double quotes, escapes by number": 'key: "\\x41\\u00e9\\U0001F680⟦→r.io/⟧nginx\\xA0"\n',
    "double quotes over several lines": 'key: "a\\\n   \\  ⟦→r.io/⟧nginx\\\n\n  b\n  c\n\n d "\n',
    "JSON": '{"key":"{\\"a\\":\\"\\ud83d\\ude00 ⟦→r.io/⟧nginx\\"}","z":"\\ud83d"}',
    "JSON in JSON in JSON": '{"key": "[\\"[\\\\\\"⟦→r.io/⟧nginx\\\\\\"]\\"]"}',
    "literal block": "key: |\n  a: ⟦→r.io/⟧nginx # c\n\n    b: \"⟦→r.io/⟧nginx\"\nz: z\n",
    "literal block without a line break": "key: |\n  a\n  b: ⟦→r.io/⟧nginx",
    "literal block with JSON": 'key: |\n  {"a": "\\ud83d\\ude00 ⟦→r.io/⟧nginx"}\n',
    "literal block with an indicator": "- key: |2- # c\n      a: ⟦→r.io/⟧nginx\n    b\n\n  z: z\n",
    "literal block that keeps all": "x:\n - key: |+4\n       a: ⟦→r.io/⟧nginx\n \n\n   z: z\n",
    "literal block behind blank lines": "key: |\n\n \n  a: ⟦→r.io/⟧nginx\n  \t\n   \n# c\nz: z\n",
    "literal block, CRLF": "key: |\r\n  a: ⟦→r.io/⟧nginx\r\n\r\n  b\r\nz: z\r\n",
    "literal block, CR": "key: |\r  a: ⟦→r.io/⟧nginx\r\r  b\rz: z\r",
    "folded block": "key: > # c\n  a\n  ⟦→r.io/⟧nginx\n\n  b  \n  c\n\n\n  ⟦→r.io/⟧nginx\n\nz: z\n",
    "folded block, CRLF": "key: >-\r\n\r\n  a\r\n  ⟦→r.io/⟧nginx\r\n\r\nz: z\r\n",
    "folded block with indented lines": "key: >+1\n   a\n    \n \n  ⟦→r.io/⟧nginx\n\n b\n\n",
}  # fmt: skip

# `⟦→⟧` where a line is added, above the one that says `at` or at the end.
LINES = {
    "literal block": "key: |\n  a⟦→\n  n: 1⟧\n  at\nz: z\n",
    "literal block, first": "key: |\n  ⟦→n: 1\n  ⟧at\nz: z\n",
    "literal block, behind an empty line": "key: |\n  a\n⟦→\n  n: 1⟧\n  at\nz: z\n",
    "literal block, last": "key: |\n  a: b⟦→\n  n: 1⟧\n\nz: z\n",
    "literal block, last, all are kept": "key: |+\n  a: b\n⟦→\n  n: 1⟧\nz: z\n",
    "literal block with an indicator": "key: |2\n    a⟦→\n  n: 1⟧\n  at\n",
    "literal block, CRLF": "key: |\r\n  a⟦→\r\n  n: 1⟧\r\n  at\r\nz: z\r\n",
    "literal block, CR": "key: |2\r⟦→\r  n: 1⟧\r  at\rz: z\r",
    "double quotes": 'key: "a\\n⟦→n: 1\\n⟧at\\n"\n',
    "double quotes, last": 'key: "a\\n\\\n  b\\n⟦→n: 1\\n⟧"\n',
    "JSON": '{"key": "a\\n⟦→n: 1\\n⟧at\\n"}',
}


def unmarked(marked: str) -> tuple[str, str]:
    """The text before and after the edit."""
    mark = re.compile("⟦(.*?)→(.*?)⟧", re.DOTALL)
    return mark.sub(r"\1", marked), mark.sub(r"\2", marked)


def params(table: dict[str, str]) -> list[object]:
    return [pytest.param(value, id=name) for name, value in table.items()]


@each_parser
@pytest.mark.parametrize("marked", params(IMAGES))
def test_an_image_is_replaced_in_every_style(parser: str, marked: str) -> None:
    before, after = unmarked(marked)
    assert replacing(before, parser, "nginx", "r.io/nginx") == after
    assert replacing(after, parser, "r.io/nginx", "nginx") == before


@each_parser
@pytest.mark.parametrize("marked", params(IMAGES))
def test_nothing_is_replaced_by_itself(parser: str, marked: str) -> None:
    before, _ = unmarked(marked)
    spot, value = find(read(before, parser))
    assert edit_inside(before, spot, value, []) == []
    assert edit_inside(before, spot, value, [Stretch(start=0, end=len(value), text=value)]) == []


@each_parser
@pytest.mark.parametrize("marked", params(LINES))
def test_a_line_is_added_and_removed(parser: str, marked: str) -> None:
    before, after = unmarked(marked)
    value = find(read(before, parser))[1]
    at = value.find("at") if "at" in value else len(value)
    assert edit(before, parser, [Stretch(start=at, end=at, text="n: 1\n")]) == after
    assert edit(after, parser, [Stretch(start=at, end=at + 5, text="")]) == before


# The text, what is replaced by what, and the text then.
EDITS = {
    "escapes stay": ('key: "\\x41b\\x43"\n', "AbC", "AdC", 'key: "\\x41d\\x43"\n'),
    "joint lines stay": ('key: "a\\\n  b"\n', "b", "c", 'key: "a\\\n  c"\n'),
    "lines are joined": ("key: 'a\n  b'\n", " ", "", "key: 'ab'\n"),
    "single quotes are doubled": ("key: 'a'\n", "a", "it's", "key: 'it''s'\n"),
    "some characters are escaped": ('key: "a"\n', "a", '"\\\t\x07', 'key: "\\"\\\\\\t\\u0007"\n'),
    "others that break lines": ('key: "a"\n', "a", "\n\u2028", 'key: "\\n\\u2028"\n'),
    "an empty line goes": ("key: |\n\n  a\n", "\na", "a", "key: |\n  a\n"),
    "an empty line is filled": ("key: |\n  a\n\n  b\n", "\n\n", "\nx\n", "key: |\n  a\n  x\n  b\n"),
    "an empty line comes": ("key: |\n  a\n", "a", "a\n\nb", "key: |\n  a\n\n  b\n"),
    "a block ends without a break": ("key: |-\n  a", "a", "a\nb", "key: |-\n  a\n  b"),
    "an indented line in a folded block": ("key: >\n  a\n", "a", "a\n b", "key: >\n  a\n   b\n"),
    "a paragraph grows": ("key: >\n  a\n\n  b\n", "a", "ac", "key: >\n  ac\n\n  b\n"),
    "a word that begins with a sign": ("key: =a/b\n", "a", "c", "key: =c/b\n"),
}  # fmt: skip


@each_parser
@pytest.mark.parametrize("case", [pytest.param(it, id=name) for name, it in EDITS.items()])
def test_no_more_is_written_than_needs_be(parser: str, case: tuple[str, str, str, str]) -> None:
    text, old, new, after = case
    at = find(read(text, parser))[1].index(old)
    assert edit(text, parser, [Stretch(start=at, end=at + len(old), text=new)]) == after


# A stretch is given by what it replaces, from its first occurrence.
REFUSED = {
    "plain, white space": ("key: --x=a\n", "a", "a b"),
    "plain, line break": ("key: --x=a\n", "a", "a\nb"),
    "plain, a comma": ("key: --x=a\n", "a", "a,b"),
    "plain, colon at the end": ("key: --x=a\n", "a", "a:"),
    "plain, colon before a space": ("key: --x=a b\n", "a", "a:"),
    "plain, colon before a bracket": ("{key: x/y}\n", "y", "y:"),
    "plain, colon at a fold": ("key: --x=a\n  b\n", "a", "a:"),
    "plain, a comment laid bare": ("key: --x= a#b\n", "a", ""),
    "plain, a space laid bare at the end": ("key: --x= a\n", "a", ""),
    "plain, a space laid bare at the start": ("key: x /a\n", "x", ""),
    "plain, a dash laid bare": ("key: -x /a\n", "x", ""),
    "plain, an indicator at the start": ("key: a/b\n", "a", "@a"),
    "plain, nothing is left": ("key: a/b\n", "a/b", ""),
    "plain, a number is left": ("key: 1/b\n", "/b", ""),
    "plain, YAML's default value is left": ("key: =b\n", "b", ""),
    "plain, a line of a fold disappears": ("key: a\n  b\n  /c\n", "b", ""),
    "plain, a document's start at a fold": ("key: 'a\nx b'\n", "x", "---"),
    "single quotes, line break": ("key: 'a'\n", "a", "a\nb"),
    "single quotes, line break at a fold": ("key: '\n\n  a'\n", "\n", "b\n\n"),
    "single quotes, control character": ("key: 'a'\n", "a", "a\x07"),
    "single quotes, line separator": ("key: 'a'\n", "a", "a\u2028"),
    "single quotes, white space at a fold": ("key: 'a\n  b'\n", "a", "a "),
    "double quotes, a fold is cut": ('key: "a\n\n\n  b"\n', "\nb", "c"),
    "double quotes, a document's end at a fold": ('key: "a\nx b"\n', "x", "..."),
    "double quotes, a character that is another": ('{"key": "\\ud83d a"}', "a", "\ufffd"),
    "literal block, an escape that is another": ('key: |\n  "\\ud83d" a\n', "a", "\\ufffd"),
    "a byte order mark at the start of a line": ("key: 'a\nx b'\n", "x", "\ufeff"),
    "literal block, carriage return": ("key: |\n  a\n", "a", "a\rb"),
    "literal block, last line break": ("key: |\n  a\nz: z\n", "a\n", "b"),
    "literal block, two last line breaks": ("key: |\n  a\n", "a\n", "b\n\n"),
    "literal block, last line break, all are kept": ("key: |+\n  a\nz: z\n", "a\n", "b"),
    "literal block, line break where none is kept": ("key: |-\n  a\n", "a", "b\n"),
    "literal block, indentation of the first line": ("key: |\n  a\n", "a", " b"),
    "literal block, empty first line with spaces": ("key: |\n  a\n", "a", "   \na"),
    "literal block, a tab before the first text": ("key: |\n  a\n", "a", "\n\ta"),
    "literal block, nothing is left": ("key: |\n  a\n", "a", ""),
    "literal block of blanks": ("key: |2+\n    \n", " ", "a"),
    "folded block, line break": ("key: >\n  a\n", "a", "a\nb"),
    "folded block, indentation": ("key: >\n  a\n  b\n", "b", " b"),
    "folded block, a line disappears": ("key: >\n  a\n  b\n  c\n", "b", ""),
    "a line break that only YAML 1.1 knows": ("key: |\n  a\u2028  b\n", "a", "c"),
    "double quotes, inside of a fold": ('key: "a\n\n\n\n  b"\n', "\nb", "\nx\nb"),
    "a line separator at the start of a line": ('key: "\u2028"\n', "", " "),
    "half of an escape": ("key: \\ud83d/\n", "\\", ""),
    "nothing": ("key:\n", "", "a"),
}


@each_parser
@pytest.mark.parametrize("case", [pytest.param(it, id=name) for name, it in REFUSED.items()])
def test_what_a_style_cannot_hold_is_refused(parser: str, case: tuple[str, str, str]) -> None:
    text, old, new = case
    at = find(read(text, parser))[1].index(old)
    assert edit(text, parser, [Stretch(start=at, end=at + len(old), text=new)]) is None


def test_an_alias_is_refused() -> None:
    text = "a: &a x\nkey: *a\n"
    assert edit(text, "", [Stretch(start=0, end=1, text="y")]) is None


def test_a_document_must_not_begin_inside_of_a_scalar() -> None:
    spot = Spot(start=0, end=7, first=0, last=1)
    stretches = [Stretch(start=3, end=4, text="")]
    assert edit_inside("---x /b\n", spot, "---x /b", stretches) is None


@each_parser
def test_stretches_are_replaced_together(parser: str) -> None:
    text = "key: |\n  a: nginx\n  b:\n  - nginx\n"
    after = "key: |\n  a: x/nginx\n  k: v\n  b:\n  - y\n  l: w\n"
    stretches = [
        Stretch(start=3, end=8, text="x/nginx"),
        Stretch(start=9, end=9, text="k: v\n"),
        Stretch(start=14, end=19, text="y"),
        Stretch(start=20, end=20, text="l: w\n"),
    ]
    assert edit(text, parser, stretches) == after


def test_a_line_is_not_added_behind_a_break_that_is_replaced() -> None:
    stretches = [Stretch(start=1, end=2, text=" "), Stretch(start=2, end=2, text="k: v\n")]
    assert edit("key: |\n  a\n  b\n", "", stretches) is None


@each_parser
def test_what_is_found_inside_is_edited_inside_of_what_holds_it(parser: str) -> None:
    text = 'key: |\n  # c\n  key: "{\\"key\\": \\"nginx\\"}"\n'
    after = 'key: |\n  # c\n  key: "{\\"key\\": \\"a/nginx\\"}"\n'
    middle = find(read(text, parser))[1]
    inner = find(read(middle, parser))[1]
    stretches = [Stretch(start=9, end=14, text="a/nginx")]
    assert inner[9:14] == "nginx"
    inside = edit_inside(middle, find(read(middle, parser))[0], inner, stretches)
    assert inside is not None
    assert edit(text, parser, inside) == after


def test_a_plain_scalar_is_looked_at_behind_what_was_added_before() -> None:
    stretches = [Stretch(start=4, end=5, text="a/b/c"), Stretch(start=10, end=11, text="b:")]
    assert edit("key: --x=a --y=b\n", "", stretches) is None
