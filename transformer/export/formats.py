"""The formats of `mirrorpin export`, each a module, loaded when it is asked for.

A new format is a module beside this one that declares `FORMAT`, and its name here.
"""

from __future__ import annotations

from transformer.export.format import Format

NAMES = ("openshift", "icsp", "registries-conf", "hosts-toml", "registries-yaml")


def format_of(name: str) -> Format:
    """The format of a name, which must be one of `NAMES`."""
    # What `import_module` does, without importing it.
    module = __import__(f"transformer.export.{name.replace('-', '_')}", fromlist=("FORMAT",))
    found: Format = module.FORMAT
    return found
