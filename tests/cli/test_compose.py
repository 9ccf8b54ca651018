"""Compose files, where they are asked for: the same rules and the same lock."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.command import Ran, command
from tests.helpers.runs import HEAD, pod

DIGEST = f"sha256:{'a' * 64}"
COMPOSE = """\
name: shop
x-common: &common {restart: always}
services:
  web:
    <<: *common
    image: nginx:1.27   # bump me
    profiles: [front]
    environment: {A: b}
  own:
    build: .
    image: acme/own:1
  base:
    extends: {service: web}
  db:
    image: "quay.io/acme/db:2"
volumes: {data: {}}
"""
MIRRORED = COMPOSE.replace("nginx:1.27", "m.io/hub/library/nginx:1.27").replace(
    "quay.io/acme", "m.io/quay/acme"
)
RULES = (
    f"{HEAD}spec:\n  mirrors:\n  - {{source: docker.io, target: m.io/hub, pullSecrets: [pull]}}\n"
    "  - {source: quay.io, target: m.io/quay}\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(RULES)
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    return tmp_path


def test_images_of_services_are_rewritten() -> None:
    ran = command("--compose", "compose.yaml")
    assert (ran.code, ran.stdout.decode()) == (0, MIRRORED)
    assert command("--compose", stdin=MIRRORED).stdout.decode() == MIRRORED


def test_files_are_written_in_place(folder: Path) -> None:
    assert command("--compose", "--write", "compose.yaml").code == 0
    assert (folder / "compose.yaml").read_text() == MIRRORED


def test_they_are_pinned_by_the_lock(folder: Path) -> None:
    (folder / "mirrorpin.yaml").write_text(f"{RULES}  digests: {{mode: lock}}\n")
    names = ("docker.io/library/nginx:1.27", "quay.io/acme/db:2")
    lines = "".join(f"  {it}: {{digest: '{DIGEST}'}}\n" for it in names)
    (folder / "images.lock.yaml").write_text(f"version: 1\nimages:\n{lines}")
    text = command("--compose", "compose.yaml").stdout.decode()
    assert f"image: m.io/hub/library/nginx:1.27@{DIGEST}   # bump me\n" in text
    assert command("--compose", "lock", "--check", "compose.yaml").code == 0


def test_they_are_checked(folder: Path) -> None:
    ran = command("check", "--compose", "compose.yaml")
    assert ran.code == 1
    assert ran.stderr[0] == (
        'compose.yaml:6:12: error: "nginx:1.27" is not mirrored: expected '
        '"m.io/hub/library/nginx:1.27" in Compose at `services.web.image` (would-change)'
    )
    (folder / "compose.yaml").write_text(MIRRORED)
    assert command("check", "--compose", "compose.yaml").code == 0


def test_they_are_listed() -> None:
    text = command("images", "--compose", "compose.yaml").stdout.decode()
    assert "nginx:1.27" in text
    assert "quay.io/acme/db:2" in text
    assert "acme/own" not in text


def test_where_they_are_not_asked_for_they_are_named() -> None:
    assert command("check", "compose.yaml") == Ran(
        code=1,
        stdout=b"",
        stderr=[
            "compose.yaml: error: a Compose file is not a manifest, expected what it renders "
            "(unrendered)",
            "  hint: mirrorpin check --compose compose.yaml, or kompose convert --stdout --file "
            "compose.yaml | mirrorpin check",
        ],
    )


@pytest.mark.parametrize(
    "text",
    [
        "services: [web]\n",
        "services:\n  web: {image: nginx}\nkind: Thing\napiVersion: a/v1\n",
        "- image: nginx\n",
        "image: nginx\n",
    ],
)
def test_other_documents_are_none(text: str) -> None:
    assert command("--compose", stdin=text).stdout.decode() == text


class TestDockerfiles:
    @pytest.fixture(autouse=True)
    def dockerfile(self, folder: Path) -> None:
        (folder / "Dockerfile").write_text("FROM golang:1.23 AS build\nFROM quay.io/acme/base:1\n")

    def test_are_listed(self) -> None:
        text = command("images", "--dockerfile", "Dockerfile").stdout.decode()
        assert text == (
            "   1 golang:1.23 -> m.io/hub/library/golang:1.23 (mirrored)\n"
            "     Dockerfile:1:1 Dockerfile FROM\n"
            "   1 quay.io/acme/base:1 -> m.io/quay/acme/base:1 (mirrored)\n"
            "     Dockerfile:2:1 Dockerfile FROM\n"
        )

    def test_are_listed_beside_manifests(self) -> None:
        ran = command("images", "--dockerfile", "Dockerfile", "--compose", "compose.yaml")
        assert ran.stdout.decode().count(" -> ") == 4

    def test_are_pulled_by_no_pod(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(f"{RULES}  policy: {{pullSecrets: fail}}\n")
        ran = command("images", "--dockerfile", "Dockerfile", stdin=pod("nginx"))
        assert (ran.code, ran.stderr) == (0, [])
        assert ran.stdout.decode().count(" -> ") == 3

    def test_are_planned(self) -> None:
        ran = command("plan", "--dockerfile", "Dockerfile", "--compose", "compose.yaml")
        assert "golang:1.23" in ran.stdout.decode()

    def test_are_looked_for_in_the_lock(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(f"{RULES}  digests: {{mode: lock}}\n")
        lines = f"  docker.io/library/golang:1.23: {{digest: '{DIGEST}'}}\n"
        (folder / "images.lock.yaml").write_text(f"version: 1\nimages:\n{lines}")
        ran = command("lock", "--check", "--dockerfile", "Dockerfile", "--compose", "compose.yaml")
        assert ran.code == 1
        said = "\n".join(ran.stderr)
        assert "quay.io/acme/base:1" in said
        assert "golang" not in said
