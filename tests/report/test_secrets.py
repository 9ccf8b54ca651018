from __future__ import annotations

import json

import jsonschema

from transformer.config.schemas import read
from transformer.image.reference import normalize
from transformer.pull_secrets.needs import Need
from transformer.report.secrets import as_json, as_text

NEEDS = [
    Need(
        namespace="shop",
        name="pull",
        held="Secret",
        images=(normalize("m.io/a"), normalize("b.io/a"), normalize("m.io/b")),
        users=("Pod shop/web", "Job shop/a"),
    ),
    Need(namespace="", name="own\n", elsewhere=("infra", "edge"), users=("Pod web",)),
    Need(namespace="shop", name="other", users=("Pod shop/web",)),
]


def test_for_people() -> None:
    assert as_text(NEEDS).splitlines() == [
        "pull in namespace shop: Secret among the manifests",
        "     opens b.io, m.io",
        "     for Pod shop/web, Job shop/a",
        "own\\n in the namespace of kubectl: not among the manifests, but for those of infra, edge",
        "     opens nothing that is known",
        "     for Pod web",
        "other in namespace shop: not among the manifests",
        "     opens nothing that is known",
        "     for Pod shop/web",
    ]


def test_for_programs() -> None:
    data = json.loads(as_json(NEEDS))
    jsonschema.validate(data, json.loads(read("secrets")))
    assert data["secrets"][0] == {
        "namespace": "shop",
        "name": "pull",
        "held": "Secret",
        "elsewhere": [],
        "registries": ["b.io", "m.io"],
        "users": ["Pod shop/web", "Job shop/a"],
    }
    assert json.loads(as_json([])) == {"secrets": []}
