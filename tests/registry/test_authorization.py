from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import quirks
from tests.helpers.quirk_server import Quirk, QuirkServer, Reply, error
from tests.helpers.registry_runs import INDEX, QUICK, ask, described, fault, with_auth
from transformer.image.reference import normalize
from transformer.records import replace
from transformer.registry import Client, Credentials, Settings

PASSWORD = "canary-7f3a"


@pytest.fixture
def server() -> Iterator[QuirkServer]:
    with QuirkServer() as server:
        server.put("team/app:1.0", INDEX)
        server.put("team/other:1.0", INDEX)
        yield server


def known(server: QuirkServer, **entry: str) -> Settings:
    given = entry or {"username": "robot", "password": PASSWORD}
    return with_auth(json.dumps({"auths": {server.host: given}}))


def tokens(server: QuirkServer, **reply: object) -> quirks.TokenServer:
    """Makes the registry want tokens, which the robot gets."""
    found = quirks.TokenServer(server, "", **reply)
    found.credentials = quirks.basic_header("robot", PASSWORD)
    server.quirks.append(found)
    return found


def test_basic_credentials_are_sent_once_asked_for(server: QuirkServer) -> None:
    server.quirks.append(quirks.basic("robot", PASSWORD))
    references = [normalize(f"{server.host}/team/{name}:1.0") for name in ("app", "other")]
    with Client(replace(known(server), concurrency=1), {}) as client:
        for outcome in client.resolve(references).values():
            described(outcome)
    sent = [it.authorization for it in server.seen if it.path != "/v2/"]
    header = quirks.basic_header("robot", PASSWORD)
    assert sent == ["", header, header]


def test_without_credentials_a_private_image_says_so(server: QuirkServer) -> None:
    server.quirks.append(quirks.basic("robot", PASSWORD))
    found = fault(ask(server))
    assert (found.code, found.status) == ("registry-unauthorized", 401)
    assert found.message == (
        f'"{server.host}/team/app:1.0" at {server.host} is not open to anyone, HTTP 401'
    )
    assert (
        found.hint == "compare its name, or give credentials, as by `docker login` or --auth-file"
    )
    assert server.asked() == ["HEAD /v2/team/app/manifests/1.0"]


def test_a_wrong_password_is_tried_once(server: QuirkServer) -> None:
    server.quirks.append(quirks.basic("robot", "right"))
    found = fault(ask(server, settings=known(server)))
    assert (found.code, found.status) == ("registry-unauthorized", 401)
    assert found.message.endswith(" is not open to the credentials given, HTTP 401")
    assert found.hint == (
        "see whether the credentials are still good, and may pull this repository"
    )
    assert server.asked() == ["HEAD /v2/team/app/manifests/1.0"] * 2


def test_a_password_is_tried_once_also_for_the_next_image(server: QuirkServer) -> None:
    server.quirks.append(quirks.basic("robot", "right"))
    with Client(known(server), {}) as client:
        for name in ("app", "other"):
            fault(*client.resolve([normalize(f"{server.host}/team/{name}:1.0")]).values())
    assert len(server.asked()) == 3


@pytest.mark.parametrize("entry", [{"identitytoken": "id"}, {}], ids=["identity", "none"])
def test_basic_needs_a_user(server: QuirkServer, entry: dict[str, str]) -> None:
    server.quirks.append(quirks.basic("", ""))
    auth = json.dumps({"auths": {server.host: entry}})
    assert fault(ask(server, settings=with_auth(auth))).status == 401
    assert len(server.asked()) == 1


def test_a_token_is_fetched_with_basic_credentials(server: QuirkServer) -> None:
    wanted = tokens(server)
    described(ask(server, settings=known(server)))
    (request,) = wanted.requests
    assert request.query == (("service", "quirks"), ("scope", "repository:team/app:pull"))
    assert request.authorization == wanted.credentials
    assert [it.authorization for it in server.seen if "manifests" in it.path] == [
        "",
        "Bearer token-1",
    ]


