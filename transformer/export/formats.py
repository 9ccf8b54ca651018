"""The formats of `mirrorpin export`, each a module, loaded when it is asked for.

A new format is a module beside this one that declares `FORMAT`, and its name here.
"""

from __future__ import annotations

from types import MappingProxyType

from transformer.export.format import Format

NODES = ("openshift", "icsp", "registries-conf", "hosts-toml", "registries-yaml")
ADMISSION = (
    "validating-admission-policy",
    "mutating-admission-policy",
    "kyverno",
    "gatekeeper",
)
# Who must have signed what nodes pull.
SIGNATURES = ("policy-json",)
NAMES = (*NODES, *ADMISSION, *SIGNATURES)
# What people call them.
SHORT = MappingProxyType({"vap": ADMISSION[0], "map": ADMISSION[1]})


def format_of(name: str) -> Format:
    """The format of a name, which must be one of `NAMES` or of `SHORT`."""
    name = SHORT.get(name, name)
    # What `import_module` does, without importing it.
    module = __import__(f"transformer.export.{name.replace('-', '_')}", fromlist=("FORMAT",))
    found: Format = module.FORMAT
    return found
