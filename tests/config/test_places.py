from __future__ import annotations

import json
from typing import Any

import pytest

from tests.helpers.runs import config
from tests.helpers.shared import ROOT
from transformer.config.config import Config, parse_config
from transformer.errors import ConfigError
from transformer.places.catalogue import entries, places_of
from transformer.places.place import Place
from transformer.records import replace

CATALOGUE = ROOT / "transformer" / "places" / "catalog"
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
        "path: spec.image, form: split,"
        " parts: {tag: version|/spec.version, registry: /spec.hub, name: image},"
        " join: nvidia, default: nvcr.io, digest: none, reason: the tag is extended,"
        " when: {type: [a, b*], off: ''}, versions: [v1], secretsAt: there"
    ) == Place(
        group="x.io",
        kind="K",
        path="spec.image",
        form="split",
        parts=(("registry", "/spec.hub"), ("name", "image"), ("tag", "version|/spec.version")),
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
    assert place("path: a, form: registry, schemes: [oci]").schemes == ("oci",)
    assert place("path: a, form: registry").schemes == ()
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
            ['c.yaml:5:34: error: `spec.fields[0].path` is "[].a": expected a key first, as '
             'of an object (bad-path)'],
            id="a list at the root",
        ),
        pytest.param(
            "path: a, form: split",
            ["c.yaml:5:5: error: `spec.fields[0]` lacks the key `parts` (missing-key)"],
            id="no parts",
        ),
        pytest.param(
            "path: a, form: split, parts: {tag: t}",
            ["c.yaml:5:57: error: `spec.fields[0].parts` lacks the key `repository` or `name` "
             "(missing-key)"],
            id="no name among the parts",
        ),
        pytest.param(
            "path: a, form: split, parts: {name: 'a..b', tag: 'c[]'}",
            [
                'c.yaml:5:64: error: `spec.fields[0].parts.name` is "a..b": expected keys '
                'joined by dots, with [] behind a list (bad-path)',
                'c.yaml:5:77: error: `spec.fields[0].parts.tag` is "c[]": expected keys, '
                'without [] and {} (bad-path)',
            ],
            id="parts that are no keys",
        ),
        pytest.param(
            "path: a, form: split, parts: {name: ''}",
            ["c.yaml:5:64: error: `spec.fields[0].parts.name` is empty: expected a value (empty)"],
            id="an empty part",
        ),
        pytest.param(
            "path: a, form: split, parts: {name: a, host: b}",
            ["c.yaml:5:67: error: `spec.fields[0].parts.host` is set, and there is no such "
             "key (unknown-key)",
             "  hint: the keys here are registry, repository, name, tag, digest"],
            id="a part that is none",
        ),
        pytest.param(
            "path: a, form: split, parts: {name: a}, join: simple",
            ['c.yaml:5:74: error: `spec.fields[0].join` is "simple": expected one of plain, '
             'colon, argocd, nvidia, prometheus, datadog, istio, kiali, aerospike, kustomize, '
             'flux (bad-value)'],
            id="another join",
        ),
        pytest.param(
            "path: a, join: plain",
            ["c.yaml:5:37: error: `spec.fields[0].join` is set with `form: image`, it is for "
             "`split` (contradiction)"],
            id="a key for another form",
        ),
        pytest.param(
            "path: a, form: uri",
            ["c.yaml:5:5: error: `spec.fields[0]` lacks the key `schemes` (missing-key)"],
            id="no schemes",
        ),
        pytest.param(
            "path: a, form: document, inside: [{form: image}]",
            ["c.yaml:5:62: error: `spec.fields[0].inside[0]` lacks the key `path` (missing-key)"],
            id="a place in a document without a path",
        ),
        pytest.param(
            "path: a, form: document, inside: yaml",
            ['c.yaml:5:61: error: `spec.fields[0].inside` is "yaml": expected one of '
             'manifests, podSpec (bad-value)'],
            id="another document",
        ),
        pytest.param(
            "path: a, form: document, inside: []",
            ["c.yaml:5:61: error: `spec.fields[0].inside` has no place: expected one (empty)"],
            id="a document without places",
        ),
        pytest.param(
            "path: a, form: document, inside: [{path: 'b[].c'}, {path: b.c}]",
            ['c.yaml:5:79: error: `spec.fields[0].inside[1]` takes a field for a list or a '
             'mapping unlike `b[].c`: "b.c" (overlap)'],
            id="places in a document that do not go together",
        ),
        pytest.param(
            "path: a, digest: hex",
            ['c.yaml:5:45: error: `spec.fields[0].digest` is "hex": expected none or whole or '
             'tag, which is what the fields can hold (contradiction)'],
            id="a digest in a field of a whole image",
        ),
        pytest.param(
            "path: a, form: split, parts: {name: b}, digest: field",
            ['c.yaml:5:76: error: `spec.fields[0].digest` is "field": expected none, which is '
             'what the fields can hold (contradiction)'],
            id="a digest in a part that is not there",
        ),
        pytest.param(
            "path: a, reason: so",
            ["c.yaml:5:37: error: `spec.fields[0].reason` is set without `digest: none`: it "
             "says why there is none (contradiction)"],
            id="a reason for nothing",
        ),
        pytest.param(
            "path: a, form: split, parts: {name: b}, default: docker.io",
            ["c.yaml:5:68: error: `spec.fields[0].default` is set without a `registry` among "
             "the parts (contradiction)"],
            id="a registry without a part",
        ),
        pytest.param(
            "path: a, form: split, parts: {name: b, registry: c}, default: hub",
            [
                'c.yaml:5:90: error: `spec.fields[0].default` is "hub": expected '
                'host[:port][/path], without tag and digest (bad-value)',
                "  hint: begin with the host of the registry, for example registry.example.com/hub",
            ],
            id="a registry that is none",
        ),
        pytest.param(
            "path: a, form: uri, schemes: []",
            [('c.yaml:5:57: error: `spec.fields[0].schemes` has no value: expected one, "" for '
             'none (empty)')],
            id="no scheme",
        ),
        pytest.param(
            "path: a, versions: [v1, x.io/v1]",
            ['c.yaml:5:52: error: `spec.fields[0].versions[1]` is "x.io/v1": expected a '
             'version without its group (bad-value)'],
            id="a version with its group",
        ),
        pytest.param(
            "path: a, when: {'b[]': c, 'd..e': [f], g: []}",
            [
                'c.yaml:5:44: error: `spec.fields[0].when.b[]` is "b[]": expected keys, '
                'without [] and {} (bad-path)',
                'c.yaml:5:54: error: `spec.fields[0].when.d..e` is "d..e": expected keys '
                'joined by dots, with [] behind a list (bad-path)',
                'c.yaml:5:70: error: `spec.fields[0].when.g` has no value: expected one, "" '
                'for none (empty)',
            ],
            id="conditions that are none",
        ),
        pytest.param(
            "path: a, form: podSpec, secretsAt: there",
            ["c.yaml:5:52: error: `spec.fields[0].secretsAt` is set with `form: podSpec`, it "
             "is for `image` or `containers` or `uri` or `keys` or `pairs` or `repository` or "
             "`registry` or `split` or `document` or `toml` or `ini` (contradiction)"],
            id="another place for the secrets of pods",
        ),
        pytest.param(
            "path: a, form: images, join: istio",
            ['c.yaml:5:43: error: `spec.fields[0].form` is "images": expected one of image, '
             'podSpec, containers, uri, repository, registry, split, keys, pairs, document, '
             'toml, ini, pullSecrets, match, none (bad-value)',
             "  hint: did you mean image?"],
            id="another form",
        ),
        pytest.param(
            "path: a.b.c, form: pullSecrets, optional: a",
            ['c.yaml:5:70: error: `spec.fields[0].optional` is "a": expected the last keys '
             'above the list (bad-path)'],
            id="other keys around pull secrets",
        ),
        pytest.param(
            "path: a.b.c, form: podSpec, optional: b",
            ['c.yaml:5:66: error: `spec.fields[0].optional` is "b": expected the last keys '
             'above the list (bad-path)'],
            id="other keys around a pod spec",
        ),
        pytest.param(
            "path: a, form: pullSecrets, optional: ''",
            ["c.yaml:5:66: error: `spec.fields[0].optional` is empty: expected a value (empty)"],
            id="no keys around pull secrets",
        ),
        pytest.param(
            "path: a, form: ini",
            ["c.yaml:5:5: error: `spec.fields[0]` lacks `inside`: expected a list of places "
             "with `form: ini` (missing-key)"],
            id="settings without places",
        ),
    ],
)  # fmt: skip
def test_what_is_no_place(field: str, expected: list[str]) -> None:
    assert errors(field) == expected


