from __future__ import annotations

import pytest

from tests.places.test_catalog_data import CATALOG, FILES
from transformer.places.catalogue import (
    ANY,
    CORE,
    WITHOUT_NAME,
    Catalogue,
    entries,
    may_be_without_name,
    may_hold_strings,
    place_of,
    shipped,
)
from transformer.places.place import BUILTINS, Place, wanted_names

ROLLOUT = ("argoproj.io", "Rollout")


def paths_of(catalogue: Catalogue, group: str, kind: str) -> set[str]:
    branch = catalogue.get((group, kind))
    return {str(key) for key in branch.keys} if branch is not None else set()


def test_a_file_is_read_as_it_is_written() -> None:
    assert {file.stem: entries(file.stem) for file in FILES} == CATALOG


@pytest.mark.parametrize(
    "name", ["example.com", "../catalog/core", "Core", "", "a\x00b"], ids=ascii
)
def test_a_name_without_a_file_has_no_entries(name: str) -> None:
    assert entries(name) == []


def test_the_core_group_has_a_file_of_its_own() -> None:
    assert {it.group for it in shipped("", "ConfigMap")} == {""}
    assert list(shipped("", "Pod")) == []


def test_a_kind_has_its_shipped_places() -> None:
    found = list(shipped("monitoring.coreos.com", "Prometheus"))
    assert {it.origin for it in found} == {"shipped"}
    assert ("spec.image", "image") in [(it.path, it.form) for it in found]
    assert list(shipped("monitoring.coreos.com", "Other")) == []


def test_a_kind_that_nobody_knows_has_no_paths() -> None:
    catalogue = Catalogue(BUILTINS)
    assert catalogue.get(("example.com", "Thing")) is None
    assert catalogue.get(("argoproj.io", "Thing")) is None


def test_builtin_shipped_and_user_places_are_together() -> None:
    user = Place(group="argoproj.io", kind="Rollout", path="other.image", origin="user")
    catalogue = Catalogue((*BUILTINS, user))
    assert paths_of(catalogue, "apps", "Deployment") == {"spec"}
    assert paths_of(catalogue, *ROLLOUT) == {"spec", "other"}
    assert catalogue.get(ROLLOUT) is catalogue.get(ROLLOUT)


def test_a_user_replaces_a_shipped_place_at_the_same_path() -> None:
    path = next(it.path for it in shipped(*ROLLOUT) if it.form == "podSpec")
    user = Place(group=ROLLOUT[0], kind=ROLLOUT[1], path=path, form="none", origin="user")
    branch = Catalogue([user]).get(ROLLOUT)
    for step in path.split("."):
        assert branch is not None
        branch = branch.keys[step]
    assert branch is not None
    assert branch.places == (user,)


def test_a_user_may_name_a_place_of_a_builtin_kind() -> None:
    user = Place(group="apps", kind="Deployment", path="spec.image", origin="user")
    branch = Catalogue((*BUILTINS, user)).get(("apps", "Deployment"))
    assert branch is not None
    assert set(branch.keys["spec"].keys) == {"template", "image"}


def test_a_field_has_all_that_it_says() -> None:
    field = {
        "path": "spec",
        "form": "split",
        "parts": {"repository": "image", "tag": "version"},
        "join": "argocd",
        "default": "docker.io",
        "digest": "none",
        "reason": "it moves",
        "schemes": ["oci"],
        "separator": ";",
        "holds": "/",
        "when": {"a": "b", "c": ["d", "e"]},
        "versions": ["v1"],
        "items": "strings",
        "inside": [{"path": "image"}],
    }
    assert place_of("g", "K", field, "somewhere") == Place(
        group="g",
        kind="K",
        path="spec",
        form="split",
        parts=(("repository", "image"), ("tag", "version")),
        join="argocd",
        default="docker.io",
        digest="none",
        reason="it moves",
        schemes=("oci",),
        separator=";",
        holds="/",
        when=(("a", ("b",)), ("c", ("d", "e"))),
        versions=("v1",),
        items="strings",
        inside=(
            Place(group="g", kind="K", path="image", origin="shipped", secrets_at="somewhere"),
        ),
        origin="shipped",
        secrets_at="somewhere",
    )


def test_a_field_may_say_no_more_than_its_path() -> None:
    assert place_of("g", "K", {"path": "a"}, "") == Place(
        group="g", kind="K", path="a", origin="shipped"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("apiVersion: nvidia.com/v1\n", True, id="a group without the name"),
        pytest.param('{"apiVersion":"nvidia.com/v1"}', True, id="JSON"),
        pytest.param('apiVersion: "nvidia.com/v1"\r\n', True, id="quoted, CRLF"),
        pytest.param("apiVersion: example.com/v1\n", False, id="another group"),
        pytest.param("apiVersion: v1\n", False, id="the core group"),
        pytest.param("apiVersion: 'nvidia.com/v1'\n", True, id="in quotes of another kind"),
        pytest.param("apiVersion: &a nvidia.com/v1\n", True, id="with an anchor"),
        pytest.param("apiVersion:\n  nvidia.com/v1\n", True, id="on another line"),
        pytest.param("apiVersion:\n  v1\n", False, id="another group on another line"),
        pytest.param(
            "apiVersion: example.com/v1\n---\napiVersion: tekton.dev/v1\n", True, id="the second"
        ),
        pytest.param("kind: Pod\n", False, id="none"),
    ],
)
def test_groups_are_known_whose_images_have_other_names(text: str, expected: bool) -> None:
    assert may_be_without_name(text) is expected


def test_every_group_is_known_whose_images_have_other_names() -> None:
    usual = wanted_names(())
    found = {
        group
        for group, held in CATALOG.items()
        if group not in (ANY, CORE)
        for kind in {kind for entry in held for kind in entry["kinds"]}
        if wanted_names(shipped(group, kind)) != usual
    }
    assert found == WITHOUT_NAME


def test_no_name_of_a_variable_or_flag_is_overlooked() -> None:
    names = [
        name
        for entry in CATALOG[ANY]
        for key in ("env", "args")
        for names in entry.get(key, {}).values()
        for name in names
    ]
    assert len(names) > 100
    assert [name for name in names if not may_hold_strings(f"- {name}\n")] == []


def test_a_text_without_a_known_string_is_not_searched_for_them() -> None:
    assert not may_hold_strings("spec: {containers: [{image: nginx, args: [-v]}]}")
    assert may_hold_strings('annotations: {sidecar.istio.io/proxyImage: "a/b"}')
