"""Split images, whatever their parts: what is written into them is what they then make."""

from __future__ import annotations

from hypothesis import assume, given, strategies

from tests.helpers.manifests import DIGEST
from transformer.image.parts import (
    JOINS,
    Capability,
    Contradiction,
    Join,
    PartName,
    Unsplittable,
    capability,
    is_whole,
    joined,
    keeps_tag,
    split,
    split_tail,
)

Parts = dict[PartName, str]

HEX = DIGEST.removeprefix("sha256:")
OTHER = "fedcba9876543210" * 4

_components = strategies.sampled_from(["a", "acme", "app", "library", "x1"])
_paths = strategies.lists(_components, min_size=1, max_size=3).map("/".join)
_hosts = strategies.sampled_from(["q.io", "h.io:5000", "docker.io", "localhost"])
_tails = strategies.sampled_from(["", ":1", f"@{DIGEST}", f":1@{DIGEST}"])


@strategies.composite
def split_images(draw: strategies.DrawFn) -> tuple[Join, Parts]:
    """A rule, and parts that make an image by it."""
    name = draw(strategies.sampled_from(sorted(JOINS)))
    parts: Parts = {}
    if draw(strategies.booleans()):
        parts["registry"] = draw(_hosts) + draw(strategies.sampled_from(["", "/", "/acme"]))
    last: PartName = "repository"
    if draw(strategies.booleans()):
        parts["repository"], last = draw(_paths), "name"
    scheme = "oci://" if name == "flux" and not parts else ""
    parts[last] = scheme + draw(_paths) + draw(_tails)
    if draw(strategies.booleans()):
        tags = {"argocd": ["1", DIGEST], "nvidia": ["1", DIGEST]}
        parts["tag"] = draw(strategies.sampled_from(tags.get(name, ["1", f"1@{DIGEST}"])))
    is_pinned = "@" in parts.get("tag", "") or JOINS[name].digest in ("tag", "behind")
    if draw(strategies.booleans()) and not is_pinned:
        parts["digest"] = {"prometheus": HEX, "kiali": "sha256"}.get(name, DIGEST)
        if name == "kiali":
            parts["tag"] = HEX
    return JOINS[name], parts


def reference(join: Join, parts: Parts) -> str:
    try:
        return joined(join, parts)
    except Contradiction:
        assume(False)
        raise


def renamed(image: str, taking: Capability, keep_tag: bool, digest: str) -> str:
    """An image at a mirror, with a digest where its fields take one."""
    name, tail = split_tail(image)
    tag, _, old = tail.partition("@")
    digest = old or (digest if taking != "none" else "")
    tag = tag if not digest or keeps_tag(taking, keep_tag) else ""
    return f"m.io/mirror/{name}{tag}" + (f"@{digest}" if digest else "")


@given(
    split_images(),
    strategies.booleans(),
    strategies.booleans(),
    strategies.sampled_from(["", f"sha256:{OTHER}"]),
)
def test_what_is_split_is_joined_again(
    image: tuple[Join, Parts], has_digest_part: bool, keep_tag: bool, digest: str
) -> None:
    join, parts = image
    old = reference(join, parts)
    has_digest_part = has_digest_part or "digest" in parts
    taking = capability(join, parts, has_digest_part=has_digest_part)
    # A rule whose digest has a field of its own has that field.
    assume(has_digest_part or taking not in ("hex", "word"))
    new = renamed(old, taking, keep_tag, digest)
    after: Parts = {**parts, **split(join, parts, new)}
    assert joined(join, after) == new
    assert set(after) - set(parts) <= {"tag", "digest"}


@given(split_images())
def test_nothing_is_written_where_nothing_changes(image: tuple[Join, Parts]) -> None:
    join, parts = image
    assert split(join, parts, reference(join, parts)) == {}


@given(split_images(), _paths)
def test_any_name_that_fits_is_joined_again(image: tuple[Join, Parts], path: str) -> None:
    join, parts = image
    old_tail = split_tail(reference(join, parts))[1]
    new = f"m.io/{path}{old_tail}"
    try:
        after: Parts = {**parts, **split(join, parts, new)}
    except Unsplittable:
        assert not is_whole(join, parts)
        if join.whole == "slash":
            return
        names = [it for it in ("registry", "repository", "name") if it in parts]
        assert len(names) > 2 + path.count("/")
        return
    assert joined(join, after) == new
