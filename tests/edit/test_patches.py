from __future__ import annotations

from typing import Any

import jsonpatch
import pytest

from tests.helpers.custom_resources import Field, sites_of
from tests.helpers.deciding import cells_of
from tests.helpers.placed import DIGEST, at
from tests.helpers.reading import document, each_parser
from tests.helpers.runs import SECRET, config, output, pod, run, stream
from transformer.edit.patches import (
    Located,
    grant_operations,
    image_operations,
    item_operations,
    load,
    object_patches,
    says_the_same,
)
from transformer.model import Grant, Resource
from transformer.pipeline import Outcome

SPEC = (SECRET, "report: {originalImages: true}")
TEMPLATE = "apiVersion: v1\nkind: Secret\nmetadata: {name: pull}\nnumber: 7\n"

BARE = "kind: Pod\nmetadata: {name: web}\nspec:\n"


def outcome(text: str) -> Outcome:
    found = run(text, config(*SPEC))
    assert not found.failed
    return found


def operations(found: Outcome) -> list[Located]:
    return found.changes


def said(text: str) -> list[tuple[str, str, Any]]:
    return [(it["op"], it["path"], it["value"]) for _, _, it in operations(outcome(text))]


def test_images_and_lists_and_notes_become_operations() -> None:
    assert said(pod("nginx", "m.io/hub/library/redis")) == [
        ("replace", "/spec/containers/0/image", "m.io/hub/library/nginx"),
        ("add", "/spec/imagePullSecrets", [{"name": "pull"}]),
        ("add", "/metadata/annotations", {"mirrorpin.dev/original-images": "a=nginx"}),
    ]


@pytest.mark.parametrize(
    ("secrets", "operation"),
    [
        pytest.param("[{name: a}]", ("add", "/-", {"name": "pull"}), id="flow"),
        pytest.param("\n  - name: a", ("add", "/-", {"name": "pull"}), id="block"),
        pytest.param("[]", ("replace", "", [{"name": "pull"}]), id="empty"),
        pytest.param("~", ("replace", "", [{"name": "pull"}]), id="null"),
    ],
)
def test_names_are_added_to_what_is_there(secrets: str, operation: tuple[str, str, Any]) -> None:
    op, path, value = operation
    found = said(pod("nginx", secrets=secrets))
    assert (op, f"/spec/imagePullSecrets{path}", value) in found


@pytest.mark.parametrize(
    ("field", "spec", "operations"),
    [
        pytest.param(
            ("spec.a.b", "objects"),
            "{c: d}",
            [("add", "/spec/a", {"b": [{"name": "hub"}, {"name": "quay"}]})],
            id="objects, nothing around them",
        ),
        pytest.param(
            ("spec.a", "objects"),
            "{a: ~}",
            [("replace", "/spec/a", [{"name": "hub"}, {"name": "quay"}])],
            id="objects, null",
        ),
        pytest.param(
            ("spec.a", "strings"),
            "{a: [own]}",
            [("add", "/spec/a/-", "hub"), ("add", "/spec/a/-", "quay")],
            id="strings",
        ),
        pytest.param(
            ("spec.a.b", "strings"),
            "{a: ~}",
            [("replace", "/spec/a", {"b": ["hub", "quay"]})],
            id="strings, null around them",
        ),
        pytest.param(
            ("spec.a.b", "strings"),
            "{a: {}}",
            [("replace", "/spec/a", {"b": ["hub", "quay"]})],
            id="strings, empty mapping around them",
        ),
        pytest.param(
            ("spec.a/b", "string"), "{c: d}", [("add", "/spec/a~1b", "hub")], id="string, absent"
        ),
        pytest.param(
            ("spec.a", "string"), "{a: ''}", [("replace", "/spec/a", "hub")], id="string, empty"
        ),
        pytest.param(
            ("spec.a", "object"), "{c: d}", [("add", "/spec/a", {"name": "hub"})], id="object"
        ),
        pytest.param(
            ("spec.a", "object"),
            "{a: {c: d}}",
            [("add", "/spec/a/name", "hub")],
            id="object without a name",
        ),
        pytest.param(
            ("spec.a", "object"),
            "{a: {name: ~}}",
            [("replace", "/spec/a/name", "hub")],
            id="object with no name",
        ),
    ],
)
def test_names_are_added_to_fields_of_every_form(
    field: Field, spec: str, operations: list[tuple[str, str, Any]]
) -> None:
    (site,) = sites_of(document(f"{{kind: Widget, image: nginx, spec: {spec}}}"), field)
    assert site.holder is not None
    names = ("hub",) if site.holder.secrets.items == "string" else ("hub", "quay")
    found = grant_operations([Grant(holder=site.holder, names=names)])
    assert [(it["op"], it["path"], it["value"]) for _, _, it in found] == operations


@pytest.mark.parametrize(
    ("metadata", "operation"),
    [
        pytest.param(
            "{name: a, annotations: {x: y}}",
            ("add", "/metadata/annotations/mirrorpin.dev~1original-images", "a=nginx"),
            id="annotations",
        ),
        pytest.param(
            "{name: a, annotations: ~}",
            (
                "replace",
                "/metadata/annotations",
                {"mirrorpin.dev/original-images": "a=nginx"},
            ),
            id="null",
        ),
        pytest.param(
            "{name: a, annotations: {mirrorpin.dev/original-images: b=c}}",
            ("replace", "/metadata/annotations/mirrorpin.dev~1original-images", "b=c,a=nginx"),
            id="the annotation",
        ),
    ],
)
def test_notes_are_added_to_what_is_there(metadata: str, operation: tuple[str, str, Any]) -> None:
    text = f"kind: Pod\nmetadata: {metadata}\nspec: {{containers: [{{name: a, image: nginx}}]}}\n"
    assert operation in said(text)


