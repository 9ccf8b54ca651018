"""Images that are found by what is around them, and shapes that are not what they look like."""

from __future__ import annotations

import pytest

from tests.helpers.reading import each_parser
from tests.helpers.runs import SECRET, config, messages, output, run
from tests.helpers.searching import UNKNOWN, places, pod, problems, search
from transformer.find.structure import likely_images
from transformer.places.place import Place

ITEM = "name: a, image: 'a/b:1'"


def found(spec: str, parser: str = "") -> list[str]:
    result = search(UNKNOWN.format(f"spec: {spec}"), parser)
    assert result.results == []
    assert all(site.by_structure for site in result.sites)
    return [path.removeprefix("spec.") for path, _ in places(result)]


@each_parser
@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param(f"{{workers: [{{{ITEM}}}]}}", ["workers[0].image"], id="a list"),
        pytest.param(
            f"{{a: {{initContainers: [{{x: 1}}, {{{ITEM}}}]}}}}",
            ["a.initContainers[1].image"],
            id="some of a list",
        ),
        pytest.param(f"[{{{ITEM}}}]", ["spec[0].image"], id="a list of its own"),
        pytest.param(
            "{runPod: {image: 'a/b:1', command: [x]}}", ["runPod.image"], id="like a container"
        ),
        pytest.param(
            "{image: 'a/b@sha256:" + "a" * 64 + "', imagePullPolicy: Always}",
            ["image"],
            id="a digest",
        ),
        pytest.param(
            "{volumes: [{image: {reference: 'a/b:1'}}]}",
            ["volumes[0].image.reference"],
            id="an image volume",
        ),
        pytest.param("{a: [{<<: {name: a}, image: 'a/b:1'}]}", ["a[0].image"], id="merged"),
        pytest.param(f"{{a: &a [{{{ITEM}}}], b: *a}}", ["a[0].image", "b[0].image"], id="shared"),
        pytest.param(
            "{a: [{name: a, image: 'a/b:1', env: [{name: X_IMAGE, value: 'a/c:1'}]}]}",
            ["a[0].image", "a[0].env[0].value"],
            id="its strings",
        ),
    ],
)
def test_what_is_around_shows_an_image(spec: str, expected: list[str], parser: str) -> None:
    assert found(spec, parser) == expected


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param("{a: {name: a, image: 'a/b:1'}}", id="a name and an image in no list"),
        pytest.param("{a: {image: 'a/b:1'}}", id="an image alone"),
        pytest.param("{a: [{image: 'a/b:1'}]}", id="no name"),
        pytest.param("{a: [{name: [a], image: 'a/b:1'}]}", id="a list for a name"),
        pytest.param("{a: [{name: a, image: a}]}", id="a word"),
        pytest.param("{a: [{name: a, image: quay.io/a}]}", id="no tag"),
        pytest.param("{a: [{name: a, image: '$(X)/a:1'}]}", id="a placeholder"),
        pytest.param("{a: [{name: a, image: {b: 'a/b:1'}}]}", id="a mapping"),
        pytest.param("{a: [{name: a, image: ['a/b:1']}]}", id="a list"),
        pytest.param("{machineImages: [{name: a, image: 'a/b:1'}]}", id="of machines"),
        pytest.param("{a: [{image: {reference: 'a/b:1'}}]}", id="no volumes"),
        pytest.param("{volumes: [{image: {reference: a}}]}", id="a word for a volume"),
        pytest.param("{volumes: [{image: {pullPolicy: 'image: a/b:1'}}]}", id="no reference"),
        pytest.param("{? [k] : 'image: a/b:1', a: ~}", id="no string for a key"),
    ],
)
def test_other_surroundings_do_not(spec: str) -> None:
    assert found(spec) == []


def test_a_status_has_none() -> None:
    text = UNKNOWN.format(f"status: {{a: [{{{ITEM}}}]}}\nspec: {{status: [{{{ITEM}}}]}}")
    assert places(search(text)) == [("spec.status[0].image", "a/b:1")]


def test_objects_of_kubernetes_and_with_structure_off_have_none() -> None:
    spec = f"spec: {{a: [{{{ITEM}}}]}}"
    text = f"apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\n{spec}\n"
    assert places(search(text)) == []
    assert places(search(pod(f"{{a: [{{{ITEM}}}]}}"))) == []
    assert places(search(UNKNOWN.format(spec), structure="off")) == []


@pytest.mark.parametrize("path", ["spec.a", "spec.a[]", "spec.a[].image"])
def test_what_a_place_says_is_no_image_is_left(path: str) -> None:
    none = Place(group="example.com", kind="Thing", path=path, form="none", origin="user")
    text = UNKNOWN.format(f"spec: {{a: [{{{ITEM}}}]}}")
    assert places(search(text, fields=(none,))) == []


