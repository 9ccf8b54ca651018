from __future__ import annotations

import pytest

from tests.helpers.manifests import DIGEST
from transformer.image.parts import (
    JOINS,
    Capability,
    Contradiction,
    PartName,
    capability,
    is_whole,
    joined,
    keeps_tag,
    split_tail,
)

Parts = dict[PartName, str]
CAPABILITIES: tuple[Capability, ...] = (
    "whole", "tag", "behind", "field", "hex", "word", "none",
)  # fmt: skip
HEX = DIGEST.removeprefix("sha256:")


def parts(*values: str) -> Parts:
    """Parts in a line: registry, repository, name, tag, digest, those that are not empty."""
    names: tuple[PartName, ...] = ("registry", "repository", "name", "tag", "digest")
    return {name: text for name, text in zip(names, values, strict=False) if text}


@pytest.mark.parametrize(
    ("join", "given", "reference"),
    [
        pytest.param("plain", parts("q.io", "a/b", "", "1"), "q.io/a/b:1", id="three parts"),
        pytest.param("plain", parts("q.io", "a", "b", "1"), "q.io/a/b:1", id="four parts"),
        pytest.param("plain", parts("", "q.io/a", "b"), "q.io/a/b", id="without a tag"),
        pytest.param("plain", parts("q.io/", "a/", "b"), "q.io/a/b", id="slashes at ends"),
        pytest.param(
            "plain", parts("", "a", "", "1", DIGEST), f"a:1@{DIGEST}", id="tag and digest"
        ),
        pytest.param("plain", parts("", "a", "", "", DIGEST), f"a@{DIGEST}", id="digest alone"),
        pytest.param("plain", parts("q.io", "a:1"), "q.io/a:1", id="whole but for the registry"),
        pytest.param("plain", parts("q.io"), "", id="no repository"),
        pytest.param("plain", parts("q.io", "", "", "1"), "", id="a tag of nothing"),
        pytest.param("argocd", parts("", "a", "", "v1"), "a:v1", id="argocd: tag"),
        pytest.param("argocd", parts("", "a", "", DIGEST), f"a@{DIGEST}", id="argocd: digest"),
        pytest.param("nvidia", parts("", "n.io", "a", "1"), "n.io/a:1", id="nvidia: parts"),
        pytest.param("nvidia", parts("", "", "n.io/a:1"), "n.io/a:1", id="nvidia: whole"),
        pytest.param("nvidia", parts("", "", "a", DIGEST), f"a@{DIGEST}", id="nvidia: digest"),
        pytest.param("prometheus", parts("", "q.io/a", "", "1"), "q.io/a:1", id="prometheus: tag"),
        pytest.param(
            "prometheus", parts("", "q.io/a", "", "1", HEX), f"q.io/a:1@{DIGEST}", id="bare hex"
        ),
        pytest.param(
            "prometheus", parts("", "q.io/a:2", "", "1", HEX), "q.io/a:2", id="prometheus: whole"
        ),
        pytest.param("datadog", parts("g.io", "", "a", "7"), "g.io/a:7", id="datadog: name"),
        pytest.param("datadog", parts("g.io", "", "h.io/a:7", "8"), "h.io/a:7", id="whole name"),
        pytest.param(
            "istio",
            parts("d.io/istio", "", "proxyv2", "1"),
            "d.io/istio/proxyv2:1",
            id="istio: name",
        ),
        pytest.param("istio", parts("d.io/istio", "", "q.io/a", "1"), "q.io/a", id="istio: slash"),
        pytest.param(
            "kiali", parts("", "q.io/a", "", HEX, "sha256"), f"q.io/a@{DIGEST}", id="kiali: word"
        ),
        pytest.param("kustomize", parts("", "q.io/a", "", "1"), "q.io/a:1", id="kustomize"),
        pytest.param("colon", parts("", "q.io/a", "", "1"), "q.io/a:1", id="colon"),
        pytest.param(
            "colon",
            parts("", "q.io/a", "", f"1@{DIGEST}"),
            f"q.io/a:1@{DIGEST}",
            id="colon: digest",
        ),
        pytest.param("flux", parts("", "oci://q.io/a", "", "1"), "q.io/a:1", id="flux: scheme"),
    ],
)
def test_parts_make_one_reference(join: str, given: Parts, reference: str) -> None:
    assert joined(JOINS[join], given) == reference


