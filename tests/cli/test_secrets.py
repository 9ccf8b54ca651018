from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest
import yaml

from tests.helpers.registry_table import MIRROR, Place
from tests.helpers.runs import pod, stream

TEMPLATE = """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: "{{ name }}", namespace: "{{ namespace }}"}
spec: {names: [{{ names | join(", ") }}]}
"""
SHOP = pod("nginx", namespace="shop")
EDGE = pod("ghcr.io/acme/web", namespace="edge")
OWN = pod("nginx", namespace="shop", secrets="[{name: own}]")
SECRET = """\
apiVersion: v1
kind: Secret
type: kubernetes.io/dockerconfigjson
metadata: {name: registry-pull, namespace: edge}
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path, {})
    place.environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    return place


def login(place: Place, **entry: str) -> None:
    entry = entry or {"username": "robot", "password": "pw"}
    place.environment["DOCKER_AUTH_CONFIG"] = json.dumps({"auths": {MIRROR: entry}})


def printed(place: Place) -> list[tuple[str, str, dict[str, object]]]:
    """Namespace and name of each Secret, and its credentials."""
    found = []
    for secret in yaml.safe_load_all(place.out):
        config = json.loads(base64.b64decode(secret["data"][".dockerconfigjson"]))
        metadata = secret["metadata"]
        found.append((metadata.get("namespace", ""), metadata["name"], config["auths"]))
    return found


def test_what_namespaces_need_is_listed(place: Place) -> None:
    assert place.run("secrets", stdin=stream(SHOP, EDGE, SECRET)) == 0
    assert place.out.splitlines() == [
        "registry-pull in namespace edge: Secret among the manifests",
        "     opens registry.example.com",
        "     for Pod edge/web",
        "registry-pull in namespace shop: not among the manifests, but for those of edge",
        "     opens registry.example.com",
        "     for Pod shop/web",
    ]
    assert place.err == ""
    assert place.run("secrets", "--format", "json", "--namespace", "shop", stdin=SHOP) == 0
    assert [it["namespace"] for it in json.loads(place.out)["secrets"]] == ["shop"]


def test_a_login_becomes_the_secrets_that_are_missing(place: Place) -> None:
    login(place)
    auth = {MIRROR: {"auth": base64.b64encode(b"robot:pw").decode()}}
    assert place.run("secrets", "--from-login", stdin=stream(SHOP, EDGE, pod("nginx"))) == 0
    assert printed(place) == [
        ("", "registry-pull", auth),
        ("edge", "registry-pull", auth),
        ("shop", "registry-pull", auth),
    ]
    assert place.err == "3 secrets printed\n"
    assert place.run("secrets", "--from-login", stdin=stream(SHOP, EDGE, SECRET)) == 0
    assert [it[0] for it in printed(place)] == ["shop"]
    assert place.err == "1 secret printed; 1 among the manifests\n"
    assert place.run("secrets", "--from-login", "-q", "--namespace=edge", stdin=pod("nginx")) == 0
    assert [it[0] for it in printed(place)] == ["edge"]
    assert place.err == ""


def test_a_helper_is_asked_for_the_hosts_that_are_needed(place: Place) -> None:
    helper = place.folder / "docker-credential-test"
    helper.write_text(
        f"#!/bin/sh\ncat >> {place.folder}/asked\n"
        """echo '{"Username": "robot", "Secret": "from-helper"}'\n"""
    )
    helper.chmod(0o755)
    place.environment["DOCKER_AUTH_CONFIG"] = '{"auths": {"a.io": {}}, "credsStore": "test"}'
    assert place.run("secrets", "--from-login", stdin=stream(SHOP, EDGE)) == 0
    auth = {MIRROR: {"auth": base64.b64encode(b"robot:from-helper").decode()}}
    assert [it[2] for it in printed(place)] == [auth, auth]
    assert (place.folder / "asked").read_text() == MIRROR


def test_named_files_come_first(place: Place) -> None:
    login(place)
    file = place.folder / "auth.json"
    entry = {"username": "named", "password": "x"}
    file.write_text(json.dumps({"auths": {MIRROR: entry}}))
    assert place.run("secrets", "--from-login", "--auth-file", str(file), stdin=SHOP) == 0
    assert printed(place)[0][2] == {MIRROR: {"auth": base64.b64encode(b"named:x").decode()}}


def test_without_every_login_nothing_is_printed(place: Place) -> None:
    place.environment["DOCKER_AUTH_CONFIG"] = '{"auths": {"a.io": {}}}'
    assert place.run("secrets", "--from-login", stdin=stream(SHOP, EDGE, SHOP)) == 1
    assert place.out == ""
    assert place.err.splitlines() == [
        f"error: there are no credentials for {MIRROR}: expected some, to pull "
        f'"{MIRROR}/ghcr.io/acme/web" (no-login)',
        f"  hint: docker login {MIRROR}, or name a file that has them with --auth-file",
        f"error: there are no credentials for {MIRROR}: expected some, to pull "
        f'"{MIRROR}/docker.io/library/nginx" (no-login)',
        f"  hint: docker login {MIRROR}, or name a file that has them with --auth-file",
        "nothing was printed: 2 errors",
    ]


@pytest.mark.parametrize(
    "entry",
    [{"identitytoken": "canary"}, {"registrytoken": "canary"}, {"username": "robot"}],
    ids=lambda it: "".join(it),
)
def test_a_token_is_no_password(place: Place, entry: dict[str, str]) -> None:
    login(place, **entry)
    assert place.run("secrets", "--from-login", stdin=SHOP) == 1
    assert place.err.splitlines() == [
        f"error: credentials for {MIRROR} are a token: expected a user name and a password "
        "(login-token)",
        "  hint: the kubelet takes nothing else: log in as a robot or with an access token",
        "nothing was printed: 1 error",
    ]


def test_credentials_that_cannot_be_read(place: Place) -> None:
    login(place, auth="canary")
    assert place.run("secrets", "--from-login", stdin=SHOP) == 1
    assert place.err.splitlines() == [
        f'error: "{MIRROR}/docker.io/library/nginx" at {MIRROR} has credentials that cannot '
        f'be read, "DOCKER_AUTH_CONFIG" has a bad entry for "{MIRROR}": `auth` is not the '
        "base64 of user:password (registry-credentials)",
        "nothing was printed: 1 error",
    ]


def test_a_name_that_opens_nothing_is_left_out(place: Place) -> None:
    login(place)
    assert place.run("secrets", "--from-login", stdin=stream(OWN, OWN, pod("", secrets="[]"))) == 0
    assert [it[1] for it in printed(place)] == ["registry-pull"]
    assert place.err.splitlines() == [
        'warning: pull secret "own" in namespace "shop" is left out: nobody knows what it opens '
        "(unknown-secret)",
        "  hint: no rule names it, and the images of its pods are opened by others",
        "1 secret printed",
    ]
    own = pod("nginx", secrets="[{name: own}]")
    assert place.run("secrets", "--from-login", stdin=own) == 0
    assert place.err.startswith('warning: pull secret "own" is left out: ')


def test_a_template_is_rendered_for_what_is_missing(place: Place) -> None:
    file = place.folder / "secret.j2"
    file.write_text(TEMPLATE)
    assert place.run("secrets", f"--template={file}", stdin=stream(OWN, EDGE, SECRET)) == 0
    assert place.out == (
        "---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\n"
        'metadata: {name: "registry-pull", namespace: "shop"}\n'
        "spec: {names: [registry-pull, own]}\n"
    )
    assert place.run("secrets", "--template", stdin=SHOP) == 2
    assert place.err.splitlines() == [
        (
            "error: `--template` is used alone, and the configuration has none: expected a file "
            "(usage)"
        ),
        "  hint: name a file behind `=`: --template=pull-secret.yaml.j2",
    ]
    config = place.folder / "mirrorpin.yaml"
    config.write_text(f"{config.read_text()}  pullSecrets: {{templates: [secret.j2]}}\n")
    assert place.run("secrets", "--template", stdin=SHOP) == 0
    assert "kind: ExternalSecret" in place.out


def test_one_or_the_other(place: Place) -> None:
    assert place.run("secrets", "--from-login", "--template", stdin=SHOP) == 2
    assert place.err == (
        "error: `--template` and `--from-login` are both given: expected one of them (usage)\n"
    )


def test_there_is_no_file_to_print_to(place: Place) -> None:
    assert place.run("secrets", "--from-login", "--output", "x", stdin=SHOP) == 2
    assert place.err == (
        "error: `--output` is used with `secrets`: expected `transform`, `restore` and "
        "`init` (usage)\n"
    )
    assert not (place.folder / "x").exists()


def test_failing_manifests_print_nothing(place: Place) -> None:
    login(place)
    assert place.run("secrets", "--from-login", stdin=pod("quay.io/x")) == 1
    assert place.out == ""
    assert "(no-rule)" in place.err


@pytest.mark.parametrize("option", ["--from-login", "--template"])
def test_what_prints_manifests_has_no_other_format(place: Place, option: str) -> None:
    assert place.run("secrets", option, "--format", "json", stdin=SHOP) == 2
    assert place.out == ""
    assert place.err.splitlines()[0] == (
        f"error: `--format json` is used with `{option}`: expected it without, as that "
        "prints manifests (usage)"
    )
    assert place.run("secrets", option, "--format", "text", stdin="") in (0, 2)
    assert "--format" not in place.err


@pytest.mark.parametrize("name", ["Shop", "a.b", "-a", "a" * 64, "a b"])
def test_a_namespace_is_a_label(place: Place, name: str) -> None:
    assert place.run("secrets", f"--namespace={name}", stdin=SHOP) == 2
    assert place.err.splitlines()[0] == (
        f'error: `--namespace` is "{name}": expected a namespace, of lower-case letters, '
        "digits and - (usage)"
    )
