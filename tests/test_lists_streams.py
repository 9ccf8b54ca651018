"""The same objects come to the same, as documents of a stream and as items of a list."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import pytest

from tests.helpers.lists import outcomes, said
from tests.helpers.reading import each_parser
from tests.helpers.runs import HUB, SECRET, config, pod, run, stream
from transformer.config.options import Options
from transformer.pipeline import Outcome

SUSPECTS = config(HUB, "unmatched: keep", "suspects: warn")
REWRITE = config(HUB, "unmatched: keep", "suspects: rewrite")
FAIL = config(HUB, "unmatched: keep", "suspects: fail")


def thing(spec: str) -> str:
    return f"apiVersion: example.com/v1\nkind: Thing\nmetadata: {{name: a}}\nspec: {spec}\n"


SCHEMA = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.example.com
spec:
  image: {default: 'docker.io/acme/app:1'}
"""
INSIDE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: local-path-config}
data:
  helperPod.yaml: |
    apiVersion: v1
    kind: Pod
    metadata: {annotations: {x: 'docker.io/a/b:1'}}
    spec: {containers: [{name: a, image: 'c/d:1'}]}
"""

# The third holds nothing that says image, but what looks like one.
OBJECTS = (
    pod("nginx", "quay.io/a/b:1"),
    thing("{image: 'docker.io/acme/app:1', x: [a, 'docker.io/acme/other:2']}"),
    thing("{a: 'docker.io/acme/runtime:3', b: {c: 'quay.io/acme/c:4'}}"),
    SCHEMA,
    thing("{text: \"it's\", b: ['docker.io/acme/d:5'], b: ['docker.io/acme/e:6']}"),
    INSIDE,
    thing("{a: &a 'docker.io/acme/f:7', b: *a}"),
    thing("{a: nothing}"),
)
HEADS = {
    "ResourceList": "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n",
    "List": "apiVersion: v1\nkind: List\n",
}
heads = pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
columns = pytest.mark.parametrize("column", [0, 2])


def listed(head: str, column: int, *objects: str) -> str:
    margin = " " * (column + 2)
    items = (textwrap.indent(it, margin).removeprefix(margin) for it in objects)
    return f"{head}items:\n" + "".join(" " * column + "- " + it for it in items)


def suspects(text: str, outcome: Outcome) -> list[object]:
    lines = text.splitlines()
    return [
        (
            str(it.resource),
            it.field,
            it.image,
            it.reason,
            lines[it.position.line - 1].lstrip(" -")[: len("spec:")],
            lines[it.position.line - 1][it.position.column - 1 :],
        )
        for it in outcome.suspects
    ]


def decided(outcome: Outcome) -> Sequence[object]:
    # Of a list, what is in strings comes last.
    return sorted((site.field, site.value, site.is_suspect) for site, _ in outcome.decisions)


@each_parser
@heads
@columns
def test_suspects_of_a_list_are_those_of_a_stream(head: str, column: int, parser: str) -> None:
    text, alone = listed(head, column, *OBJECTS), stream(*OBJECTS)
    by_item, whole = outcomes(text, SUSPECTS, Options(parser=parser))
    expected = suspects(alone, run(alone, SUSPECTS))
    assert [it[2] for it in expected if isinstance(it, tuple)] == [
        "docker.io/acme/app:1",
        "docker.io/acme/other:2",
        "docker.io/acme/runtime:3",
        "quay.io/acme/c:4",
        "docker.io/acme/app:1",
        "docker.io/acme/d:5",
        "docker.io/acme/e:6",
        "docker.io/a/b:1",
        "docker.io/acme/f:7",
        "docker.io/acme/f:7",
    ]
    assert suspects(text, by_item) == suspects(text, whole) == expected
    assert said(by_item) == said(whole)


@each_parser
@heads
@columns
def test_suspects_of_a_list_are_rewritten_as_those_of_a_stream(
    head: str, column: int, parser: str
) -> None:
    objects = [it for it in OBJECTS if "b: [" not in it]
    text, alone = listed(head, column, *objects), run(stream(*objects), REWRITE)
    by_item, whole = outcomes(text, REWRITE, Options(parser=parser, verify="full"))
    assert not alone.failed
    assert decided(by_item) == decided(whole) == decided(alone)
    assert said(by_item) == said(whole)
    parts = alone.outputs[0].decode().split("---\n")
    assert by_item.outputs[0].decode() == listed(head, column, *parts)


@heads
def test_a_suspect_below_a_repeated_key_is_no_more_rewritten_than_in_a_stream(head: str) -> None:
    text, alone = listed(head, 0, *OBJECTS), run(stream(*OBJECTS), REWRITE)
    by_item, whole = outcomes(text, REWRITE, Options())
    assert said(by_item) == said(whole)
    errors = [
        [it.problem.message for it in outcome.results if it.problem.severity == "error"]
        for outcome in (alone, by_item)
    ]
    assert errors == [
        ["key `b` is repeated: first at line 32"],
        ["key `b` is repeated: first at line 31"],
    ]
    assert by_item.outputs == (text.encode(),)


def test_suspects_fail_a_list_as_they_fail_a_stream() -> None:
    text = listed(HEADS["List"], 0, *OBJECTS)
    by_item, whole = outcomes(text, FAIL, Options())
    assert said(by_item) == said(whole)
    assert by_item.failed
    assert by_item.outputs == (text.encode(),)


def test_a_text_in_front_of_the_items_belongs_to_none() -> None:
    head = "kind: List\nmetadata: {annotations: {a: 'docker.io/acme/app:1'}}\n"
    text = stream(thing("{b: nginx}"), listed(head, 0, pod("nginx")))
    by_item, whole = outcomes(text, SUSPECTS, Options())
    assert by_item.suspects == whole.suspects == ()


def test_a_list_of_schemas_and_others_is_looked_at_as_a_whole_too() -> None:
    text = listed("!!map\n" + HEADS["List"], 0, SCHEMA, thing("{a: 'docker.io/acme/app:1'}"))
    assert [it.field for it in run(text, SUSPECTS).suspects] == [
        "spec.image.default",
        "spec.a",
    ]


PULL = "mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [pull]}]"
GENERATED = """\
apiVersion: v1
kind: Secret
metadata:
  name: pull-7kg2hbt9mm
