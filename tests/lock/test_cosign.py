"""What cosign is told of a signer, and what the lock calls one."""

from __future__ import annotations

import hashlib
import re
import textwrap
from base64 import b64encode

import pytest

from transformer.config.signers import Signer
from transformer.errors import Position
from transformer.image.reference import normalize
from transformer.lock.cosign import command, fingerprint, noted_name, options

AT = Position(file="c.yaml")
DER = bytes(range(91))
KEY = f"-----BEGIN PUBLIC KEY-----\n{b64encode(DER).decode()}\n-----END PUBLIC KEY-----\n"


def test_a_key_is_known_by_what_openssl_prints() -> None:
    wrapped = "\r\n".join(textwrap.wrap(b64encode(DER).decode(), 64))
    known = f"sha256:{hashlib.sha256(DER).hexdigest()}"
    assert fingerprint(KEY) == known
    assert fingerprint(
        f"# ours\n-----BEGIN PUBLIC KEY-----\r\n{wrapped}\r\n-----END PUBLIC KEY-----"
    ) == (known)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED SIGSTORE",
        "-----BEGIN PUBLIC KEY-----\nAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\n\n-----END PUBLIC KEY-----",
    ],
)
def test_what_is_no_public_key(text: str) -> None:
    assert fingerprint(text) == ""


def test_a_key_is_one_word_each() -> None:
    signer = Signer(position=AT, key="-k.pub", ignores_log=True)
    assert options(signer, "-k.pub", "") == ("--key=-k.pub", "--insecure-ignore-tlog=true")
    assert noted_name(signer, "sha256:a") == "sha256:a"
    stored = Signer(position=AT, key="k8s://n/s", trusted_root="r.json")
    assert options(stored, "", "r.json") == ("--key=k8s://n/s", "--trusted-root=r.json")
    assert noted_name(stored, "") == "k8s://n/s"


def test_of_an_identity_only_a_star_is_special() -> None:
    plain = Signer(position=AT, identity="ci+x@acme.io", issuer="https://i")
    assert options(plain, "", "") == (
        "--certificate-identity=ci+x@acme.io",
        "--certificate-oidc-issuer=https://i",
    )
    assert noted_name(plain, "") == "ci+x@acme.io https://i"
    star = Signer(position=AT, identity="https://h/a.b/*@refs/*", issuer="https://i")
    (first, _) = options(star, "", "")
    name, _, pattern = first.partition("=")
    assert name == "--certificate-identity-regexp"
    assert re.search(pattern, "https://h/a.b/w.yml@refs/tags/1")
    assert not re.search(pattern, "https://h/aXb/w.yml@refs/tags/1")
    assert not re.search(pattern, "evil https://h/a.b/w.yml@refs/tags/1")


def test_a_registry_without_tls_is_named() -> None:
    image = normalize("r.io/a:1")
    assert command(("--key=k",), image, {"r.io"}) == [
        "cosign",
        "verify",
        "--key=k",
        "--allow-http-registry=true",
        "r.io/a:1",
    ]
    assert command((), image, {"s.io"}) == ["cosign", "verify", "r.io/a:1"]
