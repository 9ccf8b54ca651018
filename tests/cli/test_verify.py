from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.helpers.registry_table import MIRROR, NGINX, WEB, A, B, C, Place, index, pods

NGINX_A = f"{MIRROR}/docker.io/library/nginx@{A}"
WEB_B = f"{MIRROR}/ghcr.io/acme/web@{B}"
LOCK = f"version: 1\nimages:\n  {NGINX}:\n    digest: {A}\n  {WEB}:\n    digest: {B}\n"


def place_with(folder: Path, digests: str = "{mode: lock}") -> Place:
    place = Place(folder, {NGINX_A: index(A), WEB_B: index(B)}, digests)
    place.lock.write_text(LOCK)
    return place


def test_every_final_image_is_asked_for_by_its_digest(tmp_path: Path) -> None:
    place = place_with(tmp_path)
    stream = pods("nginx:1.27", WEB, f"{MIRROR}/{NGINX}", "nginx:1.27")
    assert place.run("verify", stdin=stream) == 0
    assert place.err == "verify passed: 2 images are there\n"
    assert place.table.asked == [NGINX_A, WEB_B]
    assert place.table.with_platforms == [False]
    assert place.run("verify", "-q", stdin=stream) == 0
    assert place.err == ""


def test_one_image_is_there(tmp_path: Path) -> None:
    place = place_with(tmp_path)
    assert place.run("verify", stdin=pods(WEB)) == 0
    assert place.err == "verify passed: 1 image is there\n"


def test_every_entry_of_a_lock_is_asked_for(tmp_path: Path) -> None:
    place = place_with(tmp_path)
    assert place.run("verify", str(place.lock), stdin=None) == 0
    assert place.table.asked == [NGINX_A, WEB_B]
    place.lock.write_text(f"{LOCK}  docker.io/evil/x:1:\n    digest: {C}\n")
    place.table.answers = {NGINX_A: index(A)}
    assert place.run("verify", str(place.lock), stdin=None) == 1
    assert place.err.splitlines() == [
        'images.lock.yaml:8:13: error: "docker.io/evil/x:1" is blocked by `mirrors[2]` (blocked)',
        "  hint: take it out of the lock with --prune",
        f'images.lock.yaml:6:13: error: "{WEB_B}" at {MIRROR} is not there, HTTP 404 '
        "(registry-not-found)",
        "  hint: compare its name",
        "verify failed: 2 errors",
    ]


def test_what_is_not_there_is_named_with_its_places(tmp_path: Path) -> None:
    place = place_with(tmp_path)
    place.table.answers = {NGINX_A: index(C)}
    assert place.run("verify", stdin=pods(WEB, "nginx:1.27", WEB)) == 1
    assert place.err.splitlines() == [
        f'<stdin>:7:12: error: "{WEB_B}" at {MIRROR} is not there, HTTP 404; also at '
        "<stdin>:23:12 (registry-not-found)",
        "  hint: compare its name",
        f'<stdin>:15:12: error: "{NGINX_A}" is at the mirror with another digest: there is '
        f"{C} (wrong-digest)",
        "verify failed: 2 errors",
    ]


def test_an_image_without_a_digest_must_be_there(tmp_path: Path) -> None:
    place = place_with(tmp_path, "{mode: off}\n  invalid: warn")
    place.table.answers = {f"{MIRROR}/docker.io/library/nginx:latest": index(A)}
    assert place.run("verify", stdin=pods("nginx", '"$(IMAGE)"')) == 0
    assert "holds a placeholder" in place.err
    assert place.table.asked == [f"{MIRROR}/docker.io/library/nginx:latest"]


def test_failing_manifests_are_not_asked_about(tmp_path: Path) -> None:
    place = place_with(tmp_path)
    assert place.run("verify", stdin=pods("web:1", WEB)) == 1
    assert place.err.splitlines()[-1] == "verify failed: 1 error"
    assert place.table.asked == []


def test_no_image_is_no_question(tmp_path: Path) -> None:
    place = place_with(tmp_path)
    assert place.run("verify", "--allow-empty", stdin="") == 0
    assert place.table.with_platforms == []


