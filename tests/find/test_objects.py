from __future__ import annotations

import pytest

from tests.helpers.reading import each_parser
from transformer.find.objects import LEFT_ALONE, objects, strings
from transformer.model import Resource
from transformer.places.place import NEVER
from transformer.yamltext.nodes import RepeatedKey, offset_of
from transformer.yamltext.tree import RENDER_HINT, SyntaxFault, read


def found(text: str, parser: str = "") -> list[tuple[str, str, str, str]]:
    """The apiVersion, the object, the path to it and the reason to leave it alone."""
    return [
        (it.api_version, str(it), "/".join(map(str, it.steps)), reason)
        for _, it, reason in objects(read(text, parser).root)
    ]


def resource(text: str) -> Resource:
    ((_, only, _),) = objects(read(text).root)
    return only


@each_parser
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("# c\n", [], id="comment"),
        pytest.param("---\n", [], id="empty document"),
        pytest.param("null\n", [], id="null"),
        pytest.param("Pod\n", [], id="string"),
        pytest.param("[{apiVersion: v1, kind: Pod}]", [], id="sequence"),
        pytest.param("{apiVersion: v1}", [], id="no kind"),
        pytest.param("{apiVersion: v1, kind: ~}", [], id="null for a kind"),
        pytest.param("{kind: Pod}", [("", "Pod", "", "")], id="no apiVersion"),
        pytest.param("{kind: Pod, metadata: ~}", [("", "Pod", "", "")], id="null metadata"),
        pytest.param("{kind: Pod, metadata: x}", [("", "Pod", "", "")], id="string for metadata"),
        pytest.param(
            "{apiVersion: v1, kind: Pod, metadata: {name: a}}", [("v1", "Pod a", "", "")], id="name"
        ),
        pytest.param(
            "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: b}}",
            [("v1", "Pod b/a", "", "")],
            id="name and namespace",
        ),
        pytest.param(
            "{kind: Pod, metadata: {name: ~, generateName: a-, namespace: ~}}",
            [("", "Pod a-", "", "")],
            id="generated name",
        ),
        pytest.param(
            "{<<: {apiVersion: v1, kind: Pod}, metadata: {<<: {name: a}}}",
            [("v1", "Pod a", "", "")],
            id="merge keys",
        ),
        pytest.param(
            "{x: &x {name: a}, kind: Pod, metadata: *x }", [("", "Pod a", "", "")], id="alias"
        ),
        pytest.param(
            "{kind: A, kind: B, metadata: {name: a, name: b}}",
            [("", "B b", "", "")],
            id="the last of repeated keys, as most readers say",
        ),
    ],
)
def test_an_object_is_a_mapping_with_a_kind(
    parser: str, text: str, expected: list[tuple[str, str, str, str]]
) -> None:
    assert found(text, parser) == expected


@each_parser
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "{apiVersion: v1, kind: List, items: [{apiVersion: apps/v1, kind: A}, {kind: B}, {}]}",
            [("apps/v1", "A", "items/0", ""), ("v1", "B", "items/1", "")],
            id="List",
        ),
        pytest.param(
            "{apiVersion: v1, kind: PodList, items: [{metadata: {name: a}}, {kind: B}]}",
            [("v1", "Pod a", "items/0", ""), ("v1", "B", "items/1", "")],
            id="typed list, items without a kind",
        ),
        pytest.param(
            "{apiVersion: apps/v1, kind: DeploymentList, items: [{}, ~, x, []]}",
            [("apps/v1", "Deployment", "items/0", "")],
            id="items that are no mappings",
        ),
        pytest.param(
            "{kind: List, items: [{kind: PodList, items: [{}]}, {kind: List, items: [{kind: A}]}]}",
            [("", "Pod", "items/0/items/0", ""), ("", "A", "items/1/items/0", "")],
            id="lists in lists",
        ),
        pytest.param(
            "{apiVersion: config.kubernetes.io/v1alpha1, kind: ResourceList,"
            " functionConfig: {apiVersion: v1, kind: ConfigMap}, items: [{kind: A}, {}]}",
            [("config.kubernetes.io/v1alpha1", "A", "items/0", "")],
            id="ResourceList, not its functionConfig nor an item without a kind",
        ),
        pytest.param("{kind: List, items: []}", [], id="empty list"),
        pytest.param(
            "{x: &x [{kind: A}], kind: List, items: *x }",
            [("", "A", "items/0", ""), ("", "List", "", "")],
            id="alias",
        ),
        pytest.param("{kind: AllowList}", [("", "AllowList", "", "")], id="no items"),
        pytest.param("{kind: AllowList, items: ~}", [("", "AllowList", "", "")], id="null"),
        pytest.param("{kind: AllowList, items: {}}", [("", "AllowList", "", "")], id="mapping"),
        pytest.param("{kind: A, items: [{kind: B}]}", [("", "A", "", "")], id="no list's kind"),
    ],
)
def test_lists_are_entered(
    parser: str, text: str, expected: list[tuple[str, str, str, str]]
) -> None:
    assert found(text, parser) == expected