def test_an_anonymous_token_carries_no_credentials(server: QuirkServer) -> None:
    wanted = tokens(server)
    wanted.credentials = ""
    described(ask(server))
    assert [it.authorization for it in wanted.requests] == [""]


def test_tokens_are_kept_for_each_scope(server: QuirkServer) -> None:
    wanted = tokens(server)
    references = [normalize(f"{server.host}/team/{name}:1.0") for name in ("app", "other")]
    references += [normalize(f"{server.host}/team/app:{tag}") for tag in range(20)]
    with Client(known(server), {}) as client:
        client.resolve(references)
        client.resolve(references)
    assert sorted(
        value for it in wanted.requests for name, value in it.query if name == "scope"
    ) == [
        "repository:team/app:pull",
        "repository:team/other:pull",
    ]


def test_scopes_are_sent_as_they_are_asked_for(server: QuirkServer) -> None:
    wanted = tokens(server)
    wanted.scope = "repository:{path}:pull,push repository:base:pull"
    described(ask(server, settings=known(server)))
    assert [value for name, value in wanted.requests[0].query if name == "scope"] == [
        "repository:team/app:pull,push",
        "repository:base:pull",
    ]


def test_a_realm_may_have_a_query_and_no_service(server: QuirkServer) -> None:
    wanted = tokens(server)
    server.quirks.append(
        lambda _, reply: (
            error(401, "UNAUTHORIZED", WWW_Authenticate=f'Bearer realm="{wanted.realm}?account=x"')
            if reply.status == 401
            else reply
        )
    )
    described(ask(server, settings=known(server)))
    assert wanted.requests[0].query == (("account", "x"), ("scope", "repository:team/app:pull"))


@pytest.mark.parametrize("key", ["token", "access_token"])
def test_both_names_of_a_token(server: QuirkServer, key: str) -> None:
    wanted = tokens(server, token=None)
    wanted.uses = 0
    server.quirks = [
        lambda seen, reply: reply if seen.authorization == "Bearer t" else wanted(seen, reply)
    ]
    wanted.reply[key] = "t"
    described(ask(server, settings=known(server)))


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(None, id="none"),
        pytest.param("a\nb: c", id="header"),
        pytest.param(7, id="number"),
    ],
)
def test_a_token_server_must_give_a_token(server: QuirkServer, token: object) -> None:
    tokens(server, token=token)
    found = fault(ask(server, settings=known(server)))
    assert (found.code, found.status) == ("registry-answer", 200)
    assert found.message == (
        f'"{server.host}/team/app:1.0" at {server.host} gets no token from its token server, '
        f"HTTP 200, http://{server.host} answers without one"
    )


def test_a_token_server_may_refuse(server: QuirkServer) -> None:
    wanted = tokens(server)
    wanted.credentials = "nobody's"
    found = fault(ask(server, settings=known(server)))
    assert (found.code, found.status) == ("registry-unauthorized", 401)
    # It repeats what was sent to it.
    assert found.message.endswith('HTTP 401, UNAUTHORIZED "not welcome: Basic ***"')


@pytest.mark.parametrize(
    ("expires_in", "fetched"),
    [
        pytest.param(3600, 1, id="an hour"),
        pytest.param(1, 1, id="less than the minimum"),
        pytest.param("soon", 1, id="no number"),
        pytest.param(-1e308, 1, id="far below the minimum"),
        pytest.param(1e308, 1, id="for ever"),
    ],
)
def test_lifetimes(server: QuirkServer, expires_in: object, fetched: int) -> None:
    wanted = tokens(server, expires_in=expires_in)
    with Client(known(server), {}) as client:
        for _ in range(3):
            client.resolve([normalize(f"{server.host}/team/app:1.0")])
    assert len(wanted.requests) == fetched


