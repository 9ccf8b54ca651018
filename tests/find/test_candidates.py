"""Which documents are read for suspects: those that hold some, and few others."""

from __future__ import annotations

import pytest

from tests.helpers.corpus_runs import READABLE
from tests.helpers.runs import HUB, config, pod, run, stream
from tests.helpers.work import work
from transformer.find.candidates import candidates, may_hold_suspect
from transformer.find.suspects import look
from transformer.pipeline import Outcome, transform
from transformer.yamltext.documents import Document, documents

RULES = config(HUB, "unmatched: keep", "invalid: warn")


def of(outcome: Outcome) -> list[Document]:
    return [document for source in outcome.sources for document in documents(source)]


def read(manifests: str) -> list[int]:
    outcome = run(manifests, RULES)
    return [it.index for it in candidates(of(outcome), outcome.decisions)]


def thing(spec: str) -> str:
    return f"apiVersion: example.com/v1\nkind: Thing\nmetadata: {{name: a}}\nspec: {spec}\n"


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param(pod("nginx:1", "quay.io/a/b:1"), id="images that are found"),
        pytest.param(thing("{imagePullPolicy: Always, imagePullSecrets: []}"), id="pull policy"),
        pytest.param(thing("{a: prints an image of b}"), id="prose"),
        pytest.param(thing("{a: app.kubernetes.io/name}"), id="a path"),
        pytest.param(thing("{a: 'http://x/y:8080'}"), id="an address"),
        pytest.param(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
            "spec: {image: 'quay.io/a/b:1'}\n",
            id="a schema",
        ),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_not_read_again(manifest: str) -> None:
    assert read(manifest) == []


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param(thing("{image: nginx}"), id="a key"),
        pytest.param(thing("{a: 'x --image busybox'}"), id="a flag in a text"),
        pytest.param(thing("{a: quay.io/a/b:1}"), id="a reference"),
        pytest.param(thing("{a: ghcr.io/a/b}"), id="a repository"),
        pytest.param(thing("{hub: docker.io/istio}"), id="a hub"),
        pytest.param(thing("{A_REGISTRY: quay.io}"), id="a registry in capitals"),
        pytest.param(thing("{a: acme/app:1}"), id="a path with a tag"),
        pytest.param(thing("{a: |-\n x.image nginx\n}"), id="a setting"),
        pytest.param(thing('{a: "x: y\\nx.image nginx"}'), id="a setting in a string"),
        pytest.param(thing("{WORKER_IMG: redis}"), id="a short word for it"),
        pytest.param(thing("{a: docker pull nginx}"), id="a command"),
        pytest.param(thing('{a: "FROM nginx\\nRUN x"}'), id="a file for a build"),
        pytest.param(thing('{a: "image:\\n  name: app"}'), id="a key in a string"),
        pytest.param(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
            "spec: {image: {default: 'quay.io/a/b:1'}}\n",
            id="what a schema fills in",
        ),
    ],
)
def test_what_is_read_again(manifest: str) -> None:
    assert read(stream(pod("nginx"), manifest)) == [1]


@pytest.mark.parametrize("part", ["a/b:c ", "--image a/b:c, ", "image a ", "quay.io/a:{ ", "a/"])
def test_many_on_one_line_are_read_in_one_pass(part: str) -> None:
    once, twice = (work(lambda n=n: may_hold_suspect(part * n)) for n in (200, 400))  # type: ignore[misc]
    assert twice < 2.2 * once


def test_what_stands_behind_a_long_word_is_read() -> None:
    assert may_hold_suspect("x" * 300 + "-image: busybox")
    assert may_hold_suspect("say --" + "x" * 70 + "-image busybox")
    assert not may_hold_suspect("say " + "x" * 300 + "-image busybox")


def test_a_long_text_is_searched_piece_by_piece() -> None:
    found, long = pod("nginx:1", "quay.io/a/b:1"), thing(f"{{a: {'x' * (1 << 20)}}}")
    suspects = thing("{image: nginx}"), thing("{a: quay.io/a/b:1}")
    assert read(stream(found, long, found, suspects[0], found, long, found, suspects[1])) == [3, 7]
    assert read(stream(suspects[0], long, long, suspects[1])) == [0, 3]
    assert read(stream(found, long, found, found, long)) == []


def test_documents_of_several_sources() -> None:
    inputs = [("a", b""), ("b", pod("nginx").encode()), ("c", thing("{image: a}").encode())]
    outcome = transform(inputs, RULES)
    (found,) = candidates(of(outcome), outcome.decisions)
    assert found.source.name == "c"
    assert candidates([], ()) == []


def test_an_anchor_and_parts_that_are_found_are_no_candidates() -> None:
    manifest = pod("&a nginx:1", "*a")
    flux = (
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: a}\n"
        "spec: {url: 'oci://quay.io/acme/chart', ref: {tag: '1'}}\n"
    )
    assert read(stream(manifest, flux)) == []


@pytest.mark.exhaustive
def test_no_suspect_of_the_corpus_is_overlooked() -> None:
    for file in READABLE:
        outcome = transform([(file.name, file.data)], RULES)
        if not outcome.failed:
            seen = look(of(outcome), outcome.decisions, RULES).maybe
            assert [str(it.position) for it in outcome.suspects] == [
                str(it.position) for it in seen
            ]


@pytest.mark.exhaustive
def test_suspects_of_the_corpus_change_no_byte() -> None:
    for file in READABLE:
        outcome = transform([(file.name, file.data)], config("unmatched: keep", "invalid: warn"))
        assert outcome.outputs == (file.data,)
