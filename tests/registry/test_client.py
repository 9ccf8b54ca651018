from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator

import pytest

from tests.helpers import quirks
from tests.helpers.quirk_server import OCI_INDEX, OCI_MANIFEST, Quirk, QuirkServer, Reply, digest_of
from tests.helpers.registry_runs import INDEX, QUICK, ask, described, fault
from transformer.image.reference import normalize
from transformer.records import replace
from transformer.registry import Client, Descriptor, RegistryFault, Settings

BODY = json.dumps(INDEX).encode()
DIGEST = digest_of(BODY)
HEAD = "HEAD /v2/team/app/manifests/1.0"
GET = "GET /v2/team/app/manifests/1.0"
EXPECTED = Descriptor(digest=DIGEST, media_type=OCI_INDEX, size=len(BODY))


@pytest.fixture
def server() -> Iterator[QuirkServer]:
    with QuirkServer() as server:
        server.put("team/app:1.0", INDEX)
        yield server


def test_a_tag_is_asked_for_by_head(server: QuirkServer) -> None:
    assert ask(server) == EXPECTED
    assert server.asked() == [HEAD]
    headers = server.seen[-1].headers
    assert headers["accept"].split(", ") == [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ]
    assert headers["accept-encoding"] == "identity"
    assert headers["user-agent"] == "mirrorpin"
    assert headers["host"] == server.host


@pytest.mark.parametrize(
    "quirk",
    [
        pytest.param(quirks.without("Docker-Content-Digest"), id="no digest header"),
        pytest.param(quirks.without("Content-Length"), id="no length"),
        pytest.param(quirks.only("HEAD", quirks.with_header("Content-Length", "0")), id="length 0"),
        pytest.param(
            quirks.only("HEAD", quirks.with_header("Content-Length", "9" * 5000)),
            id="length out of range",
        ),
        pytest.param(quirks.without_head(405), id="HEAD 405"),
        pytest.param(quirks.without_head(403), id="HEAD 403"),
        pytest.param(quirks.without_head(501), id="HEAD 501"),
        pytest.param(quirks.compressed, id="gzip"),
        pytest.param(quirks.with_header("Docker-Content-Digest", "md5:1"), id="odd digest"),
        pytest.param(
            quirks.with_header("Docker-Content-Digest", "sha512:" + "0" * 128), id="sha512 header"
        ),
    ],
)
def test_what_head_does_not_say_is_hashed(server: QuirkServer, quirk: Quirk) -> None:
    server.quirks.append(quirk)
    assert ask(server) == EXPECTED
    assert server.asked() == [HEAD, GET]


@pytest.mark.parametrize(
    ("content_type", "content", "media_type"),
    [
        pytest.param(
            "application/octet-stream", {**INDEX, "mediaType": "a/b+json"}, "a/b+json", id="own"
        ),
        pytest.param("application/json", INDEX, OCI_INDEX, id="index by its fields"),
        pytest.param("", {"schemaVersion": 2, "layers": []}, OCI_MANIFEST, id="image by them"),
        pytest.param(
            f"{OCI_MANIFEST.upper()}; charset=utf-8", INDEX, OCI_MANIFEST, id="parameters"
        ),
    ],
)
def test_an_odd_content_type_makes_the_manifest_say_what_it_is(
    server: QuirkServer, content_type: str, content: object, media_type: str
) -> None:
    server.put("team/app:1.0", content, content_type)
    assert described(ask(server)).media_type == media_type


@pytest.mark.parametrize(
    "media_type",
    ["no type\n", f"a/{'b' * 128}", "a" * 1_000_000, 7],
    ids=["no type", "longer than the grammar allows", "a megabyte", "no text"],
)
def test_a_manifest_must_have_a_media_type(server: QuirkServer, media_type: object) -> None:
    server.put("team/app:1.0", {**INDEX, "mediaType": media_type}, "text/plain")
    found = fault(ask(server))
    assert found.code == "registry-answer"
    assert found.message == (
        f'"{server.host}/team/app:1.0" at {server.host} is not answered with its manifest, '
        "HTTP 200, its mediaType is not a media type"
    )


