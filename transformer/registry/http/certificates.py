"""Folders that hold the certificates of single registries, as Docker and containers keep them.

    /etc/docker/certs.d/registry.example.com:5000/
      ca.crt                     every *.crt is a CA that is trusted for this host
      client.cert, client.key    who we are to it: every *.cert has its *.key

Of several such folders the first that has one for the host counts alone.

Specification: docs.docker.com/engine/security/certificates and containers-certs.d(5).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from transformer.messages import quoted
from transformer.records import record
from transformer.registry.faults import Reason, Refusal
from transformer.registry.http.urls import Origin

SYSTEM = ("/etc/containers/certs.d", "/etc/docker/certs.d")


@record
class Certificates:
    """Paths: of CAs to trust, and of pairs of client certificate and key."""

    authorities: tuple[str, ...] = ()
    clients: tuple[tuple[str, str], ...] = ()


NONE = Certificates()


def usual_folders(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Where containers and Docker look, the user's own folder first."""
    home = environment.get("HOME", "")
    own = (os.path.join(home, ".config/containers/certs.d"),) if os.path.isabs(home) else ()
    return (*own, *SYSTEM)


def certificates_of(origin: Origin, folders: Iterable[str]) -> Certificates:
    """What the folders have for a host; a folder that must not be read has nothing.

    Raises `Refusal` for a certificate without its key, and a key without its certificate.
    """
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    names = dict.fromkeys((origin.netloc, f"{host}:{origin.port}"))
    if origin.scheme == "https":
        for folder in folders:
            for name in names:
                path = os.path.join(folder, name)
                try:
                    files = sorted(os.listdir(path))
                except OSError:
                    continue
                return _read(path, files)
    return NONE


def _read(path: str, files: Iterable[str]) -> Certificates:
    kinds: dict[str, list[str]] = {".crt": [], ".cert": [], ".key": []}
    for file in files:
        stem, kind = os.path.splitext(file)
        if kind in kinds:
            kinds[kind].append(os.path.join(path, stem))
    for kind, other in ((".cert", ".key"), (".key", ".cert")):
        alone = [it for it in kinds[kind] if it not in kinds[other]]
        if alone:
            raise Refusal(_alone(alone[0] + kind, alone[0] + other), whole_host=True)
    return Certificates(
        authorities=tuple(f"{it}.crt" for it in kinds[".crt"]),
        clients=tuple((f"{it}.cert", f"{it}.key") for it in kinds[".cert"]),
    )


def _alone(path: str, missing: str) -> Reason:
    return Reason(
        code="registry-tls",
        state="lacks a client certificate or its key",
        detail=f"{quoted(path)} is there without {quoted(os.path.basename(missing))}",
        hint="put the other beside it, or name a CA's certificate .crt",
    )
