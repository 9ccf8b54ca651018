from __future__ import annotations

import pytest

from tests.helpers.placed import DIGEST, HEX, RULES, at, becomes, noted, said
from transformer.places.place import Place

ALL = (
    ("registry", "registry"),
    ("repository", "repository"),
    ("tag", "tag|version"),
    ("digest", "digest"),
)


def split(parts: tuple[tuple[str, str], ...] = ALL, **more: object) -> Place:
    return at("image", form="split", parts=parts, **more)


NVIDIA = split((("repository", "repository"), ("name", "image"), ("tag", "version")), join="nvidia")
PROMETHEUS = at(
    "spec",
    form="split",
    join="prometheus",
    parts=(("repository", "baseImage"), ("tag", "tag"), ("digest", "sha")),
)
KIALI = split((("repository", "name"), ("tag", "version"), ("digest", "kind")), join="kiali")
ISTIO = at(
    "spec",
    form="split",
    join="istio",
    parts=(("registry", "hub"), ("name", "image"), ("tag", "tag")),
)
ARGOCD = split((("repository", "image"), ("tag", "version")), join="argocd")
FLUX = split((("repository", "url"), ("tag", "ref.tag"), ("digest", "ref.digest")), join="flux")
ROOT = split((("registry", "/global.registry"), ("repository", "name"), ("tag", "tag")))


