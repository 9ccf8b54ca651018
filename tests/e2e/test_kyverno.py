"""Policies of Kyverno, run by its command: verdicts and pods as a run has them."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.e2e.admission import exported, load
from tests.e2e.apiserver import Object, named
from tests.e2e.conftest import installed
from tests.e2e.pod_images import (
    EVERYWHERE,
    EVERYWHERE_SECRETS,
    MUTATING,
    VALIDATING_RULES,
    VALIDATING_SPECS,
    containers,
    corpus_images,
    images,
    images_of,
    is_left_alone,
    locked,
    pod,
    same,
    secrets_of,
    transformed,
    vectors,
)
from tests.e2e.tools import KYVERNO
from tests.helpers import runs

if TYPE_CHECKING:
    from pathlib import Path

    from transformer.config.config import Config
    from transformer.lock.lock import Lock

pytestmark = pytest.mark.e2e

SECONDS = 600
# A policy is compiled anew for each.
IN_A_POD = 10
_denied = re.compile(r"(?:^|; )container c(\d+): \"").findall
API = "cli.kyverno.io/v1alpha1"


def objects(settings: Config, lock: Lock | None = None) -> dict[str, list[Object]]:
    """What is exported, by kind."""
    found: dict[str, list[Object]] = {}
    for it in load(exported("kyverno", settings, lock)):
        found.setdefault(it["kind"], []).append(it)
    return found


def apply(
    folder: Path,
    policies: Iterable[Object],
    pods: Iterable[Object],
    *options: str,
    lock: Iterable[Object] = (),
    operation: str = "CREATE",
) -> str:
    """What the command prints that applies policies to pods."""
    spaces = [named("Namespace", it) for it in ("default", "kube-system", "edge-1")]
    for space in spaces:
        space["metadata"]["labels"] = {"kubernetes.io/metadata.name": space["metadata"]["name"]}
    values = {"apiVersion": API, "kind": "Values", "metadata": {"name": "values"},
              "namespaces": spaces,
              "globalValues": {"request.operation": operation}}  # fmt: skip
    context = {"apiVersion": API, "kind": "Context", "metadata": {"name": "context"},
               "spec": {"resources": [*lock]}}  # fmt: skip
    (folder / "policies.yaml").write_text(yaml.safe_dump_all(policies))
    (folder / "pods.yaml").write_text(yaml.safe_dump_all(pods))
    (folder / "values.yaml").write_text(yaml.safe_dump(values))
    (folder / "context.yaml").write_text(yaml.safe_dump(context))
    done = subprocess.run(
        [str(installed(KYVERNO).path), "apply", "policies.yaml", "--resource", "pods.yaml",
         "--values-file", "values.yaml", "--context-file", "context.yaml", *options],
        capture_output=True, check=False, cwd=folder, env={"HOME": str(folder)}, text=True,
        timeout=SECONDS,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout


def denied(
    folder: Path, settings: Config, pods: Iterable[Object], operation: str = "CREATE"
) -> dict[str, str]:
    """The names of the pods that are denied, and what is said of each."""
    policies = objects(settings)["ValidatingPolicy"]
    options = ("--policy-report", "--output-format", "json")
    said = json.loads(apply(folder, policies, pods, *options, operation=operation))
    # What is skipped are static pods.
    assert {it["result"] for it in said["results"]} <= {"pass", "fail", "skip"}
    failed = (it for it in said["results"] if it["result"] == "fail")
    return {str(it["resources"][0]["name"]): str(it["message"]) for it in failed}


def mutated(
    folder: Path, lock: Lock, pods: Iterable[Object], operation: str = "CREATE"
) -> dict[str, Object]:
    """The pods as they are written, by name."""
    found = objects(MUTATING, lock)
    (folder / "out").mkdir()
    options = ("--output", "out")
    said = apply(
        folder, found["MutatingPolicy"], pods, *options,
        lock=found["ConfigMap"], operation=operation,
    )  # fmt: skip
    assert "fail: 0, warn: 0, error: 0, skip: 0" in said
    # Several policies have written a pod several times, and the last one counts.
    written = (load(it.read_text()) for it in (folder / "out").iterdir())
    last = ([it for it in every if it is not None][-1] for every in written)
    return {str(it["metadata"]["name"]): it for it in last}


@pytest.mark.parametrize("spec", VALIDATING_SPECS)
def test_takes_what_a_run_leaves_alone(tmp_path: Path, spec: str) -> None:
    rules = (f"- {it}" for it in VALIDATING_RULES)
    settings = runs.config("mirrors:", *rules, *VALIDATING_SPECS[spec])
    texts = [*vectors(), *images()]
    pods = {f"p{first}": texts[first : first + IN_A_POD]
            for first in range(0, len(texts), IN_A_POD)}  # fmt: skip
    said = denied(tmp_path, settings, [pod(containers(*it), name) for name, it in pods.items()])
    found = {name: set(map(int, _denied(it))) for name, it in said.items()}
    wanted = {name: {index for index, it in enumerate(its) if not is_left_alone(it, settings)}
              for name, its in pods.items()}  # fmt: skip
    assert found == {name: its for name, its in wanted.items() if its}


def test_which_pods(tmp_path: Path) -> None:
    settings = runs.config(
        "mirrors:",
        "- {source: docker.io, target: m.io/edge, where: {namespaces: [edge-*]}}",
        "- {source: docker.io, target: m.io/lab, where: {selector: {matchLabels: {tier: lab}}}}",
        "- {source: docker.io, keep: true}",
        "- {source: quay.io, target: m.io/quay}",
    )
    nginx, quay = containers("nginx"), containers("quay.io/a/b")
    of_lab = pod(nginx, "of-lab")
    of_lab["metadata"]["labels"] = {"tier": "lab"}
    static = pod(quay, "static")
    static["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "x"}
    deployment = {**named("Deployment", "deployment", "default"), "apiVersion": "apps/v1"}
    deployment["spec"] = {"template": {"spec": quay}}
    pods = [pod(nginx, "kept"), pod(nginx, "of-edge", "edge-1"), of_lab, static, deployment,
            pod(quay, "system", "kube-system"), pod(quay, "moved")]  # fmt: skip
    assert denied(tmp_path, settings, pods) == {
        "of-edge": 'container c0: "nginx" must be pulled from m.io/edge (mirrors[0])',
        "of-lab": 'container c0: "nginx" must be pulled from m.io/lab (mirrors[1])',
        "moved": 'container c0: "quay.io/a/b" must be pulled from m.io/quay (mirrors[3])',
    }
    # What an update found there is taken.
    assert denied(tmp_path, settings, pods, "UPDATE") == {}


def test_images_of_the_corpus_and_of_the_vectors(tmp_path: Path) -> None:
    texts = [*corpus_images()[:250], *vectors()]
    assert len(texts) > 600
    pods = {f"p{index}": pod(containers(it), f"p{index}") for index, it in enumerate(texts)}
    found = mutated(tmp_path, runs.locked(locked()), pods.values())
    assert found.keys() == pods.keys()
    wanted = {name: transformed(it) for name, it in pods.items()}
    differ = {it: found[it]["spec"] for it in pods if not same(found[it], wanted[it])}
    assert differ == {}


def test_everywhere_in_a_pod_and_twice_is_once(tmp_path: Path) -> None:
    (first,) = mutated(tmp_path, runs.locked(locked()), [pod(EVERYWHERE)]).values()
    assert same(first, transformed(pod(EVERYWHERE)))
    assert secrets_of(first["spec"]) == EVERYWHERE_SECRETS
    (tmp_path / "out").rename(tmp_path / "before")
    assert mutated(tmp_path, runs.locked(locked()), [first]) == {"web": first}


def test_an_update_brings_its_own_image_only(tmp_path: Path) -> None:
    written = pod(EVERYWHERE)
    assert mutated(tmp_path, runs.locked(locked()), [written], "UPDATE") == {"web": written}


def test_a_lock_in_several_parts(tmp_path: Path) -> None:
    """Each part has a policy, and no image is moved without its digest."""
    names = {f"docker.io/acme/{'x' * 180}{index:05}:1": f"sha256:{index:064}"
             for index in range(4500)}  # fmt: skip
    lock = runs.locked({name: f"{{digest: {digest}}}" for name, digest in names.items()})
    assert len(objects(MUTATING, lock)["MutatingPolicy"]) == 2
    asked = [next(iter(names)), [*names][-1], "docker.io/acme/a:1", "docker.io/acme/z:1"]
    (found,) = mutated(tmp_path, lock, [pod(containers(*asked))]).values()
    assert images_of(found["spec"]) == [
        f"m.io/hub{name.removeprefix('docker.io')}{f'@{names[name]}' if name in names else ''}"
        for name in asked
    ]
