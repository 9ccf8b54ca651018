from __future__ import annotations

import pytest

from tests.helpers.runs import config, messages, pod, run, stream

RULES = "mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [pull]}]"
POD = pod("nginx", "redis", namespace="shop")
OWN = pod("quay.io/a", namespace="shop", secrets="[{name: own}]")
KEPT = RULES.replace("[{", "[{source: quay.io, keep: true}, {", 1)


def secret(name: str, namespace: str, kind: str = "Secret") -> str:
    return (
        f"kind: {kind}\napiVersion: v1\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
        "type: kubernetes.io/dockerconfigjson\n"
    )


def said(name: str, others: str, place: str) -> list[str]:
    return [
        f'in.yaml:{place}: warning: pull secret "{name}" is in {others} only: expected in '
        'namespace "shop" for its pods (secret-elsewhere)\n'
        "  hint: mirrorpin secrets --from-login --namespace shop makes it"
    ]


@pytest.mark.parametrize(
    ("manifests", "expected"),
    [
        pytest.param([secret("pull", "infra"), POD], said("pull", "infra", "14:12"), id="granted"),
        pytest.param(
            [secret("pull", "infra"), secret("pull", "edge"), POD],
            said("pull", "infra, edge", "19:12"),
            id="two others",
        ),
        pytest.param(
            [secret("pull-bm4mtdbm8c", "infra"), POD],
            said("pull", "infra", "14:12"),
            id="with a hash",
        ),
        pytest.param(
            [secret("pull", "infra"), secret("other", "shop"), POD],
            said("pull", "infra", "19:12"),
            id="another one is there",
        ),
        pytest.param([secret("own", "infra"), OWN], said("own", "infra", "12:33"), id="of its own"),
        pytest.param([secret("pull", "infra"), secret("pull", "shop"), POD], [], id="in both"),
        pytest.param([secret("pull", "infra"), secret("pull", '""'), POD], [], id="anywhere"),
        pytest.param([secret("pull", '""'), POD], [], id="without a namespace"),
        pytest.param([secret("pull", "infra"), pod("nginx")], [], id="a pod without one"),
        pytest.param([secret("pull", "shop"), POD], [], id="where it belongs"),
        pytest.param([secret("web", "infra"), POD], [], id="another name"),
        pytest.param(
            [secret("pull", "infra"), secret("pull", "shop", "ExternalSecret"), POD],
            [],
            id="a controller makes it",
        ),
        pytest.param(
            [secret("pull", "infra"), pod("'{{ image }}'", namespace="shop")],
            [],
            id="what is not an image",
        ),
        pytest.param(
            [secret("pull", "infra"), pod("nginx", namespace="shop", secrets="[{name: pull}]")],
            said("pull", "infra", "15:12"),
            id="named already",
        ),
    ],
)
def test_a_secret_of_another_namespace(manifests: list[str], expected: list[str]) -> None:
    settings = config(f"{KEPT}\n  unmatched: keep\n  invalid: warn")
    found = messages(run(stream(*manifests), settings))
    assert [it for it in found if "placeholder" not in it] == expected


@pytest.mark.parametrize(
    "setting", ["{attachTo: none}", "{templates: [a.j2]}"], ids=["not granted", "from a template"]
)
def test_what_nobody_has_to_bring(setting: str) -> None:
    settings = config(f"{RULES}\n  pullSecrets: {setting}")
    assert messages(run(stream(secret("pull", "infra"), POD), settings)) == []
