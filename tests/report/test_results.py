from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.custom_resources import grants_of
from tests.helpers.runs import HUB, SECRET, config, locked, pod, run, stream
from transformer.errors import Position, Problem
from transformer.model import Resource, Result
from transformer.pipeline import Outcome
from transformer.report.results import (
    change_results,
    decision_results,
    final_lines,
    krm_result,
    summary,
    unused_results,
    wanted_results,
)

REPORT = "report: {originalImages: true}"
TEMPLATES = [("t.j2", 'apiVersion: v1\nkind: Secret\nmetadata: {name: "p\\a"}\n')]
FLEET = "apiVersion: x.io/v1\nkind: Fleet\nmetadata: {name: f}\nspec:\n"
FLEET += "  containers: [{name: a, image: nginx}]\n"


def everything() -> Outcome:
    text = stream(pod("nginx", "m.io/hub/a/b", '""', secrets='[{name: "o\\a"}]'), FLEET)
    return run(text, config(SECRET, REPORT), templates=TEMPLATES)


def changes(outcome: Outcome) -> list[Result]:
    return list(change_results(outcome.decisions, outcome.grants, outcome.notes, outcome.added))


def test_every_change_and_everything_kept_is_an_info_result() -> None:
    assert [str(it.problem) for it in changes(everything())] == [
        'in.yaml:9:12: info: mirrored: "nginx" -> "m.io/hub/library/nginx" (mirrored)',
        'in.yaml:11:12: info: already-mirrored: "m.io/hub/a/b" (already-mirrored)',
        'in.yaml:19:33: info: mirrored: "nginx" -> "m.io/hub/library/nginx" (by-structure) '
        "(mirrored)",
        'in.yaml:6:35: info: authorised: added "pull" (authorised)',
        'in.yaml:19:1: info: authorised: added "pull" (authorised)',
        'in.yaml:4:1: info: noted: "a=nginx" (noted)',
        'in.yaml:17:12: info: noted: "a=nginx" (noted)',
        r"t.j2: info: added: Secret p\x07 (added)",
    ]


def test_results_say_where_they_are_and_what_was_there() -> None:
    found = [
        (it.resource.name if it.resource else "", it.field, it.current, it.proposed)
        for it in changes(everything())
    ]
    assert found == [
        ("web", "spec.containers[0].image", "nginx", "m.io/hub/library/nginx"),
        ("web", "spec.containers[1].image", "m.io/hub/a/b", ""),
        ("f", "spec.containers[0].image", "nginx", "m.io/hub/library/nginx"),
        ("web", "spec.imagePullSecrets", "o\x07", "o\x07, pull"),
        ("f", "spec.imagePullSecrets", "", "pull"),
        ("web", "metadata.annotations.mirrorpin.dev/original-images", "", "a=nginx"),
        ("f", "metadata.annotations.mirrorpin.dev/original-images", "", "a=nginx"),
        ("p\x07", "", "", ""),
    ]


def test_every_change_that_is_not_made_yet_is_an_error() -> None:
    outcome = everything()
    wanted = list(wanted_results(outcome.decisions, outcome.grants, outcome.added))
    assert [str(it.problem) for it in wanted] == [
        'in.yaml:9:12: error: "nginx" is not mirrored: expected "m.io/hub/library/nginx" '
        "(would-change)",
        'in.yaml:19:33: error: "nginx" is not mirrored: expected "m.io/hub/library/nginx" '
        "(would-change)",
        'in.yaml:6:35: error: `spec.imagePullSecrets` lacks "pull" (would-change)',
        'in.yaml:19:1: error: `spec.imagePullSecrets` lacks "pull" (would-change)',
        r't.j2: error: "Secret p\x07" is not among the manifests: expected by its template '
        "(would-change)",
    ]
    assert wanted[0].proposed == "m.io/hub/library/nginx"


def test_a_field_that_gets_names_is_named() -> None:
    text = "kind: Widget\nmetadata: {name: w}\nspec: {image: nginx, secrets: [{name: own}]}\n"
    grants = grants_of(text, ("spec.secrets", "objects"))[0].grants
    (done,) = change_results([], grants, [], [])
    (wanted,) = wanted_results([], grants, [])
    assert [str(done), str(wanted)] == [
        'in.yaml:3:43: info: authorised: added "hub" in Widget w at `spec.secrets` (authorised)',
        'in.yaml:3:43: error: `spec.secrets` lacks "hub" in Widget w (would-change)',
    ]
    assert [(it.field, it.current, it.proposed) for it in (done, wanted)] == [
        ("spec.secrets", "own", "own, hub")
    ] * 2


def test_every_problem_of_a_site_has_its_place() -> None:
    settings = config(
        HUB, "unmatched: warn", "invalid: warn", "digests: {mode: require, missing: warn}"
    )
    outcome = run(pod("quay.io/a", "https://me:pw@r.io/a", "nginx"), settings)
    found = list(decision_results(outcome.decisions))
    assert [(str(it.problem.position), it.problem.code, it.field, it.current) for it in found] == [
        ("in.yaml:8:12", "no-rule", "spec.containers[0].image", "quay.io/a"),
        ("in.yaml:8:12", "no-digest", "spec.containers[0].image", "quay.io/a"),
        ("in.yaml:10:12", "invalid-format", "spec.containers[1].image", "https://***@r.io/a"),
        ("in.yaml:12:12", "no-digest", "spec.containers[2].image", "nginx"),
    ]
    assert all(it.resource is not None and it.resource.name == "web" for it in found)


