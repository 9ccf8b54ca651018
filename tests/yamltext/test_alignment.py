from __future__ import annotations

import pytest

from transformer.yamltext.alignment import Misaligned, align


def places(text: str, style: str, value: str) -> list[tuple[int, int]]:
    """Where each character of the value begins and ends."""
    alignment = align(text, style, value)
    return [(alignment.start(at), alignment.end(at + 1)) for at in range(len(value))]


@pytest.mark.parametrize(
    ("text", "style", "value", "expected"),
    [
        pytest.param("ab", "", "ab", [(0, 1), (1, 2)], id="plain"),
        pytest.param("a \n  b", "", "a b", [(0, 1), (1, 5), (5, 6)], id="fold"),
        pytest.param("'a'''", "'", "a'", [(1, 2), (2, 4)], id="two single quotes"),
        pytest.param('"\\x41\\\n  b"', '"', "Ab", [(1, 5), (9, 10)], id="escape, joint lines"),
        pytest.param("|\n  a\n\n  b\n", "|", "a\n\nb\n",
                     [(4, 5), (5, 6), (6, 9), (9, 10), (10, 11)], id="literal block"),
        pytest.param(">-\n a\n b\n", ">", "a b", [(4, 5), (5, 7), (7, 8)], id="folded block"),
    ],
)  # fmt: skip
def test_every_character_has_its_place(
    text: str, style: str, value: str, expected: list[tuple[int, int]]
) -> None:
    assert places(text, style, value) == expected


def test_the_line_breaks_of_one_fold_have_no_place_between_them() -> None:
    alignment = align("a\n\n\nb", "", "a\n\nb")
    assert (alignment.start(1), alignment.end(3)) == (1, 4)
    with pytest.raises(Misaligned):
        alignment.start(2)
    with pytest.raises(Misaligned):
        alignment.end(2)


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        pytest.param("ab", "", "ac", id="another character"),
        pytest.param("ab", "", "a", id="more text"),
        pytest.param("ab", "", "abc", id="more value"),
        pytest.param("'a'b'", "'", "a'b", id="a lone quote"),
        pytest.param('"\\q"', '"', "q", id="an unknown escape"),
        pytest.param("*a", "*", "a", id="an alias"),
        pytest.param("|\n  a\n b\n", "|", "a\nb\n", id="a line with less indentation"),
        pytest.param("|\n \ta\n", "|", "\ta\n", id="a tab where libyaml takes none"),
        pytest.param("|\n  \n", "|", "", id="a block of blanks"),
        pytest.param("|2\n  a\n", "|", "", id="a block that is no value's"),
        pytest.param("a\u2028", "", "a\u2028", id="a line break that only YAML 1.1 knows"),
    ],
)
def test_another_text_is_found_out(text: str, style: str, value: str) -> None:
    with pytest.raises(Misaligned):
        align(text, style, value)
