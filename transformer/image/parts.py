"""Images that are split over several fields: joined to one reference, and split again.

    image: {registry: quay.io, repository: acme/app, tag: "1.0", digest: sha256:...}

Every API has its own rule, which is data here. What a rule says was read in the code of its
controller; the catalogue names the place of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from transformer.records import record

# Where a digest can be written: into the reference, instead of the tag, behind it in its field,
# into a field of its own (with its algorithm, bare, or the algorithm alone before a tag of hex
# digits), or nowhere.
Capability: TypeAlias = Literal["whole", "tag", "behind", "field", "hex", "word", "none"]

PartName: TypeAlias = Literal["registry", "repository", "name", "tag", "digest"]

PARTS: tuple[PartName, ...] = ("registry", "repository", "name", "tag", "digest")
_NAMES: tuple[PartName, ...] = ("registry", "repository", "name")

SHA256 = "sha256:"


@record
class Join:
    """How a controller makes one reference of its fields.

    `digest` is where a digest goes; `whole` says when the last part of the name is a whole
    reference of its own: when nothing stands beside it (`alone`), when it has a tag or digest
    (`tagged`), or when it has a slash (`slash`); `whole_digest` is where a digest goes then.
    An image that `needs_tag` takes a digest only where it has a tag or digest already: otherwise
    that of another place counts.
    """

    digest: Capability | Literal[""] = ""
    whole: Literal["", "alone", "tagged", "slash"] = ""
    whole_digest: Capability = "whole"
    needs_tag: bool = False


JOINS: Mapping[str, Join] = MappingProxyType(
    {
        "plain": Join(),
        "colon": Join(digest="behind", needs_tag=True),
        "argocd": Join(digest="tag"),
        "nvidia": Join(digest="tag", whole="alone"),
        "prometheus": Join(digest="hex", whole="tagged"),
        "datadog": Join(digest="none", whole="tagged", whole_digest="tag"),
        "istio": Join(digest="none", whole="slash"),
        "kiali": Join(digest="word"),
        "aerospike": Join(digest="none"),
        "kustomize": Join(needs_tag=True),
        "flux": Join(),
    }
)

PLAIN = JOINS["plain"]


class Contradiction(ValueError):
    """Two parts say different things about one image."""


class Unsplittable(ValueError):
    """The parts cannot hold the new name: it has too few components, or would be read otherwise."""


Parts: TypeAlias = "Mapping[PartName, str]"


def is_whole(join: Join, parts: Parts) -> bool:
    """True where the last part of the name is a whole reference, and the others do not count."""
    last = _last(parts)
    text = parts.get(last, "") if last else ""
    if join.whole == "alone":
        return not any(parts.get(part) for part in PARTS if part != last)
    if join.whole == "tagged":
        return _has_tail(text)
    return join.whole == "slash" and "/" in text


def capability(join: Join, parts: Parts, *, has_digest_part: bool) -> Capability:
    """Where a digest of the image that the parts make can be written."""
    if is_whole(join, parts):
        return join.whole_digest
    if "@" in parts.get("tag", ""):
        return "behind"
    last = _last(parts)
    if last and _has_tail(parts[last]):
        return "whole"
    if join.needs_tag and not (parts.get("tag") or parts.get("digest")):
        return "none"
    return join.digest or ("field" if has_digest_part else "none")


def keeps_tag(capability: Capability, chosen: bool) -> bool:
    """Whether a tag stays beside a digest: as it is chosen, where the fields leave a choice."""
    return chosen if capability == "whole" else capability in ("behind", "field", "hex", "none")


def joined(join: Join, parts: Parts) -> str:
    """The reference that the parts make; '' where they name no repository.

    Takes the parts that are there and are not empty. Raises `Contradiction` where two of them have
    a tag, or a digest.
    """
    last = _last(parts)
    if last is None:
        return ""
    if is_whole(join, parts):
        return parts[last]
    name = "".join(f"{parts[part].rstrip('/')}/" for part in _NAMES if parts.get(part))[:-1]
    name = name[len(_scheme(name)) :]
    tag, digest = parts.get("tag", ""), parts.get("digest", "")
    if _has_tail(parts[last]) and (tag or digest):
        beside = "tag" if tag else "digest"
        raise Contradiction(f"has a tag or digest, and there is a `{beside}` beside it")
    if join.digest == "word" and digest:
        return f"{name}@{digest}:{tag}"
    if join.digest == "tag" and ":" in tag:
        return f"{name}@{tag}"
    if join.digest == "hex" and digest:
        digest = SHA256 + digest
    return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def split(join: Join, parts: Parts, image: str) -> dict[PartName, str]:
    """The parts that make a new reference, where `parts` make the old one.

    Takes the reference with its tag and digest as far as they can be written. Returns the parts
    that change, '' for one that holds nothing any more. Raises `Unsplittable`.
    """
    last = _last(parts)
    assert last is not None
    if is_whole(join, parts):
        return _changed(parts, {last: image})
    name, tail = split_tail(image)
    digest = tail.partition("@")[2]
    names = [part for part in _NAMES if parts.get(part)]
    old = [parts[it] for it in names]
    scheme = _scheme(old[0])
    old[0] = old[0].removeprefix(scheme)
    first, *others = _distributed(old, name)
    new = dict(zip(names, [scheme + first, *others], strict=True))
    if is_whole(join, {**parts, **new}):
        # A name that is a whole reference by itself leaves the other parts out.
        return _changed(parts, {last: image})
    if _has_tail(parts[last]):
        new[last] += tail
    elif digest and (join.digest == "behind" or "@" in parts.get("tag", "")):
        new["tag"] = tail[1:]
    elif digest and join.digest == "word":
        new["digest"], _, new["tag"] = digest.partition(":")
    elif digest and join.digest == "tag":
        new["tag"] = digest
    elif digest:
        new["digest"] = digest.removeprefix(SHA256) if join.digest == "hex" else digest
    else:
        new.update(_without_digest(join, parts, tail[1:]))
    return _changed(parts, new)


def _without_digest(join: Join, parts: Parts, tag: str) -> dict[PartName, str]:
    if join.digest == "word" and parts.get("digest"):
        return {"digest": "", "tag": tag}
    if parts.get("digest"):
        return {"digest": ""}
    is_digest = join.digest == "tag" and ":" in parts.get("tag", "")
    return {"tag": tag} if is_digest or "@" in parts.get("tag", "") else {}


def _scheme(name: str) -> str:
    scheme, separator, _ = name.partition("://")
    return scheme + separator if separator else ""


def _changed(parts: Parts, new: dict[PartName, str]) -> dict[PartName, str]:
    return {part: text for part, text in new.items() if text != parts.get(part)}


def _last(parts: Parts) -> PartName | None:
    return "name" if parts.get("name") else "repository" if parts.get("repository") else None


def _has_tail(text: str) -> bool:
    return bool(split_tail(text)[1])


def split_tail(image: str) -> tuple[str, str]:
    """A reference's name, and its tag and digest with what stands before them."""
    at = image.find("@")
    end = at if at >= 0 else len(image)
    colon = image.find(":", image.rfind("/", 0, end) + 1, end)
    cut = colon if colon >= 0 else end
    return image[:cut], image[cut:]


def _distributed(old: list[str], name: str) -> list[str]:
    # From the right, each part keeps its text if it can, otherwise its number of components; every
    # part to the left of it gets one at least.
    new: list[str] = []
    for left in range(len(old) - 1, 0, -1):
        text = old[left]
        components = name.split("/")
        most = len(components) - left
        if most < 1:
            raise Unsplittable
        count = text.count("/") + 1
        if count > most or components[-count:] != text.split("/"):
            text = "/".join(components[-min(count, most) :])
        new.append(text)
        name = name[: -len(text) - 1]
    return [name + "/" * old[0].endswith("/"), *reversed(new)]
