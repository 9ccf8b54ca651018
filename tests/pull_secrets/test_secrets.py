from __future__ import annotations

import base64
import json

import pytest

from transformer.errors import ConfigError
from transformer.pull_secrets.secrets import missing_hint, parse_secrets

PASSWORD = "canary-password"
AUTH = base64.b64encode(f"robot:{PASSWORD}".encode()).decode()


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
    found = [
        (
            it.name,
            it.namespace,
            {key: bool(one.username) for key, (one,) in it.keyring.entries.items()},
        )
        for it in parse_secrets("f", text)
    ]
    assert found == expected


def of_secret(content: str, where: str = "stringData") -> str:
    head = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
    return f"{head}{where}:\n  .dockerconfigjson: '{content}'\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "", ("f: error: file holds no Docker configuration: expected one, or a Secret with one")
        ),
        pytest.param(
            "[]",
            ("f: error: file holds no Docker configuration: expected one, or a Secret with one"),
        ),
        pytest.param(
            "kind: {",
            "f:1:8: error: is not YAML: while parsing a flow node, did not find expected node "
            "content",
        ),
        pytest.param('{"auths": []}', "f: error: has no mapping for `auths`"),
        pytest.param('{"auths": {"a": 1}}', 'f: error: has no mapping for "a"'),
        pytest.param(
            '{"auths": {"a": {"password": 1}}}',
            'f: error: has no string for `password` of "a"',
        ),
        pytest.param(
            '{"auths": {"a": {"auth": "%%"}}}',
            'f: error: has no base64 of user:password for `auth` of "a"',
        ),
        pytest.param(
            '{"auths": {"a": {"auth": "eA=="}}}',
            'f: error: has no base64 of user:password for `auth` of "a"',
        ),
        pytest.param(
            of_secret("{"),
            'f:1:1: error: Secret "s" has no JSON object under `.dockerconfigjson`: it is '
            "not JSON, see line 1",
        ),
        pytest.param(
            of_secret("%", "data"),
            'f:1:1: error: Secret "s" has no JSON object under `.dockerconfigjson`: it is '
            "not base64",
        ),
        pytest.param(
            of_secret("[]"),
            'f:1:1: error: Secret "s" has no JSON object under `.dockerconfigjson`: it is '
            "not a JSON object",
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
    assert missing_hint("gfedcbaa") == f"its keys are a, b, c, d, e{tail}"
    assert missing_hint(["r.io/\n::error::"]) == f"its keys are r.io/\\n::error::{tail}"
