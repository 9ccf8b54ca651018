"""The command `verify`, and mode `resolve`, as processes against real registries."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.mirrored import FIELD, Mirrored, pods
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
)
from tests.e2e.tools import REGISTRY
from tests.helpers.quirks import basic_header

pytestmark = pytest.mark.e2e

ABSENT = "sha256:" + "0" * 64
NOT_FOUND = "  hint: compare its name and tag with those in the registry"
TO_COPY = NOT_FOUND.replace("hint: ", "hint: copy it there, mirrorpin plan --missing says how, or ")
RESOLVE = "{mode: resolve}"
SUMMARY = "{} images: {} rewritten, 0 kept, 0 left alone; {} pull secret lists extended"
PROGRAMS = {"distribution 3": REGISTRY, "distribution 2.8": DOCKER_REGISTRY}


@pytest.fixture(params=list(STARTS.values()), ids=list(STARTS))
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Registry]:
    """Each registry in turn, with an index and an image."""
    with request.param(tmp_path / "registry") as registry:
        pusher = Pusher(host=registry.host, path="team/app")
        pusher.index("index")
        pusher.image("image")
        yield registry


@pytest.fixture
def place(registry: Registry, tmp_path: Path) -> Mirrored:
    place = Mirrored(folder=tmp_path, source="src.example.com", mirror=registry.host)
    place.configure()
    return place


def end(registry: Registry) -> None:
    registry.process.kill()
    registry.process.wait()


def test_a_stream_and_a_lock_are_there(place: Mirrored) -> None:
    place.manifests("team/app:index", "team/app:image", "team/app:index")
    assert place.run("lock", "pods.yaml").code == 0
    for argv in (["pods.yaml"], ["images.lock.yaml"]):
        ran = place.run("verify", *argv)
        assert (ran.code, ran.stdout, ran.stderr) == (0, "", ["verify passed: 2 images are there"])
    # The bytes count, not the tag: a tag that moved on is still there.
    Pusher(host=place.mirror, path="team/app").image("index", "arm64")
    assert place.run("verify", "pods.yaml").code == 0


def test_what_is_not_there_is_named(place: Mirrored) -> None:
    digest = place.digest("team/app:index")
    name = f"{place.source}/team/app"
    place.lock.write_text(
        f"version: 1\nimages:\n  {name}:index:\n    digest: {digest}\n"
        f"  {name}:old:\n    digest: {ABSENT}\n"
    )
    place.manifests("team/app:old", "team/app:index", "team/app:old")
    missing = f'error: "{place.mirror}/team/app@{ABSENT}" at {place.mirror} is not there, HTTP 404'
    ran = place.run("verify", "pods.yaml")
    assert (ran.code, ran.stderr) == (
        1,
        [
            f"pods.yaml:7:12: {missing}; also at pods.yaml:23:12 (registry-not-found)",
            NOT_FOUND,
            "verify failed: 1 error",
        ],
    )
    ran = place.run("verify", "images.lock.yaml")
    assert (ran.code, ran.stderr) == (
        1,
        [
            f"images.lock.yaml:6:13: {missing} (registry-not-found)",
            NOT_FOUND,
            "verify failed: 1 error",
        ],
    )


def test_a_registry_that_is_gone(place: Mirrored, registry: Registry) -> None:
    place.manifests("team/app:index", "team/app:image")
    assert place.run("lock", "pods.yaml").code == 0
    digests = [place.digest(f"team/app:{it}") for it in ("index", "image")]
    end(registry)
    ran = place.run("verify", "pods.yaml", "--deadline", "3")
    hint = "  hint: compare host and port with those of the registry, and see whether it is up"
    unreachable = f"is not within reach, no connection to http://{registry.host} "
    assert (ran.code, ran.stderr) == (
        1,
        [
            f'pods.yaml:{line}:12: error: "{registry.host}/team/app@{digest}" at {registry.host} '
            f"{unreachable}"
            "(registry-unreachable)"
            if not is_hint
            else hint
            for line, digest in zip((7, 15), digests, strict=True)
            for is_hint in (False, True)
        ]
        + ["verify failed: 2 errors"],
    )


def test_images_are_resolved_while_they_are_rewritten(place: Mirrored, registry: Registry) -> None:
    place.configure(RESOLVE)
    place.manifests("team/app:index", "team/app:image", "team/app:index")
    ran = place.run("pods.yaml")
    assert (ran.code, ran.stderr) == (0, [SUMMARY.format(3, 3, 3)])
    final = {
        tag: f"{place.mirror}/team/app:{tag}@{place.digest(f'team/app:{tag}')}"
        for tag in ("index", "image")
    }
    assert images(ran.stdout) == [final["index"], final["image"], final["index"]]
    assert not place.lock.exists()
    end(registry)
    # The answers of an hour ago count, also where nobody can be asked.
    again = place.run("pods.yaml")
    assert (again.code, again.stdout) == (0, ran.stdout)
    offline = place.run("--offline", "pods.yaml")
    refused = (
        f'"{place.mirror}/team/app:index" at {place.mirror} would be asked about, '
        "which `--offline` forbids"
    )
    assert (offline.code, offline.stdout, offline.stderr[0]) == (
        1,
        "",
        f"pods.yaml:7:12: error: {refused} in Pod p0 at {FIELD}; "
        "also at pods.yaml:23:12 (registry-offline)",
    )


def images(text: str) -> list[str]:
    return [it.rpartition(" ")[2] for it in text.splitlines() if "image: " in it]


def test_what_cannot_be_resolved_fails_at_every_place(place: Mirrored) -> None:
    place.configure(RESOLVE)
    place.manifests("team/app:no", "team/app:index", "team/app:no")
    ran = place.run("pods.yaml", "--cache", "none")
    missing = f'error: "{place.mirror}/team/app:no" at {place.mirror} is not there, HTTP 404'
    assert (ran.code, ran.stdout, ran.stderr) == (
        1,
        "",
        [
            f"pods.yaml:7:12: {missing} in Pod p0 at {FIELD}; also at pods.yaml:23:12 "
            "(registry-not-found)",
            TO_COPY,
            "nothing was written: 2 errors, 3 images",
        ],
    )
    place.configure("{mode: resolve, missing: warn}")
    ran = place.run("pods.yaml", "--cache", "none")
    assert (ran.code, images(ran.stdout)[0]) == (0, f"{place.mirror}/team/app:no")


def test_the_lock_wins_over_the_registry(place: Mirrored) -> None:
    place.configure(RESOLVE)
    place.manifests("team/app:index", "team/app:image")
    assert place.run("lock", "pods.yaml").code == 0
    old = place.digest("team/app:index")
    shutil.copy(place.lock, place.folder / "before")
    Pusher(host=place.mirror, path="team/app").image("index", "arm64")
    ran = place.run("pods.yaml", "--cache", "none")
    assert images(ran.stdout)[0] == f"{place.mirror}/team/app:index@{old}"
    assert place.run("--offline", "pods.yaml").stdout == ran.stdout
    assert place.lock.read_bytes() == (place.folder / "before").read_bytes()


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_who_may_pull(program: Program, tmp_path: Path) -> None:
    auth = htpasswd(tmp_path / "auth")
    with distribution(program, tmp_path / "registry", auth=auth) as registry:
        headers = {"Authorization": basic_header(USER, PASSWORD)}
        Pusher(host=registry.host, path="team/app", headers=headers).index("1")
        place = Mirrored(folder=tmp_path, source="src.example.com", mirror=registry.host)
        place.configure()
        place.manifests("team/app:1")
        image = f'"{registry.host}/team/app:1" at {registry.host}'
        ran = place.run("lock", "pods.yaml")
        assert (ran.code, ran.stdout, ran.stderr) == (
            1,
            "",
            [
                f"pods.yaml:7:12: error: {image} is not open to anyone, HTTP 401 "
                "(registry-unauthorized)",
                "  hint: compare its name, or give credentials, as by `docker login` or "
                "--auth-file",
                "images.lock.yaml was not written: 1 error",
            ],
        )
        entry = {"username": USER, "password": PASSWORD}
        (tmp_path / "auth.json").write_text(json.dumps({"auths": {registry.host: entry}}))
        wrong = {"username": USER, "password": "canary-password"}
        (tmp_path / "wrong.json").write_text(json.dumps({"auths": {registry.host: wrong}}))
        ran = place.run("lock", "--auth-file", "wrong.json", "pods.yaml")
        assert (ran.code, ran.stderr[0]) == (
            1,
            f"pods.yaml:7:12: error: {image} is not open to the credentials given, HTTP 401 "
            "(registry-unauthorized)",
        )
        assert place.run("lock", "--auth-file", "auth.json", "pods.yaml").code == 0
        for name, code in (("auth.json", 0), ("wrong.json", 1)):
            assert place.run("verify", "--pull-secrets", name, "pods.yaml").code == code


def test_pods_are_where_the_tests_say() -> None:
    lines = pods("a", "b").splitlines()
    assert [(at, it.index("image: ") + 8) for at, it in enumerate(lines, 1) if "image" in it] == [
        (7, 12),
        (15, 12),
    ]
