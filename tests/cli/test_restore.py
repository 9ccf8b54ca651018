"""`mirrorpin restore`: what was mirrored comes back, as a whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.command import command
from tests.helpers.runs import pod

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [pull]}]
"""
UPSTREAM, MIRRORED = pod("docker.io/library/nginx"), pod("m.io/hub/library/nginx")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / "web.yaml").write_text(MIRRORED)
    return tmp_path


def test_a_pipe_is_the_identity() -> None:
    there = command("transform", stdin=UPSTREAM)
    back = command("restore", stdin=there.stdout)
    assert back.stdout.decode() == UPSTREAM
    assert back.stderr == [
        "1 image: 1 restored, 0 left as they are; 1 pull secret list and 0 notes taken back"
    ]


def test_files_are_written_in_place(folder: Path) -> None:
    ran = command("restore", "--write", "web.yaml")
    assert (ran.code, ran.stdout) == (0, b"")
    assert (folder / "web.yaml").read_text() == UPSTREAM
    assert ran.stderr == [
        "web.yaml: changed",
        "1 file of 1 changed",
        "1 image: 1 restored, 0 left as they are; 0 pull secret lists and 0 notes taken back",
    ]


def test_nothing_is_written_where_a_name_cannot_be_told(folder: Path) -> None:
    rules = "[{source: docker.io, target: m.io/hub}, {source: quay.io, target: m.io/hub}]"
    (folder / "mirrorpin.yaml").write_text(CONFIG.replace(CONFIG[CONFIG.index("[") :], rules))
    for argv in (["web.yaml"], ["--write", "web.yaml"], ["-o", "out.yaml", "web.yaml"]):
        ran = command("restore", *argv)
        assert (ran.code, ran.stdout) == (1, b"")
        assert "(ambiguous-source)" in ran.stderr[0]
    assert (folder / "web.yaml").read_text() == MIRRORED
    assert not (folder / "out.yaml").exists()


def test_a_resource_list_comes_back_as_one() -> None:
    item = MIRRORED.replace("\n", "\n  ").rstrip()
    text = f"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- {item}\n"
    assert command("restore", stdin=text).stdout.decode() == text.replace("m.io/hub/", "docker.io/")


def test_must_have_files_to_write() -> None:
    ran = command("restore", "--write")
    assert ran.code == 2
    assert ran.stderr == [
        "error: `--write` is used alone: expected files or folders (usage)",
        "  hint: mirrorpin restore --write manifests/",
    ]


def test_a_broken_manifest_comes_with_its_place() -> None:
    ran = command("restore", stdin='{"kind": "Pod", "spec": {"containers": [{"image":')
    assert (ran.code, ran.stdout) == (1, b"")
    assert ran.stderr[0].startswith("<stdin>:1:50: error: is not YAML")


def test_every_change_is_said_on_request() -> None:
    ran = command("restore", "-v", stdin=MIRRORED)
    assert ran.stderr[0] == (
        "final: m.io/hub/library/nginx -> docker.io/library/nginx (mirrors[0], 1 place)"
    )
