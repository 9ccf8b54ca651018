"""The files of the corpus that are no plain good manifests: what happens to each, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers import oracle
from tests.helpers.command import command
from tests.helpers.corpus import image_of
from tests.helpers.corpus_runs import (
    FILES,
    HOSTS,
    READABLE,
    REPEATED,
    everything,
    failing,
    messages,
    run,
    spliced,
)
from transformer.config.options import Options

pytestmark = pytest.mark.exhaustive

HELM = "\n  hint: render the template first, for example with helm template"

# What is left to look at one by one. First: what fails, and how.
FAILING = {
    REPEATED: (
        "16:7: error: key `containers` is repeated: first at line 13 in DaemonSet nginx-ds "
        "(repeated-key)"
    ),
    "argoproj__argo-rollouts/examples__helm-blue-green__templates__rollout.yaml": (
        "20:65: error: is not YAML: while parsing a block mapping, did not find expected key "
        f"(yaml){HELM}"
    ),
    "argoproj__argo-rollouts/test__e2e__expectedfailures__analysis-run-failfast.yaml": (
        "19:5: error: is not YAML: while parsing a block mapping, did not find expected key (yaml)"
    ),
    "kubernetes-sigs__aws-ebs-csi-driver/hack__e2e__metrics__deployment.yaml": (
        f"16:1: error: is not YAML: did not find expected <document start> (yaml){HELM}"
    ),
    "kubernetes-sigs__kustomize/api__krusty__testdata__helmcharts__test-chart__templates__"
    "deployment.yaml": (f"2:13: error: field `apiVersion` is not a string (wrong-type){HELM}"),
    "kubernetes-sigs__kustomize/functions__examples__fn-framework-application__pkg__exampleapp__"
    "v1alpha1__templates__job_worker.template.yaml": (
        "27:16: error: field `spec.template.spec.containers[0].image` is not a string in "
        f"Deployment (wrong-type){HELM}"
    ),
    "kubernetes-sigs__kustomize/functions__examples__fn-framework-application__pkg__exampleapp__"
    "v1alpha1__templates__web_worker.template.yaml": (
        "26:18: error: field `spec.template.spec.containers[0].image` is not a string in "
        f"Deployment (wrong-type){HELM}"
    ),
    "kubernetes-sigs__kustomize/kyaml__fn__framework__testdata__template-processor__templates__"
    "basic__deploy.template.yaml": (
        "14:16: error: field `spec.template.spec.containers[0].image` is not a string in "
        f"Deployment bar/foo (wrong-type){HELM}"
    ),
    "longhorn__longhorn/dev__scale-test__statefulset.yaml": (
        "4:9: error: is not YAML: while scanning for the next token, found character that "
        "cannot start any token (yaml)"
    ),
}

# Then what passes: how many images are rewritten, and why it passes.
PASSING = {
    # Templates of objects without an image: passed through unread.
    "argoproj__argo-rollouts/examples__helm-blue-green__templates__services.yaml": 0,
    "istio__istio/samples__ambient-argo__tag-chart__templates__validatingwebhook.yaml": 0,
    # Its braces stand where no image can: the name of a service account.
    "kubernetes-sigs__kustomize/kyaml__fn__framework__example__templates__"
    "service_account.template.yaml": 0,
    # Their images are strings; the placeholders stand elsewhere and are left as they are.
    "argoproj__argo-rollouts/examples__traffic-management__rollout-linkerd.yaml": 2,
    "kubernetes__examples/_archived__storage__vitess__etcd-controller-template.yaml": 1,
    "kubernetes__examples/_archived__storage__vitess__vtgate-controller-template.yaml": 1,
    # An anchor is defined twice: the parser knows the latest, and no image is involved.
    "billimek__k8s-gitops/kubernetes__default__plex__plex.yaml": 0,
    # The stray text behind its last end marker is a document of its own, without an image.
    "dotnet__tye/samples__frontend-backend__frontend-backend-production.example.yaml": 2,
}


def test_every_other_file_is_looked_at() -> None:
    others = {file.name for file in FILES if file not in READABLE}
    assert others == FAILING.keys() | PASSING.keys()


@pytest.mark.parametrize(
    ("name", "expected"), FAILING.items(), ids=lambda it: it.partition("__")[2]
)
def test_a_bad_file_fails_with_a_position(name: str, expected: str, tmp_path: Path) -> None:
    (file,) = (it for it in FILES if it.name == name)
    manifest, rules = tmp_path / "in.yaml", tmp_path / "mirrorpin.yaml"
    manifest.write_bytes(file.data)
    rules.write_text(oracle.config(HOSTS))
    ran = command("-q", "-c", str(rules), str(manifest))
    assert (ran.code, ran.stdout) == (1, b"")
    assert "\n".join(ran.stderr).startswith(f"{manifest}:{expected}\n")


@pytest.mark.parametrize(
    ("name", "images"), PASSING.items(), ids=lambda it: str(it).partition("__")[2]
)
def test_a_doubtful_file_passes(name: str, images: int) -> None:
    (file,) = (it for it in FILES if it.name == name)
    outcome = everything(file)
    assert [it for it in messages(outcome) if "(suspects)" not in it] == []
    sites = [site for site, _ in outcome.decisions]
    assert len(sites) == images
    assert outcome.outputs == (spliced(file.data, map(image_of, sites)),)


def test_strict_reads_every_invalid_file() -> None:
    invalid = [file for file in FILES if file.status == "invalid"]
    assert len(invalid) == 6
    strict = Options(strict=True)
    assert failing(lambda it: run(it.name, it.data, options=strict).failed, invalid) == []
