from __future__ import annotations

import pytest

from transformer.places.place import BUILTINS, BadPath, Place, parse_path, wanted_names
from transformer.yamltext.path import EACH, Steps


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        pytest.param("spec", ("spec",), id="key"),
        pytest.param("spec.image", ("spec", "image"), id="keys"),
        pytest.param("images[]", ("images", EACH), id="list"),
        pytest.param("a[].b[][].c-d/e", ("a", EACH, "b", EACH, EACH, "c-d/e"), id="lists"),
    ],
)
def test_a_path_is_keys_and_lists(path: str, steps: Steps) -> None:
    assert parse_path(path) == steps
    assert Place(group="", kind="K", path=path, form="image").steps == steps


@pytest.mark.parametrize(
    "path", ["", ".", "a.", ".a", "a..b", "a.[]", "a[0]", "a[]b", "a[b]", "a]", "a[", "a[ ]"]
)
def test_a_path_must_be_well_formed(path: str) -> None:
    with pytest.raises(BadPath) as caught:
        parse_path(path)
    message = f'is "{path}": expected keys joined by dots, with [] behind a list'
    assert str(caught.value) == message


def test_every_builtin_place_is_named_once_and_in_order() -> None:
    keys = [(place.group, place.kind) for place in BUILTINS]
    assert keys == sorted(set(keys))
    assert all(place.steps for place in BUILTINS)


def test_a_document_must_hold_one_of_the_wanted_names() -> None:
    places = [
        Place(group="", kind="A", path="spec.images[].ref"),
        Place(group="", kind="A", path="spec.dockerImage"),
        Place(group="", kind="A", path="spec.package"),
        Place(group="", kind="A", path="spec.pod", form="podSpec"),
        Place(group="", kind="A", path="secret", form="pullSecrets"),
        Place(group="", kind="A", path="spec.from", form="match"),
        Place(group="", kind="A", path="x", form="split", parts=(("name", "a|/b.c"), ("tag", "t"))),
        Place(group="", kind="A", path="y", form="split", parts=(("repository", "imageName"),)),
        Place(group="", kind="A", path="text", form="document"),
        Place(
            group="",
            kind="A",
            path="json",
            form="document",
            inside=(Place(group="", kind="", path="hub"),),
        ),
        Place(group="", kind="B", path="status.ref[]"),
    ]
    assert wanted_names(BUILTINS) == ("mage", "ServiceAccount")
    assert wanted_names(places) == (
        "mage", "ServiceAccount", "package", "a", "c", "hub", "ref",
    )  # fmt: skip
