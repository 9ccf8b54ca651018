from __future__ import annotations

from pathlib import Path

import pytest

from tests.runs import config
from transformer.catalogue import entries, places_of
from transformer.config import Config, parse_config
from transformer.errors import ConfigError
from transformer.fields import Place
from transformer.records import replace

CATALOGUE = Path(__file__).parents[1] / "transformer" / "catalog"
HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nspec:\n  fields:\n"


def read(*fields: str) -> Config:
    """A configuration with fields of one kind, each as the rest of a flow mapping."""
    lines = "".join(f"  - {{group: x.io, kind: K, {field}}}\n" for field in fields)
    return parse_config("c.yaml", HEAD + lines, ".")


def errors(*fields: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(*fields)
    return [line for problem in caught.value.problems for line in str(problem).splitlines()]


def place(field: str) -> Place:
    (only,) = read(field).fields
    return replace(only, position=None)


def test_a_field_is_one_image_for_the_most_part() -> None:
    assert place("path: spec.image") == Place(
        group="x.io", kind="K", path="spec.image", origin="user"
    )


def test_everything_that_can_be_said_of_a_place() -> None:
    assert place(
        "path: spec.image, form: split, parts: {tag: version|/spec.version, name: image},"
        " join: nvidia, default: nvcr.io, digest: none, reason: the tag is extended,"
        " when: {type: [a, b*], off: ''}, versions: [v1], secretsAt: there"
    ) == Place(
        group="x.io",
        kind="K",
        path="spec.image",
        form="split",
        parts=(("name", "image"), ("tag", "version|/spec.version")),
        join="nvidia",
        default="nvcr.io",
        digest="none",
        reason="the tag is extended",
        when=(("type", ("a", "b*")), ("off", ("",))),
        versions=("v1",),
        origin="user",
        secrets_at="there",
    )


def test_forms_have_keys_of_their_own() -> None:
    assert place("path: a, form: uri, schemes: [oci, '']").schemes == ("oci", "")
    assert place("path: a, form: pairs, separator: ;").separator == ";"
    assert place("path: a, form: registry, holds: ./").holds == "./"
    assert place("path: a, form: pullSecrets, items: strings").items == "strings"
    assert place("path: a, form: document, inside: podSpec").inside == "podSpec"


def test_a_document_has_places_of_its_own() -> None:
    inside = place("path: a, form: document, inside: [{path: '[].image', digest: none}]").inside
    assert not isinstance(inside, str)
    (inner,) = inside
    assert (inner.group, inner.kind, inner.path, inner.digest) == ("x.io", "K", "[].image", "none")


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        pytest.param(
            "path: '[].a'",
            ['c.yaml:5:34: error: `spec.fields[0].path` must begin with a key, as an object does: '
             '"[].a" (bad-path)'],
            id="a list at the root",
        ),
        pytest.param(
            "path: a, form: split",
            ["c.yaml:5:5: error: `spec.fields[0]` must have the key `parts` (missing-key)"],
            id="no parts",
        ),
        pytest.param(
            "path: a, form: split, parts: {tag: t}",
            ["c.yaml:5:57: error: `spec.fields[0].parts` must have the key `repository` or `name` "
             "(missing-key)"],
            id="no name among the parts",
        ),
        pytest.param(
            "path: a, form: split, parts: {name: 'a..b', tag: 'c[]'}",
            [
                'c.yaml:5:64: error: `spec.fields[0].parts.name` must be keys joined by dots, with '
                '[] behind a list: "a..b" (bad-path)',
                'c.yaml:5:77: error: `spec.fields[0].parts.tag` must be keys, without [] and {}: '
                '"c[]" (bad-path)',
            ],
            id="parts that are no keys",
        ),
        pytest.param(
            "path: a, form: split, parts: {name: ''}",
            ["c.yaml:5:64: error: `spec.fields[0].parts.name` must not be empty (empty)"],
            id="an empty part",
        ),
        pytest.param(
            "path: a, form: split, parts: {name: a, host: b}",
            ["c.yaml:5:67: error: `spec.fields[0].parts.host` must not be set: there is no such "
             "key (unknown-key)",
             "  hint: the keys here are registry, repository, name, tag, digest"],
            id="a part that is none",
        ),
        pytest.param(
            "path: a, form: split, parts: {name: a}, join: simple",
            ["c.yaml:5:74: error: `spec.fields[0].join` must be one of plain, argocd, nvidia, "
             "prometheus, datadog, istio, kiali, aerospike, kustomize, flux: "
             '"simple" (bad-value)'],
            id="another join",
        ),
        pytest.param(
            "path: a, join: plain",
            ["c.yaml:5:37: error: `spec.fields[0].join` must not be set with `form: image`, it is "
             "for `split` (contradiction)"],
            id="a key for another form",
        ),
        pytest.param(
            "path: a, form: uri",
            ["c.yaml:5:5: error: `spec.fields[0]` must have the key `schemes` (missing-key)"],
            id="no schemes",
        ),
        pytest.param(
            "path: a, form: document, inside: [{form: image}]",
            ["c.yaml:5:62: error: `spec.fields[0].inside[0]` must have the key `path` "
             "(missing-key)"],
            id="a place in a document without a path",
        ),
        pytest.param(
            "path: a, form: document, inside: yaml",
            ["c.yaml:5:61: error: `spec.fields[0].inside` must be one of manifests, podSpec: "
             '"yaml" (bad-value)'],
            id="another document",
        ),
    ],
)  # fmt: skip
def test_what_is_no_place(field: str, expected: list[str]) -> None:
    assert errors(field) == expected


