"""Files of others whose mirrors are rules: found, read, and put beside a configuration's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from transformer.cli.folders import manifests
from transformer.cli.invocation import read_text
from transformer.cli.paths import below
from transformer.config.config import Config
from transformer.config.imports.mapped import Text
from transformer.config.imports.read import joined, read_rules
from transformer.config.mirrors import Rule
from transformer.errors import Problem
from transformer.records import replace

SUFFIXES = (".yaml", ".yml", ".json", ".conf", ".toml")

KEY = "spec.mirrorsFrom"


def with_imports(config: Config, tell: Callable[[Problem], None]) -> Config:
    """A configuration with the rules that it imports.

    Takes who is told what is left out of a folder. Raises `ConfigError` and `UsageError` for what
    cannot be read, and what no rule says.
    """
    texts = [
        text
        for it in config.imports
        for text in _texts(below(config, KEY, it.file, it.position), it.accept, tell)
    ]
    imported = read_rules(texts, first=len(config.rules))
    return replace(config, rules=joined(config.rules, imported), imports=())


def imported_rules(
    paths: Iterable[str], accept: frozenset[str], tell: Callable[[Problem], None]
) -> tuple[Rule, ...]:
    """The rules of files and folders. Raises as `with_imports` does."""
    texts = [text for path in paths for text in _texts(path, accept, tell, is_named=True)]
    return joined((), read_rules(texts, how="--accept {}"))


def _texts(
    path: str, accept: frozenset[str], tell: Callable[[Problem], None], *, is_named: bool = False
) -> Iterator[Text]:
    files = manifests(path, tell, SUFFIXES) if os.path.isdir(path) else [path]
    for file in files:
        name, text = read_text(file, is_named=is_named and file == path)
        folder, base = os.path.split(os.path.abspath(file))
        yield Text(name=name, folder=os.path.basename(folder), base=base, text=text, accept=accept)
