"""Where a repository says how kustomize is called, and whether the call lets functions run.

An exec function needs `--enable-alpha-plugins --enable-exec`; without the second flag kustomize
skips it in silence, and `kubectl kustomize` does not have that flag at all. The flags are nowhere
in the kustomization, so the only witnesses are Makefiles, scripts, CI files, pages and Argo CD's
`kustomize.buildOptions`, in the folder and in the folders above it up to the repository's root.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from transformer.cli.doctor.values import read_text
from transformer.errors import InputError, Position, Problem
from transformer.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

FLAGS = ("--enable-alpha-plugins", "--enable-exec")
WITNESSES = ("GNUmakefile", "Jenkinsfile", "Makefile", "README.md", "justfile", "makefile")
WITNESS_ENDINGS = (".mk", ".sh", ".yaml", ".yml")
WORKFLOWS = ".github/workflows"
# Options of `kustomize build` that are followed by a value.
WITH_VALUE = ("-e", "-o", "--env", "--helm-command", "--load-restrictor", "--mount", "--output")

_BUILD = re.compile(r"(?<![\w-])kustomize\s+build\b([^|;&>#`]*)")
_KUBECTL = re.compile(r"(?<![\w-])kubectl\s+(?:kustomize|apply\s+-k|diff\s+-k)\b([^|;&>#`]*)")
_BUILD_OPTIONS = re.compile(r"(?<![\w.])kustomize\.buildOptions(?:\.[\w.]+)?:\s*(\S[^#]*)")


@record
class Witness:
    """A file that may call kustomize, and the folder from which it does."""

    file: str
    folder: str
    text: str


def check_flags(folder: str, entry: Position) -> Iterator[Problem]:
    """The calls that skip a folder's exec function; `entry` is the place that lists the function.

    When no file passes both flags, that is a warning of its own.
    """
    witnesses = list(_witnesses(folder))
    wrong = [problem for witness in witnesses for problem in _wrong_calls(witness, folder)]
    yield from wrong
    if wrong or any(all(flag in witness.text for flag in FLAGS) for witness in witnesses):
        return
    yield Problem(
        code="flags-unseen",
        severity="warning",
        message="kustomize skips a function in silence unless it is called with "
        f"`{' '.join(FLAGS)}`, and no file here calls it so",
        position=entry,
        hint="write the call down in a Makefile, script, CI file or README of this repository",
    )


def _witnesses(folder: str) -> Iterator[Witness]:
    for place in _up_to_repository(folder):
        for name in _names(place):
            if name in WITNESSES or name.endswith(WITNESS_ENDINGS):
                yield from _witness(os.path.join(place, name), place)
        workflows = os.path.join(place, WORKFLOWS)
        for name in _names(workflows):
            yield from _witness(os.path.join(workflows, name), place)


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _witness(file: str, folder: str) -> Iterator[Witness]:
    try:
        text = read_text(file)
    except InputError:
        return
    if "kustomize" in text or "kubectl" in text:
        yield Witness(file=os.path.normpath(file), folder=folder, text=text)


def _up_to_repository(folder: str) -> list[str]:
    # Without a repository around it, nothing above the folder is known to belong to it.
    places = [folder]
    while not os.path.exists(os.path.join(places[-1], ".git")):
        above = os.path.join(places[-1], os.pardir)
        if os.path.samefile(above, places[-1]):
            return [folder]
        places.append(above)
    return places


def _wrong_calls(witness: Witness, folder: str) -> Iterator[Problem]:
    for number, line in _logical_lines(witness.text):
        position = Position(file=witness.file, line=number, column=1)
        message = _fault(line, witness.folder, folder)
        if message:
            hint = f"kustomize build {' '.join(FLAGS)} {folder}"
            yield Problem(code="flags-missing", message=message, position=position, hint=hint)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    whole = ""
    for number, line in enumerate(text.splitlines(), 1):
        whole += line.removesuffix("\\")
        if not line.endswith("\\"):
            if not whole.lstrip().startswith("#"):
                yield number, whole
            whole = ""


def _fault(line: str, start: str, folder: str) -> str:
    options = _BUILD_OPTIONS.search(line)
    if options:
        return _missing("`kustomize.buildOptions`", options[1].split())
    build = _BUILD.search(line)
    if build and _is_about(build[1].split(), start, folder):
        return _missing("`kustomize build`", build[1].split())
    kubectl = _KUBECTL.search(line)
    if kubectl and _is_about(kubectl[1].split(), start, folder):
        return f"kubectl has no `{FLAGS[1]}`: it skips the function in silence"
    return ""


def _missing(what: str, words: list[str]) -> str:
    missing = [flag for flag in FLAGS if flag not in {word.strip("\"'") for word in words}]
    if not missing or _has_variable(words):
        return ""
    return f"{what} must have `{' '.join(missing)}`, or the function does not run"


def _is_about(words: list[str], start: str, folder: str) -> bool:
    targets = [
        word.strip("\"'")
        for before, word in zip(["", *words], words, strict=False)
        if not word.startswith("-") and before not in WITH_VALUE
    ]
    target = os.path.join(start, targets[-1] if targets else "")
    return not _has_variable(words) and os.path.realpath(target) == os.path.realpath(folder)


def _has_variable(words: list[str]) -> bool:
    return any("$" in word or "{{" in word for word in words)
