"""The options for pipes that others start: `--no-empty` and `--digests`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.command import Ran, command

NGINX = "registry.example.com/hub/library/nginx:1.27"
DIGEST = "sha256:6965a10c15290ad0b29ca7fd1866de1850408b3cb15fb11a3bbbbc2fddb158bd"
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: "nginx:1.27"}]}
"""
CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: docker.io, target: registry.example.com/hub}]
"""
LOCK = f"version: 1\nimages: {{docker.io/library/nginx:1.27: {{digest: {DIGEST}}}}}\n"
EMPTY = [
    "<stdin>: error: there is no manifest: expected at least one (no-manifests)",
    "  hint: what was to render them failed, or rendered nothing",
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a configuration and a lock."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / "images.lock.yaml").write_text(LOCK)
    return tmp_path


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("\ufeff", id="byte-order-mark"),
        pytest.param(" \r\n\t\n", id="blank-lines"),
        pytest.param("---\n...\n--- \n", id="markers"),
        pytest.param("%YAML 1.1\n--- # Source: shop/templates/web.yaml\n  # off\n", id="comments"),
    ],
)
def test_input_without_a_manifest_fails_on_request(text: str) -> None:
    failed = Ran(code=1, stdout=b"", stderr=EMPTY)
    assert command("--no-empty", stdin=text) == failed
    assert command(stdin=text, environment={"MIRRORPIN_NO_EMPTY": "true"}) == failed
    passed = command(stdin=text)
    assert (passed.code, passed.stdout) == (0, text.encode())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(POD, id="pod"),
        pytest.param("--- {apiVersion: v1, kind: Service}\n", id="behind-a-marker"),
        pytest.param("# a comment\n  kind: Service\n", id="indented"),
        pytest.param("{kind: ResourceList, items: []}", id="resource-list-counts-its-own"),
    ],
)
def test_input_with_a_manifest_passes(text: str) -> None:
    passed = command("--no-empty", stdin=text)
    assert (passed.code, passed.stdout) == (0, command(stdin=text).stdout)


@pytest.mark.parametrize(
    ("mode", "code", "image"),
    [
        pytest.param("", 0, NGINX, id="the-configuration's"),
        pytest.param("off", 0, NGINX, id="off"),
        pytest.param("lock", 0, f"{NGINX}@{DIGEST}", id="lock"),
        pytest.param("require", 1, "", id="require"),
    ],
)
def test_mode_of_digests_is_the_caller_s(mode: str, code: int, image: str) -> None:
    option = (f"--digests={mode}",) if mode else ()
    for done in (
        command(*option, stdin=POD),
        command(stdin=POD, environment={"MIRRORPIN_DIGESTS": mode}),
    ):
        assert done.code == code
        assert done.stdout.decode() == (POD.replace("nginx:1.27", image) if image else "")


def test_lock_that_is_asked_for_must_exist(folder: Path) -> None:
    (folder / "images.lock.yaml").unlink()
    assert command("--digests", "lock", stdin=POD) == Ran(
        code=2,
        stdout=b"",
        stderr=[
            'mirrorpin.yaml: error: `spec.digests.lockFile` is not there: "images.lock.yaml" '
            "(missing-file)",
            "  hint: mirrorpin lock writes it",
        ],
    )
