"""References are split again as they were, part by part."""

from __future__ import annotations

import pytest

from tests.helpers.manifests import DIGEST
from tests.image.test_parts import HEX, Parts, parts
from transformer.image.parts import JOINS, Unsplittable, split


@pytest.mark.parametrize(
    ("join", "given", "image", "new"),
    [
        pytest.param(
            "plain",
            parts("q.io", "a/b", "", "1"),
            "m.io/q/a/b:1",
            parts("m.io/q"),
            id="the rest is the registry's",
        ),
        pytest.param(
            "plain",
            parts("q.io", "a", "b", "1"),
            "m.io/q/a/b:1",
            parts("m.io/q"),
            id="of three names",
        ),
        pytest.param(
            "plain",
            parts("q.io", "a", "b"),
            "m.io/x/b",
            parts("m.io", "x"),
            id="another name, as long",
        ),
        pytest.param(
            "plain", parts("q.io", "a/b"), "m.io/c", parts("m.io", "c"), id="a shorter name"
        ),
        pytest.param(
            "plain",
            parts("q.io", "a", "b/c"),
            "m.io/d/e",
            parts("m.io", "d", "e"),
            id="one for each part",
        ),
        pytest.param(
            "plain",
            parts("q.io", "a", "b/c"),
            "m.io/b/c",
            parts("m.io", "b", "c"),
            id="one for each, though the text could stay",
        ),
        pytest.param(
            "plain", parts("q.io/", "a"), "m.io/q/a", parts("m.io/q/"), id="a slash stays"
        ),
        pytest.param(
            "plain", parts("", "a", "", "1"), "m.io/a:1", parts("", "m.io/a"), id="no registry"
        ),
        pytest.param("plain", parts("", "a", "", "1"), "a:1", {}, id="nothing changes"),
        pytest.param(
            "plain",
            parts("q.io", "a:1"),
            f"m.io/a:1@{DIGEST}",
            parts("m.io", f"a:1@{DIGEST}"),
            id="tail in the name",
        ),
        pytest.param(
            "plain",
            parts("q.io", "a", "", "1"),
            f"q.io/a:1@{DIGEST}",
            parts("", "", "", "", DIGEST),
            id="digest",
        ),
        pytest.param(
            "argocd", parts("", "a", "", "1"), f"a@{DIGEST}", parts("", "", "", DIGEST), id="argocd"
        ),
        pytest.param(
            "colon",
            parts("q.io", "a", "", "1"),
            f"m.io/q/a:1@{DIGEST}",
            parts("m.io/q", "", "", f"1@{DIGEST}"),
            id="colon",
        ),
        pytest.param(
            "plain",
            parts("", "q.io/a", "", f"1@{DIGEST}"),
            f"m.io/a:1@{DIGEST}",
            parts("", "m.io/a"),
            id="a digest behind the tag",
        ),
        pytest.param(
            "nvidia",
            parts("", "n.io", "a", "1"),
            f"m.io/n/a@{DIGEST}",
            parts("", "m.io/n", "", DIGEST),
            id="nvidia",
        ),
        pytest.param(
            "nvidia",
            parts("", "", "n.io/a:1"),
            "m.io/a:1",
            parts("", "", "m.io/a:1"),
            id="nvidia: whole",
        ),
        pytest.param(
            "prometheus",
            parts("", "q.io/a", "", "1"),
            f"m.io/a:1@{DIGEST}",
            parts("", "m.io/a", "", "", HEX),
            id="hex",
        ),
        pytest.param(
            "prometheus",
            parts("", "q.io/a:1", "", "2"),
            f"m.io/a:1@{DIGEST}",
            parts("", f"m.io/a:1@{DIGEST}"),
            id="prometheus: whole",
        ),
        pytest.param(
            "istio",
            parts("d.io", "", "q/a", "1"),
            "m.io/a:1",
            parts("", "", "m.io/a:1"),
            id="istio: whole",
        ),
        pytest.param(
            "istio",
            parts("", "", "a", "1"),
            "m.io/a:1",
            parts("", "", "m.io/a:1"),
            id="istio: becomes whole",
        ),
        pytest.param(
            "kiali",
            parts("", "q.io/a", "", "v1"),
            f"m.io/a@{DIGEST}",
            parts("", "m.io/a", "", HEX, "sha256"),
            id="kiali",
        ),
        pytest.param(
            "flux",
            parts("", "oci://q.io/a", "", "1"),
            "m.io/a:1",
            parts("", "oci://m.io/a"),
            id="flux",
        ),
        pytest.param(
            "plain",
            parts("docker://q.io", "a"),
            "m.io/a",
            parts("docker://m.io"),
            id="scheme of the registry",
        ),
    ],
)
def test_a_reference_is_split_as_it_was(join: str, given: Parts, image: str, new: Parts) -> None:
    assert split(JOINS[join], given, image) == new


@pytest.mark.parametrize(
    ("given", "image"),
    [
        pytest.param(parts("q.io", "a"), "b", id="one for two"),
        pytest.param(parts("q.io", "a", "b"), "m.io/b", id="two for three"),
        pytest.param(parts("q.io", "a", "b"), "c", id="one for three"),
    ],
)
def test_a_reference_must_have_something_for_each_part(given: Parts, image: str) -> None:
    with pytest.raises(Unsplittable):
        split(JOINS["plain"], given, image)


@pytest.mark.parametrize(
    ("join", "given", "new"),
    [
        ("plain", {"tag": "1", "digest": DIGEST}, {"digest": ""}),
        ("plain", {"tag": "1"}, {}),
        ("prometheus", {"tag": "1", "digest": "0" * 64}, {"digest": ""}),
        ("colon", {"tag": f"1@{DIGEST}"}, {"tag": "1"}),
        ("argocd", {"tag": DIGEST}, {"tag": "1"}),
        ("kiali", {"tag": "0" * 64, "digest": "sha256"}, {"tag": "1", "digest": ""}),
    ],
)
def test_a_digest_that_goes_leaves_its_part_empty(join: str, given: Parts, new: Parts) -> None:
    assert split(JOINS[join], {"repository": "quay.io/a", **given}, "quay.io/a:1") == new
