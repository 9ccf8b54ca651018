from __future__ import annotations

import base64
import json
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from transformer.image.reference import normalize
from transformer.pull_secrets.login import Login, secret_text
from transformer.pull_secrets.needs import Need
from transformer.pull_secrets.secrets import parse_secrets
from transformer.registry import Credential

ROBOT = Credential(username="robot", password="p:w")
OTHER = Credential(username="other", password="x")


def made(*logins: tuple[str, Credential], name: str = "pull", namespace: str = "shop") -> str:
    found = [(normalize(image), credential) for image, credential in logins]
    return secret_text(Need(namespace=namespace, name=name), found)


def content(text: str) -> dict[str, Any]:
    (secret,) = yaml.safe_load_all(text)
    loaded: dict[str, Any] = json.loads(base64.b64decode(secret["data"][".dockerconfigjson"]))
    return loaded


def pair(credential: Credential) -> dict[str, str]:
    text = f"{credential.username}:{credential.password}"
    return {"auth": base64.b64encode(text.encode()).decode()}


def test_a_secret_as_kubectl_makes_it() -> None:
    text = made(("m.io:5000/a/b", ROBOT))
    data = base64.b64encode(json.dumps({"auths": {"m.io:5000": pair(ROBOT)}}).encode()).decode()
    assert text == (
        '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: "pull"\n  namespace: "shop"\n'
        f"type: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: {data}\n"
    )
    assert "namespace" not in made(("m.io/a", ROBOT), namespace="")


def test_each_host_has_one_key() -> None:
    auths = {"m.io": pair(ROBOT), "q.io": pair(OTHER)}
    assert content(made(("q.io/x", OTHER), ("m.io/a", ROBOT), ("m.io/b", ROBOT))) == {
        "auths": auths
    }


def test_users_of_one_host_are_kept_apart() -> None:
    auths = {"m.io/a": pair(ROBOT), "m.io/b": pair(OTHER)}
    assert content(made(("m.io/a", ROBOT), ("m.io/b", OTHER))) == {"auths": auths}


def test_docker_hub_has_a_key_of_its_own() -> None:
    assert content(made(("nginx", ROBOT))) == {
        "auths": {"https://index.docker.io/v1/": pair(ROBOT)}
    }


def test_a_user_with_a_colon_is_written_apart() -> None:
    user = Credential(username="a:b", password="c")
    auths = {"m.io": {"username": "a:b", "password": "c"}}
    assert content(made(("m.io/a", user))) == {"auths": auths}


def test_names_from_manifests_are_quoted() -> None:
    (secret,) = yaml.safe_load_all(made(("m.io/a", ROBOT), name="a: [b\n", namespace="1"))
    assert secret["metadata"] == {"name": "a: [b\n", "namespace": "1"}


IMAGES = st.sampled_from(["m.io/a", "m.io/a/b", "m.io/ab", "m.io:5000/a", "nginx", "acme/x"])
USERS = st.builds(
    Credential,
    username=st.text(st.characters(codec="utf-8") | st.just(":"), min_size=1),
    password=st.text(st.characters(codec="utf-8"), min_size=1).map(lambda it: f"{it}x"),
)


@given(st.dictionaries(IMAGES, USERS, min_size=1))
def test_the_kubelet_finds_the_user_of_each_image(users: dict[str, Credential]) -> None:
    logins: list[Login] = [(normalize(image), user) for image, user in users.items()]
    (secret,) = parse_secrets("s.yaml", made(*users.items()))
    for reference, user in logins:
        assert secret.keyring.find(reference.domain, reference.path) == user
