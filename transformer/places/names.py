"""What a name says of the value that it stands for: that it is an image, or a part of one.

RELATED_IMAGE_WEB, workerImage, --helper-image    image
image-repository, WORKER_CONTAINER_REPOSITORY     repository
IMAGE_REGISTRY, container-registry, hub           registry
IMAGE_TAG, image-pull-policy                      nothing
MACHINE_IMAGE, REGISTRY_MIRROR                    other: nothing that a container runs
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, TypeAlias

Meaning: TypeAlias = Literal["image", "repository", "registry", "store", "other", ""]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

_REPOSITORY = frozenset({"repository", "repo", "repositories"})
_REGISTRY = frozenset({"registry", "hub"})

# Behind "image": what is put in front of names.
_FRONT = frozenset({"base", "domain", "host", "hub", "org", "prefix", "registry", "root", "server"})
_OF_IMAGES = frozenset({"container", "containers", "docker", "oci"})

# At the end of what stands behind "image", or right there: another fact about it.
_FACTS = frozenset(
    {
        "api", "arch", "automation", "bucket", "cdn", "class", "credentials", "digest", "dir",
        "directory", "endpoint", "family", "filter", "folder", "format", "gc", "id", "mime",
        "model", "path", "platform", "policies", "policy", "pull", "quality", "scan", "secret",
        "secrets", "selector", "service", "sha", "size", "stream", "streams", "tag", "tags",
        "threshold", "type", "types", "updater", "user", "version",
    }
)  # fmt: skip

# Anywhere: of an image that no container runs, or of names that are only compared.
_OTHERS = frozenset(
    {
        "allow", "allowed", "allowlist", "ami", "approved", "blocked", "boot", "cosign", "denied",
        "deny", "disk", "exclude", "excluded", "forbidden", "ignore", "ignored", "insecure", "iso",
        "machine", "mirror", "mirrors", "os", "permitted", "push", "qcow", "skip", "skipping",
        "trusted", "vm", "whitelist",
    }
)  # fmt: skip

# Of a registry or a repository that has no images; an image of these is one.
_OF_OTHERS = frozenset({"maven", "npm", "schema"})

_SPOKEN = _REPOSITORY | _REGISTRY | {"image", "registries"}

# Behind "image": what stands there is still its name.
_SAME = frozenset({"default", "env", "image", "name", "names", "ref", "reference", "uri", "url"})

# Behind "registry": what stands there is still its name.
_OF_REGISTRY = frozenset({"domain", "host", "hostname", "name", "prefix", "server", "url"})

# In front of "registry": what is registered there is no image.
_NO_IMAGES = frozenset({"chart", "event", "helm", "metrics", "model", "plugin", "service"})

# What lies in registries, and no container runs.
_ARTIFACTS = frozenset({"bundle", "chart", "charts"})


@cache
def meaning(name: str) -> Meaning:
    """What the name of a variable, flag, key, parameter or annotation says of its value.

    Takes it as written, in any case, with its hyphens; of an annotation, what is behind the domain
    counts. Returns '' for a name that says nothing of an image.
    """
    words = [_plain(it) for it in _WORD.findall(name.rpartition("/")[2])]
    if not _OTHERS.isdisjoint(words):
        return "" if _SPOKEN.isdisjoint(words) else "other"
    if not _OF_OTHERS.isdisjoint(words) and "image" not in words:
        return "" if _SPOKEN.isdisjoint(words) else "other"
    if "image" in words:
        at = words.index("image")
        return _of_image(words[:at], words[at + 1 :])
    if words == ["hub"] or _ends_in_registry(words):
        return "registry"
    if words and (words[-1] in _ARTIFACTS or _is_other_registry(words)):
        return "other"
    if not words or words[-1] not in _REPOSITORY:
        return "store" if words and words[-1] == "container" else ""
    return "store" if _OF_IMAGES.isdisjoint(words) else "repository"


def meaning_below(above: str, name: str) -> Meaning:
    """What a key says of its value that stands below another: `image: {value: acme/web:1}`."""
    said = meaning(above)
    if said == "registry" and name in _OF_REGISTRY:
        return "registry"
    return meaning(f"image.{name}") if said == "image" else ""


def is_plural(name: str) -> bool:
    """Whether a name is of several images, so that a list below it has one an item."""
    words = _WORD.findall(name.rpartition("/")[2])
    return bool(words) and words[-1].lower() in ("images", "imgs")


def is_of_names(name: str) -> bool:
    """Whether a name is of a name: that of an object has neither slash nor colon."""
    return name.lstrip("-") == "name"


def is_vague(name: str) -> bool:
    """Whether a name is of some image, and not surely of one to run: `IMAGE_SOURCE`, `ogImageX`."""
    words = [_plain(it) for it in _WORD.findall(name.rpartition("/")[2])]
    if words[:1] in (["related"], ["operand"]) or "image" not in words:
        return False
    behind = words[words.index("image") + 1 :]
    return bool(behind) and not _SAME.issuperset(behind)


def ends_in_image(name: str) -> bool:
    """Whether a name ends in `image`, so that a word alone can be one: `image: nginx`."""
    words = _WORD.findall(name.rpartition("/")[2])
    return bool(words) and words[-1].lower().endswith(("image", "img"))


def _plain(word: str) -> str:
    word = word.lower()
    return "image" if word.endswith(("image", "images")) or word in ("img", "imgs") else word


def _of_image(before: list[str], behind: list[str]) -> Meaning:
    if before == ["related"] or before == ["operand"] or not behind:
        return "image"
    if "with" not in behind and not _FACTS.isdisjoint((behind[0], behind[-1])):
        return ""
    if not _REPOSITORY.isdisjoint(behind):
        # What refers to a repository is the name of another object.
        return "image" if behind[-1] == "ref" else "repository"
    return "registry" if behind[-1] in _FRONT or _ends_in_registry(behind) else "image"


def _ends_in_registry(words: list[str]) -> bool:
    if "registry" not in words:
        return False
    behind = words[words.index("registry") + 1 :]
    return _OF_REGISTRY.issuperset(behind) and not _is_other_registry(words)


def _is_other_registry(words: list[str]) -> bool:
    return "registry" in words and not _NO_IMAGES.isdisjoint(words[: words.index("registry")])
