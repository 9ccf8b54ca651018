from __future__ import annotations

import jsonpatch
import pytest

from tests.helpers.reading import document
from transformer.errors import Position, Problem
from transformer.model import Account, Grant, Pod, Resource, Result, SecretField, Site, final_value
from transformer.yamltext.edit import ListSpot, NameList, Spot
from transformer.yamltext.path import Steps, field_path, pointer

SECRETS = NameList(
    names=(), spot=ListSpot(layout="null", spot=Spot(start=0, end=0, first=0, last=0))
)


def resource(api_version: str = "v1", namespace: str = "") -> Resource:
    return Resource(api_version=api_version, kind="Pod", namespace=namespace, name="web")


@pytest.mark.parametrize(
    ("api_version", "group"),
    [
        pytest.param("v1", "", id="core"),
        pytest.param("apps/v1", "apps", id="named"),
        pytest.param("", "", id="none"),
        pytest.param("a/b/v1", "a/b", id="more than one slash"),
    ],
)
def test_a_group_is_what_stands_before_the_version(api_version: str, group: str) -> None:
    assert resource(api_version).group == group


@pytest.mark.parametrize(
    ("namespace", "text"),
    [pytest.param("shop", "Pod shop/web", id="namespace"), pytest.param("", "Pod web", id="none")],
)
def test_a_resource_is_named_by_kind_namespace_and_name(namespace: str, text: str) -> None:
    assert str(resource(namespace=namespace)) == text


@pytest.mark.parametrize(
    ("steps", "path", "json_pointer"),
    [
        pytest.param((), "", "", id="root"),
        pytest.param(("spec",), "spec", "/spec", id="key"),
        pytest.param(("items", 0, 1, "image"), "items[0][1].image", "/items/0/1/image", id="lists"),
        pytest.param(("a/b", "~c", "d.e"), "a/b.~c.d.e", "/a~1b/~0c/d.e", id="escaped"),
        pytest.param(("~1",), "~1", "/~01", id="escaped in the right order"),
    ],
)
def test_steps_are_written_as_a_field_path_and_as_a_pointer(
    steps: Steps, path: str, json_pointer: str
) -> None:
    assert field_path(steps) == path
    assert pointer(steps) == json_pointer
    assert [str(step) for step in steps] == jsonpatch.JsonPointer(json_pointer).parts


BLOCKED = Problem(
    code="blocked",
    message='"evil/x" is used: expected a name or a host',
    position=Position(file="a.yaml", line=7, column=12),
    hint="ask",
)
FIELD = "spec.containers[0].image"


@pytest.mark.parametrize(
    ("result", "line"),
    [
        pytest.param(
            Result(problem=BLOCKED, field=FIELD),
            'a.yaml:7:12: error: "evil/x" is used: expected a name or a host (blocked)',
            id="no object",
        ),
        pytest.param(
            Result(problem=BLOCKED, resource=resource(namespace="shop")),
            (
                'a.yaml:7:12: error: "evil/x" is used: expected a name or a host in Pod shop/web '
                "(blocked)"
            ),
            id="object",
        ),
        pytest.param(
            Result(problem=BLOCKED, resource=resource(), field=FIELD),
            'a.yaml:7:12: error: "evil/x" is used: expected a name or a host in Pod web at '
            "`spec.containers[0].image` (blocked)",
            id="object and field",
        ),
    ],
)
def test_a_result_names_its_object_and_field_on_the_line(result: Result, line: str) -> None:
    assert str(result) == f"{line}\n  hint: ask"
    assert result.problem == BLOCKED


def test_a_result_names_no_field_that_its_message_holds() -> None:
    problem = Problem(code="wrong-type", message=f"field `{FIELD}` is not a string")
    assert str(Result(problem=problem, resource=resource(), field=FIELD)) == (
        "error: field `spec.containers[0].image` is not a string in Pod web (wrong-type)"
    )


def test_a_result_escapes_what_no_terminal_shows() -> None:
    found = Resource(api_version="v1", kind="Pod", namespace="", name="web\x1b[31m")
    assert str(Result(problem=Problem(code="c", message="m"), resource=found, field="a\nb")) == (
        r"error: m in Pod web\x1b[31m at `a\nb` (c)"
    )


def test_a_grant_is_about_a_field_of_its_holder() -> None:
    only = document("a: 1\n")
    pod = Pod(document=only, resource=resource(), steps=("spec",), account="", secrets=SECRETS)
    account = Account(document=only, resource=resource(), secrets=SECRETS)
    assert Grant(holder=pod, names=("a",)).steps == ("spec", "imagePullSecrets")
    assert Grant(holder=account, names=("a",)).steps == ("imagePullSecrets",)
    steps = ("spec", "images", 1, "secret")
    field = SecretField(document=only, resource=resource(), steps=steps, secrets=SECRETS)
    assert Grant(holder=field, names=("a",)).steps == steps


@pytest.mark.parametrize(
    ("style", "value", "expected"),
    [
        pytest.param("", "nginx", "mirror/nginx", id="plain"),
        pytest.param("|", "nginx\n\n", "mirror/nginx\n\n", id="literal that keeps its breaks"),
        pytest.param(">", "nginx", "mirror/nginx", id="folded that strips them"),
        pytest.param('"', "nginx\n", "mirror/nginx", id="no block scalar"),
    ],
)
def test_a_block_scalar_keeps_the_line_breaks_that_end_it(
    style: str, value: str, expected: str
) -> None:
    site = Site(
        document=document("a: 1\n"),
        resource=resource(),
        steps=("spec",),
        value=value,
        spot=Spot(start=0, end=0, first=0, last=1, style=style),
    )
    assert final_value(site, "mirror/nginx") == expected
