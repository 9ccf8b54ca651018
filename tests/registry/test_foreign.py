from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.registry.foreign import MAX_NESTING, Foreign, read_object, whole_number

LIMIT = 1 << 20


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b'{"a": [1, -2.5, null, true, {}]}', {"a": [1, -2.5, None, True, {}]}, id="b"),
        pytest.param('{"a": "\u00e9"}', {"a": "\u00e9"}, id="text"),
        pytest.param(b'\xef\xbb\xbf{"a": 1}', {"a": 1}, id="byte order mark"),
        pytest.param(b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}, id="surrogate pair"),
        pytest.param(b'{"a": 18446744073709551615}', {"a": (1 << 64) - 1}, id="64 bits"),
        pytest.param(b'{"a": 1e308}', {"a": 1e308}, id="large"),
    ],
)
def test_objects_are_read(data: bytes | str, expected: object) -> None:
    assert read_object(data, LIMIT) == expected


def nested(depth: int) -> str:
    return '{"a": ' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "not JSON, see line 1", id="nothing"),
        pytest.param(b'{"a":\n"\x1b', "not JSON, see line 2", id="unclosed"),
        pytest.param(b"[{}]", "not a JSON object", id="list"),
        pytest.param(b"7", "not a JSON object", id="number"),
        pytest.param(b'{"a": "\xff"}', "not UTF-8", id="no UTF-8"),
        pytest.param('{"a": "\udcff"}', "not UTF-8", id="environment that is not UTF-8"),
        pytest.param(b'{"a": "\\ud800"}', "JSON with half a character", id="lone surrogate"),
        pytest.param(b'{"\\uDFFF": 1}', "JSON with half a character", id="in a key"),
        pytest.param(b'{"a": 1' + b"0" * 20 + b"}", "JSON with a number out of range", id="21"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", "JSON with a number out of range", id="5000"),
        pytest.param(b'{"a": -1e999}', "JSON with a number out of range", id="float"),
        pytest.param(b'{"a": NaN}', "JSON with a number out of range", id="NaN"),
        pytest.param(b'{"a": -Infinity}', "JSON with a number out of range", id="infinity"),
        pytest.param(b"[" * 200_000, "JSON nested more than 64 deep", id="very deep"),
        pytest.param(nested(MAX_NESTING + 1), "JSON nested more than 64 deep", id="deep"),
        pytest.param(b'{"a": "' + b"x" * LIMIT + b'"}', f"longer than {LIMIT} bytes", id="long"),
    ],
)
def test_anything_else_is_said(data: bytes | str, said: str) -> None:
    with pytest.raises(Foreign) as caught:
        read_object(data, LIMIT)
    assert str(caught.value) == said


def test_nesting_is_read_up_to_the_bound() -> None:
    assert json.dumps(read_object(nested(MAX_NESTING), LIMIT)) == nested(MAX_NESTING)


@given(st.binary() | st.text(alphabet='[{]}",:\\ud8e90-N. \udcff'))
def test_there_is_one_fault(data: bytes | str) -> None:
    try:
        found = read_object(data, 100)
    except Foreign:
        return
    json.dumps(found, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), ("007", 7), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("9" * 5000, None)]
    + [(it, None) for it in ("", "-5", "+5", "1.0", " 1", "1_0", "\u0663", "\xb2")],
)
def test_numbers_of_headers(text: str, expected: int | None) -> None:
    assert whole_number(text) == expected