type: kubernetes.io/dockerconfigjson
"""


@heads
@columns
def test_generated_secrets_of_a_list_are_those_of_a_stream(head: str, column: int) -> None:
    objects = (pod("nginx"), GENERATED)
    settings = config(PULL)
    alone = run(stream(*objects), settings)
    by_item, whole = outcomes(listed(head, column, *objects), settings, Options(verify="full"))
    assert [it.names for it in alone.grants] == [("pull-7kg2hbt9mm",)]
    assert [it.names for it in by_item.grants] == [("pull-7kg2hbt9mm",)]
    assert said(by_item) == said(whole)


@heads
@columns
def test_an_edit_below_a_repeated_key_fails_in_a_list_as_in_a_stream(
    head: str, column: int
) -> None:
    objects = (pod("a"), pod("nginx") + "    image: redis\n", pod("b"))
    alone = run(stream(*objects), config(SECRET))
    by_item, whole = outcomes(listed(head, column, *objects), config(SECRET), Options())
    assert said(by_item) == said(whole)
    codes = [[(it.problem.code, it.problem.severity) for it in o.results] for o in (alone, by_item)]
    assert codes[0] == codes[1] == [("repeated-key", "error")]


def test_what_was_seen_of_items_is_forgotten_where_the_whole_must_be_read() -> None:
    again = pod("nginx") + "x: {a: 1, a: 2}\n"
    objects = (again, pod("&a b"), pod("*a"), thing("{a: 'docker.io/acme/app:1'}"))
    text = listed(HEADS["List"], 0, *objects)
    by_item, whole = outcomes(text, SUSPECTS, Options())
    assert said(by_item) == said(whole)
    assert suspects(text, by_item) == suspects(text, whole)
    assert len(by_item.suspects) == 1
