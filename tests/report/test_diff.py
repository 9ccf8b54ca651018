from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, strategies

from transformer.edit.edits import apply_edits
from transformer.report.diff import CONTEXT, unified_diff
from transformer.yamltext.documents import BOM, Source, documents
from transformer.yamltext.edit import Edit

LETTERS = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n"


def edit(start: int, end: int, text: str) -> Edit:
    return Edit(start=start, end=end, text=text, first=0, last=0, tokens=())


def diff(text: str, *edits: Edit) -> list[str]:
    source = Source("in.yaml", text)
    (document,) = documents(source)
    return list(unified_diff(source, [(document, edits)]))


def body(text: str, *edits: Edit) -> list[str]:
    head, name, *lines = diff(text, *edits)
    assert (head, name) == ("--- in.yaml", "+++ in.yaml (mirrored)")
    return lines


def test_no_edits_are_no_diff() -> None:
    assert diff(LETTERS) == []
    assert diff(LETTERS, edit(0, 1, "a"), edit(3, 3, "")) == []
    assert list(unified_diff(Source("in.yaml", LETTERS), [])) == []


@pytest.mark.parametrize(
    ("text", "edits", "expected"),
    [
        pytest.param(
            LETTERS,
            [edit(8, 9, "E")],
            ["@@ -2,7 +2,7 @@", " b", " c", " d", "-e", "+E", " f", " g", " h"],
            id="one line",
        ),
        pytest.param(
            "a\nb\n", [edit(0, 1, "A")], ["@@ -1,2 +1,2 @@", "-a", "+A", " b"], id="first line"
        ),
        pytest.param("a\n", [edit(0, 1, "A")], ["@@ -1 +1 @@", "-a", "+A"], id="only line"),
        pytest.param(
            "a\nb\n",
            [edit(2, 2, "x\ny\n")],
            ["@@ -1,2 +1,4 @@", " a", "+x", "+y", " b"],
            id="insertion",
        ),
        pytest.param("", [edit(0, 0, "x\n")], ["@@ -0,0 +1 @@", "+x"], id="into nothing"),
        pytest.param("a\n", [edit(2, 2, "x\n")], ["@@ -1 +1,2 @@", " a", "+x"], id="at the end"),
        pytest.param(
            "a",
            [edit(1, 1, "\nx")],
            [
                "@@ -1 +1,2 @@",
                "-a",
                "\\ No newline at end of file",
                "+a",
                "+x",
                "\\ No newline at end of file",
            ],
            id="at an end without line break",
        ),
        pytest.param(
            "{a}",
            [edit(1, 2, "A"), edit(3, 3, "\n{b}\n")],
            ["@@ -1 +1,2 @@", "-{a}", "\\ No newline at end of file", "+{A}", "+{b}"],
            id="a last line without line break, and something behind it",
        ),
        pytest.param(
            "a\nb",
            [edit(0, 1, "A")],
            ["@@ -1,2 +1,2 @@", "-a", "+A", " b", "\\ No newline at end of file"],
            id="context without line break",
        ),
        pytest.param(
            "a b\n",
            [edit(0, 1, "A"), edit(2, 3, "B")],
            ["@@ -1 +1 @@", "-a b", "+A B"],
            id="one line twice",
        ),
        pytest.param(
            "a\nb\n",
            [edit(2, 3, "B"), edit(0, 1, "A")],
            ["@@ -1,2 +1,2 @@", "-a", "+A", "-b", "+B"],
            id="lines that touch, in any order",
        ),
        pytest.param(
            "a\n",
            [edit(2, 2, "y\n"), edit(2, 2, "x\n")],
            ["@@ -1 +1,3 @@", " a", "+y", "+x"],
            id="insertions at one place, in their order",
        ),
        pytest.param(
            "a\r\nb\x0b\u2028c\rd\r\n",
            [edit(0, 1, "A")],
            ["@@ -1,2 +1,2 @@", "-a\r", "+A\r", " b\x0b\u2028c\rd\r"],
            id="line feeds are the only line breaks",
        ),
        pytest.param(
            f"{BOM}a\nb\n",
            [edit(0, 1, "A")],
            ["@@ -1,2 +1,2 @@", f"-{BOM}a", f"+{BOM}A", " b"],
            id="byte order mark",
        ),
    ],
)
def test_edits_are_shown_as_whole_lines(
    text: str, edits: Sequence[Edit], expected: list[str]
) -> None:
    assert body(text, *edits) == expected


