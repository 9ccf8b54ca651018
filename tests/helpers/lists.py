"""Lists of objects, as they come and as nobody would write them, read in both ways."""

from __future__ import annotations

from collections.abc import Sequence

from transformer.config.config import Config
from transformer.config.options import Options
from transformer.pipeline import Outcome, transform
from transformer.yamltext.documents import Document, decode
from transformer.yamltext.items import Items
from transformer.yamltext.tree import Tree


class Whole:
    """Knows of no list how it is cut, so that each is read as a whole."""

    def __init__(self, inputs: Sequence[tuple[str, bytes]]) -> None:
        self.sources = tuple(decode(name, data) for name, data in inputs)

    def items(self, _: Document, /) -> Items | None:
        return None

    def tree(self, _: Document, /) -> Tree | None:
        return None


def outcomes(text: str, settings: Config, options: Options) -> tuple[Outcome, Outcome]:
    """What comes of a text, item by item where that can be, and read as a whole."""
    inputs = [("in.yaml", text.encode())]
    return (
        transform(inputs, settings, options=options),
        transform(inputs, settings, options=options, known=Whole(inputs)),
    )


def said(outcome: Outcome) -> Sequence[object]:
    """Everything that a user can see of an outcome."""
    return (
        [it.decode() for it in outcome.outputs],
        [(str(it), it.problem.position, it.field, it.current) for it in outcome.results],
        [
            (
                site.value,
                site.field,
                site.resource,
                site.position,
                verdict,
            )
            for site, verdict in outcome.decisions
        ],
        [(grant.names, grant.steps, grant.holder.resource) for grant in outcome.grants],
        [(note.value, note.at.resource.steps) for note in outcome.notes],
    )
