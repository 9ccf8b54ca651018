from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.shared import shared_path
from transformer.config.config import parse_config
from transformer.errors import InputError
from transformer.report.proposals import Proposal, as_data, as_yaml, propose
from transformer.yamltext.documents import Source, decode

CONFIG = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"
HEAD = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"

IMAGE = "{properties: {image: {type: string}}}"
IMAGES = "{properties: {image: {items: {properties: {image: {type: string}}}}}}"


def crd(*versions: str, group: str = "x.io", kind: str = "App") -> str:
    """A definition; each version is its name, the schema of its `spec`, and perhaps more."""
    listed = "".join(f"  - {version}\n" for version in versions)
    return f"{HEAD}spec:\n  group: {group}\n  names: {{kind: {kind}}}\n  versions:\n{listed}"


def version(name: str, spec: str, more: str = "") -> str:
    schema = f"{{openAPIV3Schema: {{properties: {{spec: {spec}}}}}}}"
    return f"{{name: {name}, schema: {schema}{more}}}"


def proposals(*texts: str) -> list[Proposal]:
    return propose([Source("crd.yaml", text) for text in texts])


def paths(*texts: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(it.place.path, it.place.versions) for it in proposals(*texts)]


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        pytest.param([version("v1", IMAGE)], [("spec.image", ())], id="one"),
        pytest.param([version("v1", IMAGE), version("v2", IMAGE)], [("spec.image", ())], id="two"),
        pytest.param(
            [version("v1", IMAGE), version("v2", IMAGES)],
            [("spec.image", ("v1",)), ("spec.image[].image", ("v2",))],
            id="that-differ",
        ),
        pytest.param(
            [version("v1", IMAGE), version("v2", IMAGES, ", served: false")],
            [("spec.image", ())],
            id="that-are-served",
        ),
        pytest.param(["{name: v1}"], [], id="without-a-schema"),
        pytest.param(["v1", version("v2", IMAGE)], [("spec.image", ())], id="that-are-none"),
    ],
)
def test_versions(versions: list[str], expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert paths(crd(*versions)) == expected


def test_the_first_version_of_definitions_has_one_schema_for_all() -> None:
    schema = f"validation: {{openAPIV3Schema: {{properties: {{spec: {IMAGE}}}}}}}"
    head = HEAD.replace("k8s.io/v1", "k8s.io/v1beta1")
    one = f"{head}spec: {{group: x.io, version: v1, names: {{kind: App}}, {schema}}}\n"
    two = f"{head}spec: {{group: x.io, versions: [{{name: v1}}], names: {{kind: App}}, {schema}}}\n"
    assert paths(one) == paths(two) == [("spec.image", ())]


def test_definitions_in_lists_and_streams() -> None:
    listed = (
        '{"kind": "List", "apiVersion": "v1", "items": ['
        '{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": '
        '{"group": "y.io", "names": {"kind": "B"}, "versions": [{"name": "v1", "schema": '
        '{"openAPIV3Schema": {"properties": {"image": {"type": "string"}}}}}]}}]}\n'
    )
    other = "kind: ConfigMap\ndata: {a: CustomResourceDefinition}\n"
    found = proposals(f"{crd(version('v1', IMAGE))}---\n{other}---\n{listed}")
    assert [(it.place.group, it.place.kind, it.place.path) for it in found] == [
        ("x.io", "App", "spec.image"),
        ("y.io", "B", "image"),
    ]


def test_of_two_that_overlap_the_surer_one_stays() -> None:
    parts = "{repository: {type: string}, tag: {type: string}, imageName: {type: string}}"
    again = "{properties: {app: {properties: {imageName: {type: string}}}}}"
    text = crd(version("v1", f"{{properties: {{app: {{properties: {parts}}}}}}}"))
    found = proposals(text, crd(version("v1", again)))
    assert [(it.place.form, it.place.path, it.sureness) for it in found] == [
        ("image", "spec.app.imageName", "likely")
    ]


def test_a_definition_given_twice_counts_once() -> None:
    text = crd(version("v1", IMAGE))
    assert paths(text, text) == [("spec.image", ())]


def test_the_own_list_of_a_known_pod_spec_is_left_out() -> None:
    secrets = "{properties: {imagePullSecrets: {type: array, items: {type: object}}}}"
    spec = f"{{properties: {{template: {{properties: {{spec: {secrets}}}}}}}}}"
    assert paths(crd(version("v1", spec), group="argoproj.io", kind="Rollout")) == []
    assert paths(crd(version("v1", spec))) == [("spec.template.spec.imagePullSecrets", ())]


@pytest.mark.parametrize(
    ("key", "path"),
    [
        pytest.param("a.b", 'spec["a.b"].image', id="dot"),
        pytest.param("a[0]", 'spec["a[0]"].image', id="bracket"),
        pytest.param('a".b', "", id="quote"),
        pytest.param("", "", id="empty"),
    ],
)
def test_keys_that_are_no_words(key: str, path: str) -> None:
    spec = f"{{properties: {{'{key}': {IMAGE}}}}}"
    assert paths(crd(version("v1", spec))) == ([(path, ())] if path else [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "kind: ConfigMap\n",
            "crd.yaml: error: there is no CustomResourceDefinition: expected one "
            "(no-definition)\n"
            "  hint: kubectl get crd NAME -o yaml",
            id="none",
        ),
        pytest.param(
            "CustomResourceDefinition: *a\n",
            'crd.yaml:1:27: error: an alias names no anchor of the same document: "*a" '
            "(unknown-alias)",
            id="alias",
        ),
        pytest.param(
            "kind: [CustomResourceDefinition]\n",
            "crd.yaml:1:7: error: field `kind` is not a string (wrong-type)\n"
            "  hint: render the template first, for example with helm template",
            id="kind",
        ),
    ],
)
def test_what_cannot_be_read(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        proposals(text)
    assert str(caught.value) == message


def test_aliases_are_followed() -> None:
    spec = "{properties: {a: &a {properties: {image: {type: string}}}, b: *a}}"
    assert paths(crd(version("v1", spec))) == [("spec.a.image", ()), ("spec.b.image", ())]


def test_yaml() -> None:
    known = crd(version("v1", IMAGE), group="monitoring.coreos.com", kind="ThanosRuler")
    text = as_yaml(proposals(crd(version("v1", IMAGE), version("v2", IMAGES)), known))
    assert text == (
        "spec:\n"
        "  fields:\n"
        "  - {group: x.io, kind: App, path: spec.image, versions: [v1]}"
        "  # sure: a string called image\n"
        '  - {group: x.io, kind: App, path: "spec.image[].image", versions: [v2]}'
        "  # sure: a string called image\n"
        "  # The catalogue has 2 places of ThanosRuler (monitoring.coreos.com) already.\n"
        "  - {group: monitoring.coreos.com, kind: ThanosRuler, path: spec.image}"
        "  # sure: a string called image\n"
    )


def test_yaml_of_nothing() -> None:
    assert as_yaml(proposals(crd("{name: v1}"))) == "spec:\n  fields: []\n"


def test_data() -> None:
    assert as_data(proposals(crd(version("v1", IMAGE)))) == [
        {
            "group": "x.io",
            "kind": "App",
            "path": "spec.image",
            "sureness": "sure",
            "why": "a string called image",
        }
    ]


def definitions() -> list[Path]:
    files = sorted(shared_path("corpus").rglob("*.y*ml"))
    return [it for it in files if b"kind: CustomResourceDefinition" in it.read_bytes()]


@pytest.mark.exhaustive
def test_the_configuration_takes_what_is_proposed() -> None:
    taken = 0
    for file in definitions():
        try:
            found = propose([decode(file.name, file.read_bytes())])
        except InputError:
            continue
        places = parse_config("c.yaml", CONFIG + as_yaml(found), ".").fields
        assert [(it.group, it.kind, it.path, it.form, it.parts, it.versions) for it in places] == [
            (it.group, it.kind, it.path, it.form, it.parts, it.versions)
            for it in (proposal.place for proposal in found)
        ]
        taken += len(places)
    assert taken > 50
