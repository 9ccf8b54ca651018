"""The key `mirrorsFrom` of a configuration: files of others whose mirrors are rules.

mirrorsFrom:
- certs.d
- {file: idms.yaml, accept: [digests-only]}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transformer.config.imports.mapped import ACCEPTED
from transformer.errors import Position
from transformer.records import record
from transformer.yamltext.nodes import resolve
from transformer.yamltext.tree import Mapping
from transformer.yamltext.values import Setting

IMPORT = ("file", "accept")


@record
class Import:
    """A file or folder of others, by its path from the configuration's folder, and what of
    `ACCEPTED` is let go where a rule does not say it."""

    file: str
    position: Position
    accept: frozenset[str] = frozenset()


def read_imports(settings: Iterable[Setting]) -> tuple[Import, ...]:
    """Read the items of `mirrorsFrom`."""
    return tuple(_imports(settings))


def _imports(settings: Iterable[Setting]) -> Iterator[Import]:
    for setting in settings:
        file: Setting | None = setting
        accept: frozenset[str] = frozenset()
        if isinstance(resolve(setting.slot), Mapping):
            section = setting.section(IMPORT)
            file = section.require("file")
            accept = frozenset(it.choice(ACCEPTED) for it in section.items("accept"))
        path = file.file() if file is not None else ""
        if file is not None and path:
            yield Import(file=path, position=file.position, accept=accept)
