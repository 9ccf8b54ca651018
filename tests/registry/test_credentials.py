from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest

from tests.helpers.registry_runs import auth, user
from transformer.registry import Credential, Credentials
from transformer.registry.auth.credential import Secrets
from transformer.registry.auth.docker import read_docker_config
from transformer.registry.auth.helpers import Helpers
from transformer.registry.faults import Refusal


def config(**auths: dict[str, str]) -> str:
    return json.dumps({"auths": auths})


def docker(auths: dict[str, object], **more: object) -> Credentials:
    return Credentials({"DOCKER_AUTH_CONFIG": json.dumps({"auths": auths, **more})})


def refusal(credentials: Credentials, name: str = "r.io/a") -> str:
    with pytest.raises(Refusal) as caught:
        user(credentials, name)
    assert caught.value.reason.code == "registry-credentials"
    assert caught.value.reason.state == "has credentials that cannot be read"
    return caught.value.reason.detail


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(
            auth("me", "p:w"), Credential(username="me", password="p:w"), id="colon in password"
        ),
        pytest.param(
            auth("me", "pw\0\0"), Credential(username="me", password="pw"), id="trailing NULs"
        ),
        pytest.param(
            {"username": "me", "password": "pw"},
            Credential(username="me", password="pw"),
            id="plain",
        ),
        pytest.param(
            {"username": "x", "password": "y", **auth("me")},
            Credential(username="me", password="pw"),
            id="auth wins",
        ),
        pytest.param(
            {"identitytoken": "t", **auth("me", "")},
            Credential(username="me", identity="t"),
            id="identity token",
        ),
        pytest.param({"registrytoken": "t"}, Credential(bearer="t"), id="registry token"),
        pytest.param({"email": "a@b"}, None, id="nothing"),
        pytest.param({"username": 7}, None, id="no text"),
        pytest.param({}, None, id="marker"),
        pytest.param("x", None, id="no object"),
    ],
)
def test_entries(entry: object, expected: Credential | None) -> None:
    assert docker({"r.io": entry}).find("r.io", "a") == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("!", id="no base64"),
        pytest.param("YT\ufffdi", id="no ASCII"),
        pytest.param("/w==", id="no UTF-8"),
        pytest.param(base64.b64encode(b"secret").decode(), id="no colon"),
        pytest.param(base64.b64encode(b":secret").decode(), id="no user"),
    ],
)
def test_a_broken_entry_is_a_fault_that_shows_nothing_of_it(text: str) -> None:
    credentials = docker({"r.io": {"auth": text}})
    assert refusal(credentials) == (
        '"DOCKER_AUTH_CONFIG" has a bad entry for "r.io": `auth` is not the base64 of user:password'
    )
    assert user(credentials, "other.io/a") == ""


def test_a_token_must_not_be_more_than_one() -> None:
    credentials = docker({"r.io": {"registrytoken": "canary\r\nHost: other"}})
    assert refusal(credentials) == (
        '"DOCKER_AUTH_CONFIG" has a bad entry for "r.io": `registrytoken` is not a token'
    )


AUTHS: dict[str, object] = {
    "r.io": auth("host"),
    "r.io/team": auth("team"),
    "r.io/team/app": auth("app"),
    "r.io:5000": auth("port"),
    "https://legacy.io/v1/": auth("v1"),
    "legacy2.io/v2/": auth("v2"),
    "http://legacy3.io": auth("scheme"),
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("r.io/team/app", "app"),
        ("r.io/team/app/sub", "app"),
        ("r.io/team/apple", "team"),
        ("r.io/teams", "host"),
        ("r.io:5000/team/app", "port"),
        ("r.io:80/team/app", ""),
        ("legacy.io/a", "v1"),
        ("legacy2.io/a", "v2"),
        ("legacy3.io/a", "scheme"),
        ("sub.r.io/a", ""),
    ],
)
def test_the_longest_key_wins(name: str, expected: str) -> None:
    assert user(docker(AUTHS), name) == expected


