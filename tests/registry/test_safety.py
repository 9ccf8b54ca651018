from __future__ import annotations

import json
import traceback
from collections.abc import Iterator

import pytest

from tests.helpers import quirks
from tests.helpers.quirk_server import OCI_INDEX, QuirkServer, Reply, Seen, error
from tests.helpers.registry_runs import INDEX, QUICK, ask, described, fault, with_auth
from transformer.image.reference import normalize
from transformer.records import replace
from transformer.registry import Answer, Client, RegistryFault, Settings

CANARY = "canary-7f3a91"
PUBLIC = "registry.example.com"


@pytest.fixture
def server() -> Iterator[QuirkServer]:
    with QuirkServer() as server:
        server.put("team/app:1.0", INDEX)
        yield server


@pytest.fixture
def other() -> Iterator[QuirkServer]:
    with QuirkServer() as server:
        server.put("team/app:1.0", INDEX)
        yield server


def known(server: QuirkServer, host: str = "") -> Settings:
    entry = {"username": "robot", "password": CANARY}
    return with_auth(json.dumps({"auths": {host or server.host: entry}}))


def manifest(server: QuirkServer, host: str = "127.0.0.1") -> str:
    return f"http://{host}:{server.port}/v2/team/app/manifests/1.0"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(server: QuirkServer, other: QuirkServer, status: int) -> None:
    server.quirks.append(quirks.redirected(manifest(other), status))
    described(ask(server))
    assert other.asked() == ["HEAD /v2/team/app/manifests/1.0"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["other port", "other name"])
def test_credentials_stay_behind(server: QuirkServer, other: QuirkServer, host: str) -> None:
    server.quirks += [
        quirks.redirected(manifest(other, host)),
        quirks.basic("robot", CANARY),
    ]
    described(ask(server, settings=known(server)))
    assert server.seen[-1].authorization == quirks.basic_header("robot", CANARY)
    assert [it.authorization for it in other.seen] == [""]
    assert CANARY not in str(other.seen)


def test_credentials_do_not_come_back(server: QuirkServer, other: QuirkServer) -> None:
    other.quirks.append(quirks.redirected(manifest(server) + "?back"))
    there = quirks.redirected(manifest(other))
    server.quirks.append(lambda seen, reply: reply if "?back" in seen.url else there(seen, reply))
    server.quirks.append(
        lambda seen, reply: (
            quirks.basic("robot", CANARY)(seen, reply) if "?back" not in seen.url else reply
        )
    )
    described(ask(server, settings=known(server)))
    assert server.seen[-1].authorization == ""


def test_credentials_follow_within_the_origin(server: QuirkServer) -> None:
    server.put("team/moved:1.0", INDEX)
    moved = "/v2/team/moved/manifests/1.0"
    server.quirks.append(
        lambda seen, reply: (
            reply if seen.path == moved else Reply(status=301, headers={"Location": moved})
        )
    )
    server.quirks.append(quirks.basic("robot", CANARY))
    described(ask(server, settings=known(server)))
    assert server.seen[-1].path == moved


def test_a_challenge_from_elsewhere_gets_no_credentials(
    server: QuirkServer, other: QuirkServer
) -> None:
    server.quirks.append(quirks.redirected(manifest(other)))
    other.quirks.append(quirks.basic("robot", CANARY))
    found = fault(ask(server, settings=known(server)))
    assert (found.code, found.status) == ("registry-unauthorized", 401)
    assert CANARY not in str(other.seen)
    assert len(other.asked()) == 1


def test_a_user_name_in_a_location_is_not_sent(server: QuirkServer, other: QuirkServer) -> None:
    location = manifest(other).replace("http://", f"http://robot:{CANARY}@")
    server.quirks.append(quirks.redirected(location))
    described(ask(server))
    assert [it.authorization for it in other.seen] == [""]


def test_redirects_end(server: QuirkServer) -> None:
    server.quirks.append(quirks.redirected("/v2/team/app/manifests/1.0"))
    found = fault(ask(server))
    assert found.code == "registry-redirect"
    assert found.message == (
        f'"{server.host}/team/app:1.0" at {server.host} is answered by whom its registry may '
        "not lead to, HTTP 307, it redirects more than 10 times"
    )
    assert len(server.asked()) == 11


