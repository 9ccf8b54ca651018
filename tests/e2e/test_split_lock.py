"""A lock that is larger than one ConfigMap, on a real API server: two parts, each for its own."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.admission import Pods, apply, exported, namespace
from tests.e2e.pod_images import MUTATING, containers, images_of
from tests.helpers import runs

if TYPE_CHECKING:
    from tests.e2e.apiserver import Cluster

pytestmark = pytest.mark.e2e

SECONDS = 60
COUNT = 4500


def digest(index: int) -> str:
    return f"sha256:{index:064}"


def key(index: int) -> str:
    return f"acme/{'x' * 180}{index:05}:1"


@pytest.fixture(scope="module")
def pods(cluster: Cluster) -> Pods:
    """Pods that the policy rewrites by both parts."""
    made = Pods(cluster, namespace(cluster))
    names = {f"docker.io/{key(it)}": f"{{digest: {digest(it)}}}" for it in range(COUNT)}
    text = exported("mutating-admission-policy", MUTATING, runs.locked(names))
    objects = text.split("---\n")
    assert [it.count("kind: ConfigMap\n") for it in objects] == [1, 1, 1, 0]
    for it in objects:
        apply(cluster, it)
    until = time.monotonic() + SECONDS
    asked = containers(key(0), key(COUNT - 1))
    while not all("@" in it for it in images_of(made.create(asked).get("spec", {"": 0}))):
        assert time.monotonic() < until
        time.sleep(0.1)
    return made


def moved(index: int) -> str:
    return f"m.io/hub/{key(index)}@{digest(index)}"


def test_each_image_has_its_digest_from_the_part_that_has_it(pods: Pods) -> None:
    indexes = range(0, COUNT, 250)
    assert len(indexes) == 18
    answer = pods.create(containers(*map(key, indexes)))
    assert images_of(answer["spec"]) == [*map(moved, indexes)]


def test_an_image_that_no_part_has_is_moved_once(pods: Pods) -> None:
    asked = ("acme/a:1", f"acme/{'x' * 180}02000b:1", "acme/z:1", key(7))
    answer = pods.create(containers(*asked))
    assert images_of(answer["spec"]) == [*(f"m.io/hub/{it}" for it in asked[:-1]), moved(7)]


def test_what_is_at_the_mirror_gets_its_digest_and_twice_is_once(pods: Pods) -> None:
    first = pods.create(containers(f"m.io/hub/{key(0)}", f"m.io/hub/{key(COUNT - 1)}"))
    assert images_of(first["spec"]) == [moved(0), moved(COUNT - 1)]
    assert images_of(pods.create(containers(*images_of(first["spec"])))["spec"]) == [
        moved(0),
        moved(COUNT - 1),
    ]
