"""JSON schemas (draft 7) of configurations, locks and lists, for editors and programs.

`make schemas` writes them from the tables that the readers check with, see `schema`.
"""

from __future__ import annotations


def read(name: str) -> bytes:
    """The schema of `config`, `lock`, `plan` or `secrets`, as a JSON file."""
    import pkgutil

    data = pkgutil.get_data(__name__, f"{name}.json")
    assert data is not None
    return data
