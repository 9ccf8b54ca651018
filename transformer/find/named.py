"""Sites for images that no manifest names: judged as any other is, and nothing to edit."""

from __future__ import annotations

from collections.abc import Iterable

from transformer.config.envelope import API_VERSION, KIND
from transformer.config.images import NamedImage
from transformer.errors import Position
from transformer.model import Resource, Site
from transformer.records import replace
from transformer.yamltext.documents import Document, Source
from transformer.yamltext.edit import Spot


class _Line(Source):
    # A text of one image, that stands where the image is listed.
    __slots__ = ("_at",)

    def __init__(self, text: str, at: Position) -> None:
        super().__init__(at.file, text)
        self._at = at

    def position(self, offset: int) -> Position:
        return replace(self._at, column=self._at.column + offset)


def named_sites(images: Iterable[NamedImage]) -> list[Site]:
    """A site for each image, in no container, in what lists it."""
    return [_site(it) for it in images]


def _site(image: NamedImage) -> Site:
    end = len(image.image)
    return Site(
        document=Document(_Line(image.image, image.position), 0, 0, end),
        resource=Resource(
            api_version=API_VERSION if image.kind == KIND else "",
            kind=image.kind,
            namespace="",
            name=image.name,
        ),
        steps=(image.field,),
        value=image.image,
        spot=Spot(start=0, end=end, first=0, last=0),
        platforms=image.platforms,
        note=image.note,
    )
