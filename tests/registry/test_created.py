"""When an image was made, as it says itself: what its registry is asked, and what counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.helpers.quirk_server import OCI_MANIFEST, QuirkServer
from tests.helpers.registry_runs import QUICK
from transformer.image.reference import normalize
from transformer.registry import Client, RegistryFault
from transformer.registry.inquiry import MAX_CHILDREN
from transformer.registry.platforms import created_of

CONFIG = "application/vnd.oci.image.config.v1+json"


@pytest.fixture
def server() -> Iterator[QuirkServer]:
    with QuirkServer() as server:
        yield server


def put(server: QuirkServer, name: str, created: object, machine: str = "amd64") -> str:
    """Keep an image that says when it was made. Returns its digest."""
    config = {"os": "linux", "architecture": machine, "created": created}
    digest = server.put_blob("team/app", config)
    manifest = {"schemaVersion": 2, "config": {"mediaType": CONFIG, "digest": digest}, "n": name}
    return server.put(f"team/app:{name}", manifest, OCI_MANIFEST)


def put_index(server: QuirkServer, *children: tuple[str, str]) -> str:
    manifests = [
        {"digest": digest, "platform": {"os": "linux", "architecture": machine}}
        for machine, digest in children
    ]
    return server.put("team/app:index", {"schemaVersion": 2, "manifests": manifests})


def created(server: QuirkServer, digest: str) -> str | RegistryFault:
    with Client(QUICK, {}) as client:
        (found,) = client.created([normalize(f"{server.host}/team/app@{digest}")]).values()
        return found


def test_an_image_says_it_in_its_configuration(server: QuirkServer) -> None:
    digest = put(server, "1", "2026-03-05T12:00:00.123456789Z")
    assert created(server, digest) == "2026-03-05T12:00:00Z"
    assert [it.split("/")[-2] for it in server.asked()] == ["manifests", "blobs"]


def test_an_index_is_as_old_as_its_oldest_image(server: QuirkServer) -> None:
    new = put(server, "new", "2026-03-05T12:00:00Z", "amd64")
    old = put(server, "old", "2026-03-01T12:00:00Z", "arm64")
    none = put(server, "none", None, "s390x")
    digest = put_index(server, ("amd64", new), ("arm64", old), ("s390x", none))
    assert created(server, digest) == "2026-03-01T12:00:00Z"


def test_what_belongs_to_no_platform_does_not_count(server: QuirkServer) -> None:
    new = put(server, "new", "2026-03-05T12:00:00Z")
    signed = put(server, "signed", "2020-01-01T00:00:00Z")
    digest = put_index(server, ("amd64", new), ("unknown", signed))
    assert created(server, digest) == "2026-03-05T12:00:00Z"


def test_what_says_nothing_has_no_time(server: QuirkServer) -> None:
    assert created(server, put(server, "1", None)) == ""
    assert created(server, server.put("team/app:2", {"schemaVersion": 2}, OCI_MANIFEST)) == ""


def test_of_a_long_index_no_more_is_asked_than_a_bound(server: QuirkServer) -> None:
    images = [(f"m{it}", put(server, f"i{it}", None, f"m{it}")) for it in range(MAX_CHILDREN + 6)]
    assert created(server, put_index(server, *images)) == ""
    assert sum("/blobs/" in it for it in server.asked()) == MAX_CHILDREN


def test_a_configuration_is_what_its_digest_says(server: QuirkServer) -> None:
    digest = put(server, "1", "2026-03-05T12:00:00Z")
    blob = next(it for it in server.content if "/blobs/" in it)
    server.content[blob] = ("application/json", b"{}")
    found = created(server, digest)
    assert isinstance(found, RegistryFault)
    assert found.code == "registry-digest"


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-03-05T12:00:00Z", "2026-03-05T12:00:00Z"),
        ("2026-03-05t12:00:00z", "2026-03-05T12:00:00Z"),
        ("2026-03-05T01:30:00+02:00", "2026-03-04T23:30:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00+14:00", ""),
        ("2026-02-30T00:00:00Z", ""),
        ("2026-03-05", ""),
        ("2026-03-05T12:00:00", ""),
        ("yesterday", ""),
        ("", ""),
        (None, ""),
        (5, ""),
        ("2026-03-05T12:00:00Z\n", ""),
    ],
)
def test_a_time_is_one_of_rfc_3339(text: object, time: str) -> None:
    assert created_of({"created": text}) == time


def test_nobody_is_asked_about_nothing() -> None:
    with Client(QUICK, {}) as client:
        assert client.created([]) == {}
