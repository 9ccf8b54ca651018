"""What stands at a place, form by form: which sites are found there, and what is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.reading import each_parser
from tests.helpers.searching import UNKNOWN, places, problems, search
from transformer.find.found import Found
from transformer.places.place import Place


def at(path: str, **more: Any) -> Place:  # noqa: ANN401 fields of any type
    more = {"origin": "user", **more}
    return Place(group="example.com", kind="Thing", path=path, **more)


def found(text: str, *fields: Place, parser: str = "") -> Found:
    return search(UNKNOWN.format(text), parser, fields=fields)


def short(result: Found) -> list[tuple[str, str]]:
    """Paths without their first step, and values."""
    return [(path.removeprefix("spec."), value) for path, value in places(result)]


URI = at("spec.uri", form="uri", schemes=("oci", "docker"))
ANY_URI = at("spec.uri", form="uri", schemes=("oci", ""))
PAIRS = at("spec.images", form="pairs", separator=";")
LINES = at("spec.images", form="pairs")


@each_parser
@pytest.mark.parametrize(
    ("place", "text", "expected"),
    [
        pytest.param(at("spec.image"), "image: a", [("image", "a")], id="image"),
        pytest.param(at("spec.image"), "image: ''", [("image", "")], id="empty image"),
        pytest.param(at("spec.image"), "image: ~", [], id="null"),
        pytest.param(
            at("spec.images[]"),
            "images: [a, b]",
            [("images[0]", "a"), ("images[1]", "b")],
            id="list",
        ),
        pytest.param(
            at("spec.images{}"),
            "images: {x: a, y: b}",
            [("images.x", "a"), ("images.y", "b")],
            id="mapping",
        ),
        pytest.param(at("spec.image", holds="/@"), "image: a/b", [("image", "a/b")], id="holds"),
        pytest.param(at("spec.image", holds="/@"), "image: a:b", [], id="holds none"),
        pytest.param(
            at("spec.jobs", form="containers"),
            "jobs: [{image: a}, {name: x}, ~]",
            [("jobs[0].image", "a")],
            id="containers",
        ),
        pytest.param(at("spec.jobs", form="containers"), "jobs: ~", [], id="no containers"),
        pytest.param(
            at("spec.pod", form="podSpec"),
            "pod: {initContainers: [{image: a}]}",
            [("pod.initContainers[0].image", "a")],
            id="podSpec",
        ),
        pytest.param(URI, "uri: oci://h.io/a:1", [("uri", "h.io/a:1")], id="uri"),
        pytest.param(URI, "uri: docker://a", [("uri", "a")], id="another scheme"),
        pytest.param(URI, "uri: https://h.io/a:1", [], id="a scheme of others"),
        pytest.param(URI, "uri: h.io/a:1", [], id="no scheme"),
        pytest.param(ANY_URI, "uri: h.io/a:1", [("uri", "h.io/a:1")], id="no scheme needed"),
        pytest.param(ANY_URI, "uri: docker://a", [], id="no scheme, or one of them"),
        pytest.param(
            at("spec.r", form="repository"), "r: h.io/a", [("r", "h.io/a")], id="repository"
        ),
        pytest.param(at("spec.r", form="registry"), "r: h.io", [("r", "h.io")], id="registry"),
        pytest.param(
            at("spec.r", form="registry"), "r: 'h.io/x/${NAME}:1'", [("r", "h.io/x")], id="pattern"
        ),
        pytest.param(
            at("spec.k", form="keys"), "k: {a: 1, b: 2}", [("k.a", "a"), ("k.b", "b")], id="keys"
        ),
        pytest.param(at("spec.k", form="keys"), "k: ~", [], id="no keys"),
        pytest.param(
            PAIRS,
            "images: x=a; y= b ;z;=c;w=",
            [("images", "a"), ("images", "b"), ("images", "c")],
            id="pairs",
        ),
        pytest.param(
            LINES,
            "images: |\n    x=a\n    y\n    z=b\n",
            [("images", "a"), ("images", "b")],
            id="lines",
        ),
        pytest.param(at("spec.image", form="none"), "image: a", [], id="none"),
        pytest.param(at("spec.image", form="match"), "image: a", [], id="match"),
    ],
)
def test_a_form_says_what_is_an_image(
    parser: str, place: Place, text: str, expected: list[tuple[str, str]]
) -> None:
    result = found(f"spec:\n  {text}", place, parser=parser)
    assert (short(result), problems(result)) == (expected, [])


def test_an_image_in_more_text_has_that_for_a_frame() -> None:
    (site,) = found("spec: {uri: 'oci://a:1'}", URI).sites
    assert site.frame is not None
    assert (site.frame.value, site.frame.start, site.frame.end) == ("oci://a:1", 6, 9)
    (site,) = found("spec: {uri: a}", ANY_URI).sites
    assert site.frame is None


@pytest.mark.parametrize(
    ("place", "value", "names", "digest"),
    [
        pytest.param(at("spec.x"), "a", "image", "whole", id="image"),
        pytest.param(at("spec.x", digest="tag"), "a", "image", "tag", id="said otherwise"),
        pytest.param(at("spec.x", form="repository"), "a/b", "repository", "none", id="name"),
        pytest.param(at("spec.x", form="repository"), "a/b:1", "image", "whole", id="and a tag"),
        pytest.param(at("spec.x", form="repository"), "a@b", "image", "whole", id="and a digest"),
        pytest.param(at("spec.x", form="registry"), "a.io", "prefix", "none", id="prefix"),
    ],
)
def test_a_form_says_what_a_string_names(place: Place, value: str, names: str, digest: str) -> None:
    (site,) = found(f"spec: {{x: '{value}'}}", place).sites
    assert (site.names, site.digest) == (names, digest)


@pytest.mark.parametrize("form", ["image", "containers", "keys"])
def test_a_site_has_the_reasons_of_its_place(form: str) -> None:
    place = at("spec.x", form=form, digest="none", reason="it moves", secrets_at="there")
    text = {"image": "a", "containers": "[{image: a}]", "keys": "{a: 1}"}[form]
    (site,) = found(f"spec: {{x: {text}}}", place).sites
    assert (site.value, site.digest, site.reason, site.secrets_at) == (
        "a",
        "none",
        "it moves",
        "there",
    )
    assert site.is_key is (form == "keys")


WHEN = "spec: {{image: a{}}}"


@pytest.mark.parametrize(
    ("when", "text", "is_meant"),
    [
        pytest.param({"kind": ("x",)}, ", kind: x", True, id="as it must be"),
        pytest.param({"kind": ("x",)}, ", kind: y", False, id="another value"),
        pytest.param({"kind": ("x",)}, "", False, id="absent"),
        pytest.param({"kind": ("x", "y")}, ", kind: y", True, id="one of several"),
        pytest.param({"kind": ("x-*",)}, ", kind: x-1", True, id="glob"),
        pytest.param({"kind": ("",)}, "", True, id="absent as it must be"),
        pytest.param({"kind": ("",)}, ", kind: ''", True, id="empty as it must be"),
        pytest.param({"kind": ("",)}, ", kind: ~", True, id="null as it must be"),
        pytest.param({"kind": ("",)}, ", kind: x", False, id="there and must not be"),
        pytest.param({"kind": ("*",)}, "", True, id="anything, or nothing"),
        pytest.param({"/metadata.name": ("web",)}, "", True, id="of the object"),
        pytest.param({"/metadata.name": ("other",)}, "", False, id="of another object"),
        pytest.param({"/metadata.name.x": ("",)}, "", True, id="below a string is nothing"),
        pytest.param({"kind.x": ("y",)}, ", kind: {x: y}", True, id="further down"),
        pytest.param({"kind": ("x",), "a": ("",)}, ", kind: x", True, id="both"),
        pytest.param({"kind": ("x",), "a": ("z",)}, ", kind: x", False, id="one of both"),
    ],
)  # fmt: skip
def test_a_condition_is_looked_at(
    when: dict[str, tuple[str, ...]], text: str, is_meant: bool
) -> None:
    result = found(WHEN.format(text), at("spec.image", when=tuple(when.items())))
    assert short(result) == ([("image", "a")] if is_meant else [])


def test_conditions_of_a_split_image_are_about_its_parts() -> None:
    place = at("spec.x", form="split", parts=(("repository", "name"),), when=(("kind", ("y",)),))
    assert short(found("spec: {x: {name: a, kind: y}}", place)) == [("x.name", "a")]
    assert short(found("spec: {x: {name: a}, kind: y}", place)) == []


def test_a_place_may_be_of_some_versions_only() -> None:
    assert short(found("spec: {image: a}", at("spec.image", versions=("v1", "v2")))) != []
    assert short(found("spec: {image: a}", at("spec.image", versions=("v2",)))) == []


WRONG = [
    pytest.param("image", "[]", "field `spec.x` is not a string", id="image"),
    pytest.param("image", "!!int 1", "field `spec.x` is not a string", id="tag"),
    pytest.param("uri", "{}", "field `spec.x` is not a string", id="uri"),
    pytest.param("document", "[]", "field `spec.x` is not a string", id="document"),
    pytest.param("containers", "a", "field `spec.x` is not a list", id="containers"),
    pytest.param("containers", "[a]", "field `spec.x[0]` is not a mapping", id="container"),
    pytest.param("podSpec", "a", "field `spec.x` is not a mapping", id="podSpec"),
    pytest.param("keys", "[a]", "field `spec.x` is not a mapping", id="keys"),
    pytest.param("split", "a", "field `spec.x` is not a mapping", id="split"),
]


@pytest.mark.parametrize(("form", "value", "message"), WRONG)
def test_a_value_of_another_type_is_an_error(form: str, value: str, message: str) -> None:
    result = found(f"spec: {{x: {value}}}", at("spec.x", form=form))
    (problem,) = [it.problem for it in result.results]
    assert (problem.code, problem.severity, problem.message) == ("wrong-type", "error", message)
    assert places(result) == []


@pytest.mark.parametrize(("form", "value", "message"), WRONG)
def test_a_value_of_another_type_at_a_shipped_place_is_a_warning(
    form: str, value: str, message: str
) -> None:
    result = found(f"spec: {{x: {value}}}", at("spec.x", form=form, origin="shipped"))
    (problem,) = [it.problem for it in result.results]
    assert (problem.severity, problem.message) == ("warning", message)
    assert places(result) == []


@pytest.mark.parametrize("form", ["none", "match"])
def test_what_is_no_image_is_none_by_structure_either(form: str) -> None:
    text = "spec: {x: {containers: [{name: a, image: b}]}}"
    assert short(found(text)) == [("x.containers[0].image", "b")]
    assert short(found(text, at("spec.x", form=form))) == []


def test_a_document_is_noted_to_be_searched_in_turn() -> None:
    place = at("spec.x", form="document")
    (inner,) = found("spec: {x: 'kind: Pod'}", place).inner
    assert (inner.text, inner.field, inner.place) == ("kind: Pod", "spec.x", place)
    assert found("spec: {x: ~}", place).inner == []


def test_a_document_that_is_a_mapping_is_searched_at_once() -> None:
    pod = "{apiVersion: v1, kind: Pod, spec: {containers: [{image: a}]}}"
    result = found(f"spec: {{x: {pod}}}", at("spec.x", form="document"))
    (site,) = result.sites
    assert (site.field, site.resource.kind) == ("spec.x.spec.containers[0].image", "Thing")
