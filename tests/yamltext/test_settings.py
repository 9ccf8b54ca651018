"""Strings in TOML and INI: what they are called and where they stand."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.yamltext.path import Steps
from transformer.yamltext.settings import Setting, Unreadable, ini_settings, toml_settings


def in_short(text: str, settings: list[Setting]) -> list[tuple[str, str]]:
    return [(".".join(map(str, it.steps)), text[it.start : it.end]) for it in settings]


TOML = """\
concurrent = 1
date = 1979-05-27 07:32:00Z
"quoted key" . 'b'.c = "x"
[server]  # c
  inline = { a = "b:1", c = [1, "d"] , e = {} } # c
[[runners]]
  [runners.kubernetes]
    image = "alpine:3.20"
    helper = 'a"b'
    secrets = ["a", # c
      "b",
    ]
    long = \"\"\"
x"y\"\"\"
    raw = '''
x'y'''
    escaped = "a\\u0041"
    [[runners.kubernetes.services]]
      name = "one"
    [[runners.kubernetes.services]]
      name = "two"
[[runners]]
  [[runners.kubernetes.services]]
    name = "three"
"""


def test_strings_of_toml_are_found_by_their_paths() -> None:
    assert in_short(TOML, toml_settings(TOML)) == [
        ("quoted key.b.c", "x"),
        ("server.inline.a", "b:1"),
        ("server.inline.c.1", "d"),
        ("runners.0.kubernetes.image", "alpine:3.20"),
        ("runners.0.kubernetes.helper", 'a"b'),
        ("runners.0.kubernetes.secrets.0", "a"),
        ("runners.0.kubernetes.secrets.1", "b"),
        ("runners.0.kubernetes.services.0.name", "one"),
        ("runners.0.kubernetes.services.1.name", "two"),
        ("runners.1.kubernetes.services.0.name", "three"),
    ]


@pytest.mark.parametrize("text", ["a", "a = ", "[a", "a = 1\na = 2", "[[a]\n", "a = [" * 2000])
def test_what_is_no_toml_is_not_read(text: str) -> None:
    with pytest.raises(Unreadable):
        toml_settings(text)


def test_an_escape_in_a_key_is_not_understood() -> None:
    with pytest.raises(Unreadable):
        toml_settings('"a\\u0041" = "x"')


TEXT = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Zs"]), max_size=8)
KEYS = st.from_regex(r"[A-Za-z0-9_-]{1,4}", fullmatch=True)
VALUES = st.recursive(
    st.one_of(TEXT, st.integers(-9, 9), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=12,
)


def written(value: Any) -> str:  # noqa: ANN401 data of any shape
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {written(it)}' for key, it in value.items())} }}"
    return f"[{', '.join(map(written, value))}]" if isinstance(value, list) else json.dumps(value)


def strings_of(value: Any, at: Steps = ()) -> list[tuple[Steps, str]]:  # noqa: ANN401 any shape
    if isinstance(value, dict):
        return [it for key, inner in value.items() for it in strings_of(inner, (*at, key))]
    if isinstance(value, list):
        return [it for at_, inner in enumerate(value) for it in strings_of(inner, (*at, at_))]
    return [(at, value)] if isinstance(value, str) else []


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_every_string_without_an_escape_is_found_where_it_is(data: dict[str, Any]) -> None:
    text = "".join(f"{key} = {written(value)}\n" for key, value in data.items())
    assert tomllib.loads(text) == data
    found = [(it.steps, text[it.start : it.end]) for it in toml_settings(text)]
    assert found == [it for it in strings_of(data) if not {'"', "\\"} & set(it[1])]


@given(st.text(alphabet="ab=[]\"'\n#.,{} ", max_size=30))
def test_any_text_is_read_as_tomllib_reads_it(text: str) -> None:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(Unreadable):
            toml_settings(text)
        return
    assert {(it.steps, text[it.start : it.end]) for it in toml_settings(text)} <= set(
        strings_of(data)
    )


INI = """\
; c
[core]
a = x
b=y # no comment here
[two words]
empty =
long = a
  b
c = z
"""


def test_values_of_ini_are_found_by_section_and_key() -> None:
    assert in_short(INI, ini_settings(INI)) == [
        ("core.a", "x"),
        ("core.b", "y # no comment here"),
        ("two words.empty", ""),
        ("two words.c", "z"),
    ]


def test_windows_line_endings_are_no_part_of_a_value() -> None:
    text = "[a]\r\nb = c\r\n"
    assert in_short(text, ini_settings(text)) == [("a.b", "c")]


@pytest.mark.parametrize("text", ["a = b", "[a]\nb", "{}", "[a\n"])
def test_what_is_no_ini_is_not_read(text: str) -> None:
    with pytest.raises(Unreadable):
        ini_settings(text)
