"""Real manifests that nobody wrote for this product: every image, and not one byte more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests import forms
from tests.corpus import CorpusFile, image_of
from tests.corpus_runs import FILES, READABLE, config, everything, failing, messages, run, spliced
from transformer.pipeline import Options, Outcome
from transformer.source import decode, documents
from transformer.steps import field_path
from transformer.tree import PARSERS
from transformer.verdicts import Rewrite

NOTHING = config(hosts=["nothing.example"])
# The pure-Python parser refuses a tab that indents a line inside JSON; libyaml does not.
TABS = "kubernetes__kompose/script__test__fixtures__unused__v3__output-os-full-example.json"


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


def test_what_else_is_found_is_explained_by_structure() -> None:
    kinds: Counter[tuple[str, str]] = Counter()
    unexplained = []
    for file in READABLE:
        for site, _ in everything(file).decisions:
            image = image_of(site)
            if image in file.expected:
                continue
            if site.by_structure and image in file.other:
                kinds[site.resource.group, site.resource.kind] += 1
            else:
                unexplained.append((file.name, image))
    assert unexplained == []
    assert kinds == {
        ("", "DeploymentConfig"): 78,
        ("", "SkipThisKind"): 2,
        ("apps.openshift.io", "DeploymentConfig"): 49,
        ("argoproj.io", "AnalysisRun"): 2,
        ("argoproj.io", "AnalysisTemplate"): 16,
        ("argoproj.io", "ClusterAnalysisTemplate"): 1,
        ("argoproj.io", "Experiment"): 20,
        ("argoproj.io", "Rollout"): 103,
        ("config", "MyKind"): 2,
        ("keda.sh", "ScaledJob"): 3,
        ("serving.knative.dev", "Service"): 1,
    }


def test_documents_are_counted_as_other_readers_count_them() -> None:
    def agrees(file: CorpusFile) -> bool:
        return len(list(documents(decode(file.name, file.data)))) == file.documents

    assert failing(agrees) == []


def test_no_matching_rule_gives_equal_bytes() -> None:
    assert failing(lambda it: run(it.name, it.data, NOTHING).outputs == (it.data,)) == []
    assert failing(lambda it: not run(it.name, it.data, NOTHING).failed) == []


def test_a_rule_for_every_host_changes_exactly_the_images() -> None:
    assert failing(lambda file: everything(file).outputs == (rewritten(file),)) == []


def rewritten(file: CorpusFile) -> bytes:
    """What the file must become, spliced from the corpus's own spans."""
    by_structure = {image_of(site) for site, _ in everything(file).decisions if site.by_structure}
    return spliced(file.data, file.expected | (by_structure & file.other))


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
        return places == list(_documents(outcome)) and wrapped.outputs == (
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

    assert failing(agrees) == []


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
        path = field_path((*site.resource.steps, *site.steps))
        yield site.document.index, path, final(site.value, verdict)


def _items(outcome: Outcome) -> Iterator[tuple[int, str, str]]:
    """The item of the ResourceList, the path in it, and the final text of every image."""
    for site, verdict in outcome.decisions:
        _, number, *rest = site.resource.steps
        yield int(number), field_path((*rest, *site.steps)), final(site.value, verdict)


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
        "tabs.json:377:1: error: must be YAML: while scanning for the next token, found character "
        "'\\t' that cannot start any token (yaml)"
    ]
    assert outcome.outputs == (file.data,)
