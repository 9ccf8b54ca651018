from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given, strategies

from transformer.yamltext.json_text import json_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param({"a": [1, "x", None, True]}, '{"a": [1, "x", null, true]}', id="every type"),
        pytest.param('"\\', r'"\"\\"', id="JSON's own"),
        pytest.param("\n\x1b\x7f\x85", r'"\n\u001b\u007f\u0085"', id="control characters"),
        pytest.param("\u2028\u2029\ufeff", r'"\u2028\u2029\ufeff"', id="YAML's line breaks"),
        pytest.param("\ud800", r'"\ud800"', id="lone surrogate"),
        pytest.param("é🚀", '"é🚀"', id="letters and signs"),
    ],
)
def test_a_value_is_written_on_one_line(value: object, text: str) -> None:
    assert json_text(value) == text


@given(strategies.text(strategies.characters(exclude_categories=["Cs"])))
def test_json_and_yaml_read_the_same(value: str) -> None:
    text = json_text({value: [value]})
    assert json.loads(text) == {value: [value]}
    for loader in (yaml.CSafeLoader, yaml.SafeLoader):
        assert yaml.load(text, Loader=loader) == {value: [value]}
