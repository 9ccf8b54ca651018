"""Pushes images over the registry protocol: small ones of every kind, made here.

Specification: github.com/opencontainers/distribution-spec v1.1.1, Push.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from transformer.registry.manifests import DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST

OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
EMPTY = "application/vnd.oci.empty.v1+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pusher:
    """Pushes to one repository, by host and path."""

    host: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None

    def image(self, tag: str, machine: str = "amd64", *, docker: bool = False) -> dict[str, Any]:
        """An image of one platform. Returns its descriptor, as an index would hold it."""
        layer = self.blob(f"layer for {machine}".encode())
        config = {"os": "linux", "architecture": machine, "rootfs": {"type": "layers"}}
        blob = self.blob(json.dumps(config).encode())
        kinds = (DOCKER_MANIFEST, DOCKER_CONFIG, DOCKER_LAYER)
        kind, config_kind, layer_kind = kinds if docker else (OCI_MANIFEST, OCI_CONFIG, OCI_LAYER)
        content = {
            "schemaVersion": 2,
            "mediaType": kind,
            "config": {"mediaType": config_kind, **blob},
            "layers": [{"mediaType": layer_kind, **layer}],
        }
        platform = {"os": "linux", "architecture": machine}
        return {**self.manifest(tag, content, kind), "platform": platform}

    def index(self, tag: str, *, docker: bool = False) -> dict[str, Any]:
        """An index of two platforms and, but for Docker, an attestation."""
        children = [self.image("", it, docker=docker) for it in ("amd64", "arm64")]
        if not docker:
            unknown = {"os": "unknown", "architecture": "unknown"}
            children.append({**self.image("", "riscv64"), "platform": unknown})
        kind = DOCKER_LIST if docker else OCI_INDEX
        return self.manifest(
            tag, {"schemaVersion": 2, "mediaType": kind, "manifests": children}, kind
        )

    def artifact(self, tag: str) -> dict[str, Any]:
        """Something that is not an image (image-spec, guidelines for artifact usage)."""
        content = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "artifactType": "application/vnd.example.policy",
            "config": {"mediaType": EMPTY, **self.blob(b"{}")},
            "layers": [{"mediaType": "text/plain", **self.blob(b"a policy")}],
        }
        return self.manifest(tag, content, OCI_MANIFEST)

    def blob(self, content: bytes) -> dict[str, Any]:
        status, headers = self._ask("POST", f"/v2/{self.path}/blobs/uploads/")
        assert status == 202, status
        location = urlsplit(headers["Location"])
        query = f"{location.query}&" if location.query else ""
        found = descriptor(content)
        target = f"{location.path}?{query}digest={found['digest']}"
        status, _ = self._ask("PUT", target, content, "application/octet-stream")
        assert status == 201, status
        return found

    def manifest(self, tag: str, content: object, media_type: str) -> dict[str, Any]:
        """Pushes under a tag, or under its digest alone for ''."""
        body = json.dumps(content, indent=1).encode()
        found = descriptor(body)
        target = f"/v2/{self.path}/manifests/{tag or found['digest']}"
        status, _ = self._ask("PUT", target, body, media_type)
        assert status == 201, status
        return {"mediaType": media_type, **found}

    def _ask(
        self, method: str, target: str, body: bytes = b"", media_type: str = ""
    ) -> tuple[int, http.client.HTTPMessage]:
        connection = (
            http.client.HTTPSConnection(self.host, context=self.tls, timeout=20)
            if self.tls
            else http.client.HTTPConnection(self.host, timeout=20)
        )
        headers = {**self.headers, **({"Content-Type": media_type} if media_type else {})}
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            response.read()
            return response.status, response.headers
        finally:
            connection.close()


def descriptor(content: bytes) -> dict[str, Any]:
    return {"digest": f"sha256:{hashlib.sha256(content).hexdigest()}", "size": len(content)}
