from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import quirks
from tests.helpers.certificates import Authority
from tests.helpers.quirk_server import QuirkServer
from tests.helpers.registry_runs import INDEX, QUICK, ask, described, fault
from transformer.records import replace
from transformer.registry import Settings


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def server(authority: Authority) -> Iterator[QuirkServer]:
    with QuirkServer(authority.server()) as server:
        server.put("team/app:1.0", INDEX)
        yield server


@pytest.fixture
def trusting(authority: Authority) -> Settings:
    return replace(QUICK, ca_file=str(authority.file))


def test_a_private_ca(server: QuirkServer, trusting: Settings) -> None:
    described(ask(server, settings=trusting))


def test_a_name_is_checked_too(server: QuirkServer, trusting: Settings) -> None:
    described(ask(server, settings=trusting, host=f"localhost:{server.port}"))


def test_another_name_is_not_trusted(authority: Authority, trusting: Settings) -> None:
    with QuirkServer(authority.server("127.0.0.1")) as server:
        found = fault(ask(server, settings=trusting, host=f"localhost:{server.port}"))
    assert found.code == "registry-tls"
    assert "certificate is not valid for 'localhost'" in found.message


def test_an_unknown_ca(server: QuirkServer) -> None:
    found = fault(ask(server))
    assert (found.code, found.status) == ("registry-tls", 0)
    assert found.message == (
        f'"{server.host}/team/app:1.0" at {server.host} is behind a connection that cannot '
        f"be trusted, https://{server.host}: unable to get local issuer certificate"
    )
    assert found.hint == "name the certificate of its CA with --ca-file"
    assert server.asked() == []


def test_a_client_certificate(authority: Authority, trusting: Settings) -> None:
    with QuirkServer(authority.server(wants_client=True)) as server:
        server.put("team/app:1.0", INDEX)
        certificate = str(authority.sign("client"))
        described(ask(server, settings=replace(trusting, client_cert=certificate)))
        both = replace(trusting, client_cert=certificate, client_key=certificate)
        described(ask(server, settings=both))
        found = fault(ask(server, settings=trusting))
        assert (found.code, found.hint) == (
            "registry-tls",
            "it may want a client certificate: --client-cert FILE",
        )
        assert found.message.endswith(f"https://{server.host} breaks off the handshake")


def test_a_client_certificate_is_for_the_registry_alone(
    server: QuirkServer, authority: Authority, trusting: Settings
) -> None:
    settings = replace(trusting, client_cert=str(authority.sign("client")))
    with QuirkServer(authority.server(wants_client=True)) as other:
        server.quirks.append(quirks.redirected(f"https://localhost:{other.port}/"))
        found = fault(ask(server, settings=settings))
        assert found.hint == "it may want a client certificate: --client-cert FILE"


def test_files_must_be_usable(
    server: QuirkServer, authority: Authority, trusting: Settings, tmp_path: Path
) -> None:
    (tmp_path / "text").write_text("text")
    sealed = str(authority.sign("sealed", password=b"passphrase"))
    os.mkfifo(tmp_path / "fifo")
    client = str(authority.sign("client"))
    cases = {
        replace(QUICK, ca_file=f"{tmp_path}/fifo"): ("CA file", f'"{tmp_path}/fifo": Is a FIFO'),
        replace(QUICK, ca_file="/dev/zero"): ("CA file", '"/dev/zero": Is a device'),
        replace(trusting, client_cert=client, client_key=f"{tmp_path}/fifo"): (
            "client certificate",
            f'"{client}": Is a FIFO',
        ),
        replace(QUICK, ca_file=f"{tmp_path}/none"): (
            "CA file",
            f'"{tmp_path}/none": No such file or directory',
        ),
        replace(QUICK, ca_file=f"{tmp_path}/text"): (
            "CA file",
            f'"{tmp_path}/text": it is not PEM, or does not fit its key',
        ),
        replace(trusting, client_cert=f"{tmp_path}/none"): (
            "client certificate",
            f'"{tmp_path}/none": No such file or directory',
        ),
        replace(trusting, client_cert=sealed): (
            "client certificate",
            f'"{sealed}": it is not PEM, or does not fit its key',
        ),
    }
    for settings, (kind, detail) in cases.items():
        found = fault(ask(server, settings=settings))
        assert found.code == "registry-tls"
        assert found.message == (
            f'"{server.host}/team/app:1.0" at {server.host} has a {kind} that cannot be '
            f"read, {detail}"
        )
