"""The rule for a place, of many with one source: the first in scope, found without trying all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.config.test_scope import LABELS, SCOPES
from tests.helpers.steps import steps_of
from transformer.config.mirrors import Rule, compile_rules
from transformer.config.rule import FEW
from transformer.config.scope import Where, in_scope
from transformer.errors import Position
from transformer.image.reference import Reference, normalize
from transformer.model import Resource

SOURCES = st.sampled_from(("docker.io", "docker.io/a", "docker.io/a/b", "*.io", "*"))
ONLY = st.sampled_from(("", "", "digests", "tags"))
ARTIFACTS = st.sampled_from((("images",), ("charts",), ("images", "charts")))
IMAGES = st.sampled_from(("a/b:1", f"a/b@sha256:{'0' * 64}", "a/c", "b.io/x:1"))
NAMES = st.sampled_from(("a", "ab", "b", "bab", "ba"))


def rule(index: int, source: str, where: Where | None, **more: Any) -> Rule:  # noqa: ANN401
    at = Position(file="c.yaml")
    return Rule(index=index, source=source, target="m.io/m", position=at, where=where, **more)


def resource(namespace: str, kind: str, labels: dict[str, str]) -> Resource:
    return Resource(api_version="v1", kind=kind, namespace=namespace, name="n", labels=labels)


RULES = st.lists(st.tuples(SOURCES, st.none() | SCOPES, ONLY, ARTIFACTS), max_size=4 * FEW).map(
    lambda rows: [
        rule(index, source, where, only=only, artifacts=artifacts)
        for index, (source, where, only, artifacts) in enumerate(rows)
    ]
)


@given(RULES, IMAGES, st.builds(resource, NAMES, NAMES, LABELS.map(dict)), NAMES, ARTIFACTS)
def test_it_is_the_first_that_is_tried_and_in_scope(
    rules: list[Rule], image: str, thing: Resource, container: str, artifacts: tuple[str, ...]
) -> None:
    reference, artifact = normalize(image), artifacts[0]
    mirrors = compile_rules(rules)
    tried = (
        it
        for it in mirrors.candidates(reference)
        if artifact in it.artifacts and in_scope(it.where, thing, container)
    )
    found = (it.first(reference, thing, container, artifact) for it in mirrors.sources(reference))
    assert next(filter(None, found), None) is next(tried, None)


WHERES: dict[str, Callable[[int], Where]] = {
    "namespace": lambda it: Where(namespaces=(f"ns{it:04}",)),
    "its beginning": lambda it: Where(namespaces=(f"{it:04}-*",)),
    "its end": lambda it: Where(namespaces=(f"*-{it:04}",)),
    "its end, with one beginning": lambda it: Where(namespaces=(f"n*{it:04}",)),
    "label": lambda it: Where(labels=(("tier", "edge"), ("app", f"a{it}"))),
    "kind, everywhere": lambda it: Where(kinds=(f"K{it}",), namespaces=("ns*",)),
}


def test_a_place_takes_no_more_steps_the_more_rules_there_are() -> None:
    reference: Reference = normalize("acme/web:1")
    things = [
        resource(f"ns{it:04}", f"K{it}", {"tier": "edge", "app": f"a{it}"}) for it in range(20)
    ]
    for name, where in WHERES.items():

        def steps(count: int, where: Callable[[int], Where] = where) -> int:
            mirrors = compile_rules([rule(it, "docker.io", where(it)) for it in range(count)])
            (source,) = mirrors.sources(reference)
            source.first(reference, things[0], "c", "images")
            return steps_of(lambda: [source.first(reference, it, "c", "images") for it in things])

        assert steps(640) <= 1.2 * steps(40), name


def test_what_was_looked_up_once_is_looked_up_again() -> None:
    where = WHERES["namespace"]
    (source,) = compile_rules([rule(it, "a.io", where(it)) for it in range(FEW + 1)]).sources(
        normalize("a.io/b")
    )
    for number in (3, 7):
        thing = resource(f"ns{number:04}", "Pod", {})
        assert source.first(normalize("a.io/b"), thing, "c", "images") is source.rules[number]


def test_what_is_known_of_a_target_is_not_asked_of_each_of_its_rules() -> None:
    secrets = [
        rule(it, "docker.io", WHERES["namespace"](it), pull_secrets=("s",)) for it in range(9)
    ]
    other = rule(9, "quay.io", None, pull_secrets=("s", "t"))
    mirrors = compile_rules([*secrets, other])
    reference = normalize("m.io/m/acme/web:1")
    target = mirrors.targets(reference)
    assert target is not None
    assert target.pull_secrets == ("s", "t")
    assert target.origins == mirrors.origins(reference) == (secrets[0], other)
