"""A bill of materials as SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3/), in JSON.

It is written here: the library of SPDX brings RDF and a parser of four formats along, and says no
more of an image than these lines. It validates what is written, in the tests. A document must have
a time: that of the day of the run, or without one the beginning of 1970, as reproducible builds
have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from transformer.image.reference import is_sha256
from transformer.messages import json_page
from transformer.report.bills import NAME, Item, identity

NO_DAY = "1970-01-01"
NAMESPACE = "https://mirrorpin.dev/spdx"

_DOCUMENT = "SPDXRef-DOCUMENT"
_UNKNOWN = "NOASSERTION"


def write(items: Sequence[Item], day: str) -> str:
    """The document; its namespace is made of what it says."""
    from transformer import __version__

    packages = [_package(f"SPDXRef-image-{number}", it) for number, it in enumerate(items, 1)]
    return json_page(
        {
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": _DOCUMENT,
            "name": "images",
            "documentNamespace": f"{NAMESPACE}/{uuid5(NAMESPACE_URL, identity(items))}",
            "creationInfo": {
                "created": f"{day or NO_DAY}T00:00:00Z",
                "creators": [f"Tool: {NAME}-{__version__}"],
            },
            "packages": packages,
            "relationships": [
                {
                    "spdxElementId": _DOCUMENT,
                    "relationshipType": "DESCRIBES",
                    "relatedSpdxElement": it["SPDXID"],
                }
                for it in packages
            ],
        }
    )


def _package(identifier: str, item: Item) -> dict[str, object]:
    digest = item.image.digest
    checksum = {"algorithm": "SHA256", "checksumValue": digest.removeprefix("sha256:")}
    return {
        "SPDXID": identifier,
        "name": item.image.name,
        "versionInfo": item.version,
        "primaryPackagePurpose": "CONTAINER",
        "downloadLocation": _UNKNOWN,
        "filesAnalyzed": False,
        "licenseConcluded": _UNKNOWN,
        "licenseDeclared": _UNKNOWN,
        "copyrightText": _UNKNOWN,
        **({"checksums": [checksum]} if is_sha256(digest) else {}),
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": item.purl,
            }
        ],
        "comment": "\n".join(f"{name}: {text}" for name, text in item.facts),
    }