def test_a_digest_is_checked_for_existence(server: QuirkServer) -> None:
    name = f"team/app:1.0@{DIGEST}"
    assert ask(server, name) == EXPECTED
    assert server.asked() == [f"HEAD /v2/team/app/manifests/{DIGEST}"]


def test_a_digest_without_a_header_is_hashed(server: QuirkServer) -> None:
    server.quirks.append(quirks.without("Docker-Content-Digest"))
    assert ask(server, f"team/app@{DIGEST}") == EXPECTED


def test_a_sha512_digest_is_checked_as_such(server: QuirkServer) -> None:
    digest = f"sha512:{hashlib.sha512(BODY).hexdigest()}"
    server.content[f"/v2/team/app/manifests/{digest}"] = (OCI_INDEX, BODY)
    # The header names the sha256 digest of the same bytes.
    assert described(ask(server, f"team/app@{digest}")).digest == digest
    assert [it.partition(" ")[0] for it in server.asked()] == ["HEAD", "GET"]


OTHER = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("name", "quirk", "seen"),
    [
        pytest.param(
            "team/app:1.0",
            quirks.with_header("Docker-Content-Digest", OTHER),
            DIGEST,
            id="header of a GET",
        ),
        pytest.param(
            f"team/app@{DIGEST}",
            quirks.with_header("Docker-Content-Digest", OTHER),
            OTHER,
            id="header for a digest",
        ),
        pytest.param(
            f"team/app@{DIGEST}",
            lambda *_: Reply(body=BODY + b"\n"),
            digest_of(BODY + b"\n"),
            id="body for a digest",
        ),
    ],
)
def test_a_wrong_digest_is_a_fault(server: QuirkServer, name: str, quirk: Quirk, seen: str) -> None:
    if seen != OTHER:
        server.quirks.append(quirks.only("HEAD", quirks.without("Content-Length")))
    server.quirks.append(quirk)
    found = fault(ask(server, name))
    assert found.code == "registry-digest"
    assert found.message == (
        f'"{server.host}/{name}" at {server.host} has another digest than its registry gives '
        f"it, what came is {seen}"
    )
    assert found.hint == "the registry, or a proxy before it, changes manifests"


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        pytest.param(
            "application/vnd.docker.distribution.manifest.v1+prettyjws", {}, id="by its type"
        ),
        pytest.param("application/json", {"schemaVersion": 1}, id="by its fields"),
    ],
)
def test_schema_1_is_refused(server: QuirkServer, media_type: str, content: object) -> None:
    server.put("team/app:1.0", content, media_type)
    found = fault(ask(server))
    assert (found.code, found.status) == ("registry-schema1", 0)
    assert found.hint == "push the image again with a tool of the last years"


@pytest.mark.parametrize(
    ("reply", "detail"),
    [
        pytest.param(
            Reply(headers={"Content-Type": "text/html; charset=utf-8"}, body=b"<html>"),
            "HTTP 200, it is not a manifest, but text/html",
            id="login page",
        ),
        pytest.param(Reply(body=b"[]"), "HTTP 200, it is not a manifest", id="no object"),
        pytest.param(Reply(body=b"[" * 9999), "HTTP 200, it is not a manifest", id="deep"),
        pytest.param(
            Reply(headers={"Content-Encoding": "br"}, body=b"{}"),
            "HTTP 200, it is encoded though asked not to be",
            id="another encoding",
        ),
        pytest.param(
            Reply(headers={"Content-Encoding": "gzip"}, body=b"{}"),
            "HTTP 200, it is not gzip, as it says",
            id="no gzip",
        ),
    ],
)
def test_what_is_no_manifest_is_a_fault(server: QuirkServer, reply: Reply, detail: str) -> None:
    server.quirks.append(lambda *_: reply)
    found = fault(ask(server))
    assert found.code == "registry-answer"
    assert found.message == (
        f'"{server.host}/team/app:1.0" at {server.host} is not answered with its manifest, {detail}'
    )