def test_a_lock_in_mode_resolve_may_be_absent(tmp_path: Path) -> None:
    place = place_with(tmp_path, "{mode: resolve}")
    place.environment = {"HOME": str(tmp_path)}
    place.lock.unlink()
    place.table.answers = {NGINX_A: index(A), f"{MIRROR}/{NGINX}": index(A)}
    assert place.run("verify", stdin=pods("nginx:1.27")) == 0
    assert place.table.asked == [f"{MIRROR}/{NGINX}", NGINX_A]


AUTH = base64.b64encode(b"robot:canary").decode()


def secret(name: str, namespace: str, *hosts: str, user: str = AUTH) -> str:
    config = json.dumps({"auths": {host: {"auth": user} for host in hosts}})
    head = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
    return f"{head}stringData:\n  .dockerconfigjson: '{config}'\n---\n"


def in_namespace(image: str, namespace: str = "shop", own: str = "") -> str:
    names = f"\n  imagePullSecrets: [{{name: {own}}}]" if own else ""
    stream = pods(image).replace("{name: p0}", f"{{name: p0, namespace: {namespace}}}")
    return stream.replace("spec:", f"spec:{names}")


KEYS = "a key is a host with its port, and how a path begins"


@pytest.mark.parametrize(
    ("secrets", "stream", "expected"),
    [
        pytest.param(
            json.dumps({"auths": {"*.example.com/docker.io": {"auth": AUTH}}}),
            in_namespace("nginx:1.27"),
            [],
            id="a Docker configuration",
        ),
        pytest.param(
            secret("registry-pull", "shop", MIRROR), in_namespace("nginx:1.27"), [], id="a Secret"
        ),
        pytest.param(
            secret("own", "shop", MIRROR), in_namespace("nginx:1.27", own="own"), [], id="its own"
        ),
        pytest.param(
            json.dumps({"auths": {"r.io": {"auth": AUTH}, "example.com": {"auth": AUTH}}}),
            in_namespace("nginx:1.27"),
            [
                '<stdin>:7:12: error: pull secrets, "registry-pull" in namespace "shop", do '
                f'not authorise "{MIRROR}/docker.io/library/nginx" (unauthorised)',
                f"  hint: its keys are example.com, r.io; {KEYS}",
            ],
            id="another host",
        ),
        pytest.param(
            json.dumps({"auths": {f"{'*' * 400}X.example.com": {"auth": AUTH}}}),
            in_namespace("nginx:1.27"),
            [
                '<stdin>:7:12: error: pull secrets, "registry-pull" in namespace "shop", do '
                f'not authorise "{MIRROR}/docker.io/library/nginx" (unauthorised)',
                f"  hint: its keys are {'*' * 200}...; {KEYS}",
            ],
            id="hundreds of stars",
        ),
        pytest.param(
            secret("registry-pull", "shop", MIRROR, user=""),
            pods("nginx:1.27"),
            [
                '<stdin>:7:12: error: pull secrets, "registry-pull", do not authorise '
                f'"{MIRROR}/docker.io/library/nginx": "{MIRROR}" names no user (unauthorised)',
                "  hint: the kubelet takes a user name and password, no identity token and no "
                "helper",
            ],
            id="no user",
        ),
        pytest.param(
            secret("registry-pull", "other", MIRROR),
            in_namespace("nginx:1.27") + in_namespace("nginx:1.27"),
            [
                '<stdin>:7:12: error: pod in namespace "shop" finds none of its pull secrets '
                'in secrets: expected "registry-pull"; also at <stdin>:15:12 (no-secret)',
            ],
            id="another namespace",
        ),
        pytest.param(
            secret("unused", "shop", MIRROR),
            in_namespace("r.io/a:1"),
            [],
            id="an image that needs none",
        ),
    ],
)
def test_pull_secrets_must_authorise(
    tmp_path: Path, secrets: str, stream: str, expected: list[str]
) -> None:
    place = place_with(tmp_path, "{mode: off}")
    place.table.answers = {f"{MIRROR}/{NGINX}": index(A), "r.io/a:1": index(A)}
    file = tmp_path / "secrets"
    file.write_text(secrets)
    code = place.run("verify", "--pull-secrets", str(file), stdin=stream)
    said = place.err.splitlines()
    assert said[:-1] == expected
    assert code == bool(expected)
    assert "canary" not in place.err
    assert AUTH not in place.err
