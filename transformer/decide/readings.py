"""The text at a site as a reference, or why it is none.

image: ""                     left alone
image: $(IMAGE)               nothing has expanded it: an error, or a warning (`invalid`)
image: $(params.image)        in a kind whose controller does that: a warning
"""

from __future__ import annotations

from transformer.errors import Problem, Severity
from transformer.image.reference import BadReference, Reference, normalize, placeholder
from transformer.messages import quoted
from transformer.model import Fail, Skip

_HINT = "substitute it before mirrorpin, or set `invalid: warn` to leave it alone"


def read_image(image: str, invalid: str) -> Reference | Skip | Fail:
    """Read the text of a site.

    Takes the text, and the configuration's `invalid`: fail or warn. Returns the normalised
    reference, or a verdict for a text that is none.
    """
    if not image:
        message = "left alone: an empty string names no image"
        return Skip(problem=Problem(code="empty", message=message, severity="info"))
    unexpanded = placeholder(image)
    if unexpanded:
        message = f"must not hold a placeholder: {quoted(unexpanded)}"
        return _unreadable("placeholder", message, _HINT, invalid)
    try:
        return normalize(image)
    except BadReference as error:
        return _unreadable(error.code, error.message, error.hint, invalid)


def _unreadable(code: str, message: str, hint: str, invalid: str) -> Skip | Fail:
    severity: Severity = "error" if invalid == "fail" else "warning"
    problem = Problem(code=code, message=message, severity=severity, hint=hint)
    return Fail(problem=problem) if severity == "error" else Skip(problem=problem)