@pytest.mark.parametrize(
    ("location", "detail"),
    [
        pytest.param(
            "file:///etc/passwd", "it redirects to what is not an http or https URL", id="file"
        ),
        pytest.param(
            "http://registry.example.com/",
            "its redirect leaves https for http://registry.example.com",
            id="plain http",
        ),
    ],
)
def test_some_redirects_are_refused(server: QuirkServer, location: str, detail: str) -> None:
    server.quirks.append(quirks.redirected(location))
    assert fault(ask(server)).message.endswith(detail)


def test_a_redirect_to_nowhere_concerns_one_image(server: QuirkServer) -> None:
    with QuirkServer() as gone:
        pass
    there = quirks.redirected(manifest(gone))
    server.put("team/other:1.0", INDEX)
    server.quirks.append(lambda seen, reply: there(seen, reply) if "app" in seen.path else reply)
    references = [normalize(f"{server.host}/team/{name}:1.0") for name in ("app", "other")]
    with Client(replace(QUICK, concurrency=1), {}) as client:
        moved, other = client.resolve(references).values()
    assert fault(moved).message.endswith(f"no connection to http://{gone.host}")
    described(other)


def test_a_redirect_without_a_location_is_an_answer(server: QuirkServer) -> None:
    server.quirks.append(lambda *_: Reply(status=302))
    assert fault(ask(server)).status == 302


# A public registry is played by the quirky one as a proxy: the name is never looked up.
def ask_public(server: QuirkServer, settings: Settings = QUICK, **environment: str) -> Answer:
    settings = replace(settings, plain_http=(PUBLIC,))
    environment = {"HTTP_PROXY": f"http://{server.host}", **environment}
    return ask(server, host=PUBLIC, settings=settings, environment=environment)


def test_a_proxy_is_asked_for_the_whole_url(server: QuirkServer) -> None:
    described(ask_public(server))
    (seen,) = server.seen
    assert seen.url == f"http://{PUBLIC}/v2/team/app/manifests/1.0"
    assert seen.headers["host"] == PUBLIC
    assert "proxy-authorization" not in seen.headers


def test_a_proxy_may_want_a_user(server: QuirkServer) -> None:
    proxy = f"http://me:p%40{CANARY}@{server.host}"
    described(ask_public(server, HTTP_PROXY=proxy))
    header = quirks.basic_header("me", f"p@{CANARY}")
    assert server.seen[-1].headers["proxy-authorization"] == header


def test_a_proxy_that_is_down_is_a_fault() -> None:
    with QuirkServer() as gone:
        pass
    proxy = f"http://me:{CANARY}@{gone.host}"
    found = fault(ask_public(gone, HTTP_PROXY=proxy))
    assert found.code == "registry-proxy"
    assert found.message == (
        f'"{PUBLIC}/team/app:1.0" at {PUBLIC} is not within reach, the proxy does not let it '
        "through"
    )
    assert found.hint == "see HTTPS_PROXY and NO_PROXY"


def test_tls_goes_through_a_tunnel(server: QuirkServer) -> None:
    # The quirky server knows no CONNECT, and says so.
    environment = {"HTTPS_PROXY": f"http://{server.host}"}
    found = fault(ask(server, host=PUBLIC, environment=environment))
    assert found.code == "registry-proxy"
    assert server.seen == []


