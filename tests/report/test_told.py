from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.command import command
from tests.helpers.runs import pod, stream
from transformer.errors import Position, Problem
from transformer.model import Resource, Result
from transformer.report.told import by_place, folded

WEB, JOB = (
    Resource(api_version="v1", kind=kind, namespace="", name="x") for kind in ("Pod", "Job")
)


def result(place: str, message: str = "bad", resource: Resource | None = WEB) -> Result:
    file, _, line = place.partition(":")
    position = Position(file=file, line=int(line), column=1) if place else None
    return Result(problem=Problem(code="a", message=message, position=position), resource=resource)


RESULTS = st.lists(
    st.builds(
        result,
        st.sampled_from(("", "a:1", "a:2", "b:1", "b:9")),
        st.sampled_from(("bad", "worse")),
    ),
    max_size=12,
)


def test_what_is_of_one_object_stands_together() -> None:
    places = ["b:9", "a:5", "", "b:2", "a:1"]
    told = by_place(map(result, places))
    assert [str(it.problem.position or "") for it in told] == [
        "b:2:1",
        "b:9:1",
        "a:1:1",
        "a:5:1",
        "",
    ]


def test_the_same_at_more_places_is_said_once() -> None:
    every = [result(f"a:{line}") for line in range(1, 7)] + [result("b:1", "worse", JOB)]
    assert [str(it) for it in folded(every)] == [
        "a:1:1: error: bad in Pod x; also at a:2:1, a:3:1, a:4:1 and 2 more (a)",
        "b:1:1: error: worse in Job x (a)",
    ]
    assert len(folded(every)[0].others) == 5


def test_one_place_is_named_once() -> None:
    (told,) = folded([result("a:1"), result("a:2"), result("a:2"), result("")])
    assert str(told) == "a:1:1: error: bad in Pod x; also at a:2:1 (a)"


@given(RESULTS)
def test_nothing_is_lost(results: list[Result]) -> None:
    ordered = by_place(results)
    assert sorted(map(str, ordered)) == sorted(map(str, results))
    told = folded(ordered)
    assert {it.problem.message for it in told} == {it.problem.message for it in results}
    places = {(it.problem.message, it.problem.position) for it in results}
    named = {(it.problem.message, at) for it in told for at in (it.problem.position, *it.others)}
    assert {it for it in places if it[1]} == {it for it in named if it[1]}


@given(RESULTS)
def test_twice_is_once(results: list[Result]) -> None:
    assert by_place(by_place(results)) == by_place(results)


MANY = stream(*(pod("quay.io/a", name=f"web{number}") for number in range(6)))
CONFIG = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nspec: {mirrors: []}\n"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize("name", ["transform", "check", "images", "lock"])
def test_a_command_says_it_once_and_all_on_request(name: str) -> None:
    said = command(name, stdin=MANY).stderr
    assert said[:2] == [
        '<stdin>:8:12: error: no rule covers "quay.io/a" (quay.io/a) in Pod web0 at '
        "`spec.containers[0].image`; also at <stdin>:17:12, <stdin>:26:12, <stdin>:35:12 and 2 "
        "more (no-rule)",
        "  hint: add a rule to `spec.mirrors`: {source: quay.io, target: ...}",
    ]
    assert sum("error:" in line for line in said) == 1
    every = command(name, "-v", stdin=MANY).stderr
    assert sum("(no-rule)" in line for line in every) == 6


@pytest.mark.usefixtures("config")
def test_a_host_gets_each_by_itself() -> None:
    items = "".join(f"- {it}".replace("\n", "\n  ").rstrip() + "\n" for it in MANY.split("---\n"))
    listed = f"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n{items}"
    found = yaml.safe_load(command(stdin=listed).stdout)
    assert len(found["results"]) == 6