@pytest.mark.parametrize(
    "key", ["https://index.docker.io/v1/", "index.docker.io", "docker.io", "registry-1.docker.io"]
)
def test_docker_hub_has_many_names(key: str) -> None:
    assert user(docker({key: auth("me")}), "docker.io/library/nginx") == "me"


def test_docker_hub_has_namespaces_too() -> None:
    credentials = docker(
        {"docker.io/acme": auth("acme"), "https://index.docker.io/v1/": auth("me")}
    )
    assert user(credentials, "docker.io/acme/app") == "acme"
    assert user(credentials, "docker.io/other/app") == "me"


PLACES = {
    "XDG_RUNTIME_DIR": "run/containers/auth.json",
    "XDG_CONFIG_HOME": "config/containers/auth.json",
    "DOCKER_CONFIG": "docker/config.json",
    "HOME": "home/.dockercfg",
}
HOME_PLACES = [".config/containers/auth.json", ".docker/config.json", ".dockercfg"]


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_places_are_searched_in_order(tmp_path: Path) -> None:
    environment = {}
    for variable, place in PLACES.items():
        write(tmp_path / place, config(**{"r.io": auth(variable)}))
        environment[variable] = f"{tmp_path}/{place.partition('/')[0]}"
    for variable, place in PLACES.items():
        assert user(Credentials(environment), "r.io/a") == variable
        (tmp_path / place).unlink()
    assert user(Credentials(environment), "r.io/a") == ""


def test_places_below_home_are_the_default(tmp_path: Path) -> None:
    for place in HOME_PLACES:
        write(tmp_path / place, config(**{"r.io": auth(place)}))
    for place in HOME_PLACES:
        assert user(Credentials({"HOME": str(tmp_path)}), "r.io/a") == place
        (tmp_path / place).unlink()


def test_the_next_place_is_asked_for_what_one_does_not_know(tmp_path: Path) -> None:
    write(tmp_path / HOME_PLACES[0], config(**{"r.io": auth("first")}))
    write(tmp_path / HOME_PLACES[1], config(**{"other.io": auth("second")}))
    credentials = Credentials({"HOME": str(tmp_path)})
    assert (user(credentials, "r.io/a"), user(credentials, "other.io/a")) == ("first", "second")


def test_what_is_named_comes_first(tmp_path: Path) -> None:
    names = ["named", "mounted", "home"]
    write(tmp_path / HOME_PLACES[1], config(**{"r.io": auth("home"), "only.io": auth("home")}))
    for name in names[:2]:
        (tmp_path / name).write_text(config(**{"r.io": auth(name), f"{name}.io": auth(name)}))
    environment = {"HOME": str(tmp_path)}
    files, kubernetes = [f"{tmp_path}/named"], [f"{tmp_path}/mounted"]
    credentials = Credentials(environment, files=files, kubernetes=kubernetes)
    hosts = ("r.io", "mounted.io", "only.io")
    assert [user(credentials, f"{it}/a") for it in hosts] == ["named", "mounted", "home"]
    alone = Credentials(environment, kubernetes=kubernetes, search=False)
    assert [user(alone, f"{it}/a") for it in hosts] == ["mounted", "mounted", ""]


def test_a_variable_comes_before_the_places(tmp_path: Path) -> None:
    write(tmp_path / HOME_PLACES[1], config(**{"r.io": auth("home")}))
    environment = {
        "HOME": str(tmp_path),
        "DOCKER_AUTH_CONFIG": config(**{"r.io": auth("variable")}),
    }
    assert user(Credentials(environment), "r.io/a") == "variable"


def test_an_auth_file_of_ones_own_ends_the_search(tmp_path: Path) -> None:
    write(tmp_path / HOME_PLACES[1], config(**{"r.io": auth("home")}))
    write(tmp_path / "own", config(**{"other.io": auth("own")}))
    environment = {"HOME": str(tmp_path), "REGISTRY_AUTH_FILE": f"{tmp_path}/own"}
    credentials = Credentials(environment)
    assert (user(credentials, "r.io/a"), user(credentials, "other.io/a")) == ("", "own")


