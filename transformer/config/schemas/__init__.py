"""JSON schemas (draft 7) of files that people write, for editors, and of outputs, for programs.

`make schemas` writes them from the tables that the readers check with, see `schema`.
"""

from __future__ import annotations


def read(name: str) -> bytes:
    """A schema as a JSON file, by the word that `mirrorpin schema` takes."""
    import pkgutil

    data = pkgutil.get_data(__name__, f"{name}.json")
    assert data is not None
    return data
