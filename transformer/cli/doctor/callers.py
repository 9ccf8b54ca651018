"""Whether anything calls mirrorpin with the configurations that are there."""

from __future__ import annotations

import os.path
import re
from typing import TYPE_CHECKING

from transformer.cli.defaults import DEFAULT_CONFIG
from transformer.cli.doctor.kustomization import FUNCTION_ANNOTATIONS, join
from transformer.cli.doctor.values import Text, at, texts
from transformer.errors import Position, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from transformer.cli.doctor.repository import Configuration, Repository
    from transformer.cli.doctor.witnesses import Witness

# The program or what starts it, but not a file or a group of that name.
_CALL = re.compile(r"(?<![\w.-])mirrorpin(?![\w.])")


def check_callers(repository: Repository, environment: Mapping[str, str]) -> Iterator[Problem]:
    """One warning for each configuration that nothing of the repository uses.

    `environment` is not looked at.
    """
    del environment
    # What cannot be read may list it.
    configurations = () if repository.problems else repository.configurations
    used = {*_listed(repository), *_extended(repository)}
    for it in configurations:
        if os.path.realpath(it.file) not in used and not _is_called(repository, it):
            yield _uncalled(it)


def is_used(repository: Repository) -> bool:
    """Whether something of the repository is for mirrorpin, or a file that is no page calls it."""
    is_ours = any(it.is_ours for it in repository.plugins) or bool(repository.configurations)
    return is_ours or any(_calls(it) for it in repository.witnesses if not it.is_page)


def _calls(witness: Witness) -> bool:
    return any(_CALL.search(line) for _, line in witness.lines)


def _listed(repository: Repository) -> Iterator[str]:
    for plugin in repository.plugins:
        kind = plugin.config.get("kind")
        if isinstance(kind, Text):
            yield os.path.realpath(kind.position.file)


def _extended(repository: Repository) -> Iterator[str]:
    for it in repository.configurations:
        value = at(it.data, "spec", "extends")
        for name in (value,) if isinstance(value, Text) else texts(value):
            yield os.path.realpath(join(os.path.dirname(it.file), name))


def _is_called(repository: Repository, configuration: Configuration) -> bool:
    # A function annotation calls mirrorpin for its own configuration.
    ours = {it.file for it in repository.configurations}
    others = (it for it in repository.witnesses if it.file not in ours and _calls(it))
    name = os.path.basename(configuration.file)
    # The usual one is found, any other has to be named, and a page that does means it.
    return any(not it.is_page if name == DEFAULT_CONFIG else it.has(name) for it in others)


def _uncalled(configuration: Configuration) -> Problem:
    annotations = at(configuration.data, "metadata", "annotations")
    is_function = any(at(annotations, key) for key in FUNCTION_ANNOTATIONS)
    name = os.path.basename(configuration.file)
    how = f"kustomize build | mirrorpin -c {configuration.file}, in a Makefile, script or CI file"
    return Problem(
        code="not-called",
        severity="warning",
        message="no kustomization lists this function, and no file here calls mirrorpin with it"
        if is_function
        else "no file here calls mirrorpin with this configuration",
        position=Position(file=configuration.file),
        hint=f"list {name} under `transformers:` of a kustomization" if is_function else how,
    )
