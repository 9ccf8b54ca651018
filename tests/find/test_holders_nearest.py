"""Which of several fields, or pods, holds the pull secrets for an image in no pod."""

from __future__ import annotations

import pytest

from tests.helpers.reading import each_parser
from tests.helpers.runs import SECRET, config, messages, output, run
from transformer.config.config import Config
from transformer.places.place import Form, Place
from transformer.records import replace

KAFKA = """\
apiVersion: kafka.strimzi.io/v1beta2
kind: Kafka
metadata: {name: k}
spec:
  kafka:
    image: nginx:1
    template:
      pod:
        imagePullSecrets: [{name: own}]
  cruiseControl:
    image: nginx:2
"""


def place(group: str, kind: str, path: str, form: Form = "image") -> Place:
    return Place(group=group, kind=kind, path=path, form=form, origin="user")


def with_fields(*fields: Place) -> Config:
    return replace(config(SECRET), fields=fields)


def said(outcome_messages: list[str]) -> list[str]:
    return [line.partition("hint: ")[2] for line in outcome_messages]


def test_a_component_without_its_field_is_not_served_by_another() -> None:
    outcome = run(KAFKA, config(SECRET))
    assert "imagePullSecrets: [{name: own}, {name: pull}]" in output(outcome)
    assert output(outcome).endswith(
        "  cruiseControl:\n    template:\n      pod:\n        imagePullSecrets:\n"
        "        - name: pull\n    image: m.io/hub/library/nginx:2\n"
    )
    assert messages(outcome) == []


THING = "{{apiVersion: x.io/v1, kind: Thing, metadata: {{name: a}}, spec: {{{}}}}}\n"


@each_parser
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a: {i: x}", "a: {t: {pod: {own: [{name: pull}]}}, i: I}", id="absent"),
        pytest.param("a: {i: x, t: {}}", "a: {i: I, t: {pod: {own: [{name: pull}]}}}", id="empty"),
        pytest.param("a: {i: x, t: ~}", "a: {i: I, t: {pod: {own: [{name: pull}]}}}", id="null"),
        pytest.param(
            "a: {i: x, t: {pod: {}}}", "a: {i: I, t: {pod: {own: [{name: pull}]}}}", id="one there"
        ),
        pytest.param(
            "a: {i: x, t: {pod: {own: {}}}}",
            "a: {i: I, t: {pod: {own: [{name: pull}]}}}",
            id="no list, but nothing",
        ),
        pytest.param("b: {i: x}", "b: {i: I}", id="another component"),
    ],
)
def test_mappings_around_a_field_are_written_where_they_may_be(
    before: str, after: str, parser: str
) -> None:
    fields = (
        place("x.io", "Thing", "spec.a.i"),
        place("x.io", "Thing", "spec.b.i"),
        replace(place("x.io", "Thing", "spec.a.t.pod.own", "pullSecrets"), optional="t.pod"),
    )
    outcome = run(THING.format(before), with_fields(*fields), parser=parser)
    assert output(outcome) == THING.format(after.replace("I", "m.io/hub/library/x"))


@each_parser
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("i: x", "t: {spec: {imagePullSecrets: [{name: pull}]}}, i: I"),
        ("i: x, t: {}", "i: I, t: {spec: {imagePullSecrets: [{name: pull}]}}"),
        ("i: x, t: {spec: {}}", "i: I, t: {spec: {imagePullSecrets: [{name: pull}]}}"),
        ("i: x, t: {spec: ~}", "i: I, t: {spec: {imagePullSecrets: [{name: pull}]}}"),
        ("i: x, t: {spec: {a: b}}", "i: I, t: {spec: {imagePullSecrets: [{name: pull}], a: b}}"),
        (
            "i: x, t: {spec: {imagePullSecrets: {}}}",
            "i: I, t: {spec: {imagePullSecrets: [{name: pull}]}}",
        ),
    ],
)
def test_a_pod_spec_is_written_where_it_may_be(before: str, after: str, parser: str) -> None:
    pod = replace(place("x.io", "Thing", "spec.t.spec", "podSpec"), optional="t.spec")
    outcome = run(
        THING.format(before), with_fields(place("x.io", "Thing", "spec.i"), pod), parser=parser
    )
    assert output(outcome) == THING.format(after.replace("I", "m.io/hub/library/x"))
    assert messages(outcome) == []


def test_a_field_above_serves_a_component_without_its_own() -> None:
    fields = (
        place("x.io", "Thing", "spec.a.i"),
        place("x.io", "Thing", "spec.a.t.own", "pullSecrets"),
        place("x.io", "Thing", "spec.own", "pullSecrets"),
    )
    outcome = run(THING.format("a: {i: x}"), with_fields(*fields))
    assert output(outcome) == THING.format("own: [{name: pull}], a: {i: m.io/hub/library/x}")
    assert messages(outcome) == []


VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachineInstance
metadata:
  name: vm
  annotations:
    hooks.kubevirt.io/hookSidecars: '[{"image": "nginx:2"}]'
spec:
  volumes:
  - {name: a, containerDisk: {image: "nginx:1"}}
  - {name: b, containerDisk: {image: "quay.io/a/b"}}
"""


def test_a_field_for_one_name_is_for_the_image_beside_it() -> None:
    outcome = run(VM, config(SECRET, "unmatched: keep"))
    assert output(outcome).endswith(
        """\
    hooks.kubevirt.io/hookSidecars: '[{"image": "m.io/hub/library/nginx:2"}]'
spec:
  volumes:
  - {name: a, containerDisk: {imagePullSecret: pull, image: "m.io/hub/library/nginx:1"}}
  - {name: b, containerDisk: {image: "quay.io/a/b"}}
