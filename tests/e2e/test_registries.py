from __future__ import annotations

import http.client
import json
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.packages import DOCKER_REGISTRY
from tests.e2e.pusher import Pusher
from tests.e2e.registries import (
    PASSWORD,
    STARTS,
    USER,
    Program,
    Registry,
    distribution,
    htpasswd,
    skopeo_digest,
)
from tests.e2e.token_server import TokenServer
from tests.e2e.tools import REGISTRY
from tests.helpers.quirk_server import QuirkServer
from tests.helpers.quirks import basic_header
from transformer.image.reference import normalize
from transformer.records import replace
from transformer.registry import (
    Answer,
    Client,
    Credentials,
    Descriptor,
    RegistryFault,
    Settings,
)
from transformer.registry.http.certificates import usual_folders
from transformer.registry.manifests import (
    ACCEPT,
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
)

pytestmark = pytest.mark.e2e

PLAIN = "--tls-verify=false"
PROGRAMS = {"distribution 3": REGISTRY, "distribution 2.8": DOCKER_REGISTRY}
both = pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)


def ask(settings: Settings, *names: str, with_platforms: bool = False) -> list[Answer]:
    references = [normalize(name) for name in names]
    with Client(replace(settings, deadline=60), {}) as client:
        return list(client.resolve(references, with_platforms=with_platforms).values())


def described(settings: Settings, name: str, *, with_platforms: bool = False) -> Descriptor:
    (outcome,) = ask(settings, name, with_platforms=with_platforms)
    assert isinstance(outcome, Descriptor), outcome
    return outcome


def fault(settings: Settings, name: str) -> RegistryFault:
    (outcome,) = ask(settings, name)
    assert isinstance(outcome, RegistryFault), outcome
    return outcome


def known(host: str, *realms: str, **entry: str) -> Settings:
    """Credentials for a host; a token server on another port must be among the realms."""
    auth = json.dumps({"auths": {host: entry or {"username": USER, "password": PASSWORD}}})
    return Settings(credentials=Credentials({"DOCKER_AUTH_CONFIG": auth}), realms=realms)


ANONYMOUS = Settings(credentials=Credentials({}))


@pytest.fixture(scope="module", params=list(STARTS.values()), ids=list(STARTS))
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Registry]:
    """Each registry in turn, with an image of every kind."""
    with request.param(tmp_path_factory.mktemp("registry")) as registry:
        pusher = Pusher(host=registry.host, path="team/app")
        pusher.image("image")
        pusher.image("docker-image", docker=True)
        pusher.index("index")
        pusher.index("docker-list", docker=True)
        pusher.artifact("artifact")
        Pusher(host=registry.host, path="a/b/c/d/e").image("deep")
        yield registry


KINDS = {
    "image": OCI_MANIFEST,
    "docker-image": DOCKER_MANIFEST,
    "index": OCI_INDEX,
    "docker-list": DOCKER_LIST,
    "artifact": OCI_MANIFEST,
}


@pytest.mark.parametrize(("tag", "media_type"), KINDS.items(), ids=KINDS)
def test_digests_are_those_that_skopeo_finds(
    filled: Registry, tmp_path: Path, tag: str, media_type: str
) -> None:
    name = f"{filled.host}/team/app:{tag}"
    digest, size = skopeo_digest(name, tmp_path, PLAIN)
    found = described(ANONYMOUS, name)
    assert found == Descriptor(digest=digest, media_type=media_type, size=size)
    by_digest = described(ANONYMOUS, f"{filled.host}/team/app@{digest}")
    assert by_digest == found


def test_a_deep_path(filled: Registry, tmp_path: Path) -> None:
    name = f"{filled.host}/a/b/c/d/e:deep"
    assert described(ANONYMOUS, name).digest == skopeo_digest(name, tmp_path, PLAIN)[0]


@pytest.mark.parametrize("tag", ["index", "docker-list"])
def test_platforms_of_an_index(filled: Registry, tmp_path: Path, tag: str) -> None:
    found = described(ANONYMOUS, f"{filled.host}/team/app:{tag}", with_platforms=True)
    assert list(found.platforms) == ["linux/amd64", "linux/arm64"]
    for digest in found.platforms.values():
        name = f"{filled.host}/team/app@{digest}"
        assert skopeo_digest(name, tmp_path, PLAIN)[0] == digest