def test_a_token_server_must_count_in_numbers_that_fit(server: QuirkServer) -> None:
    tokens(server, expires_in=10**400)
    found = fault(ask(server, settings=known(server)))
    assert (found.code, found.status) == ("registry-answer", 200)
    assert found.message.endswith(f"http://{server.host} answers without one")


def test_a_token_that_expired_is_renewed_once(server: QuirkServer) -> None:
    wanted = tokens(server)
    wanted.uses = 1
    with Client(known(server), {}) as client:
        for _ in range(3):
            described(*client.resolve([normalize(f"{server.host}/team/app:1.0")]).values())
    assert len(wanted.requests) == 3


def test_a_token_that_covers_too_little(server: QuirkServer) -> None:
    wanted = tokens(server)
    wanted.grants = False
    found = fault(ask(server, settings=known(server)))
    assert (found.code, found.status) == ("registry-unauthorized", 401)
    assert found.message.endswith("HTTP 401, insufficient_scope")
    assert len(wanted.requests) == 1


def test_403_with_a_challenge_is_answered(server: QuirkServer) -> None:
    wanted = tokens(server)
    server.quirks.append(
        lambda _, reply: replace_status(reply, 403) if reply.status == 401 else reply
    )
    described(ask(server, settings=known(server)))
    assert len(wanted.requests) == 1


def replace_status(reply: Reply, status: int) -> Reply:
    return Reply(status=status, headers=reply.headers, body=reply.body)


def test_403_without_one_is_final(server: QuirkServer) -> None:
    server.quirks.append(lambda *_: error(403, "DENIED", "requested access is denied"))
    found = fault(ask(server, settings=known(server)))
    assert (found.code, found.status) == ("registry-denied", 403)
    assert found.message.endswith('HTTP 403, DENIED "requested access is denied"')
    assert found.hint.startswith("see whether the credentials are still good")


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("", id="none"),
        pytest.param('Negotiate, Digest realm="x"', id="others"),
    ],
)
def test_401_without_a_challenge_is_final(server: QuirkServer, header: str) -> None:
    server.quirks.append(lambda *_: Reply(status=401, headers={"WWW-Authenticate": header}))
    assert fault(ask(server, settings=known(server))).status == 401
    assert len(server.asked()) == 1


def test_a_registry_token_is_sent_as_it_is(server: QuirkServer) -> None:
    wanted = tokens(server)
    wanted.left["mine"], wanted.scopes["mine"] = 9, "repository:team/app:pull"
    described(ask(server, settings=known(server, registrytoken="mine")))
    assert wanted.requests == []


def test_a_registry_token_is_not_renewed(server: QuirkServer) -> None:
    wanted = tokens(server)
    found = fault(ask(server, settings=known(server, registrytoken="old-token")))
    assert found.status == 401
    assert wanted.requests == []


def test_an_identity_token_is_posted(server: QuirkServer) -> None:
    wanted = tokens(server)
    wanted.refresh = PASSWORD
    described(ask(server, settings=known(server, identitytoken=PASSWORD)))
    (request,) = wanted.requests
    assert (request.method, request.authorization) == ("POST", "")
    assert request.body.decode() == (
        f"grant_type=refresh_token&refresh_token={PASSWORD}&service=quirks"
        "&client_id=mirrorpin&scope=repository%3Ateam%2Fapp%3Apull"
    )


@pytest.mark.parametrize("status", [400, 401, 404, 405])
def test_an_identity_token_is_a_password_where_nothing_is_posted(
    server: QuirkServer, status: int
) -> None:
    wanted = tokens(server)
    wanted.refuses_post = status
    wanted.credentials = quirks.basic_header("00000000", PASSWORD)
    auth = {"username": "00000000", "password": "", "identitytoken": PASSWORD}
    described(ask(server, settings=known(server, **auth)))
    assert [it.method for it in wanted.requests] == ["POST", "GET"]


