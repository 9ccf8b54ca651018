"""What a registry says of an image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from transformer.records import record
from transformer.registry.faults import RegistryFault

Outcome: TypeAlias = "Descriptor | RegistryFault"
Progress: TypeAlias = "Callable[[int, int], None]"


@record
class Descriptor:
    """A manifest: its digest, media type, and `size` in bytes (OCI image-spec, Descriptor).

    `platforms` has the digest of each platform, os/arch[/variant], where they were asked for.
    """

    digest: str
    media_type: str
    size: int
    platforms: Mapping[str, str] = MappingProxyType({})