@pytest.mark.parametrize("tag", ["image", "docker-image"])
def test_the_platform_of_an_image(filled: Registry, tag: str) -> None:
    found = described(ANONYMOUS, f"{filled.host}/team/app:{tag}", with_platforms=True)
    assert found.platforms == {"linux/amd64": found.digest}


def test_an_artifact_has_no_platform(filled: Registry) -> None:
    name = f"{filled.host}/team/app:artifact"
    assert described(ANONYMOUS, name, with_platforms=True).platforms == {}


@pytest.mark.parametrize(
    "name", ["team/app:absent", "team/absent:1", "team/app@sha256:" + "0" * 64]
)
def test_what_is_absent(filled: Registry, name: str) -> None:
    found = fault(ANONYMOUS, f"{filled.host}/{name}")
    assert (found.code, found.status) == ("registry-not-found", 404)


def test_many_at_once(filled: Registry) -> None:
    names = [f"{filled.host}/team/app:{tag}" for tag in KINDS]
    missing = [f"{filled.host}/team/app:absent-{number}" for number in range(100)]
    found = ask(ANONYMOUS, *names, *missing)
    assert [isinstance(it, Descriptor) for it in found] == [True] * 5 + [False] * 100


def test_the_quirky_registry_answers_as_a_real_one(filled: Registry) -> None:
    found = described(ANONYMOUS, f"{filled.host}/team/app:index")
    with QuirkServer() as quirky:
        quirky.content["/v2/team/app/manifests/index"] = manifest(filled.host)
        for method in ("HEAD", "GET"):
            real, ours = (head(method, it, "index") for it in (filled.host, quirky.host))
            assert real == ours
            assert real[1]["Docker-Content-Digest"] == found.digest
        assert head("HEAD", filled.host, "absent")[0] == head("HEAD", quirky.host, "absent")[0]


NAMES = ("Content-Type", "Content-Length", "Docker-Content-Digest")


def head(method: str, host: str, tag: str) -> tuple[int, dict[str, str | None]]:
    connection = http.client.HTTPConnection(host, timeout=20)
    connection.request(method, f"/v2/team/app/manifests/{tag}", headers={"Accept": ACCEPT})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status, {name: response.headers.get(name) for name in NAMES}


def manifest(host: str) -> tuple[str, bytes]:
    connection = http.client.HTTPConnection(host, timeout=20)
    connection.request("GET", "/v2/team/app/manifests/index", headers={"Accept": ACCEPT})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.headers["Content-Type"], body


@both
def test_htpasswd(program: Program, tmp_path: Path) -> None:
    auth = htpasswd(tmp_path / "auth")
    with distribution(program, tmp_path / "registry", auth=auth) as registry:
        headers = {"Authorization": basic_header(USER, PASSWORD)}
        Pusher(host=registry.host, path="team/app", headers=headers).index("1.0")
        name = f"{registry.host}/team/app:1.0"
        digest, _ = skopeo_digest(name, tmp_path, PLAIN, "--creds", f"{USER}:{PASSWORD}")
        assert described(known(registry.host), name).digest == digest
        scoped = known(f"{registry.host}/team")
        assert described(scoped, name).digest == digest
        wrong = fault(known(registry.host, username=USER, password="canary"), name)
        nobody = fault(ANONYMOUS, name)
    assert (wrong.code, wrong.status) == (nobody.code, nobody.status)
    assert (nobody.code, nobody.status) == ("registry-unauthorized", 401)
    assert "is not open to the credentials given, HTTP 401" in wrong.message
    assert "is not open to anyone, HTTP 401" in nobody.message


@both
def test_credentials_of_skopeo_and_a_helper(program: Program, tmp_path: Path) -> None:
    # The same file serves skopeo and this project.
    auth = htpasswd(tmp_path / "auth")
    helper = tmp_path / "docker-credential-test"
    helper.write_text(f"""#!/bin/sh\necho '{{"Username":"{USER}","Secret":"{PASSWORD}"}}'\n""")
    helper.chmod(0o755)
    with distribution(program, tmp_path / "registry", auth=auth) as registry:
        headers = {"Authorization": basic_header(USER, PASSWORD)}
        Pusher(host=registry.host, path="team/app", headers=headers).image("1.0")
        file = tmp_path / "auth.json"
        file.write_text(json.dumps({"credHelpers": {registry.host: "test"}}))
        environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "REGISTRY_AUTH_FILE": str(file)}
        name = f"{registry.host}/team/app:1.0"
        digest, _ = skopeo_digest(name, tmp_path, PLAIN, environment=environment)
        settings = Settings(credentials=Credentials(environment))
        assert described(settings, name).digest == digest


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[TokenServer]:
    with QuirkServer() as server:
        yield TokenServer(server, tmp_path, USER, PASSWORD)