def test_a_bomb_is_not_unpacked(server: QuirkServer) -> None:
    server.quirks.append(quirks.without("Docker-Content-Digest"))
    server.put("team/app:1.0", b" " * (5 << 20))
    server.quirks.append(quirks.compressed)
    assert "it is cut, or longer than 4194304 bytes" in fault(ask(server)).message


def test_an_endless_body_is_cut(server: QuirkServer) -> None:
    server.quirks += [quirks.without("Docker-Content-Digest"), quirks.endless]
    found = fault(ask(server))
    assert found.code == "registry-answer"
    assert found.message.endswith("the answer is longer than 4194304 bytes")


def test_an_endless_error_is_read_as_far_as_it_helps(server: QuirkServer) -> None:
    server.quirks += [quirks.without_head(405), quirks.only("GET", quirks.endless)]
    server.quirks.append(lambda _, reply: replace_status(reply, 404))
    assert fault(ask(server)).status == 404


def replace_status(reply: Reply, status: int) -> Reply:
    return Reply(status=status, headers=reply.headers, body=reply.body)


def test_a_slow_body_ends_with_the_deadline(server: QuirkServer) -> None:
    server.quirks += [quirks.without("Docker-Content-Digest"), quirks.slow(server)]
    start = time.monotonic()
    found = fault(ask(server, settings=replace(QUICK, deadline=0.4)))
    assert time.monotonic() - start < 2
    assert (found.code, found.hint) == (
        "registry-deadline",
        "try again, or allow more time with --deadline",
    )
    assert found.message == (
        f'"{server.host}/team/app:1.0" at {server.host} was not answered within 0.4 s'
    )


@pytest.mark.parametrize(
    "quirk",
    [
        pytest.param(quirks.failing(500), id="500"),
        pytest.param(quirks.failing(503), id="503"),
        pytest.param(quirks.hanging_up, id="hangs up"),
        pytest.param(quirks.throttled(), id="429"),
        pytest.param(quirks.throttled("0"), id="Retry-After 0"),
        pytest.param(quirks.throttled("Mon, 01 Jan 2024 00:00:00 GMT"), id="Retry-After date"),
        pytest.param(quirks.throttled("985.86us"), id="Retry-After nonsense"),
    ],
)
def test_what_may_pass_is_asked_again(server: QuirkServer, quirk: Quirk) -> None:
    server.quirks.append(quirks.first(2, quirk))
    assert ask(server) == EXPECTED
    assert server.asked() == [HEAD] * 3


@pytest.mark.slow
def test_retry_after_is_honoured(server: QuirkServer) -> None:
    server.quirks.append(quirks.first(1, quirks.throttled("1")))
    start = time.monotonic()
    assert ask(server) == EXPECTED
    assert time.monotonic() - start >= 1


def test_retry_after_beyond_the_deadline_is_a_fault_at_once(server: QuirkServer) -> None:
    server.quirks.append(quirks.throttled("60"))
    start = time.monotonic()
    found = fault(ask(server))
    assert time.monotonic() - start < 2
    assert (found.code, found.status) == ("registry-rate-limit", 429)
    assert found.hint == "try again in 60 s, or with fewer requests at once"
    assert server.asked() == [HEAD]


