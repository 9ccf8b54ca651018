"""The commands: each runs the pipeline once and says what came of it in its own way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from transformer.cli.invocation import Invocation, Job, prepare
from transformer.cli.run import transformed
from transformer.cli.shell import Shell
from transformer.model import Result
from transformer.pipeline import Outcome
from transformer.places.catalogue import Catalogue
from transformer.places.place import BUILTINS
from transformer.report.results import change_results, final_lines, summary, wanted_results

if TYPE_CHECKING:
    from transformer.report.maybe import Seen

DONE = 0
FAILED = 1

_BOM = b"\xef\xbb\xbf"

# A marker or a directive, with nothing but comments and empty lines before it.
_BEGIN = re.compile(rb"(?:[ \t]*(?:#[^\n]*)?\r?\n)*(%|---(?=[ \t\r\n]|\Z))")


def transform(invocation: Invocation, shell: Shell) -> int:
    """Write the manifests with every image mirrored; nothing at all when one fails."""
    job = prepare(invocation, shell)
    if job.config.mode == "check":
        return _check(job, invocation, shell)
    outcome = transformed(job, invocation, shell)
    told = _report(outcome, invocation, shell)
    if job.envelope is not None:
        shell.write(*_enveloped(outcome, told, invocation))
    elif not outcome.failed:
        whole = len(outcome.chunks) == 1
        shell.write(*(outcome.chunks[0] if whole else (join(outcome.outputs),)))
    _summarise(outcome, invocation, shell)
    return FAILED if outcome.failed else DONE


def _report(outcome: Outcome, invocation: Invocation, shell: Shell) -> list[Result]:
    # What is said to people: problems, and on request every change. Returns what is told to KRM.
    is_told = invocation.is_verbose and not outcome.failed
    told = [it for it in outcome.results if is_told or it.problem.severity != "info"]
    if is_told:
        told += change_results(outcome.decisions, outcome.grants, outcome.notes, outcome.added)
    say = _voice(invocation, shell, failed=outcome.failed)
    for result in outcome.results:
        is_said = is_told or result.problem.severity != "info"
        (say if is_said else shell.note)(str(result))
    for line in () if outcome.failed else final_lines(outcome.decisions):
        (say if is_told else shell.note)(line)
    return told


def _summarise(outcome: Outcome, invocation: Invocation, shell: Shell) -> None:
    # Last, when what it says has been done.
    errors = sum(result.problem.severity == "error" for result in outcome.results)
    say = _voice(invocation, shell, failed=outcome.failed)
    say(summary(outcome.decisions, outcome.grants, errors, len(outcome.added)))


def _voice(invocation: Invocation, shell: Shell, *, failed: bool) -> Callable[[str], None]:
    return shell.note if invocation.is_quiet and not failed else shell.say


def _say_problems(results: Iterable[Result], say: Callable[[str], None]) -> None:
    for result in results:
        if result.problem.severity != "info":
            say(str(result))


def _enveloped(outcome: Outcome, told: Sequence[Result], invocation: Invocation) -> Sequence[bytes]:
    if not told:
        return outcome.chunks[0]
    output = outcome.outputs[0]
    bom = "\ufeff" if outcome.sources[0].has_bom else ""
    from transformer.report.krm import with_results

    text = output.decode().removeprefix("\ufeff")
    return [(bom + with_results(text, told, invocation.options.parser)).encode()]


def join(outputs: Sequence[bytes]) -> bytes:
    """Several outputs as one stream: a line between two where the later has no marker of its own.

    Takes UTF-8 texts. The line is `...` in front of directives (YAML 1.1, 9.2), else `---`. Outputs
    without any text are left out, and a byte order mark stays at the start only.
    """
    if len(outputs) == 1:
        return outputs[0]
    pieces: list[bytes] = []
    for output in outputs:
        text = output.removeprefix(_BOM) if pieces else output
        if not text.removeprefix(_BOM).strip():
            continue
        if pieces:
            if not pieces[-1].endswith(b"\n"):
                pieces.append(b"\n")
            pieces.append(_separator(text))
        pieces.append(text)
    return b"".join(pieces)


def _separator(text: bytes) -> bytes:
    begin = _BEGIN.match(text)
    if begin is None:
        return b"---\n"
    return b"...\n" if begin[1] == b"%" else b""


def check(invocation: Invocation, shell: Shell) -> int:
    """Exit 1 where transform would change or fail anything; each is named."""
    return _check(prepare(invocation, shell), invocation, shell)


def _check(job: Job, invocation: Invocation, shell: Shell) -> int:
    outcome = transformed(job, invocation, shell)
    results = [*outcome.results]
    if not outcome.failed:
        results += wanted_results(outcome.decisions, outcome.grants, outcome.added)
    failed = any(result.problem.severity == "error" for result in results)
    say = _voice(invocation, shell, failed=failed)
    _say_problems(results, say)
    say("check failed" if failed else "check passed: nothing would change")
    if job.envelope is not None:
        from transformer.report.krm import empty_list

        told = [it for it in results if it.problem.severity != "info"]
        shell.write(empty_list(job.envelope, told).encode())
    return FAILED if failed else DONE


def diff(invocation: Invocation, shell: Shell) -> int:
    """Show what transform would change: a unified diff, or the operations per object."""
    outcome = transformed(prepare(invocation, shell), invocation, shell)
    _report(outcome, invocation, shell)
    if not outcome.failed:
        as_patches = invocation.output_format == "jsonpatch"
        shell.write((_json_patches(outcome) if as_patches else _unified(outcome)).encode())
    _summarise(outcome, invocation, shell)
    return FAILED if outcome.failed else DONE


def _json_patches(outcome: Outcome) -> str:
    import json

    from transformer.edit.patches import object_patches

    patches = object_patches(outcome.changes, outcome.added)
    return json.dumps(patches, indent=2, ensure_ascii=False) + "\n"


def _unified(outcome: Outcome) -> str:
    from transformer.report.diff import unified_diff

    lines: list[str] = []
    for source in outcome.sources:
        edits = [it for it in outcome.edits if it[0].source is source]
        lines += unified_diff(source, edits)
    return "".join(line + "\n" for line in lines)


def images(invocation: Invocation, shell: Shell) -> int:
    """List the distinct images, upstream and final, with counts and places."""
    job = prepare(invocation, shell)
    outcome = transformed(job, invocation, shell)
    _say_problems(outcome.results, _voice(invocation, shell, failed=outcome.failed))
    from transformer.report.images import as_json, as_text, list_images

    listed = list_images(outcome.decisions)
    seen = _seen(job, outcome, invocation) if invocation.own.get("maybe") else None
    as_format = as_json if invocation.output_format == "json" else as_text
    text = as_format(listed, seen)
    shell.write(text.encode())
    return FAILED if outcome.failed else DONE


def _seen(job: Job, outcome: Outcome, invocation: Invocation) -> Seen:
    from transformer.report.maybe import look

    table = Catalogue((*BUILTINS, *job.config.fields))
    return look(outcome.sources, outcome.decisions, table, invocation.options.parser)


def lock(invocation: Invocation, shell: Shell) -> int:
    """Write the digest of every image that the lock does not have."""
    from transformer.cli.commands.lock import run

    return run(invocation, shell)


def verify(invocation: Invocation, shell: Shell) -> int:
    """See that every final image is there to be pulled."""
    from transformer.cli.commands.verify import run

    return run(invocation, shell)


def doctor(invocation: Invocation, shell: Shell) -> int:
    """Look for the silent traps of a kustomization folder (the working directory's, if none)."""
    from transformer.cli.doctor import check as check_folder

    findings = [
        finding
        for folder in invocation.paths or (".",)
        for finding in check_folder(folder, shell.environment)
    ]
    for finding in findings:
        shell.say(str(finding))
    return FAILED if findings else DONE


def fields(invocation: Invocation, shell: Shell) -> int:
    """List where images are looked for, which of it applies to manifests, or propose more."""
    from transformer.cli.commands.fields import run

    return run(invocation, shell)
