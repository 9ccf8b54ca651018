"""The package that kpt runs a function for, which is not where the function runs.

    functionConfig:
      metadata:
        annotations:
          internal.config.kubernetes.io/package-path: /home/me/packages/shop

kpt starts functions in its own working directory, and notes the package on what is from a file. Of
a functionConfig that it made of `configMap` only the items tell. Whoever makes a list can write any
folder there: it is believed where it holds a Kptfile.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from transformer.yamltext.nodes import lookup, resolve, text_of
from transformer.yamltext.tree import Mapping

if TYPE_CHECKING:
    from transformer.report.krm import Envelope

PACKAGE = "internal.config.kubernetes.io/package-path"

# What kpt calls the ConfigMap that it makes of `configMap`.
_MADE = "function-input"

_VALUES = rf"""{PACKAGE.replace(".", "[.]")}["']?: *(?:'([^'\n]+)'|"([^"\n]+)"|(/[^\s,}}]+))"""


def package_folder(came: Envelope) -> str:
    """Where relative paths of a functionConfig start: its package, else the working directory."""
    assert came.config is not None
    metadata = _below(came.config, "metadata")
    annotations = _below(metadata, "annotations") if metadata is not None else None
    path = text_of(lookup(annotations, (PACKAGE,)).get(PACKAGE)) if annotations is not None else ""
    if not path and metadata is not None:
        made = text_of(lookup(metadata, ("name",)).get("name")) == _MADE
        path = _outermost(came) if made else ""
    if not os.path.isabs(path) or not os.path.isfile(os.path.join(path, "Kptfile")):
        return "."
    seen = os.path.relpath(path)
    return path if seen.startswith("..") else seen


def _outermost(came: Envelope) -> str:
    (source,) = came.sources
    # Compiled where it is needed: most functions have their package written beside them.
    found = {"".join(it) for it in re.findall(_VALUES, source.text)}
    return min(found, key=len, default="")


def _below(node: Mapping, name: str) -> Mapping | None:
    slot = lookup(node, (name,)).get(name)
    found = resolve(slot) if slot is not None else None
    return found if isinstance(found, Mapping) else None
