from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.helpers.quirk_server import QuirkServer, Reply, Seen, error
from tests.helpers.registry_runs import QUICK
from transformer.image.reference import normalize
from transformer.registry import Client, RegistryFault
from transformer.registry.attached import MAX_PAGES, Attached, tag_of

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
A, B, C = (f"sha256:{letter * 64}" for letter in "abc")


@pytest.fixture
def server() -> Iterator[QuirkServer]:
    with QuirkServer() as server:
        yield server


def index(*digests: object) -> dict[str, object]:
    manifests = [{"mediaType": OCI_MANIFEST, "digest": it, "size": 1} for it in digests]
    return {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}


def page(content: object, link: str = "") -> Reply:
    headers = {"Content-Type": INDEX, **({"Link": link} if link else {})}
    return Reply(headers=headers, body=json.dumps(content).encode())


def attached(server: QuirkServer, digest: str) -> Attached | RegistryFault:
    with Client(QUICK, {}) as client:
        (found,) = client.attached([normalize(f"{server.host}/team/app@{digest}")]).values()
        return found


def referrers(server: QuirkServer, digest: str, reply: Reply) -> None:
    server.routes[f"/v2/team/app/referrers/{digest}"] = lambda _: reply


def test_an_image_with_nothing(server: QuirkServer) -> None:
    digest = server.put("team/app:1", {"schemaVersion": 2}, OCI_MANIFEST)
    assert attached(server, digest) == Attached()
    tag = tag_of(digest)
    assert server.asked() == [
        f"GET /v2/team/app/manifests/{digest}",
        *(f"HEAD /v2/team/app/manifests/{tag}{it}" for it in (".sig", ".att", ".sbom")),
        f"GET /v2/team/app/referrers/{digest}",
        f"HEAD /v2/team/app/manifests/{tag}",
    ]


def test_children_tags_and_the_list_of_the_registry(server: QuirkServer) -> None:
    digest = server.put("team/app:1", index(A, B))
    signed = server.put(f"team/app:{tag_of(digest)}.sig", {"schemaVersion": 2}, OCI_MANIFEST)
    referrers(server, digest, page(index(C, C, "no digest", 1)))
    tags = {f"{tag_of(digest)}.sig": signed}
    assert attached(server, digest) == Attached(children=(A, B), referrers=(C,), tags=tags)


def test_without_a_list_a_tag_stands_for_it(server: QuirkServer) -> None:
    digest = server.put("team/app:1", {"schemaVersion": 2}, OCI_MANIFEST)
    listed = server.put(f"team/app:{tag_of(digest)}", index(A))
    assert attached(server, digest) == Attached(referrers=(A,), tags={tag_of(digest): listed})


def test_pages_follow_each_other(server: QuirkServer) -> None:
    digest = server.put("team/app:1", {"schemaVersion": 2}, OCI_MANIFEST)
    path = f"/v2/team/app/referrers/{digest}"

    def reply(seen: Seen) -> Reply:
        if not seen.query:
            return page(index(A), f"<{path}?n=2>; rel=next")
        assert seen.query == (("n", "2"),)
        return page(index(B), "<elsewhere>; rel=prev")

    server.routes[path] = reply
    assert attached(server, digest) == Attached(referrers=(A, B))


def test_pages_without_an_end_are_cut(server: QuirkServer) -> None:
    digest = server.put("team/app:1", {"schemaVersion": 2}, OCI_MANIFEST)
    path = f"/v2/team/app/referrers/{digest}"
    server.routes[path] = lambda _: page(index(A), f'<{path}?again>; rel="next"')
    found = attached(server, digest)
    assert isinstance(found, RegistryFault)
    assert found.code == "registry-answer"
    assert len([it for it in server.asked() if "/referrers/" in it]) == MAX_PAGES


@pytest.mark.parametrize(
    "reply",
    [
        page({"schemaVersion": 2}),
        page([]),
        Reply(body=b"<html>"),
        page(index(A), "</v2/other/referrers/x>; rel=next"),
    ],
)
def test_what_is_no_list_is_an_error(server: QuirkServer, reply: Reply) -> None:
    digest = server.put("team/app:1", {"schemaVersion": 2}, OCI_MANIFEST)
    referrers(server, digest, reply)
    found = attached(server, digest)
    assert isinstance(found, RegistryFault)
    assert (found.code, found.message) == (
        "registry-answer",
        f'"{server.host}/team/app@{digest}" at {server.host} is answered without the list of '
        "its referrers, HTTP 200",
    )


def test_what_may_not_be_seen_is_an_error(server: QuirkServer) -> None:
    digest = server.put("team/app:1", {"schemaVersion": 2}, OCI_MANIFEST)
    referrers(server, digest, error(403, "DENIED"))
    found = attached(server, digest)
    assert isinstance(found, RegistryFault)
    assert found.code == "registry-denied"


def test_a_tag_that_may_not_be_seen_is_an_error(server: QuirkServer) -> None:
    digest = server.put("team/app:1", {"schemaVersion": 2}, OCI_MANIFEST)
    path = f"/v2/team/app/manifests/{tag_of(digest)}.sig"
    server.routes[path] = lambda _: error(403, "DENIED")
    found = attached(server, digest)
    assert isinstance(found, RegistryFault)
    assert found.code == "registry-denied"


def test_an_image_that_is_not_there(server: QuirkServer) -> None:
    found = attached(server, A)
    assert isinstance(found, RegistryFault)
    assert found.status == 404


def test_nothing_is_asked_for_nothing() -> None:
    with Client(QUICK, {}) as client:
        assert client.attached([]) == {}