@pytest.mark.parametrize(("distance", "hunks"), [(2 * CONTEXT, 1), (2 * CONTEXT + 1, 2)])
def test_changes_share_a_hunk_while_their_contexts_touch(distance: int, hunks: int) -> None:
    second = 2 * (distance + 1)
    lines = body(LETTERS, edit(0, 1, "A"), edit(second, second + 1, "X"))
    assert sum(line.startswith("@@") for line in lines) == hunks


def test_later_hunks_count_the_lines_that_earlier_ones_added() -> None:
    lines = body(LETTERS, edit(0, 0, "x\ny\n"), edit(20, 21, "K"))
    assert [line for line in lines if line.startswith("@@")] == [
        "@@ -1,3 +1,5 @@",
        "@@ -8,5 +10,5 @@",
    ]


def test_every_document_of_a_source_has_its_own_edits() -> None:
    source = Source("in.yaml", "a: 1\n---\nb: 2\n")
    one, two = documents(source)
    lines = list(unified_diff(source, [(two, [edit(7, 8, "3")]), (one, [edit(3, 4, "0")])]))
    assert lines[2:] == ["@@ -1,3 +1,3 @@", "-a: 1", "+a: 0", " ---", "-b: 2", "+b: 3"]


def patched(text: str, lines: list[str]) -> str:
    """A text with a unified diff applied, by the numbers of its hunks."""
    old = difflib_lines(text)
    new: list[str] = []
    at = 0
    for header, hunk in hunks(lines):
        start, count, new_start, new_count = header
        first = start - 1 if count else start
        new += old[at:first]
        at = first
        assert len(new) == (new_start - 1 if new_count else new_start)
        before = len(new)
        for mark, line in hunk:
            if mark in " -":
                assert old[at] == line
                at += 1
            if mark in " +":
                new.append(line)
        assert (at - first, len(new) - before) == (count, new_count)
    return "".join(new + old[at:])


def difflib_lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+\Z", text)


def hunks(lines: list[str]) -> Iterator[tuple[tuple[int, int, int, int], list[tuple[str, str]]]]:
    found: list[tuple[tuple[int, int, int, int], list[tuple[str, str]]]] = []
    for line in lines:
        if line.startswith("@@"):
            numbers = re.fullmatch(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", line)
            assert numbers
            start, count, new_start, new_count = (int(it or 1) for it in numbers.groups())
            found.append(((start, count, new_start, new_count), []))
        elif line.startswith("\\"):
            mark, last = found[-1][1].pop()
            found[-1][1].append((mark, last.removesuffix("\n")))
        else:
            found[-1][1].append((line[0], line[1:] + "\n"))
    yield from found


@strategies.composite
def edited(draw: strategies.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(strategies.text("ab\n\r", max_size=60))
    cuts = draw(strategies.lists(strategies.integers(0, len(text)), max_size=8).map(sorted))
    pieces = draw(strategies.lists(strategies.text("xy\n", max_size=6), min_size=4, max_size=4))
    spans = zip(cuts[::2], cuts[1::2], pieces, strict=False)
    return text, [edit(start, end, piece) for start, end, piece in spans]


@given(edited())
def test_the_diff_makes_the_output_of_the_input(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    lines = diff(text, *edits)
    assert patched(text, lines[2:]) == apply_edits(text, edits)


@given(edited())
def test_there_is_a_diff_where_there_is_a_difference(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    lines = diff(text, *edits)
    after = apply_edits(text, edits)
    real = difflib.unified_diff(difflib_lines(text), difflib_lines(after), n=CONTEXT)
    assert bool(lines) == bool(list(real))


@given(strategies.sets(strategies.sampled_from(range(1, 60, 2))), strategies.booleans())
def test_lines_that_are_replaced_are_shown_as_difflib_shows_them(
    numbers: set[int], ends: bool
) -> None:
    # Lines that touch are shown in pairs here, and there all old ones before all new ones.
    text = "\n".join(f"line {it:02}" for it in range(60)) + "\n" * ends
    edits = [edit(it * 8, it * 8 + 4, "LINE") for it in sorted(numbers)]
    after = apply_edits(text, edits)
    real = difflib.unified_diff(
        difflib_lines(text), difflib_lines(after), "in.yaml", "in.yaml (mirrored)", n=CONTEXT
    )
    shown = "".join(
        it if it.endswith("\n") else f"{it}\n\\ No newline at end of file\n" for it in real
    )
    assert "".join(f"{it}\n" for it in diff(text, *edits)) == shown


def test_a_line_behind_another_is_all_that_is_added() -> None:
    assert body("a\nb\n", edit(1, 1, "\nx")) == ["@@ -1,2 +1,3 @@", " a", "+x", " b"]