def fill_for_tokens(registry: Registry, tokens: TokenServer) -> None:
    for path in ("public/app", "team/app", "team/other"):
        token = tokens.token(f"repository:{path}:pull,push")
        headers = {"Authorization": f"Bearer {token}"}
        Pusher(host=registry.host, path=path, headers=headers).index("1.0")


@both
def test_tokens(program: Program, tmp_path: Path, tokens: TokenServer) -> None:
    folder, auth = tmp_path / "registry", tokens.config()
    with distribution(program, folder, auth=auth) as registry:
        fill_for_tokens(registry, tokens)
        names = [f"{registry.host}/{it}:1.0" for it in ("team/app", "team/other", "public/app")]
        expected = [
            skopeo_digest(it, tmp_path, PLAIN, "--creds", f"{USER}:{PASSWORD}")[0] for it in names
        ]
        tokens.requests.clear()
        found = ask(
            known(registry.host, tokens.server.host),
            *names,
            *(f"{it}-{tag}" for it in names for tag in "abc"),
        )
        assert [it.digest for it in found[:3] if isinstance(it, Descriptor)] == expected
        assert [it.code for it in found[3:] if isinstance(it, RegistryFault)] == (
            ["registry-not-found"] * 9
        )
        scopes = [value for it in tokens.requests for name, value in it.query if name == "scope"]
        assert sorted(scopes) == [
            "repository:public/app:pull",
            "repository:team/app:pull",
            "repository:team/other:pull",
        ]


@both
def test_refresh_tokens(program: Program, tmp_path: Path, tokens: TokenServer) -> None:
    folder, auth = tmp_path / "registry", tokens.config()
    with distribution(program, folder, auth=auth) as registry:
        fill_for_tokens(registry, tokens)
        tokens.requests.clear()
        settings = known(registry.host, tokens.server.host, identitytoken=tokens.refresh_token)
        described(settings, f"{registry.host}/team/app:1.0")
        assert [it.method for it in tokens.requests] == ["POST"]
        stale = known(registry.host, tokens.server.host, identitytoken="canary")
        found = fault(stale, f"{registry.host}/team/app:1.0")
        assert (found.code, found.status) == ("registry-unauthorized", 401)
        mine = known(
            registry.host,
            tokens.server.host,
            registrytoken=tokens.token("repository:team/app:pull"),
        )
        described(mine, f"{registry.host}/team/app:1.0")
        assert fault(mine, f"{registry.host}/team/other:1.0").status == 401


