"""What an answer that was kept must be like to be taken for one.

A cache holds what anybody who may write there has written. Only what a registry could have answered
is taken, and for a digest only what says that digest.
"""

from __future__ import annotations

import re

from transformer.image.descriptor import Descriptor
from transformer.image.media_type import is_media_type
from transformer.image.platform import is_platform

_MAX_SIZE = 1 << 63

_is_digest = re.compile("sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}").fullmatch


def descriptor_of(
    digest: object, media_type: object, size: object, platforms: object
) -> Descriptor | None:
    """The descriptor that some values of unknown types are; None when they are none.

    `platforms` is a mapping from names to digests, or None where it is not known.
    """
    offered = {} if platforms is None else platforms
    if not (isinstance(digest, str) and isinstance(offered, dict)):
        return None
    if not (isinstance(media_type, str) and is_media_type(media_type)):
        return None
    if isinstance(size, bool) or not (isinstance(size, int) and 0 <= size < _MAX_SIZE):
        return None
    if not all(isinstance(it, str) and _is_digest(it) for it in (digest, *offered.values())):
        return None
    if not all(map(is_platform, offered)):
        return None
    return Descriptor(digest=digest, media_type=media_type, size=size, platforms=offered)


def counts(name: str, answer: Descriptor, asked: object, now: float, ttl: float) -> bool:
    """Whether an answer that was given at the time `asked` still counts for a reference's text.

    That of a tag counts for `ttl` seconds, that of a digest for ever, if it says that digest.
    """
    _, at, digest = name.partition("@")
    if at:
        return answer.digest == digest
    return isinstance(asked, int | float) and abs(now - asked) <= ttl
