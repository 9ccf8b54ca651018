"""What belongs to a manifest without being in it: signatures, attestations, lists of parts.

They refer to it (`subject`), and registries list who does; or they have a tag that is made of its
digest, as cosign writes them. Where a registry knows no list, a tag without a suffix stands for it.

Specification: github.com/opencontainers/distribution-spec v1.1.1, Listing Referrers and Referrers
Tag Schema; the suffixes are those of cosign.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from transformer.image.reference import is_sha256
from transformer.records import record
from transformer.registry.answers import json_object
from transformer.registry.faults import Reason, Refusal
from transformer.registry.http.transport import NO_REGISTRY, Response

SUFFIXES = (".sig", ".att", ".sbom")
MAX_PAGES = 100

# What does not know the list of referrers may say so in several ways.
NO_LIST = frozenset({400, 404, 405, 501})

_next_page = re.compile(r'<(?:https?://[^/<>]*)?(/v2/[!-;=?-~]*)>\s*;\s*rel="?next"?').search


@record
class Attached:
    """What belongs to one manifest, and, of an index, the manifests in it.

    `referrers` are digests; `tags` has the digest of each tag, that of the list included.
    """

    children: tuple[str, ...] = ()
    referrers: tuple[str, ...] = ()
    tags: Mapping[str, str] = MappingProxyType({})


def tag_of(digest: str) -> str:
    """The tag that is made of a digest, to which a suffix may be added."""
    return digest.replace(":", "-", 1)


def listed(body: bytes) -> tuple[str, ...]:
    """The digests of the manifests that an index lists; none for what is no index."""
    manifests = (json_object(body) or {}).get("manifests")
    found = (_digest(it) for it in (manifests if isinstance(manifests, list) else []))
    return tuple(dict.fromkeys(filter(None, found)))


def referring(answer: Response) -> tuple[str, ...]:
    """The digests on a page of the list of referrers. Raises `Refusal` for what is no such page."""
    content = json_object(answer.body) or {}
    if not isinstance(content.get("manifests"), list):
        raise no_list(answer.status)
    return listed(answer.body)


def next_page(answer: Response, folder: str) -> str:
    """Where the next page is, as what stands behind a folder in its path; '' for the last one.

    Raises `Refusal` where it is not in that folder.
    """
    link = answer.headers.get("link", "")
    found = _next_page(link)
    if found is None:
        return ""
    if not found[1].startswith(folder):
        raise no_list(answer.status)
    return found[1].removeprefix(folder)


def no_list(status: int) -> Refusal:
    """Why an answer with this status is not a list of referrers, or none that ends."""
    reason = Reason(
        code="registry-answer",
        state="is answered without the list of its referrers",
        hint=NO_REGISTRY,
        status=status,
    )
    return Refusal(reason)


def _digest(descriptor: Any) -> str:  # noqa: ANN401 what a registry sends
    digest = descriptor.get("digest") if isinstance(descriptor, dict) else None
    return digest if isinstance(digest, str) and is_sha256(digest) else ""
