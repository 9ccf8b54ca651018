"""Every way in which a registry can fail, as it is said: image, host, status, hint and places."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.helpers import quirks
from tests.helpers.certificates import Authority
from tests.helpers.command import command
from tests.helpers.quirk_server import Quirk, QuirkServer, Reply, error
from tests.helpers.registry_runs import INDEX, auth
from tests.helpers.registry_table import pods

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors:
  - {{source: docker.io, target: "{host}"}}
"""
GONE = "compare host and port with those of the registry, and see whether it is up"
OTHER = "see whether a registry answers there, and not a proxy or a login page"
SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"
# Long enough to ask twice, and too short for a third time.
SHORT = "1.2"
PLACE = "pods.yaml:7:12: error: "
IMAGE = '"HOST/library/nginx:1.27" at HOST'


@pytest.fixture
def server() -> Iterator[QuirkServer]:
    with QuirkServer() as server:
        server.put("library/nginx:1.27", INDEX)
        yield server


def locked(
    host: str, folder: Path, entry: Mapping[str, str] | None = None, deadline: str = "20"
) -> list[str]:
    """What is said when an image is locked that two pods use, with the host as HOST."""
    (folder / "mirrorpin.yaml").write_text(CONFIG.format(host=host))
    (folder / "pods.yaml").write_text(pods("nginx:1.27", "nginx:1.27"))
    variables = {"DOCKER_AUTH_CONFIG": json.dumps({"auths": {host: entry}})} if entry else {}
    paths = ("-c", str(folder / "mirrorpin.yaml"), str(folder / "pods.yaml"))
    ran = command("lock", "--deadline", deadline, *paths, environment=variables)
    assert (ran.code, ran.stdout) == (1, b"")
    assert ran.stderr[-1].endswith("images.lock.yaml was not written: 1 error")
    return [it.replace(f"{folder}/", "").replace(host, "HOST") for it in ran.stderr[:-1]]


def said(state: str, detail: str, code: str, hint: str) -> list[str]:
    message = f"{PLACE}{IMAGE} {state}{detail}; also at pods.yaml:15:12 ({code})"
    return [message, *([f"  hint: {hint}"] if hint else [])]


def denied(*_: object) -> Reply:
    return error(403, "DENIED", "requested access is denied")


