"""Whether the calls of kustomize that a repository shows let functions run.

An exec function needs `--enable-alpha-plugins --enable-exec`; without the second flag kustomize
skips it in silence, and `kubectl kustomize` does not have that flag at all. The flags are nowhere
in the kustomization, so the only witnesses are Makefiles, scripts, CI files, pages and Argo CD's
`kustomize.buildOptions`, wherever in the repository they are.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from transformer.cli.doctor.kustomization import plugins
from transformer.errors import Position, Problem
from transformer.messages import quoted
from transformer.places.glob import glob_matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from transformer.cli.doctor.kustomization import Kustomization
    from transformer.cli.doctor.repository import Deployment, Repository
    from transformer.cli.doctor.witnesses import Witness

FLAGS = ("--enable-alpha-plugins", "--enable-exec")
# Options of `kustomize build` that are followed by a value.
WITH_VALUE = ("-e", "-o", "--env", "--helm-command", "--load-restrictor", "--mount", "--output")
ANY = "*"
# Of shells, and of YAML's lists.
QUOTES = "\"'[],"

_CALL = re.compile(
    r"(?:\bcd\s+(?P<cd>\S+)\s*(?:&&|;)\s*)?"
    r"(?<![\w-])(?:(?P<build>kustomize\s+build)|kubectl\s+(?:kustomize|apply\s+-k|diff\s+-k))\b"
    r"(?P<words>[^|;&>`]*)(?P<rest>[^;&]*)"
)
_BUILD_OPTIONS = re.compile(r"(?<![\w.])kustomize\.buildOptions(?:\.[\w.]+)?[\"']?:\s*(\S.*)")
_PIPED = re.compile(r"\|\s*mirrorpin\b")
# Of workflows, shells, make and templates: what they stand for is known when they run.
_VARIABLE = re.compile(r"\$\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\([^()]*\)|\{\{[^{}]*\}\}|\$\w+")


def check_flags(repository: Repository, environment: Mapping[str, str]) -> Iterator[Problem]:
    """The calls that skip the exec functions of outermost kustomizations.

    When no file passes both flags, that is a warning of its own. `environment` is not looked at.
    """
    del environment
    for outermost, entry in with_functions(repository):
        wrong = [
            problem
            for witness in repository.witnesses
            for problem in _wrong_calls(witness, outermost.folder)
        ]
        yield from wrong
        if wrong or any(it.has(*FLAGS) for it in repository.witnesses):
            continue
        yield Problem(
            code="flags-unseen",
            severity="warning",
            message="kustomize skips a function in silence unless it is called with "
            f"`{' '.join(FLAGS)}`, and no file here calls it so",
            position=entry,
            hint="write the call down in a Makefile, script, CI file or README of this repository",
        )


def with_functions(repository: Repository) -> Iterator[tuple[Kustomization, Position]]:
    """The outermost kustomizations that run exec functions, with the place of the first one."""
    for outermost in repository.kustomizations:
        entry = next((it.entry for it in plugins(outermost) if it.function), None)
        if entry is not None:
            yield outermost, entry


def check_hosts(repository: Repository, environment: Mapping[str, str]) -> Iterator[Problem]:
    """The hosts in the cluster that render an outermost kustomization without its functions.

    `environment` is not looked at.
    """
    del environment
    has_options = any(_has_options(it) for it in repository.witnesses)
    for outermost, _ in with_functions(repository):
        for deployment in repository.deployments:
            is_about = names_folder(deployment.path, (repository.top,), outermost.folder)
            if (
                is_about
                and deployment.is_plain
                and not (deployment.host == "Argo CD" and has_options)
            ):
                yield _unable(deployment)


def _unable(deployment: Deployment) -> Problem:
    shown = quoted(deployment.path)
    if deployment.host == "Flux":
        return Problem(
            code="flux-functions",
            message=f"Flux runs no functions, and the kustomization of {shown} lists one",
            position=deployment.path.position,
            hint="render it in CI, and let Flux pull what came out: kustomize build | mirrorpin",
        )
    return Problem(
        code="build-options",
        severity="warning",
        message=f"Argo CD skips the function of {shown} in silence unless argocd-cm has the flags,"
        " and no file here gives it them",
        position=deployment.path.position,
        hint=f'"kustomize.buildOptions: {" ".join(FLAGS)}" is a line of its `data`',
    )


def _has_options(witness: Witness) -> bool:
    found = (_BUILD_OPTIONS.search(line) for _, line in witness.lines)
    return any(all(flag in it[1] for flag in FLAGS) for it in found if it)


def _wrong_calls(witness: Witness, folder: str) -> Iterator[Problem]:
    for number, line in witness.lines:
        message = _fault(line, witness.starts, folder)
        if message:
            position = Position(file=witness.file, line=number, column=1)
            hint = f"kustomize build {' '.join(FLAGS)} {folder}"
            yield Problem(code="flags-missing", message=message, position=position, hint=hint)


def _fault(line: str, starts: Iterable[str], folder: str) -> str:
    line = _VARIABLE.sub(ANY, line)
    options = _BUILD_OPTIONS.search(line)
    if options:
        return _missing("`kustomize.buildOptions`", options[1].split())
    faults = (_call_fault(it, starts, folder) for it in _CALL.finditer(line))
    return next(filter(None, faults), "")


def _call_fault(call: re.Match[str], starts: Iterable[str], folder: str) -> str:
    if not _is_call_for(call, starts, folder):
        return ""
    if call["build"]:
        return _missing("`kustomize build`", call["words"].split())
    return f"kubectl has no `{FLAGS[1]}`: it skips the function in silence"


def _missing(what: str, words: list[str]) -> str:
    given = {word.strip(QUOTES) for word in words}
    missing = [flag for flag in FLAGS if flag not in given]
    # What a variable alone stands for may be flags.
    if not missing or ANY in given:
        return ""
    return f"{what} lacks `{' '.join(missing)}`: without, the function does not run"


def _is_call_for(call: re.Match[str], starts: Iterable[str], folder: str) -> bool:
    # What goes on to mirrorpin is seen by it.
    if _PIPED.search(call["rest"]):
        return False
    words = call["words"].split()
    targets = [
        word.strip(QUOTES)
        for before, word in zip(["", *words], words, strict=False)
        if not word.startswith("-") and before not in WITH_VALUE
    ]
    at = (call["cd"] or "").strip(QUOTES)
    return names_folder(
        targets[-1] if targets else "", [os.path.join(it, at) for it in starts], folder
    )


def names_folder(target: str, starts: Iterable[str], folder: str) -> bool:
    """Whether a path that a call gives is a folder's, as seen from one of those it may start in.

    A variable is any part of a path; alone it may be anything, and is not a folder's.
    """
    target = _VARIABLE.sub(ANY, target)
    if target.strip("/.") == ANY:
        return False
    real = os.path.realpath(folder)
    return any(glob_matches(os.path.realpath(os.path.join(it, target)), real) for it in starts)
