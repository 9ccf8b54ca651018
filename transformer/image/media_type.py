"""Media types as they name the kinds of manifests: type/subtype, without parameters.

Specification: RFC 6838, 4.2, which allows each of the two 127 characters.
"""

from __future__ import annotations

import re

_NAME = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"

MEDIA_TYPE = f"{_NAME}/{_NAME}"


def is_media_type(text: str) -> bool:
    """Whether a text is written as a media type is."""
    return re.fullmatch(MEDIA_TYPE, text) is not None
