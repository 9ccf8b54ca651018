from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.config.scope import MAX_COMPARED, Scopes, Where, in_scope
from transformer.model import Resource
from transformer.places.glob import Globs, glob_matches
from transformer.records import replace


def resource(
    kind: str = "Deployment", namespace: str = "shop", labels: dict[str, str] | None = None
) -> Resource:
    return Resource(
        api_version="apps/v1", kind=kind, namespace=namespace, name="web", labels=labels or {}
    )


@pytest.mark.parametrize(
    ("glob", "text", "expected"),
    [
        pytest.param("edge", "edge", True, id="no star"),
        pytest.param("edge", "edge-1", False, id="no star, longer text"),
        pytest.param("*", "", True, id="star, nothing"),
        pytest.param("*", "a", True, id="star, something"),
        pytest.param("**", "a", True, id="two stars"),
        pytest.param("edge-*", "edge-1", True, id="start"),
        pytest.param("edge-*", "edge", False, id="start is missing"),
        pytest.param("*-edge", "a-edge", True, id="end"),
        pytest.param("*-edge", "a-edge-b", False, id="end is elsewhere"),
        pytest.param("a*a", "a", False, id="start and end do not overlap"),
        pytest.param("a*b*c", "a-b-c", True, id="middle"),
        pytest.param("a*b*c", "a-c", False, id="middle is missing"),
        pytest.param("a*bb*bc", "abbc", False, id="middle and end do not overlap"),
        pytest.param("a.b", "aXb", False, id="a dot is a dot"),
        pytest.param("a?", "ab", False, id="a question mark is one"),
        pytest.param("[ab]", "a", False, id="brackets are brackets"),
    ],
)
def test_globs(glob: str, text: str, expected: bool) -> None:
    assert glob_matches(glob, text) is expected
    assert Globs([glob]).match(text) is expected
    assert Globs(["x-*", "*-x", "x*x", glob]).match(text) is expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        pytest.param(None, True, id="no scope"),
        pytest.param(Where(), True, id="everything"),
        pytest.param(Where(namespaces=("shop",)), True, id="namespace"),
        pytest.param(Where(namespaces=("edge-*", "sh*")), True, id="one of two namespaces"),
        pytest.param(Where(namespaces=("edge-*",)), False, id="another namespace"),
        pytest.param(Where(kinds=("Deployment",)), True, id="kind"),
        pytest.param(Where(kinds=("deployment",)), False, id="kind in lower case"),
        pytest.param(Where(containers=("agent",)), True, id="container"),
        pytest.param(Where(containers=("app",)), False, id="another container"),
        pytest.param(Where(labels=(("tier", "edge"),)), True, id="label"),
        pytest.param(Where(labels=(("tier", "core"),)), False, id="another value"),
        pytest.param(Where(labels=(("zone", ""),)), False, id="no such label"),
        pytest.param(Where(labels=(("tier", "edge"), ("app", "x"))), False, id="one label of two"),
        pytest.param(Where(kinds=("Job",), namespaces=("shop",)), False, id="one part of two"),
    ],
)
def test_in_scope(where: Where | None, expected: bool) -> None:
    assert in_scope(where, resource(labels={"tier": "edge"}), "agent") is expected


def test_an_object_without_namespace_is_matched_by_a_star_only() -> None:
    assert in_scope(Where(namespaces=("*",)), resource(namespace=""), "")
    assert not in_scope(Where(namespaces=("default",)), resource(namespace=""), "")


@pytest.mark.parametrize(
    ("where", "other", "expected"),
    [
        pytest.param(Where(), Where(kinds=("Job",)), True, id="everything covers anything"),
        pytest.param(Where(kinds=("Job",)), Where(), False, id="a part does not cover everything"),
        pytest.param(Where(kinds=("*",)), Where(), True, id="a star is everything"),
        pytest.param(
            Where(kinds=("Job", "Pod")), Where(kinds=("Pod",)), True, id="one of two kinds"
        ),
        pytest.param(Where(kinds=("Pod",)), Where(kinds=("Job", "Pod")), False, id="one too few"),
        pytest.param(
            Where(namespaces=("edge-*",)), Where(namespaces=("edge-a*",)), True, id="longer glob"
        ),
        pytest.param(
            Where(namespaces=("edge-a*",)), Where(namespaces=("edge-*",)), False, id="shorter glob"
        ),
        pytest.param(
            Where(containers=("a",)), Where(containers=("b",)), False, id="another container"
        ),
        pytest.param(
            Where(labels=(("a", "1"),)), Where(labels=(("a", "1"), ("b", "2"))), True, id="labels"
        ),
        pytest.param(
            Where(labels=(("a", "1"),)), Where(labels=(("a", "2"),)), False, id="other label"
        ),
    ],
)
def test_covers(where: Where, other: Where, expected: bool) -> None:
    assert where.covers(other) is expected


GLOBS = st.text(alphabet="ab*", min_size=1, max_size=6)
TEXTS = st.text(alphabet="ab", max_size=8)


@given(GLOBS, TEXTS)
def test_a_glob_is_a_pattern_of_literals_and_stars(glob: str, text: str) -> None:
    pattern = ".*".join(re.escape(part) for part in glob.split("*"))
    assert glob_matches(glob, text) is bool(re.fullmatch(pattern, text))


WHERES = st.builds(
    Where,
    namespaces=st.lists(GLOBS, min_size=1, max_size=3).map(tuple),
    labels=st.dictionaries(st.sampled_from("xy"), st.sampled_from("12")).map(
        lambda it: tuple(it.items())
    ),
)


@given(WHERES, WHERES, TEXTS, st.dictionaries(st.sampled_from("xy"), st.sampled_from("12")))
def test_what_is_covered_is_in_scope(
    where: Where, other: Where, namespace: str, labels: dict[str, str]
) -> None:
    thing = resource(namespace=namespace, labels=labels)
    if where.covers(other) and in_scope(other, thing, ""):
        assert in_scope(where, thing, "")


LISTS = st.lists(st.sampled_from(["*", "a", "a*", "*b", "ab", "a*b"]), min_size=1, max_size=2)
LABELS = st.lists(st.sampled_from([("x", "1"), ("x", "2"), ("y", "1")]), max_size=2, unique=True)
SCOPES = st.builds(
    lambda namespaces, kinds, containers, labels: Where(
        namespaces=tuple(namespaces),
        kinds=tuple(kinds),
        containers=tuple(containers),
        labels=tuple(labels),
    ),
    LISTS,
    LISTS,
    LISTS,
    LABELS,
)


@given(st.lists(SCOPES, max_size=6), SCOPES)
def test_the_first_scope_that_covers_another_is_found(known: list[Where], where: Where) -> None:
    scopes = Scopes(MAX_COMPARED)
    for it in known:
        scopes.add(it)
    first = next((number for number, it in enumerate(known) if it.covers(where)), None)
    assert next(scopes.covering(where), None) == first


def test_lists_of_thousands_are_compared_up_to_a_bound() -> None:
    scopes, half = Scopes(MAX_COMPARED), int((MAX_COMPARED / 2) ** 0.5)
    many = Where(kinds=("a*", *(f"b{it}*" for it in range(half - 1))))
    scopes.add(many)
    # A kind too few at first, so that a third time has nothing left.
    assert [
        next(scopes.covering(replace(many, kinds=many.kinds[:-1])), None) for _ in range(3)
    ] == [
        0,
        0,
        None,
    ]
