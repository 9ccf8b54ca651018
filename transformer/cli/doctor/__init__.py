"""`mirrorpin doctor PATH`: the traps of a kustomization that cost images without a word.

    prod/images.yaml:8:20: error: a program must be executable: "./fn" (exec-not-executable)

Each trap was seen with kustomize 5.5 to 5.8. What kustomize itself reports clearly is left to it,
and a correct folder gives no problem. Nothing is changed, and no socket is opened; `kustomize
version` is run only when a function has `args` or `envs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from transformer.errors import InputError, Position, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from transformer.cli.doctor.kustomization import Kustomization


def check(folder: str, environment: Mapping[str, str]) -> tuple[Problem, ...]:
    """The traps in a kustomization folder, and in the local bases and components below it.

    `environment` is the one that kustomize would run in: its PATH, HOME and plugin folders count.
    A folder without a kustomization, or with a file that is no YAML, is one problem.
    """
    from transformer.cli.doctor.kustomization import read

    try:
        kustomization = read(folder)
    except InputError as error:
        return error.problems
    if kustomization is None:
        message = "must hold a kustomization.yaml"
        place = Position(file=folder)
        return (Problem(code="no-kustomization", message=message, position=place),)
    # A file listed twice has its traps once.
    return tuple(dict.fromkeys(_traps(kustomization, environment)))


def _traps(outermost: Kustomization, environment: Mapping[str, str]) -> Iterator[Problem]:
    from transformer.cli.doctor import invocations, layers, traps
    from transformer.cli.doctor.kustomization import plugins

    every = list(plugins(outermost))
    for plugin in every:
        yield from traps.check_plugin(plugin, environment)
    yield from layers.check_layers(outermost)
    entries = [plugin.entry for plugin in every if plugin.function]
    if entries:
        yield from invocations.check_flags(outermost.folder, entries[0])
