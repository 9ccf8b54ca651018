from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from transformer.config.config import parse_config
from transformer.places.known_fields import known_places
from transformer.places.listing import data_of, digest_of, flow, snippet
from transformer.places.place import BUILTINS, Place
from transformer.records import replace

CONFIG = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"


def place(path: str = "spec.image", **more: object) -> Place:
    return replace(Place(group="x.io", kind="App", path=path), **more)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        pytest.param("App", "App", id="word"),
        pytest.param("the tag is polled", "the tag is polled", id="words"),
        pytest.param("/spec.hub", "/spec.hub", id="path-from-the-root"),
        pytest.param("spec.images[]", '"spec.images[]"', id="brackets"),
        pytest.param("", '""', id="nothing"),
        pytest.param("On", '"On"', id="boolean-of-yaml-1.1"),
        pytest.param("NULL", '"NULL"', id="null"),
        pytest.param("1.0", '"1.0"', id="number"),
        pytest.param("a: b", '"a: b"', id="mapping"),
        pytest.param("\n", '"\\n"', id="line-break"),
        pytest.param("ü", '"\\u00fc"', id="no-ascii"),
        pytest.param("\U0001f600", '"\U0001f600"', id="beyond-the-first-plane"),
        pytest.param({"a": ["b", "*"]}, '{a: [b, "*"]}', id="collections"),
    ],
)
def test_flow(written: object, text: str) -> None:
    assert flow(written) == text


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f")))
def test_flow_reads_as_the_same_string(text: str) -> None:
    assert yaml.safe_load(f"[{flow(text)}]") == [text]


def test_what_goes_without_saying_is_left_out() -> None:
    assert data_of(place()) == {"group": "x.io", "kind": "App", "path": "spec.image"}


def test_pods_and_what_is_no_image_have_their_secrets_elsewhere() -> None:
    assert "secretsAt" not in data_of(place(form="podSpec", secrets_at="there"))
    assert data_of(place(secrets_at="there"))["secretsAt"] == "there"


@pytest.mark.parametrize(
    ("it", "digest"),
    [
        pytest.param(place(), "whole", id="image"),
        pytest.param(place(digest="none"), "none", id="as-it-says"),
        pytest.param(place(form="repository"), "none", id="repository"),
        pytest.param(place(form="registry"), "none", id="registry"),
        pytest.param(place(form="none"), "", id="none"),
        pytest.param(place(form="document"), "", id="document"),
        pytest.param(place(form="split", parts=(("name", "a"),)), "none", id="split"),
        pytest.param(
            place(form="split", parts=(("name", "a"), ("digest", "b"))), "field", id="digest-part"
        ),
        pytest.param(place(form="split", join="argocd"), "tag", id="join"),
    ],
)
def test_where_a_digest_goes(it: Place, digest: str) -> None:
    assert digest_of(it) == digest


def test_a_snippet_of_nothing_is_a_configuration() -> None:
    assert snippet([]) == "spec:\n  fields: []\n"
    assert parse_config("c.yaml", CONFIG + snippet([]), ".").fields == ()


@pytest.mark.slow
def test_everything_known_can_be_said_in_a_configuration() -> None:
    known = [it for it in known_places(()) if it.form != "account"]
    read = parse_config("c.yaml", CONFIG + snippet(known), ".").fields
    assert [bare(it) for it in read] == [bare(it) for it in known]
    assert len(known) > len(BUILTINS)


def bare(it: Place) -> Place:
    """A place without whose it is; parts in the order of their names."""
    inside = it.inside
    if not isinstance(inside, str):
        inside = tuple(map(bare, inside))
    # Where pull secrets are to be set is of no use to places without images.
    secrets_at = data_of(replace(it, secrets_at=it.secrets_at)).get("secretsAt", "")
    return replace(
        it,
        origin="user",
        position=None,
        secrets_at=secrets_at,
        inside=inside,
        parts=tuple(sorted(it.parts)),
    )
