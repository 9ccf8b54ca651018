from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.helpers.certificates import Authority
from tests.helpers.quirk_server import QuirkServer
from tests.helpers.quirks import basic, without_head
from tests.helpers.registry_runs import INDEX
from tests.helpers.registry_table import pods
from transformer.cli.invocation import RegistryOptions
from transformer.cli.main import run
from transformer.cli.registries import connect
from transformer.cli.shell import Shell
from transformer.image.reference import normalize
from transformer.registry import Descriptor, RegistryFault
from transformer.registry.resolver import Answer

PASSWORD = "canary-password"


class Terminal(io.BytesIO):
    def isatty(self) -> bool:
        return True


def ask(
    server: QuirkServer,
    stderr: io.BytesIO,
    options: RegistryOptions | None = None,
    *,
    is_quiet: bool = False,
    searches: bool = True,
    environment: Mapping[str, str] | None = None,
) -> Answer:
    shell = Shell(io.BytesIO(), None, stderr, environment or {})
    options = options or RegistryOptions()
    resolve = connect(shell, options, is_quiet=is_quiet, seconds=10, searches=searches)
    reference = normalize(f"{server.host}/team/app:1.0")
    return resolve([reference], False)[str(reference)]


def auths(server: QuirkServer, password: str = PASSWORD) -> str:
    auth = base64.b64encode(f"robot:{password}".encode()).decode()
    return json.dumps({"auths": {server.host: {"auth": auth}}})


@pytest.fixture
def server() -> QuirkServer:
    return QuirkServer()


@pytest.mark.parametrize(
    ("stderr", "is_quiet", "shown"),
    [
        pytest.param(Terminal(), False, True, id="terminal"),
        pytest.param(Terminal(), True, False, id="quiet"),
        pytest.param(io.BytesIO(), False, False, id="no terminal"),
    ],
)
def test_a_terminal_is_shown_how_far_it_is(
    server: QuirkServer, stderr: io.BytesIO, is_quiet: bool, shown: bool
) -> None:
    with server:
        digest = server.put("team/app:1.0", INDEX)
        answer = ask(server, stderr, is_quiet=is_quiet)
    assert isinstance(answer, Descriptor)
    assert answer.digest == digest
    assert stderr.getvalue().endswith(b"\r\x1b[K") == shown


@pytest.mark.parametrize("source", ["auth-file", "mounted-secret", "environment", "nowhere"])
@pytest.mark.parametrize("searches", [True, False])
def test_credentials_are_looked_for_where_the_options_say(
    server: QuirkServer, tmp_path: Path, source: str, searches: bool
) -> None:
    file = tmp_path / "auth.json"
    file.write_text(auths(server))
    options = RegistryOptions(
        auth_files=(str(file),) if source == "auth-file" else (),
        mounted_secrets=(str(file),) if source == "mounted-secret" else (),
    )
    environment = {"DOCKER_AUTH_CONFIG": auths(server)} if source == "environment" else {}
    server.quirks.append(basic("robot", PASSWORD))
    with server:
        server.put("team/app:1.0", INDEX)
        answer = ask(server, io.BytesIO(), options, searches=searches, environment=environment)
    is_given = source.endswith(("file", "secret")) or (source == "environment" and searches)
    assert isinstance(answer, Descriptor if is_given else RegistryFault)


def test_a_registry_may_be_named_that_denies_what_it_has(server: QuirkServer) -> None:
    server.quirks.append(without_head(404))
    with server:
        digest = server.put("team/app:1.0", INDEX)
        found = ask(server, io.BytesIO(), RegistryOptions(absent_again=(server.host,)))
        assert isinstance(ask(server, io.BytesIO()), RegistryFault)
    assert isinstance(found, Descriptor)
    assert found.digest == digest


@pytest.mark.parametrize("place", ["option", "home", "nowhere"])
def test_certificates_of_a_host_are_looked_for(tmp_path: Path, place: str) -> None:
    authority = Authority(tmp_path)
    folder = tmp_path / ".config/containers/certs.d"
    options = RegistryOptions(certs_folders=(str(folder),) if place == "option" else ())
    environment = {"HOME": str(tmp_path)} if place == "home" else {}
    with QuirkServer(authority.server()) as server:
        server.put("team/app:1.0", INDEX)
        (folder / server.host).mkdir(parents=True)
        authority.file.rename(folder / server.host / "ca.crt")
        answer = ask(server, io.BytesIO(), options, environment=environment)
    assert isinstance(answer, RegistryFault if place == "nowhere" else Descriptor)


@pytest.mark.parametrize(("password", "code"), [(PASSWORD, 0), ("wrong-" + PASSWORD, 1)])
def test_pull_secrets_are_tried_in_place_of_the_users_own(
    server: QuirkServer, tmp_path: Path, password: str, code: int
) -> None:
    config = tmp_path / "mirrorpin.yaml"
    secret = tmp_path / "secret.json"
    secret.write_text(auths(server, password))
    environment = {"DOCKER_AUTH_CONFIG": auths(server)}
    stderr = io.BytesIO()
    server.quirks.append(basic("robot", PASSWORD))
    with server:
        server.put("library/nginx:1.27", INDEX)
        config.write_text(
            "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nspec:\n  mirrors:\n"
            f"  - {{source: docker.io, target: '{server.host}', pullSecrets: [pull]}}\n"
        )
        shell = Shell(io.BytesIO(pods("nginx:1.27").encode()), None, stderr, environment)
        argv = ("verify", "-c", str(config), "--pull-secrets", str(secret))
        assert run(argv, shell) == code
    said = stderr.getvalue().decode()
    assert ("HTTP 401" in said) == bool(code)
    assert PASSWORD not in said
