from __future__ import annotations

import pytest

from tests.helpers.runs import config, messages, output, pod, run, stream
from transformer.config.config import Config
from transformer.edit.originals import ORIGINAL_IMAGES, PATH
from transformer.yamltext.path import pointer

HUB = "mirrors: [{source: docker.io, target: m.io/hub}]"
REPORT = "report: {originalImages: true}"
HINT = "\n  hint: write it in plain block or flow style, or set `report: {originalImages: false}`"


def settings(*spec: str) -> Config:
    return config(HUB, REPORT, *spec)


def edited(text: str, *spec: str) -> str:
    """The output, which a second run must leave as it is."""
    outcome = run(text, settings(*spec))
    assert messages(outcome) == []
    again = run(output(outcome), settings(*spec))
    assert output(again) == output(outcome)
    assert again.notes == ()
    return output(outcome)


def note(value: str) -> str:
    return f'metadata:\n  annotations:\n    {ORIGINAL_IMAGES}: "{value}"\n'


def noted(text: str, *spec: str) -> list[str]:
    """The values of the annotations in the output."""
    found = edited(text, *spec).split(f"{ORIGINAL_IMAGES}: ")[1:]
    return [it.partition("\n")[0].strip('"') for it in found]


def test_images_are_noted_under_the_names_of_their_containers() -> None:
    text = pod("nginx:1", "redis")
    assert edited(text) == (
        text.replace("metadata:\n", note("a=nginx:1,b=redis"))
        .replace("nginx:1\n", "m.io/hub/library/nginx:1\n")
        .replace("redis\n", "m.io/hub/library/redis\n")
    )


def test_nothing_is_noted_unless_it_is_asked_for() -> None:
    assert ORIGINAL_IMAGES not in output(run(pod("nginx"), config(HUB)))


def test_images_that_keep_their_name_are_not_noted() -> None:
    digest = f"sha256:{'a' * 64}"
    assert noted(pod("m.io/hub/library/nginx", "nginx", f"redis@{digest}")) == [
        f"b=nginx,c=redis@{digest}"
    ]
    text = pod("m.io/hub/library/nginx")
    assert edited(text) == text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("", "a=nginx,b=redis", id="empty"),
        pytest.param("c=busybox", "c=busybox,a=nginx,b=redis", id="another container"),
        pytest.param("a=nginx", "a=nginx,b=redis", id="noted already"),
        pytest.param("b=old,a=older", "b=redis,a=nginx", id="noted with other images"),
        pytest.param("who knows, b = old", "who knows,b=redis,a=nginx", id="written by hand"),
    ],
)
def test_what_is_noted_already_stays(old: str, new: str) -> None:
    text = pod("nginx", "redis").replace("metadata:\n", note(old))
    assert noted(text) == [new]


def test_a_place_without_a_name_of_its_own_is_noted_by_its_path() -> None:
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n"
        "  - {name: a, image: nginx}\n  - {image: redis}\n  - {name: 'x,y', image: busybox}\n"
        "  initContainers:\n  - {name: a, image: alpine}\n"
        "  volumes: [{name: v, image: {reference: acme/data:1}}]\n"
    )
    outcome = run(text, settings())
    assert [it.value for it in outcome.notes] == [
        "spec.containers[0].image=nginx,spec.containers[1].image=redis,"
        "spec.containers[2].image=busybox,spec.initContainers[0].image=alpine,"
        "spec.volumes[0].image.reference=acme/data:1"
    ]


def test_a_block_scalar_is_noted_without_its_line_break() -> None:
    assert noted(pod("|\n      nginx")) == ["a=nginx"]


def test_every_object_has_a_note_of_its_own() -> None:
    items = (
        "apiVersion: v1\nkind: List\nitems:\n- kind: Pod\n  apiVersion: v1\n  metadata:\n"
        "    name: one\n  spec: {containers: [{name: x, image: alpine}]}\n"
        "- {kind: Pod, apiVersion: v1, metadata: {name: two}, "
        "spec: {containers: [{name: y, image: busybox}]}}\n"
    )
    service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: image\n"
    outcome = run(stream(pod("nginx"), items, service), settings())
    assert [(it.at.resource.name, it.value) for it in outcome.notes] == [
        ("web", "a=nginx"),
        ("one", "x=alpine"),
        ("two", "y=busybox"),
    ]
    assert output(outcome).count(ORIGINAL_IMAGES) == 3
    assert {pointer(it.steps) for it in outcome.notes} == {
        "/metadata/annotations/mirrorpin.dev~1original-images"
    }
    assert PATH[-1] == ORIGINAL_IMAGES


def test_json_gets_its_note_in_json() -> None:
    text = (
        '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},'
        '"spec":{"containers":[{"name":"a","image":"nginx"}]}}'
    )
    assert edited(text) == text.replace(
        '{"name":"web"}', f'{{"annotations":{{"{ORIGINAL_IMAGES}":"a=nginx"}},"name":"web"}}'
    ).replace('"nginx"', '"m.io/hub/library/nginx"')


def test_pull_secrets_and_notes_are_written_together() -> None:
    text = pod("nginx").replace("metadata:\n", "metadata:\n  annotations: {}\n")
    after = edited(text, "pullSecrets: {names: [pull]}")
    assert f'  annotations: {{{ORIGINAL_IMAGES}: "a=nginx"}}\n' in after
    assert "  imagePullSecrets:\n  - name: pull\n" in after


SPEC = "spec: {containers: [{name: a, image: nginx}]}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"kind: Pod\n{SPEC}",
            "1:1: error: `metadata` is not a plain mapping, to note the original images "
            f"(unsupported-layout){HINT}",
            id="no metadata",
        ),
        pytest.param(
            f"kind: Pod\nmetadata: {{annotations: []}}\n{SPEC}",
            "2:25: error: `metadata.annotations` is not a plain mapping, to note the original "
            f"images (unsupported-layout){HINT}",
            id="list for annotations",
        ),
        pytest.param(
            f"kind: Pod\nmetadata: {{name: web, annotations: &a {{x: y}}, labels: *a}}\n{SPEC}",
            "2:40: error: `metadata.annotations` is shared by an anchor, to note the "
            f"original images (shared-anchor){HINT}",
            id="shared annotations",
        ),
    ],
)
def test_where_nothing_can_be_noted_the_run_fails(text: str, expected: str) -> None:
    outcome = run(text, settings())
    assert messages(outcome) == [f"in.yaml:{expected}"]
    assert output(outcome) == text
    (result,) = outcome.results
    assert result.resource is not None
    assert (result.field, result.resource.kind) == (expected.split("`")[1], "Pod")


def test_objects_that_cannot_be_told_apart_fail_once() -> None:
    text = (
        "kind: List\nitems:\n- kind: Pod\n  metadata: {name: web}\n"
        "  spec: {containers: [{name: a, image: Nginx}]}\n- kind: {{x}}\n  image: x\n"
    )
    outcome = run(text, settings())
    assert [it.partition(": ")[2] for it in messages(outcome)] == [
        "error: field `items[1].kind` is not a string (wrong-type)\n"
        "  hint: render the template first, for example with helm template",
        'error: "Nginx" has uppercase letters outside host and tag (uppercase)',
    ]
