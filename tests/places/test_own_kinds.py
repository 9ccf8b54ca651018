from __future__ import annotations

import pytest

from transformer.model import Resource
from transformer.places.own_kinds import is_of_kubernetes


@pytest.mark.parametrize(
    ("api_version", "kind", "is_own"),
    [
        pytest.param("v1", "Service", True, id="the core group"),
        pytest.param("apps/v1", "Deployment", True, id="a short group"),
        pytest.param("rbac.authorization.k8s.io/v1", "Role", True, id="a group with dots"),
        pytest.param("v1", "ImageStream", False, id="the core group of another"),
        pytest.param("cluster.x-k8s.io/v1", "Cluster", False, id="a group of the community"),
        pytest.param("example.com/v1", "Service", False, id="a kind of the same name"),
    ],
)
def test_kinds_of_kubernetes(api_version: str, kind: str, is_own: bool) -> None:
    resource = Resource(api_version=api_version, kind=kind, namespace="", name="a")
    assert is_of_kubernetes(resource) is is_own