@pytest.mark.parametrize(
    ("quirk", "state", "detail", "code", "hint"),
    [
        pytest.param(
            quirks.failing(404),
            "is not there",
            ", HTTP 404",
            "registry-not-found",
            "copy it there, mirrorpin plan --missing says how, or compare its name and tag with "
            "those in the registry",
            id="404",
        ),
        pytest.param(
            quirks.basic("robot", "pw"),
            "is not open to anyone",
            ", HTTP 401",
            "registry-unauthorized",
            "compare its name, or give credentials, as by `docker login` or --auth-file",
            id="401",
        ),
        pytest.param(
            denied,
            "is not open to anyone",
            ', HTTP 403, DENIED "requested access is denied"',
            "registry-denied",
            "compare its name, or give credentials, as by `docker login` or --auth-file",
            id="403",
        ),
        pytest.param(
            quirks.throttled("60"),
            "is beyond the rate limit",
            ", HTTP 429",
            "registry-rate-limit",
            "try again in 60 s, or with fewer requests at once",
            id="429",
        ),
        pytest.param(
            quirks.failing(418),
            "is not answered as registries do",
            ", HTTP 418",
            "registry-answer",
            OTHER,
            id="418",
        ),
        pytest.param(
            quirks.redirected("http://r.example.com/"),
            "is answered by whom its registry may not lead to",
            ", HTTP 307, its redirect leaves https for http://r.example.com",
            "registry-redirect",
            "if nobody else can listen there: --plain-http r.example.com",
            id="redirect",
        ),
        pytest.param(
            quirks.redirected("ftp://r.example.com/"),
            "is answered by whom its registry may not lead to",
            ", HTTP 307, it redirects to what is not an http or https URL",
            "registry-redirect",
            "ask whoever runs the registry",
            id="redirect to something else",
        ),
        pytest.param(
            quirks.redirected("/v2/library/nginx/manifests/1.27"),
            "is answered by whom its registry may not lead to",
            ", HTTP 307, it redirects more than 10 times",
            "registry-redirect",
            "ask whoever runs the registry",
            id="redirects in a circle",
        ),
        pytest.param(
            quirks.with_header("Content-Type", SCHEMA1),
            "is a schema 1 manifest, whose digest is not that of its bytes",
            "",
            "registry-schema1",
            "push the image again with a tool of the last years",
            id="schema 1",
        ),
        pytest.param(
            lambda *_: Reply(headers={"Content-Type": "text/html"}, body=b"<html>"),
            "is not answered with its manifest",
            ", HTTP 200, it is not a manifest, but text/html",
            "registry-answer",
            OTHER,
            id="login page",
        ),
        pytest.param(
            quirks.endless,
            "is not answered briefly",
            ", the answer is longer than 4194304 bytes",
            "registry-answer",
            OTHER,
            id="endless",
        ),
    ],
)
def test_of_an_answer(
    server: QuirkServer,
    tmp_path: Path,
    quirk: Quirk,
    state: str,
    detail: str,
    code: str,
    hint: str,
) -> None:
    server.quirks.append(quirk)
    assert locked(server.host, tmp_path) == said(state, detail, code, hint)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("quirk", "state", "detail", "code", "hint"),
    [
        pytest.param(
            quirks.throttled(RateLimit_Limit="100;w=21600"),
            "is beyond the rate limit",
            ", HTTP 429",
            "registry-rate-limit",
            "the registry allows 100 pulls in 6 h: log in, ask the mirror instead, or wait",
            id="429 of Docker Hub",
        ),
        pytest.param(
            quirks.failing(503),
            "is not answered by a working registry",
            ", HTTP 503",
            "registry-unavailable",
            "try again later",
            id="503",
        ),
        pytest.param(
            quirks.hanging_up,
            "is not within reach",
            ", http://HOST ends the connection",
            "registry-unreachable",
            "try again later",
            id="connection ends",
        ),
    ],
)
def test_of_what_may_pass(
    server: QuirkServer,
    tmp_path: Path,
    quirk: Quirk,
    state: str,
    detail: str,
    code: str,
    hint: str,
) -> None:
    server.quirks.append(quirk)
    found = locked(server.host, tmp_path, deadline=SHORT)
    assert found == said(state, detail, code, hint)
    assert len(server.asked()) > 1


def test_of_credentials(server: QuirkServer, tmp_path: Path) -> None:
    server.quirks.append(quirks.basic("robot", "pw"))
    assert locked(server.host, tmp_path, auth("robot", "canary")) == said(
        "is not open to the credentials given",
        ", HTTP 401",
        "registry-unauthorized",
        "see whether the credentials are still good, and may pull this repository",
    )
    assert locked(server.host, tmp_path, {"auth": "canary"}) == said(
        "has credentials that cannot be read",
        ', "DOCKER_AUTH_CONFIG" has a bad entry for "HOST": `auth` is not the base64 of '
        "user:password",
        "registry-credentials",
        "",
    )


def test_of_a_token_server(server: QuirkServer, tmp_path: Path) -> None:
    realm = "https://tokens.example.com/token"
    server.quirks.append(quirks.TokenServer(server, realm=realm))
    assert locked(server.host, tmp_path, auth("robot")) == said(
        "would send credentials to a token server that nobody named",
        ", its token realm is on another host or port: tokens.example.com",
        "registry-realm",
        "if it is trusted with them: --token-realm tokens.example.com",
    )


def test_of_time(server: QuirkServer, tmp_path: Path) -> None:
    server.quirks += [quirks.without("Docker-Content-Digest"), quirks.slow(server)]
    assert locked(server.host, tmp_path, deadline="0.4") == said(
        "was not answered within 0.4 s",
        "",
        "registry-deadline",
        "try again, or allow more time with --deadline",
    )


def test_of_a_certificate(tmp_path: Path) -> None:
    with QuirkServer(Authority(tmp_path).server()) as server:
        found = locked(server.host, tmp_path)
    assert found == said(
        "is behind a connection that cannot be trusted",
        ", https://HOST: unable to get local issuer certificate",
        "registry-tls",
        "name the certificate of its CA with --ca-file",
    )


def test_of_a_registry_that_is_gone(tmp_path: Path) -> None:
    with QuirkServer() as server:
        host = server.host
    assert locked(host, tmp_path, deadline=SHORT) == said(
        "is not within reach", ", no connection to http://HOST", "registry-unreachable", GONE
    )