@both
def test_anonymous_tokens(program: Program, tmp_path: Path, tokens: TokenServer) -> None:
    folder, auth = tmp_path / "registry", tokens.config()
    with distribution(program, folder, auth=auth) as registry:
        fill_for_tokens(registry, tokens)
        described(ANONYMOUS, f"{registry.host}/public/app:1.0")
        found = fault(ANONYMOUS, f"{registry.host}/team/app:1.0")
        assert (found.code, found.status) == ("registry-unauthorized", 401)
        assert found.message.endswith("is not open to anyone, HTTP 401, insufficient_scope")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A private CA and a certificate for this machine, made by openssl."""
    folder = tmp_path_factory.mktemp("certificates")
    names = "subjectAltName=IP:127.0.0.1,DNS:localhost\nauthorityKeyIdentifier=keyid\n"
    (folder / "names").write_text(names)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    authority = ["-x509", "-subj", "/CN=test CA", "-days", "2", "-keyout", "ca.key"]
    authority += ["-addext", "keyUsage=critical,keyCertSign"]
    openssl(folder, "req", *key, *authority, "-out", "ca.pem")
    openssl(
        folder, "req", *key, "-subj", "/CN=server", "-keyout", "server.key", "-out", "server.csr"
    )
    by_authority = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"]
    request = ["-in", "server.csr", "-extfile", "names", "-out", "server.pem"]
    openssl(folder, "x509", "-req", *by_authority, *request)
    return folder


def openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], capture_output=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr.decode()


@both
def test_tls_with_a_private_ca(program: Program, tmp_path: Path, certificates: Path) -> None:
    tls = {"certificate": f"{certificates}/server.pem", "key": f"{certificates}/server.key"}
    with distribution(program, tmp_path / "registry", http={"tls": tls}) as registry:
        authority = str(certificates / "ca.pem")
        context = ssl.create_default_context(cafile=authority)
        Pusher(host=registry.host, path="team/app", tls=context).index("1.0")
        name = f"{registry.host}/team/app:1.0"
        digest, _ = skopeo_digest(name, tmp_path, environment={"SSL_CERT_FILE": authority})
        assert described(replace(ANONYMOUS, ca_file=authority), name).digest == digest
        found = fault(ANONYMOUS, name)
        assert found.code == "registry-tls"
        assert found.hint == "name the certificate of its CA with --ca-file"


@both
def test_client_certificates(program: Program, tmp_path: Path, certificates: Path) -> None:
    authority, certificate = f"{certificates}/ca.pem", f"{certificates}/server.pem"
    key = f"{certificates}/server.key"
    tls = {"certificate": certificate, "key": key, "clientcas": [authority]}
    with distribution(program, tmp_path / "registry", http={"tls": tls}) as registry:
        context = ssl.create_default_context(cafile=authority)
        context.load_cert_chain(certificate, key)
        Pusher(host=registry.host, path="team/app", tls=context).index("1.0")
        name = f"{registry.host}/team/app:1.0"
        trusting = replace(ANONYMOUS, ca_file=authority)
        found = described(replace(trusting, client_cert=certificate, client_key=key), name)
        assert fault(trusting, name).code == "registry-tls"
        # The same files serve skopeo and this project.
        folder = tmp_path / ".config/containers/certs.d" / registry.host
        folder.mkdir(parents=True)
        for file, copy in (
            (authority, "ca.crt"),
            (certificate, "client.cert"),
            (key, "client.key"),
        ):
            shutil.copy(file, folder / copy)
        assert skopeo_digest(name, tmp_path)[0] == found.digest
        usual = usual_folders({"HOME": str(tmp_path)})
        assert described(replace(ANONYMOUS, certs_folders=usual), name) == found


@both
def test_a_mirror_that_fills_itself(program: Program, tmp_path: Path, tokens: TokenServer) -> None:
    # Release 2.8 fills itself only from registries that want tokens, release 3 gives its
    # credentials to no token server on another port.
    wants_tokens = program is DOCKER_REGISTRY
    auth = tokens.config() if wants_tokens else htpasswd(tmp_path / "auth")
    token = tokens.token("repository:team/app:pull,push")
    header = f"Bearer {token}" if wants_tokens else basic_header(USER, PASSWORD)
    with distribution(REGISTRY, tmp_path / "upstream", auth=auth) as upstream:
        headers = {"Authorization": header}
        Pusher(host=upstream.host, path="team/app", headers=headers).index("1.0")
        proxy = {"remoteurl": f"http://{upstream.host}", "username": USER, "password": PASSWORD}
        with distribution(program, tmp_path / "mirror", proxy=proxy) as mirror:
            name = f"{mirror.host}/team/app:1.0"
            found = described(ANONYMOUS, name)
            at_source = described(
                known(upstream.host, tokens.server.host), f"{upstream.host}/team/app:1.0"
            )
            assert found == at_source
            described(ANONYMOUS, f"{mirror.host}/team/app@{found.digest}")
            assert skopeo_digest(name, tmp_path, PLAIN)[0] == found.digest
            upstream.process.kill()
            upstream.process.wait()
            assert described(ANONYMOUS, name) == found


@both
def test_a_registry_that_is_gone(program: Program, tmp_path: Path) -> None:
    with distribution(program, tmp_path / "registry") as registry:
        name = f"{registry.host}/team/app:1.0"
        assert fault(ANONYMOUS, name).status == 404
    found = fault(replace(ANONYMOUS, retry_delay=0.01), name)
    assert (found.code, found.status) == ("registry-unreachable", 0)