def test_what_a_place_knows_is_not_guessed() -> None:
    known = Place(group="example.com", kind="Thing", path="spec.a[].image", origin="user")
    text = UNKNOWN.format(f"spec: {{a: [{{{ITEM}}}], b: [{{{ITEM}}}]}}")
    sites = search(text, fields=(known,)).sites
    assert [(site.field, site.by_structure) for site in sites] == [
        ("spec.a[0].image", False),
        ("spec.b[0].image", True),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("image: a/b:1", [7]),
        ('{"image":"a/b:1"}', [9]),
        ("image:\n  a/b:1", [9]),
        ("image: a/b", []),
        ("image: *a\nimage: |\n", [7, 17]),
        ("images: a:1\nmyimage: a:1", [21]),
        ("reference: a:1", []),
        ("volumes: [{image: {reference: a:1}}]", [30]),
    ],
)
def test_a_text_shows_where_images_may_be(text: str, expected: list[int]) -> None:
    assert likely_images(text) == expected


WRONG = "{containers: [{name: a, image: 'a/b:1'}], %s}"


@each_parser
@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("volumes: {a: {}}", "4:58: {}, field `spec.volumes` is not a list"),
        ("initContainers: [x]", "4:66: {}, field `spec.initContainers[0]` is not a mapping"),
        ("imagePullSecrets: x", "4:67: {}, field `spec.imagePullSecrets` is not a list"),
    ],
)
def test_what_is_no_pod_spec_after_all_passes_by(more: str, message: str, parser: str) -> None:
    result = search(UNKNOWN.format(f"spec: {WRONG % more}"), parser)
    assert problems(result) == [
        f"in.yaml:{message.format('info: passed by: in a pod spec')} (no-pod-spec)"
    ]
    assert [(site.value, site.pod) for site in result.sites] == [("a/b:1", None)]
    assert result.pods == []


def test_an_image_of_another_type_passes_by() -> None:
    text = UNKNOWN.format("spec: {containers: [{name: a, image: !!int 1}, {name: a, image: x}]}")
    result = search(text)
    assert problems(result) == [
        "in.yaml:4:38: info: passed by: in a pod spec, field `spec.containers[0].image` is "
        "not a string (no-pod-spec)"
    ]
    assert [site.value for site in result.sites] == ["x"]


def test_strings_of_another_type_pass_by() -> None:
    env = "env: [{name: MONGODB_REPO_URL, value: []}]"
    result = search(UNKNOWN.format(f"spec: {{a: [{{{ITEM}, {env}}}]}}"))
    assert problems(result) == [
        "in.yaml:4:76: info: passed by: in a pod spec, field `spec.a[0].env[0].value` is not a "
        "string (no-pod-spec)"
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("imagePullSecrets: []", "imagePullSecrets: [{name: pull}]"),
        ("imagePullSecrets: [a]", "imagePullSecrets: [a, pull]"),
        ("imagePullSecrets: ~", "imagePullSecrets: [{name: pull}]"),
    ],
)
def test_a_list_of_pull_secrets_around_it_grows(before: str, after: str) -> None:
    text = UNKNOWN.format(f"spec: {{a: [{{name: x, image: 'a/b:1'}}], {before}}}")
    outcome = run(text, config(SECRET))
    assert messages(outcome) == []
    assert output(outcome) == text.replace("a/b", "m.io/hub/a/b").replace(before, after)


def test_something_else_of_that_name_does_not() -> None:
    text = UNKNOWN.format(f"spec: {{a: [{{{ITEM}}}], imagePullSecrets: x}}")
    outcome = run(text, config(SECRET))
    assert output(outcome) == text.replace("a/b", "m.io/hub/a/b")
    assert "no-pull-secret-field" in messages(outcome)[0]


def test_only_what_is_left_over_is_looked_for() -> None:
    text = UNKNOWN.format("spec: {containers: [{name: a, image: 'a/b:1'}]}")
    (site,) = search(text).sites
    assert site.pod is not None


@pytest.mark.parametrize("image", ["Acme/App:1", "{{ x }}", "$(X)", "a b", "a:"])
def test_a_text_that_is_no_reference_fails_no_run_that_guessed(image: str) -> None:
    text = UNKNOWN.format(f"spec: {{containers: [{{name: a, image: '{image}'}}]}}")
    outcome = run(text, config(SECRET))
    assert not outcome.failed
    assert output(outcome) == text
    assert len(messages(outcome)) == 1
    assert ": warning: " in messages(outcome)[0]


@pytest.mark.parametrize(
    ("data", "count"),
    [
        ("", 0),
        ("data: ~\n", 0),
        ("data: {a: 'containers: apiVersion'}\n", 0),
        ("data:\n  a: |\n    x:\n      apiVersion: v1\n      kind: Pod\n    containers: x\n", 0),
        ("data:\n  a: |\n    apiVersion: v1\n    kind: Pod\n", 0),
        ('data: {a: \'{"apiVersion": "v1",\\n"kind": "Pod", "spec": {"containers": []}}\'}\n', 1),
        ("data:\n  a: |\n    kind: Pod\n    apiVersion: v1\n    spec: {containers: []}\n", 1),
    ],
)
def test_a_value_of_a_config_map_may_be_an_object(data: str, count: int) -> None:
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: containers-apiVersion}}\n{data}"
    found = search(text)
    assert (len(found.inner), found.results) == (count, [])
    assert search(text, structure="off").inner == []
