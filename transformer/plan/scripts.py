"""A plan as a shell script of one engine's commands, one line for each image.

It stops at the first error. Run again, it goes on: what is at its mirror is not copied again.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence, Set

from transformer.messages import counted, page
from transformer.plan.copies import Copy
from transformer.plan.engines import Engine

MAX_SCRIPT_PLACES = 3

_THERE = 'there() { want=$1; shift; [ "$("$@" 2>/dev/null || :)" = "$want" ]; }'
_HASHED = (
    "there() { want=$1; shift; "
    '[ "sha256:$("$@" 2>/dev/null | sha256sum | cut -c 1-64)" = "$want" ]; }'
)


def as_script(groups: Sequence[tuple[str, Sequence[Copy]]], engine: Engine, plain: Set[str]) -> str:
    """The script for `sh`, given the copies in groups with their headings, and hosts without TLS.

    What is quoted is made of letters, digits and `_.-/:@[]`; file names are in comments only.
    """
    count = sum(len(copies) for _, copies in groups)
    lines = [
        "#!/bin/sh",
        f"# {counted(count, 'image')} to be at the mirrors, copied by {engine.name}.",
        "# It stops at the first error, and goes on from there when it is run again.",
        "set -eu",
        _HASHED if engine.hashes else _THERE,
    ]
    for host, copies in groups:
        lines += ["", f"# {host}"] if host else [""]
        for copy in copies:
            lines += _lines(copy, engine, plain)
    return page(lines)


def _lines(copy: Copy, engine: Engine, plain: Set[str]) -> Iterator[str]:
    rest = len(copy.places) - MAX_SCRIPT_PLACES
    shown = [str(it) for it in copy.places[:MAX_SCRIPT_PLACES]]
    shown += [f"and {rest} more"] if rest > 0 else []
    yield f"# {copy.rule.label}, {', '.join(shown)}"
    command = shlex.join(engine.copy(copy.origin, copy.destination, plain))
    if copy.digest.startswith("sha256:"):
        look = shlex.join(engine.look(copy.destination, plain))
        yield f"there {copy.digest} {look} ||"
        command = f"  {command}"
    yield command
