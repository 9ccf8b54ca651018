from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.helpers import quirks
from tests.helpers.quirk_server import OCI_INDEX, OCI_MANIFEST, QuirkServer, Reply
from tests.helpers.registry_runs import INDEX, ask, described, fault
from transformer.registry.platforms import platform_name, platforms_of

CONFIG = "application/vnd.oci.image.config.v1+json"


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


def child(number: int, system: object, machine: object, variant: object = None) -> dict[str, Any]:
    platform = {"os": system, "architecture": machine, "variant": variant}
    return {"digest": digest(number), "platform": platform}


@pytest.fixture
def server() -> Iterator[QuirkServer]:
    with QuirkServer() as server:
        yield server


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ({"os": "linux", "architecture": "amd64"}, "linux/amd64"),
        ({"os": "Linux", "architecture": "x86_64"}, "linux/amd64"),
        ({"os": "linux", "architecture": "amd64", "variant": "v1"}, "linux/amd64"),
        ({"os": "linux", "architecture": "amd64", "variant": "v3"}, "linux/amd64/v3"),
        ({"os": "linux", "architecture": "aarch64"}, "linux/arm64"),
        ({"os": "linux", "architecture": "arm64", "variant": "v8"}, "linux/arm64"),
        ({"os": "linux", "architecture": "arm64", "variant": "8"}, "linux/arm64"),
        ({"os": "linux", "architecture": "arm"}, "linux/arm/v7"),
        ({"os": "linux", "architecture": "arm", "variant": "6"}, "linux/arm/v6"),
        ({"os": "linux", "architecture": "armhf"}, "linux/arm/v7"),
        ({"os": "linux", "architecture": "armel"}, "linux/arm/v6"),
        ({"os": "windows", "architecture": "amd64", "os.version": "10.0"}, "windows/amd64"),
        ({"os": "unknown", "architecture": "unknown"}, ""),
        ({"os": "linux"}, ""),
        ({"os": "li: nux\n  evil", "architecture": "a"}, ""),
        ({"os": "linux", "architecture": "a\x1b[31m"}, ""),
        ({"os": "\u2028", "architecture": "\x85"}, ""),
        ({"os": "linux", "architecture": "a" * 65}, ""),
        ({"os": "linux", "architecture": "amd64/v1/x/y"}, ""),
        ({"architecture": "amd64"}, ""),
        ({"os": 1, "architecture": "amd64"}, ""),
        (None, ""),
    ],
)
def test_names(platform: object, expected: str) -> None:
    assert platform_name(platform) == expected


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        pytest.param(
            {"manifests": [child(2, "linux", "arm64"), child(1, "linux", "amd64")]},
            {"linux/amd64": digest(1), "linux/arm64": digest(2)},
            id="sorted",
        ),
        pytest.param(
            {"manifests": [child(1, "windows", "amd64"), child(2, "windows", "amd64")]},
            {"windows/amd64": digest(1)},
            id="first counts",
        ),
        pytest.param(
            {
                "manifests": [
                    child(1, "unknown", "unknown"),
                    {"digest": digest(2)},
                    {"digest": "md5:1", "platform": {"os": "linux", "architecture": "amd64"}},
                    {"platform": {"os": "linux", "architecture": "amd64"}},
                    "x",
                ]
            },
            {},
            id="attestations and oddities",
        ),
        pytest.param({"manifests": {}}, {}, id="no list"),
        pytest.param({}, {}, id="none"),
    ],
)
def test_indexes(index: Mapping[str, Any], expected: dict[str, str]) -> None:
    found = platforms_of(index)
    assert found == expected
    assert list(found) == sorted(found)


def test_the_platforms_of_an_index(server: QuirkServer) -> None:
    server.put("team/app:1.0", {**INDEX, "manifests": [child(1, "linux", "amd64")]})
    found = described(ask(server, with_platforms=True))
    assert found.platforms == {"linux/amd64": digest(1)}
    assert server.asked() == [
        "HEAD /v2/team/app/manifests/1.0",
        f"GET /v2/team/app/manifests/{found.digest}",
    ]
    assert (found.media_type, found.size) == (OCI_INDEX, len(server.content[last(server)][1]))


def last(server: QuirkServer) -> str:
    return server.seen[-1].path


def test_platforms_take_no_second_get_where_the_first_was_needed(server: QuirkServer) -> None:
    server.put("team/app:1.0", {**INDEX, "manifests": [child(1, "linux", "amd64")]})
    server.quirks.append(quirks.without_head(405))
    assert described(ask(server, with_platforms=True)).platforms == {"linux/amd64": digest(1)}
    assert len(server.asked()) == 2


def image(server: QuirkServer, config: object, media_type: str = CONFIG) -> str:
    blob = server.put_blob("team/app", config)
    manifest = {"schemaVersion": 2, "config": {"mediaType": media_type, "digest": blob}}
    return server.put("team/app:1.0", manifest, OCI_MANIFEST)


def test_the_platform_of_a_single_image(server: QuirkServer) -> None:
    manifest = image(server, {"os": "linux", "architecture": "arm64"})
    found = described(ask(server, with_platforms=True))
    assert found.platforms == {"linux/arm64": manifest}


@pytest.mark.parametrize(
    ("config", "media_type"),
    [
        pytest.param({}, CONFIG, id="says nothing"),
        pytest.param({}, "application/vnd.oci.empty.v1+json", id="artifact"),
        pytest.param({}, "application/vnd.cncf.helm.config.v1+json", id="chart"),
    ],
)
def test_what_has_no_platform(server: QuirkServer, config: object, media_type: str) -> None:
    image(server, config, media_type)
    assert described(ask(server, with_platforms=True)).platforms == {}


@pytest.mark.parametrize("config", ["x", None, {"mediaType": CONFIG, "digest": "../../x"}])
def test_configurations_of_odd_shape(server: QuirkServer, config: object) -> None:
    server.put("team/app:1.0", {"schemaVersion": 2, "config": config}, OCI_MANIFEST)
    assert described(ask(server, with_platforms=True)).platforms == {}


def test_a_configuration_must_have_its_digest(server: QuirkServer) -> None:
    image(server, {"os": "linux", "architecture": "arm64"})
    server.quirks.append(lambda seen, reply: Reply(body=b"{}") if "/blobs/" in seen.path else reply)
    found = fault(ask(server, with_platforms=True))
    assert found.code == "registry-digest"
    assert found.message == (
        f'"{server.host}/team/app:1.0" at {server.host} has a configuration without the '
        "digest that its manifest gives it"
    )


def test_a_missing_configuration(server: QuirkServer) -> None:
    image(server, {"os": "linux", "architecture": "arm64"})
    server.quirks.append(lambda seen, reply: Reply(status=404) if "/blobs/" in seen.path else reply)
    assert fault(ask(server, with_platforms=True)).code == "registry-not-found"
