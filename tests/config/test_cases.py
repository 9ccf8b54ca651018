from __future__ import annotations

import json

import jsonschema
import pytest
import yaml

from tests.helpers import pages
from transformer.config.cases import CASE, EXPECTED, parse_cases
from transformer.config.schemas import read
from transformer.errors import ConfigError, Position

SHA = "sha256:" + "a" * 64


def table(*rows: str) -> str:
    return "version: 1\ncases:\n" + "".join(f"- {{{row}}}\n" for row in rows)


def refused(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_cases("cases.yaml", text)
    return [str(it) for it in caught.value.problems]


def schema_refuses(text: str) -> bool:
    validator = jsonschema.Draft7Validator(json.loads(read("cases")))
    return not validator.is_valid(yaml.safe_load(text))


def test_a_case_is_read_whole() -> None:
    text = table(
        "image: nginx, namespace: a, kind: Job, container: c, labels: {x: ''}, "
        f"name: m.io/x, digest: '{SHA}', pullSecrets: [p, q], rule: 'mirrors[0]', warning: w",
        "image: evil, error: blocked",
        "image: nginx, digest: none, pullSecrets: []",
    )
    assert not schema_refuses(text)
    first, second, third = parse_cases("cases.yaml", text)
    assert first.position == Position(file="cases.yaml", line=3, column=3)
    assert (first.image, first.namespace, first.kind, first.container) == ("nginx", "a", "Job", "c")
    assert first.labels == {"x": ""}
    assert first.expected == {
        "name": "m.io/x",
        "digest": SHA,
        "pullSecrets": ("p", "q"),
        "rule": "mirrors[0]",
        "warning": "w",
    }
    assert (second.namespace, second.labels, second.expected) == ("", {}, {"error": "blocked"})
    assert third.expected == {"digest": "none", "pullSecrets": ()}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            table("image: nginx, nam: x"),
            [
                "cases.yaml:3:3: error: `cases[0]` says nothing of what is expected: "
                "expected one of name, digest, pullSecrets, rule, warning, error "
                "(missing-key)",
                "cases.yaml:3:18: error: `cases[0].nam` is set, and there is no such key "
                "(unknown-key)\n"
                "  hint: did you mean name?",
            ],
            id="a key that there is not",
        ),
        pytest.param(
            "version: 1\ncase: []\n",
            [
                "cases.yaml:1:1: error: lacks the key `cases` (missing-key)",
                "cases.yaml:2:1: error: `case` is set, and there is no such key "
                "(unknown-key)\n"
                "  hint: did you mean cases?",
            ],
            id="no cases",
        ),
        pytest.param(
            "version: 1\ncases: []\n",
            ["cases.yaml:2:8: error: `cases` is empty: expected a value (empty)"],
            id="none",
        ),
        pytest.param(
            "version: 2\ncases: [{image: a, name: b}]\n",
            ['cases.yaml:1:10: error: `version` is "2": expected 1 (bad-version)'],
            id="another version",
        ),
        pytest.param(
            table("name: a"),
            ["cases.yaml:3:3: error: `cases[0]` lacks the key `image` (missing-key)"],
            id="no image",
        ),
        pytest.param(
            table("image: a, digest: sha256:1"),
            [
                'cases.yaml:3:22: error: `cases[0].digest` is "sha256:1": expected sha256: '
                "and 64 hex digits, or none (bad-digest)"
            ],
            id="no digest",
        ),
        pytest.param(
            table("image: a, error: b, name: c"),
            [
                "cases.yaml:3:24: error: `cases[0].name` is set beside `error`: an image "
                "that fails becomes nothing (contradiction)"
            ],
            id="an error and a name",
        ),
        pytest.param(
            table("image: a, pullSecrets: [A_b]"),
            [
                'cases.yaml:3:28: error: `cases[0].pullSecrets[0]` is "A_b": expected an '
                "object's name, of lower-case letters, digits, - and . (bad-name)"
            ],
            id="no name of a secret",
        ),
        pytest.param(
            table("image: a, name: ''"),
            ["cases.yaml:3:20: error: `cases[0].name` is empty: expected a value (empty)"],
            id="an empty name",
        ),
        pytest.param(
            table("image: a, name: b, labels: [x]"),
            [
                "cases.yaml:3:31: error: `cases[0].labels` is a list: expected a mapping "
                "(wrong-type)"
            ],
            id="labels",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: list[str]) -> None:
    assert refused(text) == said
    assert schema_refuses(text)


def test_of_what_is_empty_that_alone_is_said() -> None:
    (said,) = refused("version: 1\ncases: [{}]\n")[:1]
    assert "image" in said


@pytest.mark.parametrize("key", EXPECTED)
def test_one_thing_that_is_expected_will_do(key: str) -> None:
    value = {"digest": "none", "pullSecrets": "[]"}.get(key, "x")
    text = table(f"image: a, {key}: {value}")
    assert [list(it.expected) for it in parse_cases("cases.yaml", text)] == [[key]]
    assert not schema_refuses(text)


def test_the_reference_has_every_key() -> None:
    shown = [key for row in pages.table("key of a case").rows for key in pages.words(row[0])]
    assert tuple(shown) == CASE
