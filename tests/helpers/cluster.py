"""Pods as a cluster has them: owned by workloads, with the digests that run in their status."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

Pod: TypeAlias = "dict[str, Any]"

HASH = "6d4cf56db6"


def pod(
    image: str,
    running: str = "",
    *,
    name: str = "web-6d4cf56db6-x2x4z",
    namespace: str = "shop",
    owner: tuple[str, str, str] | None = ("apps/v1", "ReplicaSet", f"web-{HASH}"),
    secrets: tuple[str, ...] = ("pull",),
    place: str = "containers",
) -> Pod:
    """A pod with one container called app: its image, the `imageID` that runs, and its owner."""
    owners = [dict(zip(("apiVersion", "kind", "name"), owner, strict=True))] if owner else []
    statuses = f"{place.removesuffix('s')}Statuses"
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"pod-template-hash": HASH},
            "ownerReferences": [{**it, "controller": True} for it in owners],
        },
        "spec": {
            "imagePullSecrets": [{"name": it} for it in secrets],
            place: [{"name": "app", "image": image}],
        },
        "status": {statuses: [{"name": "app", "image": image, "imageID": running}]},
    }


def listed(*pods: Pod) -> str:
    """What `kubectl get pods -o json` prints of pods."""
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": pods}, indent=4)