def test_a_block_scalar_keeps_the_line_breaks_that_end_it() -> None:
    assert said(pod("|\n      nginx"))[0][2] == "m.io/hub/library/nginx\n"


def test_items_are_added_as_data() -> None:
    it = document("kind: List\nitems: []\n")
    assert list(item_operations(it, ["a: {b: 1}\n"])) == [
        (
            it,
            Resource(api_version="", kind="", namespace="", name=""),
            {"op": "add", "path": "/items/-", "value": {"a": {"b": "1"}}},
        )
    ]
    assert list(item_operations(it, [])) == []


def test_each_object_has_one_patch_and_a_new_one_is_added_whole() -> None:
    items = (
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: Pod, metadata: {name: one, namespace: n}, "
        "spec: {containers: [{name: a, image: nginx}]}}\n"
        "- {apiVersion: v1, kind: Pod, metadata: {name: two}, "
        "spec: {containers: [{name: a, image: redis}]}}\n"
    )
    found = run(stream(pod("nginx"), items), config(SECRET), templates=[("t", TEMPLATE)])
    patches = object_patches(operations(found), found.added)
    assert [(it.get("document"), it["namespace"], it["name"]) for it in patches] == [
        (0, "", "web"),
        (1, "n", "one"),
        (1, "", "two"),
        (None, "", "pull"),
    ]
    assert patches[1] == {
        "file": "in.yaml",
        "document": 1,
        "apiVersion": "v1",
        "kind": "Pod",
        "namespace": "n",
        "name": "one",
        "patch": [
            {
                "op": "replace",
                "path": "/spec/containers/0/image",
                "value": "m.io/hub/library/nginx",
            },
            {"op": "add", "path": "/spec/imagePullSecrets", "value": [{"name": "pull"}]},
        ],
    }
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "pull"}, "number": 7}
    assert patches[3]["patch"] == [{"op": "add", "path": "", "value": secret}]
    assert jsonpatch.apply_patch({}, patches[3]["patch"]) == secret


def test_the_patches_of_an_object_make_the_output_of_it() -> None:
    text = pod("nginx", "redis", secrets="[]")
    found = outcome(text)
    (patch,) = object_patches(operations(found))
    assert jsonpatch.apply_patch(load(text), patch["patch"]) == load(output(found))


@each_parser
def test_the_full_check_applies_operations_to_data(parser: str) -> None:
    text = pod("nginx", secrets="&s [{name: a}]")
    found = outcome(text)
    planned = operations(found)
    assert says_the_same(text, output(found), planned, parser)
    assert not says_the_same(text, output(found), planned[1:], parser)
    assert not says_the_same(text, output(found).replace("web", "wob"), planned, parser)
    assert not says_the_same("kind: Pod\n", output(found), planned, parser)
    assert not says_the_same("kind: Pod\nspec: x\n", output(found), planned, parser)


@each_parser
@pytest.mark.parametrize(
    ("text", "data"),
    [
        pytest.param("", None, id="nothing"),
        pytest.param("# c\n", None, id="a comment"),
        pytest.param("{a: 1, b: [~, x, 'y']}", {"a": "1", "b": ["~", "x", "y"]}, id="strings"),
        pytest.param("{a: &x {b: c}, d: *x}", {"a": {"b": "c"}, "d": {"b": "c"}}, id="alias"),
        pytest.param("{<<: {a: b, c: d}, a: e}", {"a": "e", "c": "d"}, id="merge key"),
        pytest.param("{a: b, a: c}", {"a": "c"}, id="repeated key"),
    ],
)
def test_data_is_loaded_with_aliases_expanded(text: str, data: object, parser: str) -> None:
    assert load(text, parser) == data


def test_a_key_that_two_images_share_is_added_once() -> None:
    places = [
        at("spec", form="split", parts=(("name", name), ("tag", "tag"), ("digest", "digest")))
        for name in ("one", "two")
    ]
    text = "spec: {one: quay.io/acme/app, two: quay.io/acme/app, tag: '1'}\n"
    cells = cells_of(text, *places)
    assert [(it["op"], it["path"]) for _, _, it in image_operations(cells)] == [
        ("replace", "/spec/one"),
        ("replace", "/spec/two"),
        ("add", "/spec/digest"),
    ]


def test_a_key_of_nothing_gets_its_value_and_a_key_that_is_an_image_moves_last() -> None:
    split = at("spec", form="split", parts=(("name", "n"), ("tag", "t"), ("digest", "d")))
    text = "spec: {n: quay.io/acme/app, t: '1', d: ~, k: {quay.io/acme/app:1: {}}}\n"
    cells = cells_of(text, split, at("spec.k", form="keys"))
    operations = [it for _, _, it in image_operations(cells)]
    assert operations[-1] == {"op": "replace", "path": "/spec/d", "value": DIGEST}
    moved = f"/spec/k/m.io~1quay~1acme~1app:1@{DIGEST}"
    assert operations[-2] == {"op": "move", "from": "/spec/k/quay.io~1acme~1app:1", "path": moved}
