from __future__ import annotations

import base64
import json

import pytest

from transformer.errors import ConfigError
from transformer.image.reference import normalize
from transformer.pull_secrets.keyring import (
    Secret,
    covers,
    keyring_key,
    missing_hint,
    parse_secrets,
)

PASSWORD = "canary-password"
AUTH = base64.b64encode(f"robot:{PASSWORD}".encode()).decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("r.io", "r.io", id="host"),
        pytest.param("r.io:5000/a", "r.io:5000/a", id="port and path"),
        pytest.param("https://r.io", "r.io", id="scheme"),
        pytest.param("http://r.io/", "r.io", id="slash"),
        pytest.param("https://index.docker.io/v1/", "index.docker.io", id="Docker Hub"),
        pytest.param("https://r.io/v2/team/a", "r.io/team/a", id="v2"),
        pytest.param("r.io/v1", "r.io/v1", id="v1 without slash"),
        pytest.param("r.io/a?x=1", "r.io/a", id="query"),
        pytest.param("me@r.io/a", "r.io/a", id="user"),
    ],
)
def test_keys_as_the_kubelet_keeps_them(text: str, expected: str) -> None:
    assert keyring_key(text) == expected


@pytest.mark.parametrize(
    ("key", "image", "expected"),
    [
        pytest.param("r.io", "r.io/a/b", True, id="host"),
        pytest.param("r.io", "s.io/a", False, id="another host"),
        pytest.param("r.io:443", "r.io/a", False, id="port written out"),
        pytest.param("r.io", "r.io:443/a", False, id="port of the image"),
        pytest.param("r.io:5000", "r.io:5000/a", True, id="the same port"),
        pytest.param("*.r.io", "eu.r.io/a", True, id="star for a label"),
        pytest.param("*.r.io", "r.io/a", False, id="star for no label"),
        pytest.param("*.r.io", "a.b.r.io/a", False, id="star for two labels"),
        pytest.param("*.*.r.io", "a.b.r.io/a", True, id="two stars"),
        pytest.param("eu-*.r.io", "eu-1.r.io/a", True, id="star in a label"),
        pytest.param("e.*.io", "e.x.io/a", True, id="star in the middle"),
        pytest.param("*", "localhost/a", True, id="one label"),
        pytest.param("*", "r.io/a", False, id="star is no wildcard for all"),
        pytest.param("r.io/foo", "r.io/foo/a", True, id="path"),
        pytest.param("r.io/foo", "r.io/foobar", True, id="path as raw text"),
        pytest.param("r.io/foo/", "r.io/foobar", False, id="path with slash"),
        pytest.param("r.io/*", "r.io/a", False, id="no star in a path"),
        pytest.param("R.io", "r.io/a", False, id="case counts"),
        pytest.param("[::1]:5000", "[::1]:5000/a", True, id="IPv6 with port"),
        pytest.param("[::1]", "[::1]/a", True, id="IPv6"),
    ],
)
def test_what_a_key_covers(key: str, image: str, expected: bool) -> None:
    assert covers(key, image) is expected


def secret(*keys: str, anonymous: tuple[str, ...] = ()) -> Secret:
    found = dict.fromkeys(keys, True) | dict.fromkeys(anonymous, False)
    return Secret(name="", namespace="", keys=found)


@pytest.mark.parametrize(
    ("keys", "image", "expected"),
    [
        pytest.param(
            ["r.io", "r.io/a/b", "r.io/a", "*.io"],
            "r.io/a/b/c",
            ["r.io/a/b", "r.io/a", "r.io", "*.io"],
            id="the longest path first, a star last",
        ),
        pytest.param(["index.docker.io", "r.io"], "nginx", ["index.docker.io"], id="Docker Hub"),
        pytest.param(["index.docker.io"], "r.io/a", [], id="Docker Hub is for its images"),
        pytest.param(["docker.io", "index.docker.io"], "nginx", ["docker.io"], id="docker.io"),
        pytest.param(["r.io"], "nginx", [], id="none"),
    ],
)
def test_what_the_kubelet_tries(keys: list[str], image: str, expected: list[str]) -> None:
    assert list(secret(*keys).matches(normalize(image))) == expected
    assert secret(*keys).authorises(normalize(image)) is bool(expected)


def test_an_entry_without_a_user_authorises_nothing() -> None:
    assert not secret(anonymous=("r.io",)).authorises(normalize("r.io/a"))
    assert secret("*.io", anonymous=("r.io",)).authorises(normalize("r.io/a"))


def encoded(content: object) -> str:
    return base64.b64encode(json.dumps(content).encode()).decode()