def test_rules_that_nothing_met_are_named_with_a_hint() -> None:
    rules = config("mirrors: [{source: docker.io/nginx, target: m.io/x}]").rules
    assert [str(it.problem) for it in unused_results(rules)] == [
        'mirrorpin.yaml:4:13: info: no image met `mirrors[0]`: "docker.io/nginx" (unused-rule)\n'
        "  hint: docker.io/nginx is all of nginx/*; the image is docker.io/library/nginx"
    ]


def test_every_distinct_image_has_a_final_line() -> None:
    text = stream(pod("redis", "nginx"), pod("nginx", "|\n      nginx", "m.io/hub/a/b"))
    assert list(final_lines(run(text, config(HUB)).decisions)) == [
        "final: redis -> m.io/hub/library/redis (mirrors[0], 1 place)",
        "final: nginx -> m.io/hub/library/nginx (mirrors[0], 3 places)",
    ]


@pytest.mark.parametrize(
    ("errors", "added", "expected"),
    [
        pytest.param(0, 0, "{}; 1 pull secret list extended", id="done"),
        pytest.param(0, 1, "{}; 1 pull secret list extended, 1 object added", id="object"),
        pytest.param(0, 2, "{}; 1 pull secret list extended, 2 objects added", id="objects"),
        pytest.param(1, 1, "nothing was written: 1 error, 4 images", id="error"),
        pytest.param(2, 0, "nothing was written: 2 errors, 4 images", id="errors"),
    ],
)
def test_the_summary_counts(errors: int, added: int, expected: str) -> None:
    settings = config(SECRET, "invalid: warn")
    outcome = run(pod("nginx", "m.io/hub/a", "$X", '""'), settings)
    counts = "4 images: 1 rewritten, 1 kept, 2 left alone"
    said = summary(outcome.decisions, outcome.grants, errors, added)
    assert said == expected.format(counts)


def test_the_summary_of_nothing() -> None:
    assert summary((), (), 0) == (
        "0 images: 0 rewritten, 0 kept, 0 left alone; 0 pull secret lists extended"
    )


def problem(hint: str = "", position: Position | None = None) -> Problem:
    return Problem(code="no-rule", message="must", severity="warning", hint=hint, position=position)


def resource(**more: Any) -> Resource:  # noqa: ANN401 fields of a record
    return Resource(api_version="v1", kind="Pod", namespace="", name="web", **more)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        pytest.param(
            Result(problem=problem()),
            {"message": "must", "severity": "warning"},
            id="about nothing",
        ),
        pytest.param(
            Result(problem=problem("do", Position(file="a.yaml", line=1, column=2))),
            {"message": "a.yaml:1:2: must; hint: do", "severity": "warning"},
            id="about a place",
        ),
        pytest.param(
            Result(problem=problem("do", Position(file="a", line=1)), resource=resource()),
            {
                "message": "must; hint: do",
                "severity": "warning",
                "resourceRef": {"apiVersion": "v1", "kind": "Pod", "name": "web"},
            },
            id="about an object",
        ),
        pytest.param(
            Result(problem=problem(), resource=resource(), field="a.b", current="1", proposed="2"),
            {
                "message": "must",
                "severity": "warning",
                "resourceRef": {"apiVersion": "v1", "kind": "Pod", "name": "web"},
                "field": {"path": "a.b", "currentValue": "1", "proposedValue": "2"},
            },
            id="about a field",
        ),
        pytest.param(
            Result(problem=problem(), resource=resource(), field="a.b"),
            {
                "message": "must",
                "severity": "warning",
                "resourceRef": {"apiVersion": "v1", "kind": "Pod", "name": "web"},
                "field": {"path": "a.b"},
            },
            id="about a field without value",
        ),
    ],
)
def test_a_result_is_written_for_krm(result: Result, expected: dict[str, Any]) -> None:
    assert krm_result(result) == {**expected, "tags": {"code": "no-rule"}}


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        pytest.param("", {"path": "a.yaml"}, id="none"),
        pytest.param("7", {"path": "a.yaml", "index": 7}, id="number"),
        pytest.param("x", {"path": "a.yaml"}, id="text"),
        pytest.param("²", {"path": "a.yaml"}, id="digit, but no number"),
        pytest.param("9" * 10, {"path": "a.yaml"}, id="large number"),
    ],
)
def test_an_object_of_a_file_names_it(index: str, expected: dict[str, Any]) -> None:
    it = resource(path="a.yaml", index=index)
    assert krm_result(Result(problem=problem(), resource=it))["file"] == expected


def test_an_object_in_a_namespace_names_it() -> None:
    it = Resource(api_version="v1", kind="Pod", namespace="shop", name="web")
    assert krm_result(Result(problem=problem(), resource=it))["resourceRef"] == {
        "apiVersion": "v1",
        "kind": "Pod",
        "name": "web",
        "namespace": "shop",
    }


def test_a_pinned_image_says_so() -> None:
    settings = config("mirrors: [{source: docker.io, keep: true}]", "digests: {mode: lock}")
    digest = f"sha256:{'a' * 64}"
    lock = locked({"docker.io/library/nginx:1": f"{{digest: {digest}}}"})
    (result,) = changes(run(pod("nginx:1"), settings, lock))
    assert result.problem.message == f'pinned: "nginx:1" -> "nginx:1@{digest}"'
