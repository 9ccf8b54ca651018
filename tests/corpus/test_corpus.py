"""Real manifests that nobody wrote for this product: every image, and not one byte more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from tests.helpers import forms, oracle
from tests.helpers.corpus import CorpusFile, how_found, image_of, outermost, steps_of
from tests.helpers.corpus_catalogue import is_catalogued
from tests.helpers.corpus_runs import (
    FILES,
    READABLE,
    config,
    everything,
    failing,
    messages,
    rewritten,
    run,
)
from transformer.config.options import Options
from transformer.model import Rewrite, Site
from transformer.pipeline import Outcome
from transformer.yamltext.documents import decode, documents
from transformer.yamltext.path import Steps, field_path
from transformer.yamltext.tree import PARSERS

pytestmark = pytest.mark.exhaustive

NOTHING = config(hosts=["nothing.example"])
# A `---` was forgotten between two objects: keys are repeated, and readers disagree about them.
REPEATED_DATA = "rancher__local-path-provisioner/examples__quota__local-path-storage.yaml"
# The pure-Python parser refuses a tab that indents a line inside JSON; libyaml does not.
TABS = "kubernetes__kompose/script__test__fixtures__unused__v3__output-os-full-example.json"

# What is found that is not an image of a pod spec of Kubernetes: how, in which group and kind.
FOUND = {
    ("by catalogue", "", "ConfigMap"): 14,
    ("by catalogue", "apps.openshift.io", "DeploymentConfig"): 49,
    ("by catalogue", "argoproj.io", "AnalysisRun"): 2,
    ("by catalogue", "argoproj.io", "AnalysisTemplate"): 16,
    ("by catalogue", "argoproj.io", "ClusterAnalysisTemplate"): 1,
    ("by catalogue", "argoproj.io", "Experiment"): 20,
    ("by catalogue", "argoproj.io", "Rollout"): 103,
    ("by catalogue", "caching.internal.knative.dev", "Image"): 1,
    ("by catalogue", "ceph.rook.io", "CephCluster"): 11,
    ("by catalogue", "extensions.istio.io", "WasmPlugin"): 1,
    ("by catalogue", "image.openshift.io", "ImageStream"): 41,
    ("by catalogue", "kbld.k14s.io", "Config"): 13,
    ("by catalogue", "keda.sh", "ScaledJob"): 3,
    ("by catalogue", "kind.x-k8s.io", "Cluster"): 5,
    ("by catalogue", "kubevirt.io", "VirtualMachineInstance"): 2,
    ("by catalogue", "minio.min.io", "Tenant"): 5,
    ("by catalogue", "monitoring.coreos.com", "Alertmanager"): 1,
    ("by catalogue", "monitoring.coreos.com", "Prometheus"): 4,
    ("by catalogue", "postgresql.cnpg.io", "Cluster"): 3,
    ("by catalogue", "postgresql.cnpg.io", "ClusterImageCatalog"): 2,
    ("by catalogue", "postgresql.cnpg.io", "ImageCatalog"): 4,
    ("by catalogue", "postgresql.cnpg.io", "Pooler"): 1,
    ("by catalogue", "serving.knative.dev", "Configuration"): 1,
    ("by catalogue", "serving.knative.dev", "Service"): 30,
    ("by catalogue", "tekton.dev", "Pipeline"): 22,
    ("by catalogue", "tekton.dev", "PipelineRun"): 80,
    ("by catalogue", "tekton.dev", "StepAction"): 5,
    ("by catalogue", "tekton.dev", "Task"): 67,
    ("by catalogue", "tekton.dev", "TaskRun"): 83,
    ("by catalogue, in a string", "", "ConfigMap"): 12,
    ("by catalogue, in parts", "source.toolkit.fluxcd.io", "OCIRepository"): 4,
    ("by structure", "", "Deployment"): 1,
    ("by structure", "", "DeploymentConfig"): 78,
    ("by structure", "install.istio.io", "IstioOperator"): 1,
    ("by structure", "", "SkipThisKind"): 2,
    ("by structure", "config", "MyKind"): 2,
    ("by the name of a variable, a flag or an annotation", "", "Pod"): 2,
    ("by the name of a variable, a flag or an annotation", "apps", "DaemonSet"): 12,
    ("by the name of a variable, a flag or an annotation", "apps", "Deployment"): 40,
}


def test_the_corpus_is_whole() -> None:
    assert (len(FILES), sum(len(file.expected) for file in FILES)) == (1560, 1368)
    assert len(READABLE) == 1543


def test_every_expected_image_is_found() -> None:
    missed = [
        (file.name, image)
        for file in READABLE
        for image in file.expected - {image_of(site) for site, _ in everything(file).decisions}
    ]
    assert missed == []


def test_what_else_is_found_is_explained() -> None:
    kinds: Counter[tuple[str, str, str]] = Counter()
    unexplained = []
    for file in READABLE:
        for site, _ in everything(file).decisions:
            image = image_of(site)
            if image in file.expected:
                continue
            kinds[how_found(site), site.resource.group, site.resource.kind] += 1
            data = loaded(file)[image.document]
            is_known = image in file.other if site.by_structure else is_catalogued(site, data)
            if not is_known:
                unexplained.append((file.name, image))
    assert unexplained == []
    assert kinds == FOUND


def test_every_image_of_a_custom_resource_is_where_another_reader_has_it() -> None:
    def agrees(file: CorpusFile) -> bool:
        more = [it for it, _ in everything(file).decisions if image_of(it) not in file.expected]
        return all(reads(loaded(file), site) for site in more)

    assert failing(agrees) == []


@cache
def loaded(file: CorpusFile) -> list[Any]:
    return oracle.load(text_of(file.data))


def reads(data: list[Any], site: Site) -> bool:
    """Whether the data of a file have the value of a site, or its parts, where it says."""
    document, _ = outermost(site)
    steps = steps_of(site)
    above = steps[: len(steps) - len(site.steps)]
    if site.parts:
        found = [(part.value, _value(data[document.index], (*above, *part.steps)))
                 for part in site.parts if part.gap is None]  # fmt: skip
        return bool(found) and all(value == read for value, read in found)
    value = _value(data[document.index], steps)
    if site.frame is not None:
        return value == site.frame.value and value[site.frame.start :].startswith(site.value)
    return value == site.value


def _value(data: Any, steps: Steps) -> str:  # noqa: ANN401 data of any shape
    for step in steps:
        if isinstance(data, str):
            (data,) = oracle.load(data)
        data = data[step]
    assert isinstance(data, str)
    return data


def test_documents_are_counted_as_other_readers_count_them() -> None:
    def agrees(file: CorpusFile) -> bool:
        return len(list(documents(decode(file.name, file.data)))) == file.documents

    assert failing(agrees) == []


def test_no_matching_rule_gives_equal_bytes() -> None:
    assert failing(lambda it: run(it.name, it.data, NOTHING).outputs == (it.data,)) == []
    assert failing(lambda it: not run(it.name, it.data, NOTHING).failed) == []


def test_a_rule_for_every_host_changes_exactly_the_images() -> None:
    assert failing(lambda file: everything(file).outputs == (rewritten(file),)) == []


def test_twice_is_once() -> None:
    def is_settled(file: CorpusFile) -> bool:
        (output,) = everything(file).outputs
        again = run(file.name, output)
        return again.outputs == (output,) and not any(
            isinstance(verdict, Rewrite) for _, verdict in again.decisions
        )

    assert failing(is_settled) == []


@pytest.mark.slow
def test_both_agreement_checks_agree() -> None:
    full = Options(verify="full", strict=True)
    assert (
        failing(lambda it: run(it.name, it.data, options=full).outputs == everything(it).outputs)
        == []
    )


def test_stream_and_resource_list_agree() -> None:
    def agrees(file: CorpusFile) -> bool:
        outcome = everything(file)
        before, numbers = forms.as_resource_list(text_of(file.data))
        wrapped = run(file.name, before.encode())
        places = [(numbers[item], path, image) for item, path, image in _items(wrapped)]
        return sorted(places) == sorted(_documents(outcome)) and wrapped.outputs == (
            again(forms.as_resource_list, before, outcome),
        )

    assert failing(agrees) == []


def test_stream_and_json_agree() -> None:
    def agrees(file: CorpusFile) -> bool:
        outcome = everything(file)
        before, numbers = forms.as_json(text_of(file.data))
        lines = run(file.name, before.encode())
        places = [(numbers[line], path, image) for line, path, image in _documents(lines)]
        return sorted(places) == sorted(_documents(outcome)) and lines.outputs == (
            again(forms.as_json, before, outcome),
        )

    # As JSON the object with two values for `data` has the last one; as YAML that is a warning.
    assert failing(agrees) == [REPEATED_DATA]


def text_of(data: bytes) -> str:
    return data.decode().removeprefix("\ufeff")


def again(form: Callable[[str], tuple[str, list[int]]], before: str, outcome: Outcome) -> bytes:
    """The output of a run in another form; `before` is its input in that form."""
    (output,) = outcome.outputs
    is_changed = any(isinstance(verdict, Rewrite) for _, verdict in outcome.decisions)
    return (form(text_of(output))[0] if is_changed else before).encode()


def _documents(outcome: Outcome) -> Iterator[tuple[int, str, str]]:
    """The document, path and final text of every image."""
    for site, verdict in outcome.decisions:
        document, _ = outermost(site)
        yield document.index, field_path(steps_of(site)), final(site.value, verdict)


def _items(outcome: Outcome) -> Iterator[tuple[int, str, str]]:
    """The item of the ResourceList, the path in it, and the final text of every image."""
    for site, verdict in outcome.decisions:
        _, number, *rest = steps_of(site)
        yield int(number), field_path(tuple(rest)), final(site.value, verdict)


def final(value: str, verdict: object) -> str:
    return verdict.image if isinstance(verdict, Rewrite) else value.rstrip("\n")


@pytest.mark.slow
@pytest.mark.skipif(len(PARSERS) == 1, reason="there is only one parser to compare")
def test_both_parsers_agree() -> None:
    def agrees(file: CorpusFile) -> bool:
        fast, slow = everything(file), run(file.name, file.data, options=Options(parser="python"))
        return (fast.outputs, fast.results) == (slow.outputs, slow.results)

    assert failing(agrees) == [TABS]


def test_the_pure_parser_refuses_tabs() -> None:
    (file,) = (it for it in FILES if it.name == TABS)
    outcome = run("tabs.json", file.data, options=Options(parser="python"))
    assert messages(outcome) == [
        "tabs.json:377:1: error: is not YAML: while scanning for the next token, found "
        "character '\\t' that cannot start any token (yaml)"
    ]
    assert outcome.outputs == (file.data,)
