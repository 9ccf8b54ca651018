from __future__ import annotations

import pytest

from tests.helpers.shared import ROOT
from transformer.places.known_fields import as_data, as_text, groups, known_places
from transformer.places.place import BUILTINS, Place

APP = Place(group="x.io", kind="App", path="spec.image", origin="user")


def test_groups_are_the_files_of_the_catalogue() -> None:
    folder = ROOT / "transformer" / "places" / "catalog"
    assert groups() == sorted(path.stem for path in folder.iterdir())


def test_everything_is_known() -> None:
    places = known_places([APP])
    assert {*BUILTINS, APP} <= {*places}
    assert len({(it.group, it.kind) for it in places}) > 700
    assert "*" not in {it.kind for it in places}
    assert places == sorted(places, key=lambda it: (it.group, it.kind))


@pytest.mark.parametrize(
    ("group", "kind", "kinds"),
    [
        pytest.param("x.io", "", ["App"], id="group"),
        pytest.param("*.io", "Ap?", [], id="only-a-star-is-special"),
        pytest.param("apps", "", ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
                     id="builtin"),
        pytest.param("core", "Pod*", ["Pod", "PodTemplate"], id="core"),
        pytest.param("", "App", ["App"], id="kind"),
        pytest.param("monitoring.coreos.com", "Prometheus*", ["Prometheus", "PrometheusAgent"],
                     id="both"),
    ],
)  # fmt: skip
def test_some_are_asked_for(group: str, kind: str, kinds: list[str]) -> None:
    places = known_places([APP], group, kind)
    assert list(dict.fromkeys(it.kind for it in places)) == kinds


def test_the_user_replaces_what_is_known() -> None:
    mine = Place(
        group="monitoring.coreos.com",
        kind="ThanosRuler",
        path="spec.image",
        form="none",
        reason="it is ours",
        origin="user",
    )
    theirs = [it for it in known_places([], mine.group, mine.kind) if it.path == mine.path]
    assert [it.origin for it in theirs] == ["shipped"]
    assert [it for it in known_places([mine], mine.group, mine.kind) if it.path == mine.path] == [
        mine
    ]


OTHER = Place(
    group="", kind="Thing", path="a", form="match", reason="it is\nno image", origin="shipped"
)


def test_text() -> None:
    second = Place(group="x.io", kind="App", path="spec.pod", form="podSpec")
    assert as_text([OTHER, APP, second]) == (
        "core Thing\n"
        "  a  match  it is\\nno image  catalogue\n"
        "x.io App\n"
        "  spec.image  image  digest whole  user\n"
        "  spec.pod  podSpec  digest whole  builtin\n"
    )


def test_data() -> None:
    assert as_data([OTHER, APP]) == [
        {
            "group": "",
            "kind": "Thing",
            "path": "a",
            "form": "match",
            "reason": "it is\nno image",
            "digest": "",
            "origin": "catalogue",
        },
        {
            "group": "x.io",
            "kind": "App",
            "path": "spec.image",
            "digest": "whole",
            "origin": "user",
        },
    ]
