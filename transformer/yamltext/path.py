"""Steps through data, keys and indices, and how they are written."""

from __future__ import annotations

from typing import TypeAlias

Step: TypeAlias = "str | int"
Steps: TypeAlias = "tuple[Step, ...]"

# In the steps of a path: every item of a list, every value of a mapping.
EACH = -1
EVERY = -2


def field_path(steps: Steps) -> str:
    """A field path as KRM results write it: `spec.template.spec.containers[0].image`."""
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path.removeprefix(".")


def pointer(steps: Steps) -> str:
    """The same steps as a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
