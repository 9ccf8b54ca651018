"""The Renovate preset, by Renovate itself: each entry of a lock is found and changed as it must."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import node
from tests.e2e.test_ci import GIT
from tests.e2e.tools import cache_folder
from tests.helpers.shared import ROOT
from transformer.lock.diff import entries
from transformer.lock.lock import parse_lock

pytestmark = pytest.mark.e2e

PRESET = ROOT / "packaging" / "renovate.json"
LOCKS = (ROOT / "kustomize-plugin/krm/images.lock.yaml", ROOT / "examples/shop/images.lock.yaml")
REPLACE = Path(__file__).parent / "renovate" / "replace.mjs"
TIMEOUT = 300
# With all that `lock` writes, and what people add.
LOCK = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImagesLock
metadata:
  name: images
  annotations:
    config.kubernetes.io/local-config: "true"
version: 1
images:

  # the shop
  docker.io/library/nginx:1.27:
    digest: sha256:{a}   # see the ticket
    mediaType: application/vnd.oci.image.index.v1+json
    size: 1705
    resolvedFrom: mirror
    platforms:
      linux/amd64: sha256:{b}
      linux/arm64: sha256:{c}
  "ghcr.io/acme/migrate:2.4.1":   # with its chart
    size: 9
    digest: "sha256:{b}"
  localhost:5000/acme/web:v1.0_a-b:
    digest: sha256:{c}
""".format(a="a" * 64, b="b" * 64, c="c" * 64)
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: nginx:1.27
"""


@pytest.fixture(scope="module")
def home() -> Path:
    folder = node.RENOVATE.folder(cache_folder())
    assert folder.exists(), f"Renovate {node.RENOVATE.version} must be installed: run `make e2e`"
    return folder


def started(home: Path, *command: str, cwd: Path, **environment: str) -> str:
    """What a program of Node.js prints; it must succeed."""
    path = f"{home}/node_modules/node/bin:{home}/node_modules/.bin:{os.environ['PATH']}"
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        cwd=cwd,
        env={"PATH": path, "HOME": str(cwd), **GIT, **environment},
        text=True,
        timeout=TIMEOUT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_preset_is_valid(home: Path, tmp_path: Path) -> None:
    shutil.copy(PRESET, tmp_path / "renovate.json")
    said = started(home, "renovate-config-validator", "--strict", "renovate.json", cwd=tmp_path)
    assert "Config validated successfully" in said


def extracted(home: Path, folder: Path) -> dict[str, Any]:
    """What Renovate finds in a folder, by manager; the preset is the repository's configuration."""
    shutil.copy(PRESET, folder / "renovate.json")
    for words in ("init --quiet", "add .", "commit --quiet -m shop"):
        started(home, "git", *words.split(), cwd=folder)
    environment = {"LOG_LEVEL": "debug", "LOG_FORMAT": "json"}
    arguments = ("--platform=local", "--dry-run=extract", "--onboarding=false")
    said = started(home, "renovate", *arguments, cwd=folder, **environment)
    records = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    [found] = [it["packageFiles"] for it in records if it["msg"] == "Extracted dependencies"]
    return dict(found)


def test_every_entry_of_a_lock_is_extracted(home: Path, tmp_path: Path) -> None:
    texts = {"images.lock.yaml": LOCK, "base/web.yaml": POD, "values.yaml": "image: nginx:1.27\n"}
    texts |= {f"more/{at}/images.lock.yaml": it.read_text() for at, it in enumerate(LOCKS)}
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = extracted(home, tmp_path)
    for file in found["regex"]:
        name = file["packageFile"]
        wanted = entries(parse_lock(name, texts.pop(name)))
        deps = file["deps"]
        assert {key: it.digest for key, it in wanted.items()} == {
            f"{it['packageName']}:{it['currentValue']}": it["currentDigest"] for it in deps
        }
        assert {it["datasource"] for it in deps} == {"docker"}
    assert set(texts) == {"base/web.yaml", "values.yaml"}
    [pod] = found["kubernetes"]
    assert pod["packageFile"] == "base/web.yaml"
    # Both have one name, and so one branch.
    assert pod["deps"][0]["depName"] == "nginx"
    nginx = [
        dep["depName"]
        for file in found["regex"]
        for dep in file["deps"]
        if dep["packageName"] == "docker.io/library/nginx"
    ]
    assert set(nginx) == {"nginx"}


def test_changed_entry_keeps_nothing_of_the_old_image(home: Path, tmp_path: Path) -> None:
    shutil.copy(PRESET, tmp_path / "renovate.json")
    (tmp_path / "images.lock.yaml").write_text(LOCK)
    digest = f"sha256:{'d' * 64}"
    updates = {
        "docker.io/library/nginx": {"newValue": "1.28", "newDigest": digest},
        "ghcr.io/acme/migrate": {"newValue": "2.4.1", "newDigest": digest},
    }
    command = ("node", str(REPLACE), str(home), "images.lock.yaml", json.dumps(updates))
    started(home, *command, cwd=tmp_path)
    head, _, rest = LOCK.partition("  docker.io/library/nginx")
    last = rest[rest.index("  localhost:5000") :]
    assert (tmp_path / "images.lock.yaml").read_text() == (
        f"{head}  docker.io/library/nginx:1.28:\n    digest: {digest}\n"
        f"  ghcr.io/acme/migrate:2.4.1:\n    digest: {digest}\n{last}"
    )


def test_patterns_are_those_of_re2() -> None:
    # Renovate runs on RE2, which has no look-around and no references back.
    [manager] = json.loads(PRESET.read_text())["customManagers"]
    for pattern in manager["matchStrings"]:
        assert not any(it in pattern for it in ("(?=", "(?!", "(?<=", "(?<!", "\\1"))
