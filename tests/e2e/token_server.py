"""A token server for real registries: RS256 tokens for a user, for a refresh token, for anyone.

Specification: distribution's token authentication, and RFC 7519 for the tokens.
"""

from __future__ import annotations

import base64
import datetime
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from tests.helpers.quirk_server import QuirkServer, Reply, Seen, error
from tests.helpers.quirks import basic_header

SERVICE, ISSUER = "registry.test", "tokens.test"


class TokenServer:
    """Answers at /token of a server. Anyone may pull below `public/`, the user everything."""

    def __init__(self, server: QuirkServer, folder: Path, user: str, password: str) -> None:
        self.server = server
        self.allowed = basic_header(user, password)
        self.refresh_token = "a-refresh-token"
        self.requests: list[Seen] = []
        self.key = rsa.generate_private_key(65537, 2048)
        self.certificate = _self_signed(self.key)
        self.bundle = folder / "tokens.pem"
        self.bundle.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        server.routes["/token"] = self.answer

    def config(self) -> dict[str, Any]:
        """Configuration for a registry that takes its tokens."""
        return {
            "token": {
                "realm": f"http://{self.server.host}/token",
                "service": SERVICE,
                "issuer": ISSUER,
                "rootcertbundle": str(self.bundle),
            }
        }

    def answer(self, seen: Seen) -> Reply:
        self.requests.append(seen)
        form = dict(parse_qsl(seen.body.decode()))
        if seen.method == "POST":
            if form.get("refresh_token") != self.refresh_token:
                return error(401, "UNAUTHORIZED")
            scopes, everything = form["scope"].split(), True
        else:
            if seen.authorization not in ("", self.allowed):
                return error(401, "UNAUTHORIZED")
            scopes = [value for name, value in seen.query if name == "scope"]
            everything = bool(seen.authorization)
        token = self.token(*(it for it in scopes if everything or ":public/" in it))
        name = "access_token" if seen.method == "POST" else "token"
        return Reply(body=json.dumps({name: token, "expires_in": 300}).encode())

    def token(self, *scopes: str) -> str:
        """A token for scopes like repository:team/app:pull,push."""
        parts = [it.split(":") for it in scopes]
        access = [
            {"type": kind, "name": name, "actions": actions.split(",")}
            for kind, name, actions in parts
        ]
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": "robot",
            "aud": SERVICE,
            "exp": now + 300,
            "nbf": now - 10,
            "iat": now,
            "jti": f"{now}-{len(self.requests)}",
            "access": access,
        }
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        header = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(der).decode()]}
        signed = b".".join(_encoded(json.dumps(it).encode()) for it in (header, claims))
        signature = self.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        return b".".join((signed, _encoded(signature))).decode()


def _encoded(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def _self_signed(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "token server")])
    start = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=start,
        not_valid_after=start + datetime.timedelta(days=36500),
    )
    return builder.sign(key, hashes.SHA256())
