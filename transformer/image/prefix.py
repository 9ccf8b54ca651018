"""The beginning of names, to which somebody appends: a host, or a host and a path.

    quay.io/acme    stands for    quay.io/acme/*

No reference is a prefix, so one that lies below it stands for all that do.
"""

from __future__ import annotations

from transformer.image.reference import normalize

# What is appended: of two parts, as one alone would be an official image of the Hub.
BELOW = "/mirrorpin/below"


def below(prefix: str) -> str:
    """A reference below a prefix as it is written; '' for one that names nothing."""
    bare = prefix.strip().rstrip("/")
    return bare + BELOW if bare else ""


def full_name(prefix: str) -> str:
    """A prefix as rules name it: a folder alone is one of the Hub. Raises `BadReference`."""
    return normalize(below(prefix)).name.removesuffix(BELOW)


def about_all(text: str) -> str:
    """A text about a reference below a prefix as one about everything below it."""
    return text.replace(BELOW, "/*")
