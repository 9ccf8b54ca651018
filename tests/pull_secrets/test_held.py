from __future__ import annotations

import pytest

from tests.helpers.reading import document
from transformer.pull_secrets.held import held_secrets

METADATA = "metadata: {name: web, namespace: shop}"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param(
            "kind: Secret\ntype: kubernetes.io/dockerconfigjson", "web", id="dockerconfigjson"
        ),
        pytest.param("kind: Secret\ntype: kubernetes.io/dockercfg", "web", id="dockercfg"),
        pytest.param("kind: Secret\ntype: Opaque", "", id="another type"),
        pytest.param("kind: Secret", "", id="no type"),
        pytest.param(
            "kind: ExternalSecret\nspec: {target: {name: pull}}", "pull", id="an ExternalSecret"
        ),
        pytest.param("kind: ExternalSecret\nspec: {target: }", "web", id="named like the object"),
        pytest.param("kind: ExternalSecret\nspec: [a]", "web", id="of another form"),
        pytest.param(
            "kind: SealedSecret\nspec: {template: {metadata: {name: pull}}}",
            "pull",
            id="a SealedSecret",
        ),
        pytest.param("kind: SealedSecret", "web", id="a SealedSecret without more"),
        pytest.param(
            "kind: VaultStaticSecret\nspec: {destination: {name: pull}}", "pull", id="of Vault"
        ),
        pytest.param("kind: SecretStore", "", id="another kind"),
        pytest.param("kind: Pod", "", id="nothing about secrets"),
        pytest.param("kind: Secret\n  type: a: b", "", id="no YAML"),
    ],
)
def test_what_brings_a_pull_secret(text: str, name: str) -> None:
    found = held_secrets([document(f"apiVersion: v1\n{METADATA}\n{text}\n")])
    assert [(it.namespace, it.name) for it in found] == [("shop", name)] * bool(name)


SELECTED = "namespaceSelectors: [{matchLabels: {kubernetes.io/metadata.name: edge}}]"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (
            "{externalSecretName: pull, namespaces: [shop, edge]}",
            [("shop", "pull"), ("edge", "pull")],
        ),
        (f"{{{SELECTED}}}", [("edge", "registries")]),
        (
            f"{{{SELECTED}, externalSecretName: a, externalSecretSpec: {{target: {{name: b}}}}}}",
            [("edge", "b")],
        ),
        ("{namespaceSelectors: [{matchLabels: {team: a}}, a]}", []),
        ("{namespaces: shop}", []),
    ],
)
def test_what_brings_one_to_several_namespaces(spec: str, expected: list[tuple[str, str]]) -> None:
    text = f"kind: ClusterExternalSecret\nmetadata: {{name: registries}}\nspec: {spec}\n"
    found = held_secrets([document(f"apiVersion: external-secrets.io/v1\n{text}")])
    assert [(it.namespace, it.name) for it in found] == expected
