from __future__ import annotations

import pytest

from tests.helpers.reading import each_parser
from transformer.find.structure import pod_specs
from transformer.yamltext.path import field_path
from transformer.yamltext.tree import Mapping, read

POD = "{containers: [{name: a, image: x}]}"


def found(text: str, parser: str = "") -> list[str]:
    root = read(text, parser).root
    assert isinstance(root, Mapping)
    return [field_path(at) for _, at in pod_specs(root)]


@each_parser
@pytest.mark.parametrize(
    ("text", "paths"),
    [
        pytest.param(POD, [""], id="the object itself"),
        pytest.param(f"{{spec: {POD}}}", ["spec"], id="in a mapping"),
        pytest.param(f"{{a: [{POD}, x, [{POD}]]}}", ["a[0]", "a[2][0]"], id="in lists"),
        pytest.param(f"{{b: {POD}, a: {{c: {POD}}}, d: {POD}}}", ["b", "a.c", "d"], id="in order"),
        pytest.param(
            "{a: {containers: [{}, {name: a, image: x}]}}", ["a"], id="one container will do"
        ),
        pytest.param("{a: {containers: [{name: ~, image: ~}]}}", ["a"], id="null for both"),
        pytest.param("{a: {containers: [{name: a, image: x, name: b}]}}", ["a"], id="repeated key"),
        pytest.param(f"{{x: &x {POD}, a: *x }}", ["x", "a"], id="alias"),
        pytest.param(f"{{x: &x {{p: {POD}}}, a: {{<<: *x }}}}", ["x.p", "a.p"], id="merged"),
        pytest.param(f"{{a: {{<<: {POD}}}}}", ["a"], id="merged into one"),
        pytest.param(
            "{a: {containers: [{<<: {name: a}, image: x}]}}", ["a"], id="merged container"
        ),
        pytest.param(
            f"{{a: {{containers: [{{name: a, image: x, p: {POD}}}]}}}}",
            ["a"],
            id="not in a container",
        ),
        pytest.param(
            f"{{a: {{containers: [{{name: a, image: x}}], volumes: [{POD}], b: {POD}}}}}",
            ["a", "a.b"],
            id="beside the lists of a pod spec",
        ),
        pytest.param(f"{{status: {POD}, a: {{status: {POD}}}}}", ["a.status"], id="status"),
        pytest.param(f"{{? [k] : {POD}, a: {POD}}}", ["a"], id="no string for a key"),
    ],
)
def test_what_looks_like_a_pod_spec_is_found(parser: str, text: str, paths: list[str]) -> None:
    assert found(text, parser) == paths


@pytest.mark.parametrize(
    "containers",
    [
        pytest.param("~", id="null"),
        pytest.param("x", id="string"),
        pytest.param("{name: a, image: x}", id="mapping"),
        pytest.param("[]", id="empty"),
        pytest.param("[a, ~, [{name: a, image: x}]]", id="no mappings"),
        pytest.param("[{name: a}]", id="no image"),
        pytest.param("[{image: x}]", id="no name"),
        pytest.param("[{name: a, Image: x}]", id="misspelt image"),
        pytest.param("[{name: a, image: {repository: x}}]", id="mapping for an image"),
        pytest.param("[{name: [a], image: x}]", id="list for a name"),
        pytest.param("[{name: a, image: x, {{ k }}: b}]", id="no string for a key"),
    ],
)
def test_what_only_resembles_one_is_not(containers: str) -> None:
    assert found(f"{{spec: {{containers: {containers}}}}}") == []


@pytest.mark.parametrize("key", ["container", "Containers", "contaners", "initContainers"])
def test_the_key_must_be_containers(key: str) -> None:
    assert found(f"{{spec: {{{key}: [{{name: a, image: x}}]}}}}") == []


def test_the_lists_of_a_pod_spec_are_not_searched_once_more() -> None:
    text = (
        "{a: {containers: [{name: a, image: x}],"
        f" initContainers: [{POD}], ephemeralContainers: [{POD}]}}}}"
    )
    assert found(text) == ["a"]
