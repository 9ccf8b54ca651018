"""How registries are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transformer.records import record

if TYPE_CHECKING:
    from transformer.registry.auth.credentials import Credentials

USER_AGENT = "mirrorpin"
MAX_CERTIFICATES = 16 << 20
KNOWN_REALMS = {
    "registry-1.docker.io": ("auth.docker.io",),
    "registry.gitlab.com": ("gitlab.com",),
}


@record
class Settings:
    """How registries are asked.

    `concurrency` is for each host, `deadline` the seconds for all of a call; after `timeout`
    seconds of silence a request is repeated, after `retry_delay` or more. `plain_http` names hosts,
    with their port if any, that speak no TLS; this machine needs no naming. `realms` names hosts of
    token servers, with a port that is not their scheme's own, which may see credentials of
    registries elsewhere, beside those that everyone knows. `ca_file` has PEM certificates that are
    trusted beside the system's; `client_cert` and `client_key`, by default in the same file,
    identify this client to registries. Beside these, `certs_folders` have those of single hosts.
    `absent_again` names hosts that are asked by GET for what they say to HEAD is not there.
    `credentials` default to those that the environment leads to.
    """

    concurrency: int = 8
    deadline: float = 20.0
    plain_http: tuple[str, ...] = ()
    realms: tuple[str, ...] = ()
    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""
    certs_folders: tuple[str, ...] = ()
    absent_again: tuple[str, ...] = ()
    credentials: Credentials | None = None
    timeout: float = 10.0
    retry_delay: float = 0.5
    user_agent: str = USER_AGENT
