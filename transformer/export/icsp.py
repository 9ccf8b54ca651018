"""OpenShift's ImageContentSourcePolicy (operator.openshift.io/v1alpha1), before 4.13.

It is for images by digest alone, and asks the source for what the mirror lacks.
"""

from __future__ import annotations

from transformer.errors import Position, Problem
from transformer.export.format import Export, File, Format, Request
from transformer.export.openshift import PATH, mirror_set, mirror_sets


def make(request: Request) -> Export:
    """One object with all the rules."""
    moves, unsaid = mirror_sets(request)
    says = [] if request.has_fallback else [_LIMITS[0]]
    position = Position(file=request.config.name)
    limits = (
        Problem(code="not-exportable", message=message, position=position, hint=hint)
        for message, hint in (*says, _LIMITS[1])
    )
    text = mirror_set("ImageContentSourcePolicy", moves) if moves else ""
    return Export(files=(File(path=PATH, text=text),), unsaid=(*limits, *unsaid))


_LIMITS = (
    (
        "what the mirror lacks does not come from the source: `icsp` cannot forbid it",
        "--fallback says that it may",
    ),
    (
        "images by tag are moved: `icsp` has mirrors for digests alone",
        "`openshift` has them for both",
    ),
)

FORMAT = Format(help="ImageContentSourcePolicy, for OpenShift before 4.13", make=make)