"""
    )
    (lost,) = messages(outcome)
    assert lost.startswith("in.yaml:6:49: warning: `VirtualMachineInstance vm` has no known field")


def test_a_field_for_one_name_that_is_global_is_for_all() -> None:
    text = (
        "apiVersion: charts.helm.k8s.io/v1\nkind: Xl\nmetadata: {name: x}\n"
        "spec: {global: {a: b}, api: {image: {repository: nginx, tag: '1'}}}\n"
    )
    outcome = run(text, config(SECRET))
    assert "{global: {imagePullSecret: pull, a: b}" in output(outcome)


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        pytest.param(
            "elasticsearch.k8s.elastic.co/v1, kind: Elasticsearch",
            "set it at `spec.nodeSets[].podTemplate.spec.imagePullSecrets`",
            id="pods that could be there",
        ),
        pytest.param(
            "agent.k8s.elastic.co/v1alpha1, kind: Agent",
            "set it at `spec.daemonSet.podTemplate.spec.imagePullSecrets` or "
            "`spec.deployment.podTemplate.spec.imagePullSecrets` or "
            "`spec.statefulSet.podTemplate.spec.imagePullSecrets`",
            id="one of several pods",
        ),
    ],
)
def test_pods_that_could_be_there_are_named(kind: str, hint: str) -> None:
    text = f"{{apiVersion: {kind}, metadata: {{name: a}}, spec: {{image: nginx}}}}\n"
    assert said(messages(run(text, config(SECRET)))) == [hint]


def test_a_string_and_the_object_around_it_agree_on_a_field() -> None:
    """What is added for both is added once, and each document is checked with its own spots."""
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: a}\nspec:\n"
        '  podSpecPatch: \'{"containers": [{"name": "main", "image": "nginx:2"}]}\'\n'
        '  templates:\n  - {name: a, container: {image: "nginx:1"}}\n'
    )
    outcome = run(text, config(SECRET))
    assert output(outcome).count("imagePullSecrets:\n  - name: pull\n") == 1
    assert "nginx:1" in output(outcome).replace("m.io/hub/library/nginx:2", "")


def test_a_field_that_looks_like_that_of_a_pod_is_written_once() -> None:
    text = (
        "apiVersion: x.io/v1\nkind: Widget\nmetadata: {name: a}\nspec:\n  image: nginx:1\n"
        "  containers:\n  - {name: a, image: nginx}\n"
    )
    settings = with_fields(
        place("x.io", "Widget", "spec.image"),
        place("x.io", "Widget", "spec.imagePullSecrets", form="pullSecrets"),
    )
    outcome = run(text, settings)
    assert messages(outcome) == []
    assert output(outcome).count("- name: pull\n") == 1


CONTAINER_SET = """\
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: a}
spec:
  templates:
  - name: a
    containerSet:
      containers:
      - name: a
        image: nginx
        args: [--engine-image=nginx:1]
"""


@pytest.mark.parametrize("structure", ["rewrite", "warn"])
def test_a_list_of_containers_that_the_catalogue_knows_is_no_pod(structure: str) -> None:
    """It gets no field that its kind does not have, and is read whatever the structure."""
    outcome = run(CONTAINER_SET, config(SECRET, f"structure: {structure}"))
    assert messages(outcome) == []
    assert [site.by_structure for site, _ in outcome.decisions] == [False, False]
    assert output(outcome) == CONTAINER_SET.replace("nginx", "m.io/hub/library/nginx").replace(
        "spec:\n", "spec:\n  imagePullSecrets:\n  - name: pull\n"
    )


FLUX = """\
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {name: flux}
spec:
  distribution: {registry: docker.io/fluxcd, imagePullSecret: [own]}
"""


def test_a_field_of_another_type_than_the_catalogue_says_is_a_warning() -> None:
    (wrong, lost) = messages(run(FLUX, config(SECRET)))
    assert wrong.startswith(
        "in.yaml:5:63: warning: field `spec.distribution.imagePullSecret` is not a string"
    )
    assert lost.startswith("in.yaml:5:28: warning: `FluxInstance flux` sets no pull secrets")


def test_a_field_of_another_type_than_a_user_says_is_an_error() -> None:
    field = place("x.io", "Widget", "spec.secrets", form="pullSecrets")
    text = (
        "{apiVersion: x.io/v1, kind: Widget, metadata: {name: a}, spec: {secrets: x, i: nginx}}\n"
    )
    wrong, _ = messages(run(text, with_fields(field, place("x.io", "Widget", "spec.i"))))
    assert wrong.startswith("in.yaml:1:74: error: field `spec.secrets` is not a list")


def test_a_field_in_no_mapping_is_a_warning_and_nobodys() -> None:
    text = (
        "apiVersion: kafka.strimzi.io/v1\nkind: KafkaBridge\nmetadata: {name: k}\n"
        "spec: {image: nginx, template: {pod: []}}\n"
    )
    wrong, lost = messages(run(text, config(SECRET)))
    assert wrong == (
        "in.yaml:4:38: warning: field `spec.template.pod` is not a mapping (wrong-type)"
    )
    assert lost.endswith("hint: set it at `spec.template.pod.imagePullSecrets`")


def test_a_user_field_in_a_list_is_nobodys() -> None:
    field = place("x.io", "Widget", "spec.list[].secrets", form="pullSecrets")
    text = "{apiVersion: x.io/v1, kind: Widget, metadata: {name: a}, spec: {list: [x], i: nginx}}\n"
    (lost,) = messages(run(text, with_fields(field, place("x.io", "Widget", "spec.i"))))
    assert lost.startswith("in.yaml:1:79: warning: `Widget a` has no known field for pull secrets")
