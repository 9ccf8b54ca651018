"""A configuration of thousands of items is read in linear time."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import pytest

from tests.helpers.work import work
from transformer.config.config import parse_config
from transformer.errors import ConfigError

HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nspec:\n"
FIELD = "  - {group: example.com, kind: Database, path: "
RULE = "  - {source: docker.io, target: r.io/"


MANY = [
    pytest.param("fields", FIELD, "spec.c{}.image}}", id="images"),
    pytest.param("fields", FIELD, "c{}, form: podSpec}}", id="pod specs"),
    pytest.param("fields", FIELD, "spec.image}} # {}", id="one path"),
    pytest.param("fields", FIELD, "a, versions: [v{}]}}", id="versions"),
    pytest.param("fields", FIELD, "a, when: {{b: c{}}}}}", id="conditions"),
    pytest.param("mirrors", "  - {source: a.io/b", "{}, keep: true}}", id="rules"),
    pytest.param("mirrors", RULE, "a{}}}", id="one source"),
    pytest.param("mirrors", RULE, "a, where: {{namespaces: [n{}-*]}}}}", id="namespaces"),
    pytest.param(
        "mirrors", RULE, "a, where: {{kinds: ['*'], containers: [n{}]}}}}", id="containers"
    ),
    pytest.param(
        "mirrors", RULE, "a, where: {{selector: {{matchLabels: {{app: a{}}}}}}}}}", id="labels"
    ),
]


def read(text: str) -> None:
    with suppress(ConfigError):
        parse_config("c.yaml", text, "")


@pytest.mark.parametrize(("section", "start", "rest"), MANY)
def test_twice_as_many_take_twice_as_long(section: str, start: str, rest: str) -> None:
    def text(count: int) -> str:
        items = "".join(f"{start}{rest.format(it)}\n" for it in range(count))
        return f"{HEAD}  {section}:\n{items}"

    read(text(1))
    once, twice = (work(partial(read, text(count))) for count in (200, 400))
    assert twice < 2.2 * once


def test_of_globs_that_are_tried_one_by_one_there_are_a_hundred() -> None:
    def read_globs(count: int) -> None:
        globs = [*(f"A*{n}" for n in range(count)), *(f"A{n}*" for n in range(200)), "B*"]
        parse_config("c.yaml", f"{HEAD}  strings: {{env: {globs}}}\n", "")

    read_globs(100)
    with pytest.raises(ConfigError) as it:
        read_globs(101)
    assert [problem.message for problem in it.value.problems] == [
        '`spec.strings.env[100]` is "A*100": expected `*` at one end, as 100 globs have it inside'
    ]
