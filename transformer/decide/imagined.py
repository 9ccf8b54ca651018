"""Images that stand in no manifest: as if each were that of a container."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from transformer.model import Resource, Site
from transformer.yamltext.documents import Document, Source
from transformer.yamltext.edit import Spot


def imagined(
    image: str,
    namespace: str = "",
    kind: str = "",
    container: str = "",
    labels: Mapping[str, str] = MappingProxyType({}),
) -> Site:
    """The site of an image in a container of an object; '' where nothing is known of it.

    It has no steps, as it is in no object of a run.
    """
    resource = Resource(api_version="", kind=kind, namespace=namespace, name="", labels=labels)
    return Site(
        document=Document(Source("<image>", image), 0, 0, len(image)),
        resource=resource,
        steps=(),
        value=image,
        spot=Spot(start=0, end=len(image), first=0, last=0),
        container=container,
    )
