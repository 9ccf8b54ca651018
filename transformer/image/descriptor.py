"""What is known of the manifest that a reference stands for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from transformer.records import record


@record
class Descriptor:
    """A manifest, as a registry or a lock describes it (OCI image-spec, Descriptor).

    '' and 0 stand for what is not known. `size` is the manifest's in bytes; `platforms` has the
    digest of each platform, os/arch[/variant], of an index; `resolved_from` is whom a lock says
    was asked: source, mirror or both. `created` is when the oldest of its images was made, as they
    say themselves, in UTC: 2026-12-31T23:59:59Z. `targets` has, by the targets of a rule, the one
    that a lock says had it. `signers` has, by who has signed it, the program that a lock says
    has checked that.
    """

    digest: str
    media_type: str = ""
    size: int = 0
    resolved_from: str = ""
    created: str = ""
    platforms: Mapping[str, str] = MappingProxyType({})
    targets: Mapping[str, str] = MappingProxyType({})
    signers: Mapping[str, str] = MappingProxyType({})
