"""The benchmark's install manifests: definitions of kinds with large schemas, and their operators.

Such a file is nearly all schemas, which name images all over and hold none. Each of the operators
has a Deployment. `python -m bench.install FILE` writes the stream.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bench.generate import distinct_images

OPERATORS = 50
VERSIONS = 3

_DEFINITION = """\
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  annotations:
    controller-gen.kubebuilder.io/version: v0.16.5
  name: {plural}.operators.example.com
spec:
  group: operators.example.com
  names:
    kind: {kind}
    listKind: {kind}List
    plural: {plural}
    singular: {plural}
  scope: Namespaced
  versions:
"""

_VERSION = """\
  - name: {version}
    served: true
    storage: {storage}
    schema:
      openAPIV3Schema:
        description: {kind} is what the operator runs.
        type: object
        properties:
          spec:
            type: object
            properties:
"""

_PROPERTY = """\
{margin}{name}:
{margin}  description: |-
{margin}    The {name} of what runs. It should be *one* of those that the
{margin}    operator knows (e.g. [a] or {{b}}), and is kept across upgrades.
{margin}    More info: https://operators.example.com/docs/{name}#fields
{margin}  type: object
{margin}  properties:
{margin}    image:
{margin}      description: Image to pull, with a tag or a digest, from where the
{margin}        nodes can reach it.
{margin}      type: string
{margin}    imagePullPolicy:
{margin}      enum: ["Always", "Never", "IfNotPresent"]
{margin}      type: string
{margin}    ports:
{margin}      items:
{margin}        properties:
{margin}          containerPort:
{margin}            format: int32
{margin}            pattern: '^[0-9]{{1,5}}$'
{margin}            type: integer
{margin}        required:
{margin}        - containerPort
{margin}        type: object
{margin}      type: array
"""

_OPERATOR = """\
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {plural}-operator
  namespace: operators
spec:
  selector:
    matchLabels:
      app: {plural}
  template:
    metadata:
      labels:
        app: {plural}
    spec:
      containers:
      - name: manager
        image: {image}
"""

# Fields of a version, and how far in they stand.
_FIELDS = 48
_MARGINS = tuple(" " * (14 + 6 * level) for level in range(4))


def stream(operators: int = OPERATORS) -> str:
    """The stream of so many operators, each with a definition and a Deployment."""
    images = distinct_images()
    return "".join(
        part
        for number in range(operators)
        for part in _operator(number, images[number % len(images)])
    )


def _operator(number: int, image: str) -> Iterator[str]:
    kind, plural = f"App{number}", f"app{number}s"
    yield _DEFINITION.format(kind=kind, plural=plural)
    for version in range(1, VERSIONS + 1):
        storage = str(version == VERSIONS).lower()
        yield _VERSION.format(kind=kind, version=f"v1beta{version}", storage=storage)
        for field in range(_FIELDS):
            # Each stands by itself, or in the ports of the one before.
            margin = _MARGINS[field % len(_MARGINS)]
            yield _PROPERTY.format(margin=margin, name=f"field{field}")
    yield _OPERATOR.format(plural=plural, image=image)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(stream(), newline="\n")