@pytest.mark.parametrize(
    ("headers", "hint"),
    [
        pytest.param(
            {"ratelimit_limit": "100;w=21600"},
            "the registry allows 100 pulls in 6 h: log in, ask the mirror instead, or wait",
            id="by headers",
        ),
        pytest.param(
            {"ratelimit_limit": "many"},
            "the registry limits pulls: log in, ask the mirror instead, or wait",
            id="by words",
        ),
        pytest.param(
            {"ratelimit_limit": "5;w=" + "9" * 400},
            "the registry limits pulls: log in, ask the mirror instead, or wait",
            id="a window out of range",
        ),
        pytest.param(
            {"ratelimit_limit": "9" * 5000 + ";w=1"},
            "the registry limits pulls: log in, ask the mirror instead, or wait",
            id="a count out of range",
        ),
    ],
)
def test_the_pull_limit_is_understood(
    server: QuirkServer, headers: dict[str, str], hint: str
) -> None:
    server.quirks += [quirks.without_head(405), quirks.only("GET", quirks.throttled(**headers))]
    found = fault(ask(server))
    assert found.hint == hint
    assert found.message == (
        f'"{server.host}/team/app:1.0" at {server.host} is beyond the rate limit, HTTP 429, '
        'TOOMANYREQUESTS "You have reached your pull rate limit. You may increase the limit '
        'by authenticating and upgrading: https://www.docker.com/increase-rate-limit"'
    )


def test_a_bare_429_says_to_slow_down(server: QuirkServer) -> None:
    server.quirks.append(lambda *_: Reply(status=429))
    assert fault(ask(server)).hint == "try again later, or with fewer requests at once"
    assert server.asked() == [HEAD] * 5


def test_a_broken_registry_is_a_fault_in_the_end(server: QuirkServer) -> None:
    server.quirks.append(quirks.failing(502))
    found = fault(ask(server))
    assert (found.code, found.status, found.hint) == (
        "registry-unavailable",
        502,
        "try again later",
    )
    assert found.message == (
        f'"{server.host}/team/app:1.0" at {server.host} is not answered by a working '
        "registry, HTTP 502"
    )
    assert server.asked() == [HEAD] * 5


def test_a_missing_image(server: QuirkServer) -> None:
    found = fault(ask(server, "team/app:2.0"))
    assert (found.code, found.status) == ("registry-not-found", 404)
    assert found.message == (
        f'"{server.host}/team/app:2.0" at {server.host} is not there, HTTP 404'
    )
    assert found.hint == "compare its name and tag with those in the registry"
    assert str(found) == found.message


@pytest.mark.parametrize("host", ["127.0.0.1", ""], ids=["the host", "with its port"])
def test_a_registry_that_denies_to_head_what_get_finds(server: QuirkServer, host: str) -> None:
    server.quirks.append(quirks.without_head(404))
    found = fault(ask(server))
    assert (found.code, found.status) == ("registry-not-found", 404)
    assert server.asked() == [HEAD]
    settings = replace(QUICK, absent_again=(host or server.host,))
    assert ask(server, settings=settings) == EXPECTED
    assert server.asked() == [HEAD, HEAD, GET]
    missing = fault(ask(server, "team/app:2.0", settings=settings))
    assert missing.status == 404
    assert missing.message.endswith(', MANIFEST_UNKNOWN "manifest unknown"')
    other = replace(QUICK, absent_again=("127.0.0.2", "localhost"))
    assert fault(ask(server, settings=other)).status == 404
    assert [it.partition(" ")[0] for it in server.asked()[3:]] == ["HEAD", "GET", "HEAD"]


def test_a_status_that_nobody_expects(server: QuirkServer) -> None:
    server.quirks.append(lambda *_: Reply(status=418))
    found = fault(ask(server))
    assert (found.code, found.status, found.hint) == (
        "registry-answer",
        418,
        "see whether a registry answers there, and not a proxy or a login page",
    )
    assert found.message.endswith(" is not answered as registries do, HTTP 418")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        pytest.param({"errors": "x"}, "", id="no list"),
        pytest.param({"errors": [1, {"code": "A"}, {"message": "b"}]}, ', A "b"', id="parts"),
        pytest.param({"errors": [{"code": "A\n\x1b"}]}, r", A\n\x1b", id="controls"),
    ],
)
def test_error_bodies_of_any_shape(server: QuirkServer, body: object, detail: str) -> None:
    text = json.dumps(body).encode()
    server.quirks += [quirks.without_head(405)]
    server.quirks.append(quirks.only("GET", lambda *_: Reply(status=404, body=text)))
    assert fault(ask(server)).message.endswith(f"HTTP 404{detail}")


