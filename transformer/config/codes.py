"""The codes of all messages, one a line in `codes.txt`, which `make codes` makes of the source."""

from __future__ import annotations


def codes() -> list[str]:
    """Every code, sorted."""
    import pkgutil

    data = pkgutil.get_data(__name__, "codes.txt")
    assert data is not None
    return data.decode().split()