@pytest.mark.parametrize(
    ("one", "two", "message"),
    [
        pytest.param("path: a", "path: a", 'must not repeat a path: "a"', id="twice"),
        pytest.param(
            "path: a",
            "path: a, form: podSpec",
            'must not repeat a path: "a"',
            id="twice, in two forms",
        ),
        pytest.param(
            "path: a.b", "path: a.b.c", 'must not be below the string at `a.b`: "a.b.c"', id="below"
        ),
        pytest.param(
            "path: a.b.c",
            "path: a.b",
            'must not be a string with something below it, as `a.b.c`: "a.b"',
            id="above",
        ),
        pytest.param(
            "path: 'a[].b'",
            "path: a.b",
            'must not take a field for a list or a mapping unlike `a[].b`: "a.b"',
            id="a list and a mapping",
        ),
        pytest.param(
            "path: 'a[].b'",
            "path: 'a{}.b'",
            'must not take a field for a list or a mapping unlike `a[].b`: "a{}.b"',
            id="a list and all of a mapping",
        ),
        pytest.param(
            "path: 'a{}.b'",
            "path: a.c.b",
            'must not name the same fields as `a{}.b`: "a.c.b"',
            id="all of a mapping and one of it",
        ),
    ],
)
def test_places_that_do_not_go_together(one: str, two: str, message: str) -> None:
    code = "repeated-item" if "repeat" in message else "overlap"
    assert errors(one, two) == [f"c.yaml:6:5: error: `spec.fields[1]` {message} ({code})"]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param("path: a.b", "path: a.c", id="neighbours"),
        pytest.param(
            "path: a, form: podSpec", "path: a.sidecars, form: containers", id="below a pod spec"
        ),
        pytest.param(
            "path: a, form: split, parts: {name: b}",
            "path: a, form: split, parts: {name: c}",
            id="two images in one mapping",
        ),
        pytest.param(
            "path: a, when: {b: c}", "path: a, form: repository, when: {b: d}", id="conditions"
        ),
    ],
)
def test_places_that_go_together(one: str, two: str) -> None:
    assert (
        len(read(one.replace("path: a,", "path: a,") if "pod" not in two else one, two).fields) == 2
    )


def test_a_place_of_another_kind_may_have_the_same_path() -> None:
    fields = "fields: [{group: a, kind: A, path: x}, {group: a, kind: B, path: x}]"
    assert len(config(fields).fields) == 2


FILES = sorted(path.stem for path in CATALOGUE.glob("*.yaml") if path.stem != "any")


@pytest.mark.parametrize("name", FILES)
def test_the_catalogue_is_written_as_a_user_writes_places(name: str) -> None:
    group = "" if name == "core" else name
    for entry in entries(name):
        for kind in entry["kinds"]:
            for field, shipped in zip(entry["fields"], places_of(group, kind, entry), strict=True):
                import json

                item = json.dumps({"group": group, "kind": kind, **field})
                (mine,) = parse_config("c.yaml", f"{HEAD}  - {item}\n", ".").fields
                assert _bare(mine) == _bare(shipped), field


def _bare(place: Place) -> Place:
    inside = place.inside
    if not isinstance(inside, str):
        inside = tuple(map(_bare, inside))
    return replace(place, origin="user", position=None, secrets_at="", inside=inside)
