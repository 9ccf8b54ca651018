"""The words of shell commands, and where they stand."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.find.shell import Unbalanced, shell_words


def words(text: str) -> list[str]:
    return [it.text for it in shell_words(text) if it.text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a  b\tc", ["a", "b", "c"]),
        ("a \\\n  b", ["a", "b"]),
        ("""a="b c" 'd'"e"f""", ["a=b c", "def"]),
        (r"a\ b \"c", ["a b", '"c']),
        ("a # b 'c\nd", ["a", "d"]),
        ("a#b", ["a#b"]),
        ("a;b|c&d(e)>f<g", ["a", "b", "c", "d", "e", "f", "g"]),
        ("cat <<EOF >x\ndon't\nEOF\nb", ["cat", "x", "b"]),
        ("cat <<-'E' <<F\na'\n\tE\n\"\nF\nb", ["cat", "b"]),
        ("${A:-b} $(c)", ["${A:-b}", "$", "c"]),
    ],
)
def test_a_command_has_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_commands_are_apart() -> None:
    assert [it.text for it in shell_words("a\nb;c")] == ["a", "", "b", "", "c"]


@pytest.mark.parametrize("text", ["a 'b", 'a "b', "a \\", "cat <<EOF\na", 'a "b\\"'])
def test_what_is_not_closed_has_no_words(text: str) -> None:
    with pytest.raises(Unbalanced):
        shell_words(text)


def test_a_stretch_is_of_characters_side_by_side() -> None:
    plain, quoted, mixed = shell_words("-a=b/c -a=\"b/c\" -a=b'/c'")
    assert plain.stretch(3) == (3, 6)
    assert quoted.stretch(3) == (11, 14)
    assert mixed.stretch(3) is None
    assert plain.stretch(6) is None


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)))
def test_what_is_quoted_for_a_shell_is_read_as_it_was(texts: list[str]) -> None:
    assert words(shlex.join(texts)) == texts


@given(st.text(alphabet="ab \n\t'\"\\#;|&()<>$=-E", max_size=40))
def test_every_text_has_words_or_is_refused(text: str) -> None:
    try:
        found = shell_words(text)
    except Unbalanced:
        return
    for word in found:
        assert "".join(text[it] for it in word.offsets) == word.text
        assert list(word.offsets) == sorted(set(word.offsets))
