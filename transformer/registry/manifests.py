"""Manifests: how to ask for one, and what makes an answer one.

A tag is asked for by HEAD, which says digest, size and media type and on Docker Hub counts against
no limit. Where a registry does not say them, the manifest itself is fetched and hashed.

Specification: github.com/opencontainers/distribution-spec v1.1.1, and image-spec v1.1.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from transformer.image.media_type import is_media_type
from transformer.image.reference import is_sha256
from transformer.registry.answers import json_object
from transformer.registry.faults import Reason, Refusal
from transformer.registry.foreign import whole_number
from transformer.registry.http.transport import NO_REGISTRY, Response

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
SCHEMA1 = "application/vnd.docker.distribution.manifest.v1"

INDEXES = frozenset({OCI_INDEX, DOCKER_LIST})
TYPES = frozenset({OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST})
# A registry that is not told of a type converts the manifest to one that it was told of, which has
# another digest, or says that there is no such image.
ACCEPT = ", ".join((OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST))

MAX_MANIFEST = 4 << 20


def headers(user_agent: str) -> dict[str, str]:
    """What every request for a manifest says: the types it takes, and that bytes must stay."""
    return {"Accept": ACCEPT, "Accept-Encoding": "identity", "User-Agent": user_agent}


def described(answer: Response, wanted: str) -> tuple[str, str, int] | None:
    """Digest, media type and size, as the answer to a HEAD says; None when it does not say all.

    `wanted` is the digest that was asked for, '' for a tag. Raises `Refusal` for schema 1, and for
    another digest than the wanted one.
    """
    media_type = media_type_of(answer)
    digest = answer.headers.get("docker-content-digest", "")
    length = whole_number(answer.headers.get("content-length", ""))
    encoded = answer.headers.get("content-encoding", "identity") != "identity"
    _refuse_schema1(media_type)
    if media_type not in TYPES or encoded or not length:
        return None
    if wanted:
        if digest.partition(":")[0] != wanted.partition(":")[0]:
            return None
        if digest != wanted:
            raise _wrong_digest(digest)
        return wanted, media_type, length
    return (digest, media_type, length) if is_sha256(digest) else None


def hashed(answer: Response, wanted: str) -> tuple[str, str, bytes]:
    """Digest, media type and exact bytes of the manifest that the answer to a GET holds.

    Raises `Refusal` when it holds none, or not the one that its header or `wanted` names.
    """
    body = _decoded(answer)
    content = json_object(body)
    media_type = _type_of(answer, content)
    _refuse_schema1(media_type)
    said = answer.headers.get("docker-content-digest", "")
    for digest in filter(None, (wanted, said)):
        algorithm = digest.partition(":")[0]
        if digest == wanted or is_sha256(digest):
            actual = f"{algorithm}:{hashlib.new(algorithm, body).hexdigest()}"
            if actual != digest:
                raise _wrong_digest(actual)
    return wanted or f"sha256:{hashlib.sha256(body).hexdigest()}", media_type, body


def media_type_of(answer: Response) -> str:
    """The Content-Type without its parameters, in lower case; '' for none."""
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()


def _type_of(answer: Response, content: Mapping[str, Any] | None) -> str:
    media_type = media_type_of(answer)
    if content is not None and content.get("schemaVersion") == 1:
        return SCHEMA1
    if content is None or content.get("schemaVersion") != 2:
        shown = f", but {media_type}" if media_type else ""
        detail = f"it is not a manifest{shown}"
        raise Refusal(_answer(detail, answer.status))
    if media_type in TYPES:
        return media_type
    own = content.get("mediaType")
    if isinstance(own, str) and is_media_type(own):
        return own
    if own is not None:
        raise Refusal(_answer("its mediaType is not a media type", answer.status))
    return OCI_INDEX if "manifests" in content else OCI_MANIFEST


def _decoded(answer: Response) -> bytes:
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding == "identity":
        return answer.body
    if encoding not in ("gzip", "x-gzip"):
        raise Refusal(_answer("it is encoded though asked not to be", answer.status))
    import zlib

    decoder = zlib.decompressobj(wbits=31)
    try:
        body = decoder.decompress(answer.body, MAX_MANIFEST)
    except zlib.error:
        raise Refusal(_answer("it is not gzip, as it says", answer.status)) from None
    if not decoder.eof:
        raise Refusal(_answer(f"it is cut, or longer than {MAX_MANIFEST} bytes", answer.status))
    return body


def _refuse_schema1(media_type: str) -> None:
    if media_type.startswith(SCHEMA1):
        reason = Reason(
            code="registry-schema1",
            state="is a schema 1 manifest, whose digest is not that of its bytes",
            hint="push the image again with a tool of the last years",
        )
        raise Refusal(reason)


def _wrong_digest(actual: str) -> Refusal:
    reason = Reason(
        code="registry-digest",
        state="has another digest than its registry gives it",
        detail=f"what came is {actual[:80]}",
        hint="the registry, or a proxy before it, changes manifests",
    )
    return Refusal(reason)


def _answer(detail: str, status: int) -> Reason:
    return Reason(
        code="registry-answer",
        state="is not answered with its manifest",
        detail=detail,
        hint=NO_REGISTRY,
        status=status,
    )
