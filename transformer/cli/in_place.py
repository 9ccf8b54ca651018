"""`--write` of `transform` and `restore`: the files themselves are changed, all of them or none.

What is not a manifest is refused where it was named, and passed by in a folder: kustomizations,
charts and their values, Compose files, and whatever is ours, as the configuration and the lock.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from transformer.cli.command import DONE, FAILED
from transformer.cli.files import Change, replace_files
from transformer.cli.folders import manifests
from transformer.cli.invocation import Invocation, Job, prepare
from transformer.cli.paths import lock_path
from transformer.cli.shell import Shell, read_file
from transformer.cli.unrendered import holds_object, unrendered
from transformer.cli.voice import report, summarise, voice
from transformer.config.config import Config
from transformer.config.options import Options
from transformer.errors import InputError, Position, Problem, usage_error
from transformer.messages import counted, named
from transformer.pipeline import Outcome
from transformer.records import record, replace
from transformer.yamltext.documents import decode


@record
class _File:
    # A file that may be changed, and whether it was named, and not found in a folder.
    path: str
    data: bytes
    is_named: bool


# What a command makes of a job, and the line that says what it has done.
Make: TypeAlias = "Callable[[Job, Invocation, Shell], tuple[Outcome, str]]"


def write(command: str, make: Make, invocation: Invocation, shell: Shell) -> int:
    """Change the files and the manifests of the folders that are named. Returns the exit code.

    Takes the name of the command, and what it makes of a job. Raises as `prepare` and
    `replace_files` do, and `InputError` for what is named and no manifest,
    and where there is none at all.
    """
    if not invocation.paths or "-" in invocation.paths:
        hint = f"mirrorpin {command} --write manifests/"
        raise usage_error("`--write` is used alone: expected files or folders", hint)
    job = prepare(replace(invocation, paths=(), needs_inputs=False), shell)
    if job.config.mode == "check":
        raise usage_error("`--write` is used with `mode: check`, which writes nothing")
    passes_by = bool(invocation.own.get("allow-empty"))
    every = list(_files(invocation, shell))
    files = _manifests(command, every, job.config, invocation.options, passes_by=passes_by)
    inputs = tuple((named(it.path), it.data) for it in files)
    outcome, summary = make(replace(job, inputs=inputs), invocation, shell)
    report(outcome, invocation, shell)
    changes = [
        Change(path=it.path, data=data, before=it.data)
        for it, data in zip(files, outcome.outputs, strict=True)
        if data != it.data
    ]
    if not outcome.failed and changes:
        shell.hold_interrupts()
        replace_files(changes)
        say = voice(invocation, shell, failed=False)
        for change in changes:
            say(f"{named(change.path)}: changed")
        say(f"{counted(len(changes), 'file')} of {len(files)} changed")
    summarise(outcome, invocation, shell, summary)
    return FAILED if outcome.failed else DONE


def _files(invocation: Invocation, shell: Shell) -> Iterator[_File]:
    # Each file once, by whatever names it is known.
    seen: set[str] = set()
    for given in invocation.paths:
        is_folder = os.path.isdir(given)
        tell = voice(invocation, shell, failed=False)
        for path in manifests(given, tell) if is_folder else (given,):
            real = os.path.realpath(path)
            if real not in seen:
                seen.add(real)
                yield _File(path=path, data=read_file(path), is_named=not is_folder)


def _manifests(
    command: str, files: Sequence[_File], config: Config, options: Options, *, passes_by: bool
) -> list[_File]:
    ours = {os.path.realpath(path) for path in _own_files(config)}
    found: list[_File] = []
    named_ones: list[Problem] = []
    others: list[Problem] = []
    for it in files:
        problem = _refusal(command, it, ours, options)
        if problem is None:
            found.append(it)
        else:
            (named_ones if it.is_named else others).append(problem)
    refused = named_ones or ([] if found else others)
    if refused and not passes_by:
        raise InputError(refused)
    return found


def _own_files(config: Config) -> Iterator[str]:
    yield config.name
    yield lock_path(config, must_exist=False)
    yield from (os.path.join(config.folder, name) for name in config.pull_secrets.templates)


def _refusal(command: str, it: _File, ours: set[str], options: Options) -> Problem | None:
    name = named(it.path)
    if os.path.realpath(it.path) in ours:
        return _no_manifest(name, "it is the configuration, the lock or a template")
    text = decode(name, it.data).text
    problem = unrendered(name, text, command, options)
    if problem is None and not holds_object(name, text, options):
        return _no_manifest(name, "it holds no Kubernetes object")
    return problem


def _no_manifest(name: str, why: str) -> Problem:
    message = f"no manifest to change: {why}"
    hint = "leave it out, or pass by what is not a manifest with --allow-empty"
    return Problem(code="no-manifests", message=message, position=Position(file=name), hint=hint)