def test_a_failed_post_is_not_repeated(server: QuirkServer) -> None:
    wanted = tokens(server)
    wanted.refuses_post = 503
    found = fault(ask(server, settings=known(server, identitytoken=PASSWORD)))
    assert (found.status, len(wanted.requests)) == (503, 1)


def test_a_token_request_is_repeated(server: QuirkServer) -> None:
    wanted = tokens(server)
    issue = wanted.issue
    calls: list[int] = []

    def flaky(seen: object) -> Reply:
        calls.append(1)
        return Reply(status=503) if len(calls) == 1 else issue(seen)  # type: ignore[arg-type]

    server.routes["/token"] = flaky
    described(ask(server, settings=known(server)))
    assert len(calls) == 2


def test_the_first_challenge_that_can_be_met_counts(server: QuirkServer) -> None:
    basic: Quirk = quirks.basic("robot", PASSWORD)
    challenge = 'Negotiate\nbasic realm="a, b", Bearer realm="http://127.0.0.1/",service="x"'
    server.quirks.append(
        lambda seen, reply: (
            error(401, "UNAUTHORIZED", WWW_Authenticate=challenge)
            if basic(seen, reply).status == 401
            else reply
        )
    )
    described(ask(server, settings=known(server)))


def test_credentials_that_cannot_be_read_are_a_fault(server: QuirkServer) -> None:
    server.quirks.append(quirks.basic("robot", PASSWORD))
    found = fault(ask(server, settings=with_auth("{")))
    assert (found.code, found.status) == ("registry-credentials", 0)
    assert found.message == (
        f'"{server.host}/team/app:1.0" at {server.host} has credentials that cannot be read, '
        '"DOCKER_AUTH_CONFIG": it is not JSON, see line 1'
    )


def test_credentials_are_only_read_when_asked_for(server: QuirkServer) -> None:
    described(ask(server, settings=with_auth("{")))


def test_a_netrc_is_not_read(server: QuirkServer, tmp_path: object) -> None:
    netrc = f"{tmp_path}/.netrc"
    with open(netrc, "w", encoding="utf-8") as file:
        file.write(f"machine 127.0.0.1 login robot password {PASSWORD}\n")
    environment = {"HOME": str(tmp_path), "NETRC": netrc}
    server.quirks.append(quirks.basic("robot", PASSWORD))
    settings = replace(QUICK, credentials=Credentials(environment))
    assert fault(ask(server, settings=settings, environment=environment)).status == 401


def test_credentials_come_from_the_environment_by_default(server: QuirkServer) -> None:
    server.quirks.append(quirks.basic("robot", PASSWORD))
    auth = json.dumps({"auths": {server.host: {"username": "robot", "password": PASSWORD}}})
    described(ask(server, environment={"DOCKER_AUTH_CONFIG": auth}))


@pytest.mark.slow
def test_a_helper_does_not_outlive_the_call(server: QuirkServer, tmp_path: Path) -> None:
    server.quirks.append(quirks.basic("robot", PASSWORD))
    program = tmp_path / "docker-credential-x"
    program.write_text(f"#!/bin/sh\necho $$ >{tmp_path}/pid\nsleep 60\n")
    program.chmod(0o755)
    auth = json.dumps({"credHelpers": {server.host: "x"}})
    environment = {"DOCKER_AUTH_CONFIG": auth, "PATH": f"{tmp_path}:/usr/bin:/bin"}
    settings = Settings(deadline=2, credentials=Credentials(environment, timeout=30))
    start = time.monotonic()
    assert fault(ask(server, settings=settings)).code == "registry-deadline"
    assert time.monotonic() - start < 4
    assert not Path(f"/proc/{int((tmp_path / 'pid').read_text())}").exists()


def test_reprs_show_no_secret(server: QuirkServer) -> None:
    settings = known(server)
    found = settings.credentials
    assert found is not None
    credential = found.find(server.host, "team/app")
    assert repr(credential) == "Credential(***)"
    assert not re.search(PASSWORD, repr(settings))
