"""Documents that are held in a string: YAML or JSON in a ConfigMap, an annotation, a patch.

They are sources of their own, which go through the same passes; what is to be done in them is
carried out inside the scalar that holds them.
"""

from __future__ import annotations

from transformer.errors import Position, Severity
from transformer.model import Pod, Resource, Result, SecretField
from transformer.places.place import Place
from transformer.records import replace
from transformer.yamltext.documents import Document, Source
from transformer.yamltext.edit import Anchor, Spot
from transformer.yamltext.faults import fault_problem
from transformer.yamltext.path import Steps, field_path
from transformer.yamltext.tree import SyntaxFault

# How much it matters that a text cannot be read, by who says that there is a document in it.
_SEVERITIES: dict[str, Severity] = {"shipped": "warning", "shape": "info"}


class InnerSource(Source):
    """The text that a scalar holds. `place` says what is in it.

    `holder` or `pods` hold the pull secrets for images in it that are in no pod spec of their own.
    """

    __slots__ = (
        "anchor",
        "document",
        "holder",
        "place",
        "pods",
        "resource",
        "spot",
        "steps",
        "value",
    )

    def __init__(
        self,
        document: Document,
        resource: Resource,
        steps: Steps,
        value: str,
        spot: Spot,
        anchor: Anchor | None,
        place: Place,
    ) -> None:
        super().__init__(document.source.name, value)
        self.document = document
        self.resource = resource
        self.steps = steps
        self.value = value
        self.spot = spot
        self.anchor = anchor
        self.place = place
        self.holder: SecretField | None = None
        self.pods: tuple[Pod, ...] = ()

    @property
    def path(self) -> Steps:
        """The steps to the scalar from the object in the file."""
        return (*self.resource.within, *self.steps)

    @property
    def field(self) -> str:
        """The field path to the scalar from the object in the file."""
        return field_path(self.path)

    def position(self, offset: int) -> Position:
        """Where a character of the text stands in the file, to the line."""
        from transformer.yamltext.alignment import Misaligned, align
        from transformer.yamltext.parsers import readable

        spot = self.spot if self.anchor is None else self.anchor.definition
        written = readable(self.document.text[spot.start : spot.end])
        try:
            within = align(written, spot.style, self.value).start(offset)
        except Misaligned:
            within = 0
        return self.document.position(spot.start + within)


def unread(document: Document, fault: SyntaxFault) -> Result:
    """What is said of a document that cannot be read, or of a text in an object that cannot."""
    problem = fault_problem(document, fault)
    source = document.source
    if not isinstance(source, InnerSource):
        return Result(problem=problem)
    severity = _SEVERITIES.get(source.place.origin, problem.severity)
    problem = replace(problem, severity=severity)
    return Result(problem=problem, resource=source.resource, field=source.field)
