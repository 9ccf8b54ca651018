"""The keyring of the kubelet: each expectation is what Kubernetes' own code says, with Go 1.26."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.helpers.registry_runs import user
from transformer.image.reference import normalize
from transformer.pull_secrets.secrets import parse_secrets
from transformer.registry import Credential, Credentials
from transformer.registry.auth.kubelet import (
    BadSecret,
    Keyring,
    covers,
    kept_key,
    keyring_of,
    pattern_of,
)
from transformer.registry.faults import Refusal

PASSWORD = "canary-password"
AUTH = base64.b64encode(f"robot:{PASSWORD}".encode()).decode()

# The text of a key, the key that is kept, an image, and whether the key covers it.
KEYS = [
    pytest.param("h.io", "h.io", "h.io/a/b", True, id="host"),
    pytest.param("h.io/", "h.io", "h.io/a/b", True, id="slash"),
    pytest.param("https://h.io", "h.io", "h.io/a/b", True, id="scheme"),
    pytest.param("https://h.io/v1/", "h.io", "h.io/a/b", True, id="v1"),
    pytest.param("https://h.io/v2/a", "h.io/a", "h.io/a/b", True, id="path behind v2"),
    pytest.param("https://h.io/v1", "h.io/v1", "h.io/a/b", False, id="v1 without slash"),
    pytest.param("https://h.io/v2", "h.io/v2", "h.io/a/b", False, id="v2 without slash"),
    pytest.param("h.io/team", "h.io/team", "h.io/team-b/x", True, id="path as raw text"),
    pytest.param("h.io/team/", "h.io/team/", "h.io/team-b/x", False, id="path with slash"),
    pytest.param("user@h.io", "h.io", "h.io/a/b", True, id="user"),
    pytest.param("h.io?x=1", "h.io", "h.io/a/b", True, id="query"),
    pytest.param("ftp://h.io", "ftp://h.io", "h.io/a/b", False, id="another scheme"),
    pytest.param("h.io:", "h.io:", "h.io/a", True, id="empty port"),
    pytest.param("h.io:443", "h.io:443", "h.io/a", False, id="port written out"),
    pytest.param("*.io", "*.io", "h.io/a", True, id="star for a label"),
    pytest.param("h.io/*", "h.io/*", "h.io/a", False, id="no star in a path"),
]

MORE_KEYS = [
    pytest.param("h.io#f", "h.io", "h.io/a", True, id="fragment"),
    pytest.param("HTTPS://h.io", "HTTPS://h.io", "h.io/a", False, id="upper-case scheme"),
    pytest.param("H.io", "H.io", "h.io/a", False, id="upper-case host"),
    pytest.param("h.io.", "h.io.", "h.io/a", False, id="dot at the end"),
    pytest.param("https:///h.io", "/h.io", "h.io/a", False, id="no host"),
    pytest.param("", "", "h.io/a", False, id="nothing"),
    pytest.param("h.io/v1/v2/a", "h.io/v2/a", "h.io/v2/a", True, id="one version is cut"),
    pytest.param("h.io/te%61m", "h.io/team", "h.io/team/x", True, id="escape"),
    pytest.param("h.io/%2561", "h.io/%61", "h.io/a/x", True, id="escape read twice"),
    pytest.param("h.io/%25zz", "h.io/%zz", "h.io/a", False, id="no URL the second time"),
    pytest.param("h.io/%zz", None, "h.io/a", False, id="bad escape"),
    pytest.param("h.io#%zz", None, "h.io/a", False, id="bad escape in a fragment"),
    pytest.param("%h@h.io", None, "h.io/a", False, id="bad escape in a user"),
    pytest.param("h.io?%zz", "h.io", "h.io/a", True, id="bad escape in a query"),
    pytest.param("a b@h.io", None, "h.io/a", False, id="blank in a user"),
    pytest.param("h.io?a\tb", None, "h.io/a", False, id="control character"),
    pytest.param("h.io#a\tb", "h.io", "h.io/a", True, id="control character in a fragment"),
    pytest.param("a@b@h.io", "h.io", "h.io/a", True, id="two users"),
    pytest.param("h.io@", "", "h.io/a", False, id="user alone"),
    pytest.param("s.io", "s.io", "h.io/a", False, id="another host"),
    pytest.param("h.io", "h.io", "h.io:443/a", False, id="port of the image"),
    pytest.param("h.io:5000", "h.io:5000", "h.io:5000/a", True, id="the same port"),
    pytest.param("*:5000", "*:5000", "h:5000/a", True, id="star with a port"),
    pytest.param("*.h.io", "*.h.io", "h.io/a", False, id="star for no label"),
    pytest.param("*.h.io", "*.h.io", "a.b.h.io/a", False, id="star for two labels"),
    pytest.param("*.*.h.io", "*.*.h.io", "a.b.h.io/a", True, id="two stars"),
    pytest.param("eu-*.h.io", "eu-*.h.io", "eu-1.h.io/a", True, id="star in a label"),
    pytest.param("eu-*.h.io", "eu-*.h.io", "us-1.h.io/a", False, id="another label"),
    pytest.param("e.*.io", "e.*.io", "e.x.io/a", True, id="star in the middle"),
    pytest.param("*", "*", "localhost/a", True, id="one label"),
    pytest.param("*", "*", "h.io/a", False, id="star is no wildcard for all"),
    pytest.param("h.io/A", "h.io/A", "h.io/a", False, id="case of a path"),
    pytest.param("[::1]:5000", "[::1]:5000", "[::1]:5000/a", True, id="IPv6 with a port"),
    pytest.param("[*:", "[*:", "localhost/a", False, id="half a bracket"),
    pytest.param("[::1]", "[::1]", "[::1]/a", False, id="IPv6 is a pattern without a port"),
]


@pytest.mark.parametrize(("text", "kept", "image", "expected"), KEYS + MORE_KEYS)
def test_keys(text: str, kept: str | None, image: str, expected: bool, tmp_path: Path) -> None:
    # Whoever reads a secret reads it alike: --mounted-secret, and both forms of --pull-secrets.
    assert kept_key(text) == kept
    assert (kept is not None and covers(pattern_of(kept), pattern_of(image))) is expected
    content = json.dumps({"auths": {text: {"auth": AUTH}}})
    (tmp_path / ".dockerconfigjson").write_text(content)
    mounted = Credentials({}, kubernetes=[f"{tmp_path}/.dockerconfigjson"], search=False)
    encoded = base64.b64encode(content.encode()).decode()
    head = "apiVersion: v1\nkind: Secret\nmetadata: {name: pull}\n"
    (secret,) = parse_secrets("f", f"{head}data: {{.dockerconfigjson: {encoded}}}\n")
    (bare,) = parse_secrets("f", content)
    reference = normalize(image)
    assert user(mounted, image) == ("robot" if expected else "")
    assert (secret.authorises(reference), bare.authorises(reference)) == (expected, expected)


def keyring(*keys: str, anonymous: tuple[str, ...] = ()) -> Keyring:
    entries = dict.fromkeys(keys, (Credential(username="robot"),))
    return Keyring(entries | dict.fromkeys(anonymous, (Credential(),)))


@pytest.mark.parametrize(
    ("keys", "image", "expected"),
    [
        pytest.param(
            ["r.io", "r.io/a/b", "r.io/a", "*.io"],
            "r.io/a/b/c",
            ("r.io/a/b", "r.io/a", "r.io", "*.io"),
            id="the longest path first, a star last",
        ),
        pytest.param(["index.docker.io", "r.io"], "nginx", ("index.docker.io",), id="Docker Hub"),
        pytest.param(["index.docker.io"], "r.io/a", (), id="Docker Hub is for its images"),
        pytest.param(["docker.io", "index.docker.io"], "nginx", ("docker.io",), id="docker.io"),
        pytest.param(["r.io"], "nginx", (), id="none"),
    ],
)
def test_what_the_kubelet_tries(keys: list[str], image: str, expected: tuple[str, ...]) -> None:
    reference = normalize(image)
    assert keyring(*keys).matches(reference.domain, reference.path) == expected
    assert (keyring(*keys).find(reference.domain, reference.path) is not None) is bool(expected)


def test_a_name_that_is_no_name_is_covered_by_none() -> None:
    assert keyring("*", "%zz").matches("h%zz", "a\n") == ()


def test_an_entry_without_a_user_is_passed_over() -> None:
    assert keyring(anonymous=("r.io",)).find("r.io", "a") is None
    assert keyring("*.io", anonymous=("r.io",)).find("r.io", "a") == Credential(username="robot")


def test_two_texts_of_one_key_have_an_entry_each() -> None:
    auths = {"r.io": {}, "https://r.io": {"auth": AUTH}, "a b@r.io": {"username": "no URL"}}
    expected = Credential(username="robot", password=PASSWORD)
    assert keyring_of({"auths": auths}).entries == {"r.io": (Credential(), expected)}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param({"auth": AUTH}, Credential(username="robot", password=PASSWORD), id="auth"),
        pytest.param(
            {"auth": AUTH.rstrip("=") + "\n"},
            Credential(username="robot", password=PASSWORD),
            id="line break and no padding",
        ),
        pytest.param(
            {"username": "me", "password": "pw", "auth": ""},
            Credential(username="me", password="pw"),
            id="plain",
        ),
        pytest.param({"username": "x", "auth": "OnA="}, Credential(password="p"), id="auth wins"),
        pytest.param({"identitytoken": "t", "email": "a@b"}, Credential(), id="identity token"),
        pytest.param({"auth": None, "username": None}, Credential(), id="null for text"),
        pytest.param(None, Credential(), id="null"),
    ],
)
def test_entries(entry: object, expected: Credential) -> None:
    assert keyring_of({"auths": {"r.io": entry}}).entries == {"r.io": (expected,)}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param({"auths": None}, (), id="null"),
        pytest.param({"credsStore": "pass"}, (), id="no auths"),
        pytest.param({}, (), id="nothing"),
        pytest.param({"r.io": {}, "s.io": {"username": "x"}}, ("r.io", "s.io"), id=".dockercfg"),
    ],
)
def test_forms(content: dict[str, object], expected: tuple[str, ...]) -> None:
    assert tuple(keyring_of(content).entries) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param({"auths": []}, "has no mapping for `auths`"),
        pytest.param({"auths": {"a": 1}}, 'has no mapping for "a"'),
        pytest.param({"auths": {"a": {"password": 1}}}, 'has no string for `password` of "a"'),
        *(
            pytest.param(
                {"auths": {"a": {"auth": auth}}},
                'has no base64 of user:password for `auth` of "a"',
            )
            for auth in ("%%", "eA==", "/zp4", "dTpw ")
        ),
    ],
)
def test_what_the_kubelet_would_refuse(
    content: dict[str, object], expected: str, tmp_path: Path
) -> None:
    with pytest.raises(BadSecret) as caught:
        keyring_of(content)
    assert str(caught.value) == expected
    (tmp_path / "secret").write_text(json.dumps(content))
    with pytest.raises(Refusal) as refused:
        Credentials({}, kubernetes=[f"{tmp_path}/secret"]).find("r.io", "a")
    assert refused.value.reason.code == "registry-credentials"
    assert refused.value.reason.detail == f'"{tmp_path}/secret" {expected}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("[]", "not a JSON object"),
        pytest.param('{"auths":{"a":{"password":"\\ud800"}}}', "JSON with half a character"),
    ],
)
def test_a_mounted_secret_must_be_readable(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "secret").write_text(text)
    with pytest.raises(Refusal) as refused:
        Credentials({}, kubernetes=[f"{tmp_path}/secret"]).find("r.io", "a")
    assert refused.value.reason.detail == f'"{tmp_path}/secret": it is {expected}'
