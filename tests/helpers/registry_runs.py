"""Asking the quirky registry, as tests do."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from tests.helpers.quirk_server import QuirkServer
from transformer.image.reference import normalize
from transformer.records import replace
from transformer.registry import Answer, Client, Credentials, Descriptor, RegistryFault, Settings

QUICK = Settings(retry_delay=0.01, deadline=10)
INDEX = {"schemaVersion": 2, "manifests": []}
EMPTY_SEARCH = Credentials({}, search=False)


def ask(
    server: QuirkServer,
    name: str = "team/app:1.0",
    *,
    settings: Settings = QUICK,
    environment: Mapping[str, str] | None = None,
    with_platforms: bool = False,
    host: str = "",
) -> Answer:
    """Ask for one image of a server. `host` stands in for the server's own."""
    with Client(settings, environment or {}) as client:
        reference = normalize(f"{host or server.host}/{name}")
        (outcome,) = client.resolve([reference], with_platforms=with_platforms).values()
        return outcome


def described(outcome: Answer) -> Descriptor:
    assert isinstance(outcome, Descriptor), outcome
    return outcome


def fault(outcome: Answer) -> RegistryFault:
    assert isinstance(outcome, RegistryFault), outcome
    return outcome


def with_auth(text: str, settings: Settings = QUICK, **environment: str) -> Settings:
    """Settings with the credentials of a config.json, given as text."""
    return replace(settings, credentials=Credentials({"DOCKER_AUTH_CONFIG": text, **environment}))


def auth(user: str, password: str = "pw") -> dict[str, str]:
    """An entry of `auths`."""
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def user(credentials: Credentials, name: str) -> str:
    """Who would pull an image, '' for nobody."""
    domain, _, path = name.partition("/")
    found = credentials.find(domain, path)
    return found.username if found else ""
