"""A bill of materials as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), by its library.

The library is not among those that every run needs: it is in the extra `mirrorpin[reports]`. The
bill has no time, and its serial number is made of what it says: twice is once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from transformer.errors import usage_error
from transformer.messages import json_page
from transformer.report.bills import NAME, Item, identity

if TYPE_CHECKING:
    from cyclonedx.model.component import Component

HINT = "python -m pip install 'mirrorpin[reports]'"


def write(items: Sequence[Item], _day: str) -> str:
    """The bill as JSON. Raises `UsageError` where the library is not installed."""
    try:
        from cyclonedx.model.bom import Bom, BomMetaData
        from cyclonedx.output.json import JsonV1Dot6
    except ImportError:
        message = "`--format cyclonedx` lacks cyclonedx-python-lib, which is not installed"
        raise usage_error(message, HINT) from None
    from uuid import NAMESPACE_URL, uuid5

    bom = Bom(
        metadata=BomMetaData(),
        serial_number=uuid5(NAMESPACE_URL, identity(items)),
    )
    bom.metadata.tools.components.add(_tool())
    # The library gives one without a time that of the clock.
    bom.metadata.timestamp = None  # type: ignore[assignment]
    head = json.loads(JsonV1Dot6(bom).output_as_string())
    return json_page(_with_components(items) | head)


def _with_components(items: Sequence[Item]) -> dict[str, object]:
    # Each by the library, and apart: of many together it takes the square, as each looks through
    # what all depend on, which is nothing.
    if not items:
        return {}
    from cyclonedx.schema.schema import SchemaVersion1Dot6

    written = (_component(it).as_json(view_=SchemaVersion1Dot6) for it in items)  # type: ignore[attr-defined]
    return {
        "components": [json.loads(it) for it in written],
        "dependencies": [{"ref": it.purl} for it in items],
    }


def _tool() -> Component:
    from cyclonedx.model.component import Component, ComponentType

    from transformer import __version__

    return Component(name=NAME, version=__version__, type=ComponentType.APPLICATION)


def _component(item: Item) -> Component:
    from cyclonedx.model import Property
    from cyclonedx.model.component import Component, ComponentType
    from packageurl import PackageURL

    return Component(
        name=item.image.name,
        version=item.version,
        type=ComponentType.CONTAINER,
        bom_ref=item.purl,
        purl=PackageURL.from_string(item.purl),
        properties=[Property(name=f"{NAME}:{name}", value=text) for name, text in item.facts],
    )
