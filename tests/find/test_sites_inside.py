"""Documents inside of objects, as strings or written out: what is found in them, and where."""

from __future__ import annotations

import pytest

from tests.helpers.placed import HEAD, RULES, SECRETS, at, becomes, rules
from tests.helpers.reading import each_parser
from tests.helpers.runs import config, messages, output, run
from tests.helpers.searching import UNKNOWN, places, problems, search
from transformer.records import replace

OBJECTS = at("spec.doc", form="document")
POD = "{apiVersion: v1, kind: Pod, spec: {containers: [{name: a, image: quay.io/a}]}}"
STEPS = "spec.doc.spec.containers[0].image"


@each_parser
def test_a_document_that_is_written_out_is_found_where_it_is(parser: str) -> None:
    result = search(UNKNOWN.format(f"spec: {{doc: {POD}}}"), parser, fields=(OBJECTS,))
    assert (places(result), result.results) == ([(STEPS, "quay.io/a")], [])
    (site,) = result.sites
    assert (str(site.resource), site.field) == ("Thing web", STEPS)
    assert site.pod is not None
    assert not site.by_structure


def test_a_document_that_is_written_out_is_found_once() -> None:
    result = search(
        UNKNOWN.format(f"spec: {{doc: {POD}}}"), fields=(OBJECTS, at("spec{}", form="document"))
    )
    assert places(result) == [(STEPS, "quay.io/a")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"{{apiVersion: v1, kind: List, items: [{POD}]}}",
            [("spec.doc.items[0].spec.containers[0].image", "quay.io/a")],
            id="a list of objects",
        ),
        pytest.param("{image: quay.io/a}", [], id="no object"),
        pytest.param("{}", [], id="nothing"),
    ],
)
def test_what_is_inside_is_found_like_any_object(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert places(search(UNKNOWN.format(f"spec: {{doc: {text}}}"), fields=(OBJECTS,))) == expected


@pytest.mark.parametrize("kind", ["x", "y"])
def test_a_document_that_is_written_out_may_depend_on_a_condition(kind: str) -> None:
    place = replace(OBJECTS, when=(("kind", ("x",)),), inside=(at("image"),))
    text = f"spec: {{kind: {kind}, doc: {{image: quay.io/a}}}}"
    expected = [("spec.doc.image", "quay.io/a")] if kind == "x" else []
    assert places(search(UNKNOWN.format(text), fields=(place,))) == expected


def test_what_is_no_object_inside_is_searched_by_structure() -> None:
    text = UNKNOWN.format("spec: {doc: {spec: {containers: [{name: a, image: quay.io/a}]}}}")
    assert [it.by_structure for it in search(text, fields=(OBJECTS,)).sites] == [True]


@pytest.mark.parametrize("form", ["match", "none", "document"])
def test_what_does_not_apply_is_searched_by_structure(form: str) -> None:
    place = replace(OBJECTS, form=form, when=(("kind", ("x",)),))
    result = search(UNKNOWN.format(f"spec: {{doc: {POD}}}"), fields=(place,))
    assert [it.by_structure for it in result.sites] == [True]


@pytest.mark.parametrize("text", ["''", "'# image'", "'image: ~'", "~"])
def test_a_string_without_a_document_is_silence(text: str) -> None:
    spec = f"spec: {{doc: {text}}}\n"
    for inside in ("manifests", "podSpec", (at("image"),)):
        place = replace(OBJECTS, inside=inside, origin="shipped")
        assert becomes(spec, place, spec=(RULES,)) == spec


@pytest.mark.parametrize("text", ["'- image'", "image", "'{a: [image]}'"])
def test_a_string_without_an_object_is_silence(text: str) -> None:
    spec = f"spec: {{doc: {text}}}\n"
    assert becomes(spec, OBJECTS, spec=(RULES,)) == spec


def test_a_pod_spec_of_another_type_inside_is_of_its_place() -> None:
    text = UNKNOWN.format("spec: {doc: {containers: image}}")
    for origin, severity in (("user", "error"), ("shipped", "warning")):
        place = replace(OBJECTS, inside="podSpec", origin=origin)
        assert [it.splitlines()[0] for it in problems(search(text, fields=(place,)))] == [
            f"in.yaml:4:26: {severity}: field `containers` is not a list (wrong-type)"
        ]


def test_parts_of_an_image_may_be_at_the_root_of_what_is_inside_if_that_is_a_mapping() -> None:
    split = at("image", form="split", parts=(("registry", "/r"), ("name", "n")))
    document = replace(OBJECTS, inside=(split,))
    before = "spec: {doc: 'r: quay.io\n\n  image: {n: a}'}\n"
    assert becomes(before, document, spec=(RULES,)) == before.replace("quay", "m.io/quay").replace(
        "quay.io", "quay"
    )
    items = replace(OBJECTS, inside=(replace(split, path="[].image"),))
    before = "spec: {doc: '[{image: {n: quay.io/a}}]'}\n"
    assert becomes(before, items, spec=(RULES,)) == before.replace("quay.io", "m.io/quay")


def test_a_document_in_a_document_in_a_document() -> None:
    inner = at("x", form="document", inside=(at("image"),))
    middle = at("y", form="document", inside=(inner,))
    place = at("spec.doc", form="document", inside=(middle,))
    before = "spec:\n  doc: |\n    y: |\n      x: '{image: quay.io/a}'\n"
    after = before.replace("quay.io", "m.io/quay")
    assert becomes(before, place, spec=(RULES,)) == after


def test_images_inside_are_not_noted_as_originals() -> None:
    settings = rules(RULES, "report: {originalImages: true}", fields=(OBJECTS,))
    text = f"spec:\n  doc: |\n    {POD}\n"
    outcome = run(HEAD + text, settings)
    assert messages(outcome) == []
    assert output(outcome) == HEAD + text.replace("quay.io", "m.io/quay")


def test_pods_that_are_written_out_get_pull_secrets() -> None:
    text = f"spec: {{doc: {POD}}}\n"
    assert becomes(text, OBJECTS, spec=(SECRETS,)) == text.replace(
        "{containers", "{imagePullSecrets: [{name: pull}], containers"
    ).replace("quay.io", "m.io/quay")


def test_a_rule_that_looks_at_the_object_looks_at_the_one_around() -> None:
    where = "where: {kinds: [Thing]}"
    spec = f"mirrors: [{{source: quay.io, target: m.io/quay, {where}}}]"
    text = f"spec:\n  doc: |\n    {POD}\n"
    assert becomes(text, OBJECTS, spec=(spec,)) == text.replace("quay.io", "m.io/quay")
    assert config(spec).rules[0].where is not None
