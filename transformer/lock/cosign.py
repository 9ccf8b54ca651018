"""What cosign is told, and how a lock names who has signed.

It gets no credential: it finds its own where `docker login` keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Set
from hashlib import sha256

from transformer.config.signers import Signer
from transformer.image.reference import Reference

PROGRAM = "cosign"
HOME = "https://docs.sigstore.dev/cosign/system_config/installation/"

_find_key = re.compile(
    "-----BEGIN (?:RSA )?PUBLIC KEY-----[ \t\r\n]+([A-Za-z0-9+/=\r\n]+)-----END"
).search


def fingerprint(pem: str) -> str:
    """The sha256 of a public key, given in PEM form (RFC 7468); '' for a text that is none.

    As `openssl pkey -pubin -outform DER | sha256sum` has it.
    """
    import binascii

    found = _find_key(pem)
    try:
        data = binascii.a2b_base64(found[1].encode()) if found else b""
    except ValueError:
        return ""
    return f"sha256:{sha256(data).hexdigest()}" if data else ""


def noted_name(signer: Signer, key: str) -> str:
    """What a lock calls a signer; takes the fingerprint of its key, '' where that is not a file."""
    return key or signer.key or f"{signer.identity} {signer.issuer}"


def options(signer: Signer, key: str, root: str) -> tuple[str, ...]:
    """How cosign is told of a signer; takes the paths of its key and its trusted root, if any."""
    found = [f"--key={key or signer.key}"] if signer.key else [*_identity(signer)]
    if signer.ignores_log:
        found.append("--insecure-ignore-tlog=true")
    if root:
        found.append(f"--trusted-root={root}")
    return tuple(found)


def _identity(signer: Signer) -> tuple[str, str]:
    name, value = "identity", signer.identity
    if "*" in value:
        name = "identity-regexp"
        value = f"^{'.*'.join(map(re.escape, value.split('*')))}$"
    return f"--certificate-{name}={value}", f"--certificate-oidc-issuer={signer.issuer}"


def command(words: tuple[str, ...], reference: Reference, plain: Set[str]) -> list[str]:
    """The words of a command: options of the signer, a reference, and hosts that speak no TLS."""
    http = ["--allow-http-registry=true"] if reference.domain in plain else []
    return [PROGRAM, "verify", *words, *http, str(reference)]
