"""Runs with places of the user: what they find, and what is said of those that find nothing."""

from __future__ import annotations

import pytest

from tests.helpers.runs import HUB, SECRET, config, infos, messages, output, run
from transformer.model import Result

APP = "apiVersion: x.io/v1\nkind: App\nmetadata: {name: a}\nspec:\n"


def field(rest: str) -> str:
    return f"{{group: x.io, kind: App, {rest}}}"


def found(body: str, *fields: str) -> list[str]:
    """The problems of a run over one object."""
    return messages(run(APP + body, config(HUB, f"fields: [{', '.join(fields)}]")))


@pytest.mark.parametrize(
    ("body", "rest", "where", "wanted", "path"),
    [
        pytest.param("  images: [a:1]\n", "path: spec.images", "5:11", "a string", "spec.images",
                     id="at its end"),
        pytest.param("  apps:\n  - {image: a:1}\n", "path: spec.apps.image", "6:3", "a mapping",
                     "spec.apps", id="on its way"),
        pytest.param("  pods:\n  - {image: a}\n", "path: spec.pods, form: podSpec", "6:3",
                     "a mapping", "spec.pods", id="of pod specs"),
        pytest.param("  apps:\n  - all:\n    - {image: a:1}\n",
                     "path: 'spec.apps[].all.image'", "7:5", "a mapping", "spec.apps[].all",
                     id="within another"),
    ],
)  # fmt: skip
def test_a_list_that_a_path_does_not_lead_into(
    body: str, rest: str, where: str, wanted: str, path: str
) -> None:
    at = path.replace("[]", "[0]")
    assert found(body, field(rest)) == [
        f"in.yaml:{where}: error: field `{at}` is not {wanted} (wrong-type)\n"
        f"  hint: write `{path}[]`"
    ]


def test_a_list_that_is_left_alone_may_be_one() -> None:
    assert found("  images: [a:1]\n", field("path: spec.images, form: none")) == []


def test_something_else_than_a_list_has_no_hint() -> None:
    assert found("  image: {a: b}\n", field("path: 'spec.image[]'")) == [
        "in.yaml:5:10: error: field `spec.image` is not a list (wrong-type)"
    ]


@pytest.mark.parametrize(
    ("fields", "unused"),
    [
        pytest.param(["path: spec.image"], [], id="met"),
        pytest.param(["path: spec.mage"], ["spec.mage"], id="a path that is not there"),
        pytest.param(["path: spec.image, versions: [v2]"], [], id="another version"),
        pytest.param(["path: spec.secrets, form: pullSecrets"], [], id="pull secrets to add"),
        pytest.param(
            ["path: spec.pods.secrets, form: pullSecrets"],
            ["spec.pods.secrets"],
            id="pull secrets in what is not there",
        ),
        pytest.param(
            ["path: spec.pods.secrets, form: pullSecrets", "path: spec.a", "path: spec.image"],
            ["spec.pods.secrets", "spec.a"],
            id="several",
        ),
    ],
)
@pytest.mark.parametrize("rules", [HUB, SECRET], ids=["no-secrets", "secrets"])
def test_a_field_that_nothing_has(fields: list[str], unused: list[str], rules: str) -> None:
    places = ", ".join(map(field, fields))
    said = infos(run(f"{APP}  image: nginx\n", config(rules, f"fields: [{places}]")))
    assert [it.partition(": info: ")[2] for it in said if "unused-field" in it] == [
        f"no object had `{path}` of App (x.io) (unused-field)\n"
        "  hint: compare group, kind and path with the manifests"
        for path in unused
    ]


def secrets_of(when: str) -> tuple[str, list[Result]]:
    places = [field("path: spec.image"), field(f"path: spec.secrets, form: pullSecrets, {when}")]
    outcome = run(
        f"{APP}  image: nginx\n  type: big\n", config(SECRET, f"fields: [{', '.join(places)}]")
    )
    return output(outcome), [it for it in outcome.results if it.problem.severity == "warning"]


@pytest.mark.parametrize(
    ("when", "is_meant"),
    [
        pytest.param("when: {type: b*}", True, id="value"),
        pytest.param("when: {type: small}", False, id="another-value"),
        pytest.param("when: {/metadata.name: a}", True, id="value-from-the-root"),
        pytest.param("versions: [v1]", True, id="version"),
        pytest.param("versions: [v2]", False, id="another-version"),
    ],
)
def test_pull_secrets_under_a_condition(when: str, is_meant: bool) -> None:
    text, warnings = secrets_of(when)
    assert ("- name: pull" in text) == is_meant
    assert [it.problem.code for it in warnings] == ["no-pull-secret-field"] * (not is_meant)