PRIVATE_TARGETS = [
    pytest.param("http://169.254.169.254/latest/", "169.254.169.254", id="metadata"),
    pytest.param("https://10.0.0.1/", "10.0.0.1", id="private"),
    pytest.param("https://[fd00::1]/", "fd00::1", id="private IPv6"),
    pytest.param("https://127.0.0.1/", "127.0.0.1", id="this machine"),
    pytest.param("https://2130706433/", "2130706433", id="this machine as a number"),
    pytest.param("https://[::ffff:10.0.0.1]/", "::ffff:10.0.0.1", id="mapped"),
    pytest.param("https://localhost/", "localhost", id="this machine by name"),
    pytest.param(
        "https://metadata.google.internal/", "metadata.google.internal", id="metadata by name"
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("target", "host"), PRIVATE_TARGETS)
def test_a_public_registry_does_not_redirect_home(
    server: QuirkServer, target: str, host: str
) -> None:
    server.quirks.append(quirks.redirected(target.replace("http:", "https:")))
    found = fault(ask_public(server))
    assert found.code == "registry-redirect"
    assert found.message == (
        f'"{PUBLIC}/team/app:1.0" at {PUBLIC} is answered by whom its registry may not lead '
        f"to, HTTP 307, its redirect leads from a public host into a private network: {host}"
    )
    assert found.hint == "ask whoever runs the registry"
    assert len(server.seen) == 1


@pytest.mark.slow
@pytest.mark.parametrize(("target", "host"), PRIVATE_TARGETS)
def test_a_public_registry_has_no_realm_at_home(
    server: QuirkServer, target: str, host: str
) -> None:
    realm = target.replace("http:", "https:")
    wanted = quirks.TokenServer(server, realm=realm)
    server.quirks.append(wanted)
    found = fault(ask_public(server))
    assert found.message.endswith(
        f"its token realm leads from a public host into a private network: {host}"
    )
    assert len(server.seen) == 1


def test_this_machine_does_not_lead_to_metadata(server: QuirkServer) -> None:
    server.quirks.append(quirks.redirected("https://169.254.169.254/"))
    assert "into a private network" in fault(ask(server)).message


@pytest.mark.parametrize(
    ("realm", "detail"),
    [
        pytest.param("/token", "its token realm is not an http or https URL", id="path"),
        pytest.param("", "its token realm is not an http or https URL", id="none"),
        pytest.param(
            "https://tokens.example.org/",
            "its token realm is on another host or port: tokens.example.org",
            id="another host",
        ),
        pytest.param(
            "http://plain.example.org/",
            "its token realm leaves https for http://plain.example.org",
            id="plain http",
        ),
    ],
)
def test_realms_that_get_no_credentials(server: QuirkServer, realm: str, detail: str) -> None:
    challenge = f'Bearer realm="{realm}",service="x"'
    server.quirks.append(lambda *_: error(401, "UNAUTHORIZED", WWW_Authenticate=challenge))
    settings = replace(known(server, PUBLIC), realms=("plain.example.org",))
    found = fault(ask_public(server, settings))
    assert found.message.endswith(detail)
    assert CANARY not in str(server.seen)
    assert len(server.seen) == 1


def test_a_realm_on_another_host_must_be_named(server: QuirkServer, other: QuirkServer) -> None:
    wanted = quirks.TokenServer(other, realm=f"http://localhost:{other.port}/token")
    wanted.credentials = quirks.basic_header("robot", CANARY)
    server.quirks.append(wanted)
    settings = known(server)
    found = fault(ask(server, settings=settings))
    assert found.code == "registry-realm"
    assert found.message == (
        f'"{server.host}/team/app:1.0" at {server.host} would send credentials to a token '
        "server that nobody named, its token realm is on another host or port: "
        f"localhost:{other.port}"
    )
    assert found.hint == f"if it is trusted with them: --token-realm localhost:{other.port}"
    assert other.seen == []
    named = replace(settings, realms=(f"localhost:{other.port}",))
    described(ask(server, settings=named))


def test_a_realm_on_another_port_must_be_named(server: QuirkServer, other: QuirkServer) -> None:
    # Who has a port of a host need not have the others, as users of one machine do not.
    wanted = quirks.TokenServer(other, realm=f"http://127.0.0.1:{other.port}/token")
    wanted.credentials = quirks.basic_header("robot", CANARY)
    server.quirks.append(wanted)
    settings = known(server)
    for realms in ((), ("127.0.0.1",), (f"127.0.0.1:{server.port}",)):
        found = fault(ask(server, settings=replace(settings, realms=realms)))
        assert found.code == "registry-realm"
        assert found.message.endswith(
            f" its token realm is on another host or port: 127.0.0.1:{other.port}"
        )
    assert other.seen == []
    named = replace(settings, realms=(f"127.0.0.1:{other.port}",))
    described(ask(server, settings=named))


def test_a_realm_on_another_host_may_be_asked_by_anyone(
    server: QuirkServer, other: QuirkServer
) -> None:
    server.quirks.append(quirks.TokenServer(other, realm=f"http://localhost:{other.port}/token"))
    described(ask(server))


def test_the_realm_of_docker_hub_is_known(server: QuirkServer) -> None:
    wanted = quirks.TokenServer(server, realm="http://auth.docker.io/token")
    wanted.credentials = quirks.basic_header("robot", CANARY)
    server.quirks.append(wanted)
    server.put("library/nginx:1", INDEX)
    settings = known(server, "https://index.docker.io/v1/")
    settings = replace(settings, plain_http=("docker.io", "auth.docker.io"))
    environment = {"HTTP_PROXY": f"http://{server.host}"}
    with Client(settings, environment) as client:
        (outcome,) = client.resolve([normalize("nginx:1")]).values()
    described(outcome)
    assert [it.url.partition("?")[0] for it in server.seen] == [
        "http://registry-1.docker.io/v2/library/nginx/manifests/1",
        "http://auth.docker.io/token",
        "http://registry-1.docker.io/v2/library/nginx/manifests/1",
    ]


def test_a_token_server_redirects_without_credentials(
    server: QuirkServer, other: QuirkServer
) -> None:
    wanted = quirks.TokenServer(server)
    wanted.credentials = quirks.basic_header("robot", CANARY)
    server.quirks.append(wanted)
    there = Reply(status=302, headers={"Location": f"http://localhost:{other.port}/token"})
    server.routes["/token"] = lambda _: there
    other.routes["/token"] = lambda _: Reply(body=b'{"token": "x"}')
    fault(ask(server, settings=known(server)))
    assert [it.authorization for it in other.seen] == [""]


def test_a_posted_identity_is_not_redirected(server: QuirkServer, other: QuirkServer) -> None:
    server.quirks.append(quirks.TokenServer(server))
    location = f"http://127.0.0.1:{other.port}/token"
    server.routes["/token"] = lambda _: Reply(status=307, headers={"Location": location})
    auth = json.dumps({"auths": {server.host: {"identitytoken": CANARY}}})
    assert fault(ask(server, settings=with_auth(auth))).status == 307
    assert other.seen == []


def echo(seen: Seen, _: Reply) -> Reply:
    """A registry that says what it was sent, in every part of an error."""
    challenge = f'Basic realm="x",error="{seen.authorization}"'
    return error(401, seen.authorization, str(seen.headers), WWW_Authenticate=challenge)


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_no_secret_is_said(server: QuirkServer, method: str) -> None:
    token = quirks.TokenServer(server, realm=f"http://{server.host}/token")
    token.credentials = quirks.basic_header("robot", CANARY)
    if method == "GET":
        server.quirks.append(quirks.without_head(405))
    server.quirks.append(echo)
    found = fault(ask(server, settings=known(server)))
    said = "\n".join(traceback.format_exception(found)) + repr(vars(found)) + repr(found)
    assert "***" in said
    assert CANARY not in said
    assert quirks.basic_header("robot", CANARY).partition(" ")[2] not in said


def test_no_token_is_said(server: QuirkServer) -> None:
    server.quirks.append(quirks.TokenServer(server, token=CANARY))
    server.quirks.append(lambda seen, reply: echo(seen, reply) if seen.authorization else reply)
    found: RegistryFault = fault(ask(server))
    assert CANARY not in found.message
    assert "***" in found.message


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        pytest.param(200, {"Docker-Content-Digest": f"sha256:{CANARY}"}, id="digest"),
        pytest.param(200, {"Content-Type": f"text/{CANARY}"}, id="type"),
        pytest.param(307, {"Location": f"http://{CANARY}.example.com/"}, id="redirect"),
    ],
)
def test_no_secret_is_said_that_a_header_repeats(
    server: QuirkServer, status: int, headers: dict[str, str]
) -> None:
    ours = {"Content-Type": OCI_INDEX, **headers}
    server.quirks.append(lambda *_: Reply(status=status, headers=ours, body=b"{}"))
    server.quirks.append(quirks.basic("robot", CANARY))
    found = fault(ask(server, f"team/app@sha256:{'0' * 64}", settings=known(server)))
    assert "***" in found.message
    assert CANARY not in f"{found.message} {found.hint}"


def test_plain_http_is_for_named_hosts(server: QuirkServer) -> None:
    environment = {"HTTP_PROXY": f"http://{server.host}"}
    name = f"{PUBLIC}:5000"
    for plain_http in ((PUBLIC,), (name,)):
        settings = replace(QUICK, plain_http=plain_http)
        described(ask(server, host=name, settings=settings, environment=environment))