@pytest.mark.parametrize(
    ("place", "before", "after"),
    [
        pytest.param(
            split(),
            "image:\n  registry: quay.io\n  repository: acme/app\n  tag: '1'\n  x: Always\n",
            "image:\n  registry: m.io/quay\n  repository: acme/app\n"
            f"  digest: \"{DIGEST}\"\n  tag: '1'\n  x: Always\n",
            id="block",
        ),
        pytest.param(
            split(),
            'image: {registry: quay.io, repository: acme/app, tag: "1"}\n',
            f'image: {{registry: m.io/quay, repository: acme/app, digest: "{DIGEST}", tag: "1"}}\n',
            id="flow",
        ),
        pytest.param(
            split(),
            'image: {"registry":"quay.io","repository":"acme/app","tag":"1"}\n',
            'image: {"registry":"m.io/quay","repository":"acme/app",'
            f'"digest":"{DIGEST}","tag":"1"}}\n',
            id="JSON",
        ),
        pytest.param(
            split(),
            "image:\n  repository: quay.io/acme/app\n  version: '1'\n",
            f"image:\n  digest: \"{DIGEST}\"\n  repository: m.io/quay/acme/app\n  version: '1'\n",
            id="no registry part, the tag by its other name",
        ),
        pytest.param(
            split(),
            "image:\n  repository: quay.io/acme/app\n  tag: '1'\n  digest: ''\n",
            f"image:\n  repository: m.io/quay/acme/app\n  tag: '1'\n  digest: '{DIGEST}'\n",
            id="empty digest",
        ),
        pytest.param(
            split(),
            "image:\n  repository: quay.io/acme/app\n  tag: '1'\n  digest: # none\n",
            "image:\n  repository: m.io/quay/acme/app\n  tag: '1'\n"
            f'  digest: "{DIGEST}" # none\n',
            id="null digest",
        ),
        pytest.param(
            split(),
            f"image:\n  repository: quay.io/acme/app\n  digest: {DIGEST}\n",
            f"image:\n  repository: m.io/quay/acme/app\n  digest: {DIGEST}\n",
            id="a digest that is there",
        ),
        pytest.param(
            NVIDIA,
            "image: {repository: quay.io/acme, image: app, version: '1'}\n",
            f"image: {{repository: m.io/quay/acme, image: app, version: '{DIGEST}'}}\n",
            id="nvidia: a tag that is a digest",
        ),
        pytest.param(
            NVIDIA,
            "image: {image: 'quay.io/acme/app:1'}\n",
            f"image: {{image: 'm.io/quay/acme/app:1@{DIGEST}'}}\n",
            id="nvidia: whole",
        ),
        pytest.param(
            ARGOCD,
            "image: {image: quay.io/acme/app, version: '1'}\n",
            f"image: {{image: m.io/quay/acme/app, version: '{DIGEST}'}}\n",
            id="argocd",
        ),
        pytest.param(
            PROMETHEUS,
            "spec:\n  baseImage: quay.io/acme/app\n  tag: '1'\n",
            f"spec:\n  baseImage: m.io/quay/acme/app\n  sha: \"{HEX}\"\n  tag: '1'\n",
            id="prometheus: bare hex",
        ),
        pytest.param(
            PROMETHEUS,
            "spec: {baseImage: 'quay.io/acme/app:1', tag: '2'}\n",
            f"spec: {{baseImage: 'm.io/quay/acme/app:1@{DIGEST}', tag: '2'}}\n",
            id="prometheus: whole",
        ),
        pytest.param(
            KIALI,
            "image: {name: quay.io/acme/app, version: '1'}\n",
            f"image: {{kind: \"sha256\", name: m.io/quay/acme/app, version: '{HEX}'}}\n",
            id="kiali: a word",
        ),
        pytest.param(
            ISTIO,
            "spec: {hub: quay.io/acme, image: app, tag: '1'}\n",
            "spec: {hub: m.io/quay/acme, image: app, tag: '1'}\n",
            id="istio",
        ),
        pytest.param(
            ISTIO,
            "spec: {hub: quay.io/other, image: 'quay.io/acme/app:1', tag: '2'}\n",
            f"spec: {{hub: quay.io/other, image: 'm.io/quay/acme/app:1@{DIGEST}', tag: '2'}}\n",
            id="istio: whole",
        ),
        pytest.param(
            FLUX,
            "image:\n  url: oci://quay.io/acme/app\n  ref:\n    tag: '1'\n",
            "image:\n  url: oci://m.io/quay/acme/app\n  ref:\n"
            f"    digest: \"{DIGEST}\"\n    tag: '1'\n",
            id="flux: a scheme, parts further down",
        ),
        pytest.param(
            FLUX,
            "image: {url: oci://quay.io/acme/app}\n",
            "image: {url: oci://m.io/quay/acme/app}\n",
            id="flux: nothing further down",
        ),
        pytest.param(
            ROOT,
            "global: {registry: quay.io}\nimage: {name: acme/app, tag: '1'}\n",
            "global: {registry: m.io/quay}\nimage: {name: acme/app, tag: '1'}\n",
            id="a part of the object",
        ),
        pytest.param(split(), "image: ~\n", "image: ~\n", id="null"),
        pytest.param(split(), "image: {}\n", "image: {}\n", id="nothing"),
        pytest.param(
            PROMETHEUS, "spec: {tag: '1'}\n", "spec: {tag: '1'}\n", id="no image in a spec"
        ),
    ],
)
def test_a_split_image_is_rewritten_in_its_fields(place: Place, before: str, after: str) -> None:
    assert becomes(before, place) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "image: {repository: acme/app, tag: '1'}\n",
            'image: {repository: acme/app, registry: "m.io/hub", '
            f"digest: \"{DIGEST}\", tag: '1'}}\n",
            id="absent",
        ),
        pytest.param(
            "image: {registry: '', repository: acme/app, tag: '1'}\n",
            "image: {registry: 'm.io/hub', repository: acme/app, "
            f"digest: \"{DIGEST}\", tag: '1'}}\n",
            id="empty",
        ),
        pytest.param(
            "image:\n- repository: acme/app\n  tag: '1'\n",
            'image:\n- repository: acme/app\n  registry: "m.io/hub"\n'
            f"  digest: \"{DIGEST}\"\n  tag: '1'\n",
            id="in a list item",
        ),
    ],
)
def test_a_default_registry_is_written_out(before: str, after: str) -> None:
    path = "image[]" if "- " in before else "image"
    assert becomes(before, at(path, form="split", parts=ALL, default="docker.io")) == after


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "image: {registry: quay.io, tag: '1'}\n",
            "in.yaml:4:8: warning: left alone: `image` names no repository: the controller pulls "
            "its own (incomplete)\n  hint: write it out, with its registry, or mirror what the "
            "controller pulls by default",
            id="no repository",
        ),
        pytest.param(
            "image: {repository: acme/app, tag: '1'}\n",
            "in.yaml:4:8: warning: left alone: `image` names no registry, and that of the "
            "controller is not known (incomplete)\n  hint: write it out, with its registry, or "
            "mirror what the controller pulls by default",
            id="no registry",
        ),
        pytest.param(
            "image: {repository: 'quay.io/acme/app:1', tag: '1'}\n",
            "in.yaml:4:8: error: field `image` has a tag or digest, and there is a `tag` "
            "beside it (parts-disagree)",
            id="a tag twice",
        ),
        pytest.param(
            "image: [a]\n",
            "in.yaml:4:8: error: field `image` is not a mapping (wrong-type)\n"
            "  hint: write `image[]`",
            id="no mapping",
        ),
    ],
)
def test_what_is_wrong_with_the_parts_is_said(text: str, message: str) -> None:
    assert message in said(text, split())