@pytest.mark.parametrize(
    ("one", "two", "message"),
    [
        pytest.param("path: a", "path: a", 'repeats a path: "a"', id="twice"),
        pytest.param(
            "path: a",
            "path: a, form: podSpec",
            'repeats a path: "a"',
            id="twice, in two forms",
        ),
        pytest.param(
            "path: a.b", "path: a.b.c", 'is below the string at `a.b`: "a.b.c"', id="below"
        ),
        pytest.param(
            "path: a.b.c",
            "path: a.b",
            'is a string with something below it, as `a.b.c`: "a.b"',
            id="above",
        ),
        pytest.param(
            "path: 'a[].b'",
            "path: a.b",
            'takes a field for a list or a mapping unlike `a[].b`: "a.b"',
            id="a list and a mapping",
        ),
        pytest.param(
            "path: 'a[].b'",
            "path: 'a{}.b'",
            'takes a field for a list or a mapping unlike `a[].b`: "a{}.b"',
            id="a list and all of a mapping",
        ),
        pytest.param(
            "path: a, form: podSpec",
            "path: 'a.containers[].image'",
            'names the same fields as `a`: "a.containers[].image"',
            id="an image of a pod spec",
        ),
        pytest.param(
            "path: a, form: podSpec",
            "path: 'a.containers[].image.tag'",
            'is below the string at `a.containers[].image`: "a.containers[].image.tag"',
            id="below an image of a pod spec",
        ),
        pytest.param(
            "path: 'a.b', form: containers",
            "path: 'a.b.image'",
            'takes a field for a list or a mapping unlike `a.b[].image`: "a.b.image"',
            id="a list of containers and a mapping",
        ),
        pytest.param(
            "path: a, form: podSpec",
            "path: a.imagePullSecrets, form: pullSecrets",
            'names the same fields as `a`: "a.imagePullSecrets"',
            id="the own list of a pod spec",
        ),
        pytest.param(
            "path: a, form: split, parts: {name: /b.c, tag: d}",
            "path: b, form: split, parts: {repository: c, tag: d}",
            'names the same fields as `a`: "b"',
            id="one name in two images",
        ),
        pytest.param(
            "path: a, versions: [v1, v2]",
            "path: a, versions: [v2]",
            'repeats a path: "a"',
            id="twice in one version",
        ),
        pytest.param(
            "path: 'a{}.b'",
            "path: a.c.b",
            'names the same fields as `a{}.b`: "a.c.b"',
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
            "path: a, form: split, parts: {name: b, tag: t}",
            "path: a, form: split, parts: {name: c, tag: t}",
            id="two images with one tag",
        ),
        pytest.param("path: a, versions: [v1]", "path: 'a[].b', versions: [v2]", id="versions"),
        pytest.param("path: 'a{}.b'", "path: a.c.d", id="all of a mapping and another of one"),
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


@pytest.mark.parametrize(
    ("group", "kind", "path"),
    [
        pytest.param("apps", "Deployment", "spec.template.spec.imagePullSecrets", id="builtin"),
        pytest.param("argoproj.io", "Rollout", "spec.template.spec.imagePullSecrets", id="shipped"),
        pytest.param("''", "ServiceAccount", "imagePullSecrets", id="account"),
    ],
)
def test_a_list_that_is_filled_anyway_is_refused(group: str, kind: str, path: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config(f"fields: [{{group: {group}, kind: {kind}, path: {path}, form: pullSecrets}}]")
    assert [problem.message for problem in caught.value.problems] == [
        f'`spec.fields[0]` is the own list of a pod spec or account: "{path}"'
    ]


def test_a_list_beside_a_pod_spec_is_taken() -> None:
    fields = "{group: apps, kind: Deployment, path: spec.imagePullSecrets, form: pullSecrets}"
    assert len(config(f"fields: [{fields}]").fields) == 1


FILES = sorted(path.stem for path in CATALOGUE.glob("*.yaml") if path.stem != "any")


@pytest.mark.slow
def test_the_places_of_a_kind_go_together() -> None:
    for name in FILES:
        kinds: dict[str, list[dict[str, Any]]] = {}
        for entry in entries(name):
            for kind in entry["kinds"]:
                kinds.setdefault(kind, []).extend(entry["fields"])
        for kind, fields in kinds.items():
            items = json.dumps([{"group": group_of(name), "kind": kind, **it} for it in fields])
            text = f"{HEAD.removesuffix('  fields:' + chr(10))}  fields: {items}\n"
            assert len(parse_config("c.yaml", text, ".").fields) == len(fields)


def group_of(name: str) -> str:
    return "" if name == "core" else name


@pytest.mark.slow
def test_the_catalogue_is_written_as_a_user_writes_places() -> None:
    for name in FILES:
        group = group_of(name)
        for entry, kind in ((it, kind) for it in entries(name) for kind in it["kinds"]):
            for field, shipped in zip(entry["fields"], places_of(group, kind, entry), strict=True):
                item = json.dumps({"group": group, "kind": kind, **field})
                (mine,) = parse_config("c.yaml", f"{HEAD}  - {item}\n", ".").fields
                assert _bare(mine) == _bare(shipped), field


def _bare(place: Place) -> Place:
    inside = place.inside
    if not isinstance(inside, str):
        inside = tuple(map(_bare, inside))
    return replace(place, origin="user", position=None, secrets_at="", inside=inside)