def test_nothing_is_known_without_a_home() -> None:
    assert user(Credentials({}), "r.io/a") == ""


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    name = f"{tmp_path}/missing"
    for credentials in (
        Credentials({}, files=[name]),
        Credentials({}, kubernetes=[name]),
        Credentials({"REGISTRY_AUTH_FILE": name}),
        Credentials({"REGISTRY_AUTH_FILE": f"{name}/below"}),
    ):
        assert refusal(credentials).endswith(": it does not exist")
        assert refusal(credentials).startswith(f'"{name}')


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        pytest.param(b'{"auths":\n {', ": it is not JSON, see line 2", id="no JSON"),
        pytest.param(b"[]", ": it is not a JSON object", id="no object"),
        pytest.param(b"\xff", ": it is not UTF-8", id="no UTF-8"),
        pytest.param(b"[" * 100_000, ": it is JSON nested more than 64 deep", id="deep"),
        pytest.param(
            b'{"auths":{"r.io":{"username":"u\\ud800","password":"x"}}}',
            ": it is JSON with half a character",
            id="half a character",
        ),
        pytest.param(
            b" " * (4 << 20) + b"{}",
            ": it is longer than 4194304 bytes",
            id="longer than the bound",
        ),
        pytest.param(
            b"9" * 5000, ": it is JSON with a number out of range", id="a number too long"
        ),
    ],
)
def test_a_file_must_be_readable(tmp_path: Path, content: bytes, detail: str) -> None:
    (tmp_path / "auth").write_bytes(content)
    said = refusal(Credentials({}, files=[f"{tmp_path}/auth"]))
    assert said.startswith(f'"{tmp_path}/auth"')
    assert said.endswith(detail)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert refusal(Credentials({}, files=[str(tmp_path)])) == f'"{tmp_path}": Is a directory'


def test_what_never_ends_is_no_file(tmp_path: Path) -> None:
    fifo = f"{tmp_path}/config.json"
    os.mkfifo(fifo)
    silent = f'"{fifo}": Is a FIFO that nobody writes to'
    assert refusal(Credentials({}, files=[fifo])) == silent
    assert refusal(Credentials({}, kubernetes=[fifo])) == silent
    assert refusal(Credentials({"REGISTRY_AUTH_FILE": fifo})) == f'"{fifo}": Is a FIFO'
    assert refusal(Credentials({"DOCKER_CONFIG": str(tmp_path)})) == f'"{fifo}": Is a FIFO'
    assert refusal(Credentials({}, files=["/dev/zero"])) == '"/dev/zero": Is a device'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"experimental": "enabled"}', id="other settings"),
        pytest.param('{"HttpHeaders": {"a": "b"}}', id="an object"),
        pytest.param('{"auths": [], "credHelpers": 1, "credsStore": 2}', id="odd types"),
        pytest.param("{}", id="nothing"),
    ],
)
def test_files_without_credentials(text: str) -> None:
    assert user(Credentials({"DOCKER_AUTH_CONFIG": text}), "r.io/a") == ""


def test_a_byte_order_mark_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "auth").write_text("\ufeff" + config(**{"r.io": auth("me")}))
    assert user(Credentials({}, files=[f"{tmp_path}/auth"]), "r.io/a") == "me"


def test_a_file_shows_its_name_alone() -> None:
    text = config(**{"r.io": auth("me")})
    read = read_docker_config("auth.json", text, Helpers({}))
    assert repr(read) == "DockerConfig('auth.json')"


def test_secrets_are_masked() -> None:
    secrets = Secrets()
    secrets.add("", "ab", "secret", "secret-longer")
    secrets.add_credential(Credential(username="me", password="pass"))
    encoded = base64.b64encode(b"me:pass").decode()
    assert secrets.masked(f"ab secret-longer secret pass {encoded}") == "ab *** *** *** ***"