@pytest.mark.parametrize(
    ("annotation", "reason"),
    [
        pytest.param(
            "config.kubernetes.io/function: 'exec: {path: x}'", "function-config", id="function"
        ),
        pytest.param("config.kubernetes.io/function: ~", "function-config", id="null function"),
        pytest.param("config.k8s.io/function: x", "function-config", id="older name"),
        pytest.param("config.kubernetes.io/local-config: 'true'", "local-config", id="local"),
        pytest.param("config.kubernetes.io/local-config: true", "local-config", id="not quoted"),
        pytest.param("config.kubernetes.io/local-config: ''", "local-config", id="empty"),
        pytest.param("config.kubernetes.io/local-config: 'false'", "", id="not local"),
        pytest.param("<<: {config.k8s.io/function: x}", "function-config", id="merged"),
        pytest.param("example.com/function: x", "", id="another"),
    ],
)
def test_functions_and_local_configuration_are_left_alone(annotation: str, reason: str) -> None:
    text = f"{{kind: Pod, metadata: {{annotations: {{{annotation}}}}}}}"
    assert [it[3] for it in found(text)] == [reason]
    assert not reason or reason in LEFT_ALONE


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [pytest.param(f"{group}/v1", kind, id=kind) for group, kind in sorted(NEVER)],
)
def test_schemas_and_build_instructions_are_never_touched(api_version: str, kind: str) -> None:
    assert found(f"{{apiVersion: {api_version}, kind: {kind}}}")[0][3] == "never-touched"
    assert found(f"{{apiVersion: example.com/v1, kind: {kind}}}")[0][3] == ""


def test_an_annotation_is_the_better_reason() -> None:
    text = (
        "{apiVersion: kustomize.config.k8s.io/v1, kind: Component,"
        " metadata: {annotations: {config.kubernetes.io/local-config: 'true'}}}"
    )
    assert found(text)[0][3] == "local-config"


def test_labels_and_origin_are_noted() -> None:
    text = """\
kind: Pod
metadata:
  labels: {<<: {tier: edge, app: x}, app: web, "on": 1, empty: ~}
  annotations:
    config.kubernetes.io/path: old.yaml
    internal.config.kubernetes.io/path: deploy.yaml
    config.kubernetes.io/index: '3'
    internal.config.kubernetes.io/previousNames: web,web-2
"""
    only = resource(text)
    assert only.labels == {"app": "web", "on": "1", "empty": "", "tier": "edge"}
    assert (only.path, only.index) == ("deploy.yaml", "3")
    assert only.previous_names == ("web", "web-2")


def test_without_metadata_nothing_is_noted() -> None:
    only = resource("{kind: Pod, metadata: {annotations: {a: b}}}")
    assert (only.labels, only.path, only.index, only.previous_names) == ({}, "", "", ())
    assert resource("{kind: Pod}").labels == {}


def test_an_object_comes_with_its_mapping() -> None:
    text = "{kind: List, items: [{kind: A}]}"
    ((mapping, _, _),) = objects(read(text).root)
    assert text[offset_of(mapping) :] == "{kind: A}]}"


def test_a_repeated_list_is_an_error() -> None:
    with pytest.raises(RepeatedKey, match="key `items` is repeated"):
        found("{kind: List, items: [{kind: A}], items: []}")


def test_a_key_that_is_no_string_is_an_error() -> None:
    with pytest.raises(SyntaxFault, match="a mapping key is not a string"):
        found("{kind: Pod, {{ x }}: y}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("{a: b, c: ~, d: {}, 1: 2}", {"a": "b", "c": "", "d": "", "1": "2"}, id="all"),
        pytest.param("{[a]: b}", {"": "b"}, id="no string for a key"),
        pytest.param("[a]", {}, id="no mapping"),
    ],
)
def test_strings_are_the_texts_of_a_mapping(text: str, expected: dict[str, str]) -> None:
    assert strings(read(text).root) == expected


def test_no_place_holds_no_strings() -> None:
    assert strings(None) == {}


@each_parser
@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("{apiVersion: v1, kind: []}", "field `kind` is not a string", id="kind"),
        pytest.param(
            "{apiVersion: {{x}}, kind: Pod}", "field `apiVersion` is not a string", id="apiVersion"
        ),
        pytest.param(
            "{apiVersion: v1, kind: List, items: [{kind: {{x}}}]}",
            "field `items[0].kind` is not a string",
            id="item",
        ),
    ],
)
def test_an_unrendered_identity_is_a_fault(text: str, message: str, parser: str) -> None:
    with pytest.raises(SyntaxFault) as caught:
        list(objects(read(text, parser).root))
    assert caught.value.message == message
    assert caught.value.hint == RENDER_HINT
