"""Outputs: the bytes of an input with its plans carried out, as they grow.

Nothing of a plan is needed once it was carried out, so that the outputs of a large run take the
place of its plans.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping, Sequence

from transformer.config.options import Options
from transformer.edit.check import check_plan
from transformer.edit.plans import Made, Plan
from transformer.model import Result
from transformer.records import record
from transformer.yamltext.agreement import Fingerprint
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


@record
class Written:
    """The outputs that were made, one for each source, and the places where no edit can do what is
    wanted. `pieces` are empty where nothing was done to a source."""

    sources: Sequence[Source]
    pieces: tuple[tuple[bytes, ...], ...]
    conflicts: tuple[Result, ...]

    def chunks(self, inputs: Iterable[tuple[str, bytes]]) -> tuple[tuple[bytes, ...], ...]:
        """The outputs in pieces. Who kept the inputs gets those back that nothing was done to."""
        kept = inputs if isinstance(inputs, Sequence) else None
        return tuple(
            it or (source.encoded() if kept is None else kept[number][1],)
            for number, (it, source) in enumerate(zip(self.pieces, self.sources, strict=True))
        )


def carry_out(
    made: Iterable[Made],
    sources: Sequence[Source],
    prints: MutableMapping[int, Fingerprint],
    options: Options,
    *,
    failed: bool,
) -> Written:
    """Check each plan and write it while it is at hand; one that fails takes all back.

    Takes the plans, the inputs, the fingerprints by the `id` of their document, which are used up,
    options, and whether the run `failed` before. Raises `AgreementError`.
    """
    outputs = {id(source): Output(source) for source in sources}
    results: list[Result] = []
    for plan, conflicts in made:
        results += conflicts
        failed = failed or any(it.problem.severity == "error" for it in conflicts)
        if failed or not plan.changes_text:
            continue
        before = prints.pop(id(plan.document), None)
        check_plan(plan, before, options.verify, options.parser)
        if not plan.is_inner:
            outputs[id(plan.document.source)].add(plan)
    pieces = () if failed else tuple(outputs[id(source)].end() for source in sources)
    nothing: tuple[tuple[bytes, ...], ...] = ((),) * len(sources)
    return Written(sources=sources, pieces=pieces or nothing, conflicts=tuple(results))
