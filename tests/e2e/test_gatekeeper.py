"""A constraint of Gatekeeper, run by gator: it takes what a run would leave as it is."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.e2e.apiserver import Object, named
from tests.e2e.conftest import installed
from tests.e2e.pod_images import (
    VALIDATING_RULES,
    VALIDATING_SPECS,
    containers,
    images,
    is_left_alone,
    pod,
    vectors,
)
from tests.e2e.tools import GATOR
from tests.helpers import runs
from transformer.config.config import Config
from transformer.export.format import Request
from transformer.export.formats import format_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

SECONDS = 300


def rules(*lines: str, spec: tuple[str, ...] = ()) -> Config:
    return runs.config("mirrors:", *(f"- {it}" for it in lines), *spec)


def write(folder: Path, settings: Config) -> None:
    made = format_of("gatekeeper").make(Request(config=settings))
    assert made.unsaid == ()
    for file in made.files:
        (folder / file.path).write_text(file.text)


def denied(folder: Path, settings: Config, pods: Iterable[Object]) -> dict[str, str]:
    """The names of the pods that are denied, and what is said of each."""
    write(folder, settings)
    (folder / "pods.yaml").write_text(yaml.safe_dump_all(pods))
    command = [str(installed(GATOR).path), "test", "--filename", str(folder), "--output", "json"]
    done = subprocess.run(
        command, capture_output=True, check=False, env={}, text=True, timeout=SECONDS
    )
    assert (done.returncode, done.stderr) == (int(done.stdout != "null"), "")
    found = json.loads(done.stdout) or []
    return {it["violatingObject"]["metadata"]["name"]: it["msg"] for it in found}


@pytest.mark.parametrize("spec", VALIDATING_SPECS)
def test_takes_what_a_run_leaves_alone(tmp_path: Path, spec: str) -> None:
    settings = rules(*VALIDATING_RULES, spec=VALIDATING_SPECS[spec])
    texts = [*vectors(), *images()]
    pods = [pod(containers(text), name=f"p{index}") for index, text in enumerate(texts)]
    found = denied(tmp_path, settings, pods)
    alone = {f"p{index}" for index, it in enumerate(texts) if is_left_alone(it, settings)}
    assert {it["metadata"]["name"] for it in pods} - found.keys() == alone
    # It is denied for the image, and not for what the engine cannot do.
    texts_of = {f"p{index}": it for index, it in enumerate(texts)}
    assert all(
        said.startswith(f'container c0: "{texts_of[it]}" must ') for it, said in found.items()
    )


def test_everywhere_in_a_pod_and_all_in_one_message(tmp_path: Path) -> None:
    spec: Object = {
        **containers("nginx", "m.io/hub/acme/web"),
        "initContainers": [{"name": "setup", "image": "evil/x"}],
        "ephemeralContainers": [{"name": "debug", "image": "other.io/x"}],
        "volumes": [{"name": "model", "image": {"reference": "quay.io/a/b"}}],
    }
    assert denied(tmp_path, rules(*VALIDATING_RULES), [pod(spec)]) == {
        "web": 'container c0: "nginx" must be pulled from m.io/official (mirrors[1]); '
        'container setup: "evil/x" must not be used (mirrors[3] blocks it); '
        'container debug: "other.io/x" must be covered by a rule; '
        'volume model: "quay.io/a/b" must be pulled from m.io:5000/quay (mirrors[5])'
    }


def test_which_pods(tmp_path: Path) -> None:
    settings = rules(
        "{source: docker.io, target: m.io/edge, where: {namespaces: [edge-*]}}",
        "{source: docker.io, target: m.io/lab, where: {selector: {matchLabels: {tier: lab}}}}",
        "{source: docker.io, keep: true}",
    )
    nginx = containers("nginx")
    of_lab = pod(nginx, "of-lab")
    of_lab["metadata"]["labels"] = {"tier": "lab"}
    static = pod(nginx, "static", "edge-1")
    static["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "x"}
    deployment = {**named("Deployment", "web", "edge-1"), "apiVersion": "apps/v1"}
    deployment["spec"] = {"template": {"spec": nginx}}
    pods = [
        pod(nginx, "kept"),
        pod(nginx, "of-edge", "edge-1"),
        of_lab,
        static,
        deployment,
    ]
    assert denied(tmp_path, settings, pods) == {
        "of-edge": 'container c0: "nginx" must be pulled from m.io/edge (mirrors[0])',
        "of-lab": 'container c0: "nginx" must be pulled from m.io/lab (mirrors[1])',
    }
    closed = rules("{source: docker.io, target: m.io/hub}")
    system = [pod(nginx, "system", "kube-system"), pod(nginx, "web")]
    assert denied(tmp_path, closed, system).keys() == {"web"}


@pytest.mark.parametrize(
    ("image", "wanted"), [("nginx:1.27", "no"), ("nginx:1.28", "yes")], ids=["same", "another"]
)
def test_an_update_is_asked_for_its_own_image(tmp_path: Path, image: str, wanted: str) -> None:
    write(tmp_path, rules("{source: docker.io, target: m.io/hub}"))
    request = {
        "uid": "1",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "operation": "UPDATE",
        "name": "web",
        "namespace": "default",
        "object": pod(containers(image)),
        "oldObject": pod(containers("nginx:1.27")),
    }
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    case = {"name": "update", "object": "review.yaml", "assertions": [{"violations": wanted}]}
    suite = {
        "apiVersion": "test.gatekeeper.sh/v1alpha1",
        "kind": "Suite",
        "tests": [{"name": "web", "template": "template.yaml", "constraint": "constraint.yaml",
                   "cases": [case]}],
    }  # fmt: skip
    (tmp_path / "review.yaml").write_text(yaml.safe_dump(review))
    (tmp_path / "suite.yaml").write_text(yaml.safe_dump(suite))
    done = subprocess.run(
        [str(installed(GATOR).path), "verify", str(tmp_path / "suite.yaml")],
        capture_output=True, check=False, env={}, text=True, timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("ok")
