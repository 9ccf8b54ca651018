from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import quirks
from tests.helpers.certificates import Authority
from tests.helpers.quirk_server import QuirkServer
from tests.helpers.registry_runs import INDEX, QUICK, ask, described, fault
from transformer.records import replace
from transformer.registry.faults import Refusal
from transformer.registry.http.certificates import (
    NONE,
    Certificates,
    certificates_of,
    usual_folders,
)
from transformer.registry.http.urls import Origin


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def server(authority: Authority) -> Iterator[QuirkServer]:
    with QuirkServer(authority.server()) as server:
        server.put("team/app:1.0", INDEX)
        yield server


def folder_of(folder: Path, *files: str) -> str:
    folder.mkdir(parents=True)
    for file in files:
        (folder / file).write_text("")
    return str(folder)


def origin(port: int = 443, host: str = "r.example.com", scheme: str = "https") -> Origin:
    return Origin(scheme=scheme, host=host, port=port)


def test_where_containers_and_docker_look() -> None:
    system = ("/etc/containers/certs.d", "/etc/docker/certs.d")
    assert usual_folders({"HOME": "/h"}) == ("/h/.config/containers/certs.d", *system)
    assert usual_folders({"HOME": "h"}) == usual_folders({}) == system


@pytest.mark.parametrize(
    ("name", "asked", "is_found"),
    [
        pytest.param("r.example.com", origin(), True, id="a host"),
        pytest.param("r.example.com:443", origin(), True, id="with the port that goes unsaid"),
        pytest.param("r.example.com:5000", origin(5000), True, id="with another port"),
        pytest.param("r.example.com", origin(5000), False, id="without its port"),
        pytest.param("example.com", origin(), False, id="a parent"),
        pytest.param("[::1]:443", origin(host="::1"), True, id="an address"),
        pytest.param("r.example.com", origin(443, scheme="http"), False, id="no TLS"),
    ],
)
def test_which_folder_is_a_hosts(tmp_path: Path, name: str, asked: Origin, is_found: bool) -> None:
    path = folder_of(tmp_path / name, "b.crt", "a.crt", "a.cert", "a.key", "README", "x.pem")
    found = certificates_of(asked, [str(tmp_path / "none"), str(tmp_path)])
    expected = Certificates(
        authorities=(f"{path}/a.crt", f"{path}/b.crt"),
        clients=((f"{path}/a.cert", f"{path}/a.key"),),
    )
    assert found == (expected if is_found else NONE)


def test_the_first_folder_counts_alone(tmp_path: Path) -> None:
    first = folder_of(tmp_path / "a" / "r.example.com", "ca.crt")
    folder_of(tmp_path / "b" / "r.example.com", "client.cert", "client.key")
    found = certificates_of(origin(), [str(tmp_path / it) for it in "abc"])
    assert found == Certificates(authorities=(f"{first}/ca.crt",))


@pytest.mark.parametrize(
    ("file", "other"), [("client.cert", "client.key"), ("client.key", "client.cert")]
)
def test_a_certificate_and_its_key_come_together(tmp_path: Path, file: str, other: str) -> None:
    path = folder_of(tmp_path / "r.example.com", file, "ca.crt")
    with pytest.raises(Refusal) as caught:
        certificates_of(origin(), [str(tmp_path)])
    assert caught.value.reason.detail == f'"{path}/{file}" is there without "{other}"'
    assert caught.value.whole_host


def test_a_ca_is_trusted_for_its_host_alone(
    server: QuirkServer, authority: Authority, tmp_path: Path
) -> None:
    shutil.copy(authority.file, f"{folder_of(tmp_path / server.host)}/ca.crt")
    settings = replace(QUICK, certs_folders=(str(tmp_path),))
    described(ask(server, settings=settings))
    localhost = fault(ask(server, settings=settings, host=f"localhost:{server.port}"))
    assert localhost.code == "registry-tls"


def test_a_client_certificate_is_shown_to_its_host(authority: Authority, tmp_path: Path) -> None:
    with QuirkServer(authority.server(wants_client=True)) as server:
        server.put("team/app:1.0", INDEX)
        folder = tmp_path / server.host
        shutil.copy(authority.file, f"{folder_of(folder)}/ca.crt")
        settings = replace(QUICK, certs_folders=(str(tmp_path),))
        refused = fault(ask(server, settings=settings))
        assert refused.hint == "it may want a client certificate: --client-cert FILE"
        pem = authority.sign("client")
        for suffix in ("cert", "key"):
            shutil.copy(pem, folder / f"client.{suffix}")
        described(ask(server, settings=settings))


def test_where_a_registry_leads_has_certificates_of_its_own(
    server: QuirkServer, authority: Authority, tmp_path: Path
) -> None:
    with QuirkServer(authority.server(wants_client=True)) as other:
        other.put("team/app:1.0", INDEX)
        name = f"localhost:{other.port}"
        server.quirks.append(quirks.redirected(f"https://{name}/v2/team/app/manifests/1.0"))
        pem = authority.sign("client")
        for host in (server.host, name):
            shutil.copy(authority.file, f"{folder_of(tmp_path / host)}/ca.crt")
        settings = replace(QUICK, certs_folders=(str(tmp_path),), client_cert=str(pem))
        refused = fault(ask(server, settings=settings))
        assert refused.hint == "it may want a client certificate: --client-cert FILE"
        for suffix in ("cert", "key"):
            shutil.copy(pem, tmp_path / name / f"client.{suffix}")
        described(ask(server, settings=settings))


def test_files_must_be_usable(server: QuirkServer, tmp_path: Path) -> None:
    path = folder_of(tmp_path / server.host, "ca.crt")
    settings = replace(QUICK, certs_folders=(str(tmp_path),))
    found = fault(ask(server, settings=settings))
    assert found.message == (
        f'"{server.host}/team/app:1.0" at {server.host} has a CA file that cannot be read, '
        f'"{path}/ca.crt": it is not PEM, or does not fit its key'
    )
    (tmp_path / server.host / "ca.crt").unlink()
    (tmp_path / server.host / "client.cert").write_text("")
    found = fault(ask(server, settings=settings))
    assert "lacks a client certificate or its key, " in found.message