def test_a_part_that_is_no_string_leaves_the_image_alone() -> None:
    text = "image: {registry: [], repository: quay.io/acme/app}\n"
    (message,) = said(text, split())
    assert message.startswith(
        "in.yaml:4:19: error: field `image.registry` is not a string (wrong-type)"
    )
    assert said("image: {tag: !!int 1, repository: quay.io/a}\n", split()) == [
        "in.yaml:4:14: error: field `image.tag` is not a string (wrong-type)"
    ]


def test_what_a_split_image_cannot_hold_is_said() -> None:
    notes = noted("image: {repository: quay.io/acme/app, tag: '1'}\n", split(ALL[1:3]))
    assert notes == [
        'in.yaml:4:21: info: not pinned, this field takes no digest: "quay.io/acme/app:1" '
        "(unpinnable)"
    ]


def test_parts_may_be_shared_by_images() -> None:
    places = [
        at(name, form="split", parts=(("registry", "/registry"), ("repository", "name")))
        for name in ("one", "two")
    ]
    before = "registry: quay.io\none: {name: acme/a}\ntwo: {name: acme/b}\n"
    assert becomes(before, *places, spec=(RULES,)) == before.replace("quay.io", "m.io/quay")


def test_images_that_share_a_part_must_move_together() -> None:
    places = [
        at(name, form="split", parts=(("registry", "/registry"), ("repository", "name")))
        for name in ("one", "two")
    ]
    apart = "mirrors: [{source: quay.io/a, target: m.io/a}, {source: quay.io/b, target: n.io/b}]"
    before = "registry: quay.io\none: {name: a/x}\ntwo: {name: b/x}\n"
    assert said(before, *places, spec=(apart,)) == [
        'in.yaml:4:11: error: "quay.io" is shared by places that need different values '
        "(shared-anchor)\n"
        "  hint: give the images that have it in common one rule, or each a field of its own"
    ]


def test_an_image_must_fit_into_its_fields() -> None:
    place = at("image", form="split", parts=(("registry", "r"), ("repository", "p"), ("name", "n")))
    short = "mirrors: [{source: quay.io/a/b, target: m.io/b}]"
    assert said("image: {r: quay.io, p: a, n: b}\n", place, spec=(short,)) == [
        'in.yaml:4:30: error: "m.io/b" does not fit into the fields of "quay.io/a/b" '
        "(too-few-parts)\n"
        "  hint: give the rule a target with a host and a folder, or write the image in one "
        "field"
    ]


def test_a_digest_needs_a_key_that_can_be_added() -> None:
    place = split(ALL[1:3], digest="field")
    (message,) = said("image: {repository: quay.io/acme/app, tag: '1'}\n", place)
    assert "(too-few-parts)" in message


def test_a_field_is_added_once_where_an_alias_repeats_the_mapping() -> None:
    places = (split(), at("other", form="split", parts=ALL))
    text = "image: &a {{repository: {}quay.io/acme/app, {}tag: '1'}}\nother: *a\n"
    before, after = text.format("", ""), text.format("", f'digest: "{DIGEST}", ')
    assert becomes(before, *places) == after.replace("quay.io", "m.io/quay")


def test_no_field_is_added_where_an_alias_is_no_image() -> None:
    text = "image: &a {repository: quay.io/acme/app, tag: '1'}\nother: *a\n"
    messages = said(text, split())
    assert any("shared-anchor" in it for it in messages)
