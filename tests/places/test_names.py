"""What names say of their values. The family counts, not the one name that was met."""

from __future__ import annotations

import pytest

from transformer.places.names import Meaning, ends_in_image, is_vague, meaning, meaning_below


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(
            "RELATED_IMAGE_WEB WORKER_IMAGE IMAGE_TRIGGERS_ARG__EL_IMAGE workerImage customImage "
            "--helper-image -envoy-image --kepler.image images dockerimage image.name "
            "vault.hashicorp.com/agent-image images.v1_24_0.cni RELATED_IMAGE_ADDON_POLICY "
            "DOCKER_IMAGE_WITH_TAG OPERATOR_IMAGE_NAME WORKER_IMG imgs IMAGE_REPOSITORY_REF "
            "MAVEN_IMAGE npmImage images.strimziDefaultMavenBuilder --schema-image",
            "image",
            id="an image",
        ),
        pytest.param(
            "PAUSE_IMAGE_REPOSITORY --default-image-repo imageRepository "
            "AIRFLOW__KUBERNETES_EXECUTOR__WORKER_CONTAINER_REPOSITORY",
            "repository",
            id="a repository",
        ),
        pytest.param(
            "IMAGE_REGISTRY CONTAINER_REGISTRY container-registry hub HUB registry IMAGE_PREFIX "
            "imageRegistryHost DOCKER_REGISTRY_URL global.imageRegistry",
            "registry",
            id="a registry",
        ),
        pytest.param(
            "repository DEFAULT_REPOSITORY --repo DEBUG_CONTAINER",
            "store",
            id="a repository of any",
        ),
        pytest.param(
            "MACHINE_IMAGE REGISTRY_MIRROR allowed-image-registries --insecure-registry "
            "schema-registry mavenRepository NPM_REGISTRY AZURE_VM_IMAGE --os-image "
            "SERVICE_REGISTRY helm-registry metricsRegistry bundle --chart",
            "other",
            id="of something else",
        ),
        pytest.param(
            "IMAGE_TAG WORKER_IMAGE_TAG image-pull-policy RUNNER_IMAGE_PULL_SECRET imageVersion "
            "IMAGE_DIGEST image.openshift.io/triggers registry-username github name 1 _ / "
            "containers registryPath",
            "",
            id="nothing",
        ),
    ],
)
def test_what_names_say(names: str, expected: Meaning) -> None:
    assert {name: meaning(name) for name in names.split()} == dict.fromkeys(names.split(), expected)


def test_where_a_word_alone_can_be_an_image() -> None:
    assert ends_in_image("worker.image")
    assert ends_in_image("WORKER_IMG")
    assert not ends_in_image("imageName")
    assert not ends_in_image("1")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("IMAGE_SOURCE", True),
        ("IMAGE_NAME", False),
        ("WORKER_IMAGE", False),
        ("RELATED_IMAGE_X", False),
        ("name", False),
    ],
)
def test_which_names_are_vague(name: str, expected: bool) -> None:
    assert is_vague(name) == expected


def test_what_a_key_below_another_says() -> None:
    assert meaning_below("proxyImage", "value") == "image"
    assert meaning_below("image", "repository") == "repository"
    assert meaning_below("image", "tag") == ""
    assert meaning_below("containerRegistry", "hostname") == "registry"
    assert meaning_below("containerRegistry", "port") == ""
    assert meaning_below("schemaRegistry", "host") == ""
    assert meaning_below("chart", "repository") == ""