def test_an_unreachable_registry_is_given_up_once(server: QuirkServer) -> None:
    with QuirkServer() as gone:
        pass
    settings = replace(QUICK, concurrency=1)
    references = [normalize(f"{gone.host}/team/app:{tag}") for tag in range(50)]
    start = time.monotonic()
    with Client(settings, {}) as client:
        outcomes = client.resolve(references)
    assert time.monotonic() - start < 2
    assert all(" is not within reach, " in str(it) for it in outcomes.values())
    found = fault(outcomes[f"{gone.host}/team/app:7"])
    assert (found.code, found.status) == ("registry-unreachable", 0)
    assert found.message == (
        f'"{gone.host}/team/app:7" at {gone.host} is not within reach, no connection to '
        f"http://{gone.host}"
    )
    assert found.hint == (
        "compare host and port with those of the registry, and see whether it is up"
    )
    assert server.seen == []


def test_a_host_without_an_address() -> None:
    with QuirkServer() as server:
        found = fault(ask(server, host="registry.invalid"))
    assert found.message == (
        '"registry.invalid/team/app:1.0" at registry.invalid is at a host that does not '
        "exist, no address is known for registry.invalid"
    )


def test_each_image_is_asked_for_once(server: QuirkServer) -> None:
    names = ["team/app:1.0", "team/app", f"team/app@{DIGEST}", "team/app:1.0", "team/app:latest"]
    references = [normalize(f"{server.host}/{name}") for name in names]
    references.append(normalize(f"{server.host}/team/app:2@{DIGEST}"))
    calls: list[tuple[int, int]] = []
    with Client(QUICK, {}) as client:
        outcomes = client.resolve(references, progress=lambda *given: calls.append(given))
    assert list(outcomes) == [
        f"{server.host}/team/app:1.0",
        f"{server.host}/team/app:latest",
        f"{server.host}/team/app@{DIGEST}",
        f"{server.host}/team/app:2@{DIGEST}",
    ]
    assert sorted(server.asked()) == [
        HEAD,
        "HEAD /v2/team/app/manifests/latest",
        f"HEAD /v2/team/app/manifests/{DIGEST}",
    ]
    assert [isinstance(it, RegistryFault) for it in outcomes.values()] == [
        False,
        True,
        False,
        False,
    ]
    assert calls[-1] == (4, 4)
    assert len(calls) == 3  # one for each question


def test_many_images_share_connections(server: QuirkServer) -> None:
    for number in range(100):
        server.put(f"team/app{number}:1", {**INDEX, "number": number})
    references = [normalize(f"{server.host}/team/app{number}:1") for number in range(100)]
    with Client(QUICK, {}) as client:
        outcomes = client.resolve(references)
        again = client.resolve(references[:1])
    assert len({described(it).digest for it in outcomes.values()}) == 100
    assert again[str(references[0])] == outcomes[str(references[0])]


def test_nothing_to_ask_opens_nothing(server: QuirkServer) -> None:
    with Client(Settings(), {}) as client:
        assert client.resolve([]) == {}
    assert server.seen == []


def test_concurrency_is_bounded_for_each_host(server: QuirkServer) -> None:
    running: list[int] = []
    most: list[int] = []

    def count(_: object, reply: Reply) -> Reply:
        running.append(1)
        most.append(len(running))
        time.sleep(0.02)
        running.pop()
        return reply

    server.quirks.append(count)
    references = [normalize(f"{server.host}/team/app:{tag}") for tag in range(20)]
    with Client(replace(QUICK, concurrency=3), {}) as client:
        client.resolve(references)
    assert max(most) == 3


def test_an_error_of_the_caller_ends_the_call(server: QuirkServer) -> None:
    def fail(_done: int, _total: int) -> None:
        raise KeyError("mine")

    with Client(QUICK, {}) as client, pytest.raises(KeyError, match="mine"):
        client.resolve([normalize(f"{server.host}/team/app:1.0")], progress=fail)