CONFIG = {"auths": {"https://r.io/v2/": {"auth": AUTH}}, "credsStore": "pass"}
OLD = {"s.io": {"username": "robot", "password": PASSWORD}}
SECRETS = f"""\
apiVersion: v1
kind: Secret
metadata: {{name: pull, namespace: shop}}
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {encoded(CONFIG)}
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Secret
  metadata: {{name: old}}
  data: {{.dockercfg: "{encoded(OLD)}"}}
- apiVersion: v1
  kind: Secret
  metadata: {{name: text}}
  stringData:
    .dockerconfigjson: |
      {json.dumps(CONFIG)}
- {{apiVersion: v1, kind: Secret, metadata: {{name: other}}, data: {{password: eA==}}}}
- {{apiVersion: v1, kind: Secret, metadata: {{name: none}}, data: null}}
- {{apiVersion: v1, kind: ConfigMap, metadata: {{name: map}}}}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(json.dumps(CONFIG), [("", "", {"r.io": True})], id="config.json"),
        pytest.param(json.dumps(OLD), [("", "", {"s.io": True})], id=".dockercfg"),
        pytest.param('{"credsStore": "pass"}', [("", "", {})], id="no auths"),
        pytest.param(
            SECRETS,
            [
                ("pull", "shop", {"r.io": True}),
                ("old", "", {"s.io": True}),
                ("text", "", {"r.io": True}),
            ],
            id="Secrets",
        ),
        pytest.param(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "metadata": {"name": "x"},
                    "data": {".dockerconfigjson": encoded(CONFIG)},
                }
            ),
            [("x", "", {"r.io": True})],
            id="Secret as JSON",
        ),
        pytest.param(
            '{"auths": {"a": {}, "b": {"identitytoken": "x"}, "c": {"auth": "OnA="}, '
            '"d": {"auth": "dTpw"}}}',
            [("", "", {"a": False, "b": False, "c": False, "d": True})],
            id="entries without a user",
        ),
        pytest.param(
            f'{{"auths": {{"a": {{"auth": "{AUTH.rstrip("=")}"}}}}}}',
            [("", "", {"a": True})],
            id="without padding",
        ),
    ],
)
def test_secrets_of_a_file(text: str, expected: list[tuple[str, str, dict[str, bool]]]) -> None:
    assert [(it.name, it.namespace, it.keys) for it in parse_secrets("f", text)] == expected


def of_secret(content: str, where: str = "stringData") -> str:
    head = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
    return f"{head}{where}:\n  .dockerconfigjson: '{content}'\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "f: error: file must hold a Docker configuration, or a Secret with one"),
        pytest.param("[]", "f: error: file must hold a Docker configuration, or a Secret with one"),
        pytest.param(
            "kind: {",
            "f:1:8: error: must be YAML: while parsing a flow node, did not find expected node "
            "content",
        ),
        pytest.param('{"auths": []}', "f: error: must have a mapping for `auths`"),
        pytest.param('{"auths": {"a": 1}}', 'f: error: must have a mapping for "a"'),
        pytest.param(
            '{"auths": {"a": {"password": 1}}}',
            'f: error: must have a string for `password` of "a"',
        ),
        pytest.param(
            '{"auths": {"a": {"auth": "%%"}}}',
            'f: error: must have the base64 of user:password for `auth` of "a"',
        ),
        pytest.param(
            '{"auths": {"a": {"auth": "eA=="}}}',
            'f: error: must have the base64 of user:password for `auth` of "a"',
        ),
        pytest.param(
            of_secret("{"), 'f:1:1: error: Secret "s" must hold JSON under `.dockerconfigjson`'
        ),
        pytest.param(
            of_secret("%", "data"),
            'f:1:1: error: Secret "s" must hold JSON under `.dockerconfigjson`',
        ),
        pytest.param(
            of_secret("[]"),
            'f:1:1: error: Secret "s" must hold a mapping under `.dockerconfigjson`',
        ),
    ],
)
def test_what_the_kubelet_would_refuse(text: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_secrets("f", text)
    assert str(caught.value) == f"{expected} (bad-secret)"


def test_no_record_of_a_secret_holds_its_password() -> None:
    shown = repr(parse_secrets("f", SECRETS))
    assert PASSWORD not in shown
    assert AUTH not in shown


def test_a_hint_names_some_keys() -> None:
    tail = "; a key is a host with its port, and how a path begins"
    assert missing_hint(()) == f"its keys are none{tail}"
    assert missing_hint("gfedcba") == f"its keys are a, b, c, d, e{tail}"
