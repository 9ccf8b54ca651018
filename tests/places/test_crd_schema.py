from __future__ import annotations

import pytest
import yaml

from transformer.places.crd_schema import Finding, findings
from transformer.places.place import write_path

STRING = "{type: string}"


def found(spec: str) -> list[Finding]:
    """The findings in an object whose `spec` has these properties, in flow style."""
    schema = f"{{type: object, properties: {{spec: {{type: object, properties: {spec}}}}}}}"
    return list(findings(yaml.safe_load(schema.replace("$", STRING))))


def shown(spec: str) -> list[tuple[str, str, str]]:
    return [(write_path(it.steps), it.form, it.sureness) for it in found(spec)]


CONTAINERS = "{type: array, items: {type: object, properties: {name: $, image: $}}}"
STEPS = "{type: array, items: {type: object, properties: {name: $, image: $, args: {}}}}"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param("{image: $}", [("spec.image", "image", "sure")], id="image"),
        pytest.param("{image: $, version: $}", [("spec.image", "image", "guess")],
                     id="image-beside-a-version"),
        pytest.param("{baseImage: $, image_ref: $, proxyImageURL: $}",
                     [("spec.baseImage", "image", "likely"),
                      ("spec.proxyImageURL", "image", "likely")], id="called-an-image"),
        pytest.param("{sidecar-image: $, imageName: $}",
                     [("spec.sidecar-image", "image", "likely"),
                      ("spec.imageName", "image", "likely")], id="called-so-in-other-ways"),
        pytest.param("{imagePullPolicy: $, damage: $, images: $, name: $}", [], id="others"),
        pytest.param("{image: {type: integer}, imageCount: $}", [], id="another-type"),
        pytest.param("{rbd: {properties: {image: $, monitors: {}, pool: $}}}", [], id="a-disk"),
        pytest.param("{status: {properties: {image: $}}}", [], id="status"),
        pytest.param("{images: {type: array, items: $}}", [("spec.images[]", "image", "guess")],
                     id="images"),
        pytest.param("{kustomize: {properties: {images: {type: array, items: $}}}}", [],
                     id="exchanges-of-kustomize"),
        pytest.param("{names: {type: array, items: $}}", [], id="other-strings"),
        pytest.param("{all: {type: array, items: {properties: {image: $}}}}",
                     [("spec.all[].image", "image", "sure")], id="list"),
        pytest.param("{all: {type: array, items: {type: array, items: {properties: {image: $}}}}}",
                     [("spec.all[][].image", "image", "sure")], id="list-of-lists"),
        pytest.param("{all: {additionalProperties: {properties: {image: $}}}}",
                     [("spec.all{}.image", "image", "sure")], id="mapping"),
        pytest.param("{all: {additionalProperties: $}}", [], id="mapping-of-strings"),
        pytest.param("{images: {additionalProperties: $}}", [], id="mapping-called-images"),
        pytest.param("{all: {items: [a]}, any: [], a: {properties: []}}", [], id="no-schema"),
        pytest.param(f"{{pod: {{properties: {{containers: {CONTAINERS}, volumes: {{}}}}}}}}",
                     [("spec.pod", "podSpec", "sure")], id="pod-spec"),
        pytest.param(f"{{containers: {CONTAINERS}, image: $, imagePullSecrets: {{type: array}}}}",
                     [("spec", "podSpec", "sure"), ("spec.image", "image", "sure")],
                     id="pod-spec-with-more"),
        pytest.param(f"{{sidecars: {CONTAINERS}, steps: {STEPS}}}",
                     [("spec.sidecars", "containers", "likely"),
                      ("spec.steps", "containers", "sure")], id="containers"),
        pytest.param("{containers: {type: array, items: $}}", [], id="no-containers"),
        pytest.param("{image: {properties: {repository: $, tag: $}}}",
                     [("spec.image", "split", "likely")], id="parts"),
        pytest.param("{image: {properties: {tag: $}}}", [], id="one-part"),
        pytest.param("{image: {properties: {registry: $, tag: $}}}", [], id="no-name"),
        pytest.param("{image: {properties: {reference: $, pullPolicy: $}}}",
                     [("spec.image.reference", "image", "sure")], id="image-volume"),
        pytest.param("{app: {properties: {repository: $, tag: $}}}",
                     [("spec.app", "split", "guess")], id="parts-of-something"),
        pytest.param("{driver: {properties: {repository: $, image: $, version: $}}}",
                     [("spec.driver", "split", "guess")], id="repository-and-image"),
        pytest.param("{app: {properties: {repository: $, version: $}}}", [], id="a-version-alone"),
        pytest.param("{app: {properties: {repository: $, tag: $, chart: $}}}", [], id="a-chart"),
        pytest.param("{app: {properties: {repository: $, name: $}}}", [], id="no-tag"),
        pytest.param(
            "{image: {properties: {name: $, tag: $, pullSecrets: {type: array, items: $}}}}",
            [("spec.image", "split", "likely"),
             ("spec.image.pullSecrets", "pullSecrets", "likely")],
            id="parts-and-more",
        ),
    ],
)  # fmt: skip
def test_findings(spec: str, expected: list[tuple[str, str, str]]) -> None:
    assert shown(spec) == expected


def test_parts() -> None:
    parts = "{registry: $, repository: $, name: $, image: $, tag: $, version: $, digest: $}"
    (only,) = found(f"{{image: {{properties: {parts}}}}}")
    assert only.parts == (
        ("registry", "registry"),
        ("repository", "repository"),
        ("name", "name"),
        ("tag", "tag"),
        ("digest", "digest"),
    )


@pytest.mark.parametrize(
    ("schema", "items"),
    [
        pytest.param("{type: array, items: {type: object, properties: {name: $}}}", "objects",
                     id="objects"),
        pytest.param("{type: array, items: $}", "strings", id="strings"),
        pytest.param("$", "string", id="string"),
        pytest.param("{type: object, properties: {name: $}}", "object", id="object"),
        pytest.param("{type: boolean}", "", id="none"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("key", ["imagePullSecrets", "pullSecret", "imagePullSecretRef"])
def test_pull_secrets(key: str, schema: str, items: str) -> None:
    expected = [(f"spec.{key}", "pullSecrets", items)] if items else []
    assert [(write_path(it.steps), it.form, it.items) for it in found(f"{{{key}: {schema}}}")] == (
        expected
    )


@pytest.mark.parametrize("schema", [None, [], "x", {}, {"properties": []}])
def test_what_is_no_schema(schema: object) -> None:
    assert list(findings(schema)) == []


def test_the_root_is_no_pod_spec_and_no_image() -> None:
    properties = f"{{containers: {CONTAINERS}, name: $, tag: $, repository: $, metadata: {{}}}}"
    schema = yaml.safe_load(f"{{properties: {properties}}}".replace("$", STRING))
    assert [(it.form, it.steps) for it in findings(schema)] == [("containers", ("containers",))]
