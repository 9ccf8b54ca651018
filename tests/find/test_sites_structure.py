"""Sites that only the structure of an unknown kind, or a user's own field, leads to."""

from __future__ import annotations

import pytest

from tests.helpers.reading import each_parser
from tests.helpers.searching import POD, UNKNOWN, place, places, pod, search
from transformer.places.place import Place
from transformer.yamltext.path import field_path


@each_parser
def test_an_unknown_kind_is_searched_by_structure(parser: str) -> None:
    text = UNKNOWN.format(
        f"b: {{volumes: [{{image: {{reference: v}}}}], containers: [{{name: a, image: x}}]}}\n"
        f"a: [{POD}, {{container: {{image: no}}}}]\n"
        f"status: {POD}"
    )
    found = search(text, parser)
    assert places(found) == [
        ("b.volumes[0].image.reference", "v"),
        ("b.containers[0].image", "x"),
        ("a[0].containers[0].image", "x"),
    ]
    assert all(site.by_structure for site in found.sites)
    # Pods stay in the order of the text, too.
    assert [field_path(it.steps) for it in found.pods] == ["b", "a[0]"]
    assert found.results == []


@pytest.mark.parametrize(
    ("text", "structure"),
    [
        pytest.param(UNKNOWN.format(f"spec: {POD}"), "off", id="not wanted"),
        pytest.param(
            UNKNOWN.format("spec: {contaners: [{name: a, image: x}]}"),
            "rewrite",
            id="misspelt list",
        ),
        pytest.param(
            UNKNOWN.format("spec: {containers: [{name: a, Image: x}]}"),
            "rewrite",
            id="misspelt key",
        ),
        pytest.param(UNKNOWN.format("spec: {containers: [{name: a}]}"), "rewrite", id="no image"),
        pytest.param(UNKNOWN.format(f"status: {POD}"), "rewrite", id="status"),
        pytest.param(
            pod(f"{{}}\nother: {POD}"),
            "rewrite",
            id="a kind that the table knows has no other place",
        ),
        pytest.param(
            "apiVersion: v1\nkind: ConfigMap\ndata: {a: 'image: x'}\n", "rewrite", id="text"
        ),
        pytest.param(
            "apiVersion: v1\nkind: PersistentVolume\nspec: {rbd: {image: x}}\n", "rewrite", id="rbd"
        ),
    ],
)
def test_what_is_no_pod_spec_is_not_found(text: str, structure: str) -> None:
    found = search(text, structure=structure)
    assert (found.sites, found.pods, found.results) == ([], [], [])


def test_structure_follows_merge_keys_and_aliases_by_their_visible_path() -> None:
    text = UNKNOWN.format(f"spec:\n  a: &a {{p: {POD}}}\n  b: {{<<: *a}}\n  c: *a")
    found = search(text)
    assert [place(it) for it in found.sites] == [
        "spec.a.p.containers[0].image",
        "spec.b.p.containers[0].image",
        "spec.c.p.containers[0].image",
    ]
    assert [it.spot.uses for it in found.sites] == [3, 3, 3]


FIELDS = (
    Place(group="example.com", kind="Thing", path="spec.image", form="image"),
    Place(group="example.com", kind="Thing", path="spec.images[]", form="image"),
    Place(group="example.com", kind="Thing", path="spec.pods[].pod", form="podSpec"),
    Place(group="", kind="Pod", path="spec.extra", form="image"),
)


@each_parser
def test_fields_of_the_user_are_places_like_any_other(parser: str) -> None:
    text = UNKNOWN.format(
        f"spec: {{image: a, images: [b, ~, c], pods: [{{pod: {POD}}}], tail: {POD}}}"
    )
    found = search(text, parser, fields=FIELDS)
    assert [(place(it), it.value, it.by_structure) for it in found.sites] == [
        ("spec.image", "a", False),
        ("spec.images[0]", "b", False),
        ("spec.images[2]", "c", False),
        ("spec.pods[0].pod.containers[0].image", "x", False),
        ("spec.tail.containers[0].image", "x", True),
    ]
    assert places(search(pod("{extra: y}"), parser, fields=FIELDS)) == [("spec.extra", "y")]


def test_an_image_that_two_places_name_is_one_site() -> None:
    fields = (
        Place(group="", kind="Pod", path="spec.containers[].image", form="image"),
        Place(group="example.com", kind="Thing", path="spec.containers[].image", form="image"),
    )
    for text in (pod(POD), UNKNOWN.format(f"spec: {POD}")):
        found = search(text, fields=fields)
        assert places(found) == [("spec.containers[0].image", "x")]
        assert found.sites[0].pod is not None