@pytest.mark.parametrize(
    ("given", "beside"),
    [
        pytest.param(parts("", "a:1", "", "2"), "tag", id="two tags"),
        pytest.param(parts("", f"a@{DIGEST}", "", "", DIGEST), "digest", id="two digests"),
        pytest.param(parts("", "a:1", "", "", DIGEST), "digest", id="a tag and a digest"),
        pytest.param(parts("q.io", "b", "a:1", "2"), "tag", id="in the name"),
    ],
)
def test_parts_must_not_disagree(given: Parts, beside: str) -> None:
    with pytest.raises(Contradiction) as caught:
        joined(JOINS["plain"], given)
    assert str(caught.value) == (f"has a tag or digest, and there is a `{beside}` beside it")


@pytest.mark.parametrize(
    ("join", "given", "expected"),
    [
        pytest.param("plain", parts("", "a:1"), False, id="never"),
        pytest.param("nvidia", parts("", "", "a"), True, id="alone"),
        pytest.param("nvidia", parts("", "", "a", "1"), False, id="not alone"),
        pytest.param("nvidia", parts("", "a"), True, id="a repository alone"),
        pytest.param("prometheus", parts("", "a@b"), True, id="tagged"),
        pytest.param("prometheus", parts("", "h:5000/a"), False, id="a port is no tag"),
        pytest.param("istio", parts("", "", "a/b"), True, id="slash"),
        pytest.param("istio", parts("", "", "a"), False, id="no slash"),
        pytest.param("istio", parts("a/b"), False, id="no name"),
    ],
)
def test_a_name_may_be_a_whole_reference(join: str, given: Parts, expected: bool) -> None:
    assert is_whole(JOINS[join], given) is expected


@pytest.mark.parametrize(
    ("join", "given", "has_digest_part", "expected"),
    [
        pytest.param("plain", parts("", "a"), True, "field", id="a field of its own"),
        pytest.param("plain", parts("", "a"), False, "none", id="no field"),
        pytest.param("plain", parts("", "a:1"), True, "whole", id="where a tag is"),
        pytest.param("argocd", parts("", "a", "", "1"), False, "tag", id="argocd"),
        pytest.param("nvidia", parts("", "", "a"), False, "whole", id="nvidia: whole"),
        pytest.param("nvidia", parts("", "b", "a", "1"), False, "tag", id="nvidia: parts"),
        pytest.param("prometheus", parts("", "a"), True, "hex", id="prometheus"),
        pytest.param("prometheus", parts("", "a:1"), True, "whole", id="prometheus: whole"),
        pytest.param("datadog", parts("", "", "a", "1"), False, "none", id="datadog"),
        pytest.param("datadog", parts("", "", "a:1"), False, "tag", id="datadog: whole"),
        pytest.param("istio", parts("", "", "a", "1"), False, "none", id="istio"),
        pytest.param("istio", parts("", "", "b/a"), False, "whole", id="istio: whole"),
        pytest.param("kiali", parts("", "a", "", "1"), True, "word", id="kiali"),
        pytest.param("aerospike", parts("", "a", "b"), True, "none", id="aerospike"),
        pytest.param("kustomize", parts("", "a", "", "1"), True, "field", id="kustomize"),
        pytest.param("kustomize", parts("", "a", "", "", "x"), True, "field", id="its digest"),
        pytest.param("kustomize", parts("", "a"), True, "none", id="kustomize: no tag"),
        pytest.param("colon", parts("", "a", "", "1"), False, "behind", id="colon"),
        pytest.param("colon", parts("", "a"), False, "none", id="colon: no tag"),
        pytest.param("colon", parts("", "a:1"), False, "whole", id="colon: its tag in the name"),
        pytest.param(
            "plain", parts("", "a", "", f"1@{DIGEST}"), False, "behind", id="where a digest is"
        ),
    ],
)
def test_a_digest_has_a_place(
    join: str, given: Parts, has_digest_part: bool, expected: str
) -> None:
    assert capability(JOINS[join], given, has_digest_part=has_digest_part) == expected


@pytest.mark.parametrize("chosen", [True, False])
def test_a_tag_stays_where_there_is_a_choice(chosen: bool) -> None:
    kept = {it for it in CAPABILITIES if keeps_tag(it, chosen)}
    # What takes no digest may have one: nothing is dropped beside that.
    assert kept == {"behind", "field", "hex", "none"} | ({"whole"} if chosen else set())


@pytest.mark.parametrize(
    ("image", "name", "tail"),
    [
        ("a", "a", ""),
        ("a:1", "a", ":1"),
        ("h:5000/a", "h:5000/a", ""),
        ("h:5000/a:1", "h:5000/a", ":1"),
        (f"a@{DIGEST}", "a", f"@{DIGEST}"),
        (f"h:5/a:1@{DIGEST}", "h:5/a", f":1@{DIGEST}"),
    ],
)
def test_a_tail_begins_behind_the_name(image: str, name: str, tail: str) -> None:
    assert split_tail(image) == (name, tail)
