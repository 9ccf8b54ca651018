"""What an API server says of pods: defaults, admission, and the status that a kubelet reports."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.e2e.apiserver import named
from tests.helpers.cluster import pod

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.apiserver import Cluster, Object
    from tests.e2e.conftest import Run

pytestmark = pytest.mark.e2e

INDEX, CHILD, OTHER = (f"sha256:{it * 64}" for it in "abc")
CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [pull]}]
  digests: {mode: lock}
"""
LOCK = f"""\
version: 1
images:
  docker.io/library/nginx:1.27: {{digest: {INDEX}, platforms: {{linux/amd64: {CHILD}}}}}
"""
MIRRORED = f"m.io/hub/library/nginx:1.27@{INDEX}"


def started(cluster: Cluster, namespace: str, name: str, image: str, digest: str) -> None:
    """A pod of a Deployment on the server, with the status of one that runs."""
    made = pod(image, name=name, namespace=namespace, secrets=())
    made["metadata"]["ownerReferences"][0]["uid"] = str(uuid.uuid4())
    status: Object = {
        "phase": "Running",
        "containerStatuses": [
            {
                "name": "app",
                "image": image,
                "imageID": f"{image.partition('@')[0]}@{digest}",
                "ready": True,
                "restartCount": 0,
            }
        ],
    }
    del made["status"]
    cluster.create([made])
    patch = json.dumps({"status": status})
    options = ("--namespace", namespace, "--subresource=status", "--type=merge", "-p", patch)
    done = cluster.kubectl("patch", "pod", name, *options)
    assert done.returncode == 0, done.stderr


def test_drift_reads_what_a_server_says(cluster: Cluster, run: Run, tmp_path: Path) -> None:
    namespace = f"test-{uuid.uuid4()}"
    cluster.create([named("Namespace", namespace)])
    # Admission copies the pull secrets of the account into pods that have none.
    account = named("ServiceAccount", "default", namespace)
    cluster.create([{**account, "imagePullSecrets": [{"name": "pull"}]}])
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / "images.lock.yaml").write_text(LOCK)
    started(cluster, namespace, "index", MIRRORED, INDEX)
    started(cluster, namespace, "child", MIRRORED, CHILD)
    get = ("get", "pods", "--namespace", namespace, "--output")
    passed = run("mirrorpin", "drift", cwd=tmp_path, stdin=cluster.kubectl(*get, "json").stdout)
    assert (passed.returncode, passed.stdout) == (0, "")
    assert passed.stderr == "no drift: 2 containers of 2 pods\n"
    started(cluster, namespace, "other", MIRRORED, OTHER)
    started(cluster, namespace, "upstream", "nginx:1.27", INDEX)
    started(cluster, namespace, "unlocked", f"m.io/hub/acme/web:2@{INDEX}", INDEX)
    for form in ("json", "yaml"):
        ran = run("mirrorpin", "drift", cwd=tmp_path, stdin=cluster.kubectl(*get, form).stdout)
        assert ran.returncode == 1
        said = [line for line in ran.stderr.splitlines() if ": error: " in line]
        codes = sorted(line.rpartition(" ")[2] for line in said)
        assert codes == ["(not-locked)", "(other-digest)", "(unmirrored)"]
        assert all(f"Deployment {namespace}/web" in line for line in said)
        assert yaml.safe_load(ran.stdout)["spec"]["images"][0]["image"] == "docker.io/acme/web:2"
