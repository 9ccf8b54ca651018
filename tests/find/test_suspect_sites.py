"""What `suspects: rewrite` takes for an image, and what it leaves."""

from __future__ import annotations

import pytest

from tests.helpers.runs import HUB, config, run

RULES = config(HUB, "suspects: rewrite", "unmatched: fail")


def rewritten(spec: str, kind: str = "example.com/v1\nkind: Thing") -> str:
    head = f"apiVersion: {kind}\nmetadata: {{name: a}}\n"
    outcome = run(f"{head}spec:\n{spec}", RULES)
    assert not outcome.failed
    return outcome.outputs[0].decode().removeprefix(f"{head}spec:\n")


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param("  image: a/b:1\n", "  image: m.io/hub/a/b:1\n", id="a whole reference"),
        pytest.param("  image: quay.io/a:1\n", None, id="of no rule"),
        pytest.param("  image: a/b\n", None, id="without tag"),
        pytest.param("  image: docker.io/a/b:${X}\n", None, id="a tag that is filled in"),
        pytest.param("  image: m.io/hub/a/b:1\n", None, id="under a target"),
        pytest.param("  registry: docker.io/a\n", None, id="a registry"),
        pytest.param("  imageRepository: docker.io/a\n", None, id="a repository"),
        pytest.param(
            "  image: {repository: a/b, tag: '1'}\n",
            "  image: {repository: m.io/hub/a/b, tag: '1'}\n",
            id="parts",
        ),
        pytest.param("  image: {repository: a/b, tag: ''}\n", None, id="parts without tag"),
        pytest.param("  image: {repository: 'a/b:2', tag: '1'}\n", None, id="parts that disagree"),
        pytest.param("  image: {registry: docker.io, tag: '1'}\n", None, id="no repository"),
        pytest.param(
            "  runtime: &a docker.io/a/b:1\n  other: *a\n",
            "  runtime: &a m.io/hub/a/b:1\n  other: *a\n",
            id="an anchor",
        ),
        pytest.param(
            "  text: |\n    run docker.io/a/b:1\n    and docker.io/c/d:1\n",
            "  text: |\n    run m.io/hub/a/b:1\n    and m.io/hub/c/d:1\n",
            id="texts",
        ),
    ],
)
def test_what_is_rewritten(spec: str, expected: str | None) -> None:
    assert rewritten(spec) == (expected or spec)


def test_a_document_in_a_string_is_edited_as_one() -> None:
    config_map = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: local-path-config}\ndata:\n"
        "  helperPod.yaml: |\n    apiVersion: v1\n    kind: Pod\n"
        "    metadata: {annotations: {x: 'docker.io/a/b:1'}}\n"
        "    spec: {containers: [{name: a, image: 'c/d:1'}]}\n"
    )
    outcome = run(config_map, RULES)
    assert outcome.outputs[0].decode() == config_map.replace("c/d:1", "m.io/hub/c/d:1")
    assert [it.image for it in outcome.suspects] == ["docker.io/a/b:1"]


def test_what_is_known_for_an_image_is_none() -> None:
    fields = "fields: [{group: example.com, kind: Thing, path: spec.a, form: none}]"
    thing = "apiVersion: example.com/v1\nkind: Thing\nspec: {a: 'docker.io/a/b:1'}\n"
    outcome = run(thing, config(HUB, "suspects: rewrite", fields))
    assert (outcome.outputs[0].decode(), outcome.suspects) == (thing, ())


def test_ten_thousand_variables() -> None:
    lines = "".join(f"    - {{name: A{n}_IMAGE, value: 'a/b:{n}'}}\n" for n in range(10_000))
    spec = f"  containers:\n  - name: a\n    image: c/d:1\n    env:\n{lines}"
    assert rewritten(spec, "v1\nkind: Pod").count("m.io/hub/a/b:") == 10_000
