"""A software bill of materials of the programs: CycloneDX 1.6, JSON."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from licences import DISTRIBUTIONS, Package

Component = dict[str, Any]

# A file beside the bill: it has every text below the name of its component.
_LICENCES = [{"type": "license", "url": "LICENSES.txt"}]


def bill(
    version: str,
    programs: Mapping[str, bytes],
    libraries: Mapping[str, bytes],
    packages: Mapping[str, Package],
    glibc: str,
) -> bytes:
    """The bill of programs, by file name, and of the shared libraries in them, by soname.

    `packages` are those of libraries that come from one.
    """
    components = [
        _python(),
        *(_distribution(name) for name in DISTRIBUTIONS),
        *(
            _library(name, content, packages.get(name))
            for name, content in sorted(libraries.items())
        ),
    ]
    main = {
        "type": "application",
        "bom-ref": f"pkg:pypi/mirrorpin@{version}",
        "name": "mirrorpin",
        "version": version,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "externalReferences": _LICENCES,
        "components": [_file(name, content) for name, content in sorted(programs.items())],
    }
    return _text(main, components, glibc)


def _text(main: Component, components: list[Component], glibc: str) -> bytes:
    refs = [component["bom-ref"] for component in components]
    body = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": main,
            "properties": [{"name": "mirrorpin:glibc", "value": glibc}],
        },
        "components": components,
        "dependencies": [
            {"ref": main["bom-ref"], "dependsOn": refs},
            *({"ref": ref} for ref in refs),
        ],
    }
    serial = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(body, sort_keys=True))
    return (json.dumps({**body, "serialNumber": serial.urn}, indent=2) + "\n").encode()


def _python() -> Component:
    version = platform.python_version()
    return {
        "type": "library",
        "bom-ref": f"pkg:generic/python@{version}",
        "name": "python",
        "version": version,
        "purl": f"pkg:generic/python@{version}",
        "licenses": [{"license": {"id": "PSF-2.0"}}],
        "externalReferences": _LICENCES,
    }


def _distribution(name: str) -> Component:
    found = importlib.metadata.metadata(name)
    purl = f"pkg:pypi/{name.lower()}@{found['Version']}"
    component: Component = {
        "type": "library",
        "bom-ref": purl,
        "name": found["Name"],
        "version": found["Version"],
        "purl": purl,
        "externalReferences": _LICENCES,
    }
    if "License-Expression" in found:
        component["licenses"] = [{"expression": found["License-Expression"]}]
    return component


def _library(name: str, content: bytes, package: Package | None) -> Component:
    component = {
        "type": "library",
        "bom-ref": f"library:{name}",
        "name": name,
        "hashes": _hash(content),
        "externalReferences": _LICENCES,
    }
    if package is None:
        return component
    version = quote(package.version, safe=":~")
    purl = f"pkg:deb/{package.distribution}/{package.name}@{version}?arch={package.architecture}"
    return {**component, "version": package.version, "purl": purl}


def _file(name: str, content: bytes) -> Component:
    return {"type": "file", "bom-ref": f"file:{name}", "name": name, "hashes": _hash(content)}


def _hash(content: bytes) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}]
