"""Outputs: the bytes of an input with its plans carried out, as they grow.

Nothing of a plan is needed once it was carried out, so that the outputs of a large run take the
place of its plans.
"""

from __future__ import annotations

from transformer.edit.plans import Plan
from transformer.yamltext.documents import BOM, Source

# How many characters are encoded at once.
_CHUNK = 1 << 20


class Output:
    """The text of one input with its plans carried out, as it grows."""

    __slots__ = ("_at", "_chunks", "_has_plan", "_pieces", "_size", "_source")

    def __init__(self, source: Source) -> None:
        self._source = source
        self._at = 0
        self._has_plan = False
        self._pieces = [BOM] if source.has_bom else []
        self._size = 0
        self._chunks: list[bytes] = []

    def add(self, plan: Plan) -> None:
        """Carry out the plan of a document behind those of all others."""
        document = plan.document
        self._has_plan = True
        self._put(self._source.text[self._at : document.start])
        self._put(plan.edited)
        self._put(plan.appendix)
        self._at = document.end

    def end(self) -> tuple[bytes, ...]:
        """The bytes of it, in pieces; none where no plan was carried out."""
        if not self._has_plan:
            return ()
        self._put(self._source.text[self._at :])
        self._flush()
        return tuple(self._chunks)

    def _put(self, text: str) -> None:
        self._pieces.append(text)
        self._size += len(text)
        if self._size > _CHUNK:
            self._flush()

    def _flush(self) -> None:
        self._chunks.append("".join(self._pieces).encode())
        self._pieces, self._size = [], 0
