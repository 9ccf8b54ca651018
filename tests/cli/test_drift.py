"""`mirrorpin drift`: what runs, against the rules and the lock."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.helpers.cluster import listed, pod
from tests.helpers.command import command
from transformer.cli.options import REPORTS

A = f"sha256:{'a' * 64}"
CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [pull]}]
  digests: {mode: lock}
"""
GOOD = listed(pod(f"m.io/hub/library/nginx:1.27@{A}", f"m.io/hub/library/nginx@{A}"))
BAD = listed(pod(f"m.io/hub/acme/web:2@{A}"), pod("nginx:1.27", name="b", namespace="other"))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / "images.lock.yaml").write_text(
        f"version: 1\nimages:\n  docker.io/library/nginx:1.27: {{digest: {A}}}\n"
    )
    (tmp_path / "bad.json").write_text(BAD)
    return tmp_path


def test_a_cluster_that_runs_what_it_should_passes() -> None:
    ran = command("drift", stdin=GOOD)
    assert (ran.code, ran.stdout) == (0, b"")
    assert ran.stderr == ["no drift: 1 container of 1 pod"]


def test_findings_fail_and_what_is_not_locked_is_proposed() -> None:
    ran = command("drift", "bad.json")
    assert ran.code == 1
    assert [line.rpartition(" ")[2] for line in ran.stderr if ": error: " in line] == [
        "(not-locked)",
        "(unmirrored)",
    ]
    assert ran.stderr[-1] == "drift: 2 errors, 2 containers of 2 pods"
    assert yaml.safe_load(ran.stdout) == {
        "spec": {"images": [{"image": "docker.io/acme/web:2", "for": "Deployment shop/web"}]}
    }


@pytest.mark.parametrize("form", REPORTS[1:])
def test_every_format_names_what_was_found(form: str) -> None:
    ran = command("drift", "--format", form, "bad.json")
    assert ran.code == 1
    text = ran.stdout.decode()
    assert "not-locked" in text or "not in images.lock.yaml" in text
    assert "spec:\n" not in text


def test_a_cluster_without_pods_is_an_error_unless_it_may_be() -> None:
    empty = listed()
    ran = command("drift", stdin=empty)
    assert ran.code == 1
    assert ran.stderr == [
        "<stdin>: error: holds no pod: expected at least one (no-pods)",
        "  hint: kubectl get pods -A -o json prints those of all namespaces",
    ]
    ran = command("drift", "--allow-empty", stdin=empty)
    assert (ran.code, ran.stderr) == (0, ["no drift: 0 containers of 0 pods"])


def test_a_lock_must_be_there(folder: Path) -> None:
    (folder / "images.lock.yaml").unlink()
    ran = command("drift", "bad.json")
    assert ran.code == 2
    assert "(missing-file)" in ran.stderr[0]
