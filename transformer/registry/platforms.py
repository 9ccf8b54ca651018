"""Which platforms an index offers, by the names that configurations use: os/arch[/variant].

Names are normalised as containerd does: x86_64 is amd64, aarch64 is arm64, arm without a variant is
arm/v7, and the variants that every such machine has are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from transformer.image.platform import is_platform
from transformer.image.reference import is_sha256

ARCHITECTURES = {
    "x86_64": ("amd64", ""),
    "x86-64": ("amd64", ""),
    "aarch64": ("arm64", ""),
    "armhf": ("arm", "v7"),
    "armel": ("arm", "v6"),
    "i386": ("386", ""),
}
DEFAULT_VARIANTS = {"amd64": "v1", "arm64": "v8"}
CONFIGS = frozenset(
    {
        "application/vnd.oci.image.config.v1+json",
        "application/vnd.docker.container.image.v1+json",
    }
)


# RFC 3339, 5.6.
_TIME = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def platforms_of(index: Mapping[str, Any]) -> dict[str, str]:
    """The digest of each platform of an index, sorted by platform.

    Attestations, and children that do not say what they are for, are left out. Of several for one
    platform, as Windows versions have, the first counts, as it does for a runtime.
    """
    found: dict[str, str] = {}
    children = index.get("manifests")
    for child in children if isinstance(children, list) else []:
        if not isinstance(child, dict):
            continue
        name, digest = platform_name(child.get("platform")), child.get("digest")
        if name and isinstance(digest, str) and is_sha256(digest):
            found.setdefault(name, digest)
    return dict(sorted(found.items()))


def platform_name(platform: object) -> str:
    """The name of a platform, as an index or an image's configuration has it; '' for none.

    A name of other characters than those of the registered ones (GOOS and GOARCH) is none.
    """
    if not isinstance(platform, dict):
        return ""
    parts = [platform.get(key) for key in ("os", "architecture", "variant")]
    system, machine, variant = (it.lower() if isinstance(it, str) else "" for it in parts)
    machine, implied = ARCHITECTURES.get(machine, (machine, ""))
    variant = variant or implied
    if machine == "arm":
        variant = variant or "v7"
    if variant.isdecimal():
        variant = f"v{variant}"
    if variant == DEFAULT_VARIANTS.get(machine):
        variant = ""
    if not system or not machine or "unknown" in (system, machine):
        return ""
    name = "/".join(filter(None, (system, machine, variant)))
    return name if is_platform(name) else ""


def config_of(manifest: Mapping[str, Any]) -> str:
    """The digest of the configuration of an image; '' for what is not an image."""
    config = manifest.get("config")
    if not isinstance(config, dict) or config.get("mediaType") not in CONFIGS:
        return ""
    digest = config.get("digest")
    return digest if isinstance(digest, str) and is_sha256(digest) else ""


def created_of(config: Mapping[str, Any]) -> str:
    """When an image was made, as its configuration has it, in UTC and whole seconds.

    '' where it does not say, or says what is no time (OCI image-spec, config, `created`).
    """
    text = config.get("created")
    if not isinstance(text, str) or not re.fullmatch(_TIME, text):
        return ""
    try:
        found = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return found.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
