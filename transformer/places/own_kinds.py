"""Which kinds are those of Kubernetes itself, where nothing but pods and ConfigMaps has images.

Its core group has no name that would tell: others have used it for kinds of their own, as OpenShift
did for `DeploymentConfig` and `ImageStream`.
"""

from __future__ import annotations

from transformer.model import Resource

_GROUPS = frozenset(
    {
        "admissionregistration.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "extensions",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
    }
)

_CORE = frozenset(
    {
        "Binding",
        "ComponentStatus",
        "ConfigMap",
        "Endpoints",
        "Event",
        "LimitRange",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "Pod",
        "PodTemplate",
        "ReplicationController",
        "ResourceQuota",
        "Secret",
        "Service",
        "ServiceAccount",
    }
)


def is_of_kubernetes(resource: Resource) -> bool:
    """Whether the kind of an object is one of Kubernetes itself."""
    group = resource.group
    return group in _GROUPS or (not group and resource.kind in _CORE)
