"""`mirrorpin doctor DIR`: the traps of a repository that cost images without a word.

    prod/images.yaml:8:20: error: a program must be executable: "./fn" (exec-not-executable)

Each trap was seen with the real host: kustomize 5.5 to 5.8, Helm 3, Argo CD, Flux. What hosts
themselves report clearly is left to them, and a correct folder gives no problem. Nothing is
changed, and no socket is opened; `kustomize version` is run only when a function has `args` or
`envs`, and `helm version` where a chart with hooks is post-rendered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from transformer.cli.doctor.callers import check_callers, is_used
from transformer.cli.doctor.charts import check_hooks
from transformer.cli.doctor.invocations import check_flags, check_hosts
from transformer.cli.doctor.kustomization import join, plugins
from transformer.cli.doctor.layers import check_layers
from transformer.cli.doctor.pull_secrets import check_secrets
from transformer.cli.doctor.repository import CHART, Chart, Repository, look
from transformer.cli.doctor.traps import check_plugins
from transformer.errors import Position, Problem
from transformer.messages import counted
from transformer.records import record, replace

Check = Callable[[Repository, Mapping[str, str]], Iterator[Problem]]

CHECKS: tuple[Check, ...] = (
    check_plugins,
    check_layers,
    check_flags,
    check_hosts,
    check_secrets,
    check_hooks,
    check_callers,
)


@record
class Examination:
    """What was found in a folder: the files that were looked at, the traps, and what is well.

    `is_used` is whether something of the repository is for mirrorpin, or calls it.
    """

    kustomizations: tuple[str, ...]
    charts: tuple[str, ...]
    configurations: tuple[str, ...]
    traps: tuple[Problem, ...]
    well: tuple[Problem, ...]
    is_used: bool

    @property
    def files(self) -> tuple[str, ...]:
        """All files, each once."""
        return tuple(dict.fromkeys((*self.kustomizations, *self.charts, *self.configurations)))


def examine(folder: str, environment: Mapping[str, str]) -> Examination:
    """Look for traps in a folder, and for calls in the repository around it.

    `environment` is the one that hosts would run in: its PATH, HOME and plugin folders count.
    Raises `UsageError` where there is no such folder. One in which there is nothing to look at, and
    a file that is not YAML, is a problem.
    """
    repository = look(folder)
    traps = [
        *repository.problems,
        *(it for check in CHECKS for it in check(repository, environment)),
    ]
    found = Examination(
        kustomizations=repository.every,
        charts=tuple(map(_file, repository.charts)),
        configurations=tuple(dict.fromkeys(it.file for it in repository.configurations)),
        # A file listed twice has its traps once.
        traps=tuple(dict.fromkeys(traps)),
        well=tuple(_well(repository)),
        is_used=is_used(repository),
    )
    return found if found.files or traps else replace(found, traps=(_nothing(folder),))


def said(found: Sequence[Examination]) -> str:
    """What was looked at, in words: `3 kustomizations, 1 chart`."""
    numbers = (
        (sum(len(it.kustomizations) for it in found), "kustomization"),
        (sum(len(it.charts) for it in found), "chart"),
        (sum(len(it.configurations) for it in found), "configuration"),
    )
    return ", ".join(counted(number, noun) for number, noun in numbers if number) or "nothing"


def _nothing(folder: str) -> Problem:
    message = "holds no kustomization, chart or configuration: expected one, at any depth"
    return Problem(code="no-kustomization", message=message, position=Position(file=folder))


def _well(repository: Repository) -> Iterator[Problem]:
    for it in repository.kustomizations:
        ours = [plugin.entry for plugin in plugins(it) if plugin.is_ours]
        by = f"lists mirrorpin at {ours[0]}" if ours else "lists no function of mirrorpin"
        yield _found(it.file, by)
    for chart in repository.charts:
        yield _found(_file(chart), f"{counted(len(chart.hooks), 'hook')} with images")


def _file(chart: Chart) -> str:
    return join(chart.folder, CHART)


def _found(file: str, message: str) -> Problem:
    return Problem(code="found", severity="info", message=message, position=Position(file=file))
