"""The commands: each runs the pipeline once and says what came of it in its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from transformer import pipeline
from transformer.digests import Lock
from transformer.errors import Problem, Severity
from transformer.invocation import Invocation, Job, prepare
from transformer.model import Result, Rewrite, Site
from transformer.pipeline import Outcome
from transformer.results import change_results, final_lines, summary
from transformer.shell import Shell

DONE = 0
FAILED = 1


def transform(invocation: Invocation, shell: Shell) -> int:
    """Write the manifests with every image mirrored; nothing at all when one fails."""
    job = prepare(invocation, shell)
    if job.config.mode == "check":
        return _check(job, invocation, shell)
    outcome = transformed(job, invocation, shell)
    told = _report(outcome, outcome.results, invocation, shell)
    if job.envelope is not None:
        shell.write(_enveloped(outcome, told, invocation))
    elif not outcome.failed:
        shell.write(join(outcome.outputs))
    return FAILED if outcome.failed else DONE


def transformed(job: Job, invocation: Invocation, shell: Shell) -> Outcome:
    """Run the pipeline; registries are asked when `digests.mode` is resolve, and never else."""
    return pipeline.transform(
        job.inputs,
        job.config,
        lock=job.lock,
        complete=_completing(job, invocation, shell),
        templates=job.templates,
        options=invocation.options,
        known=job.envelope.take if job.envelope is not None else None,
    )


def _completing(
    job: Job, invocation: Invocation, shell: Shell
) -> Callable[[Sequence[Site]], Lock] | None:
    lock = job.lock
    if job.config.digests.mode != "resolve" or lock is None:
        return None
    from transformer.completing import complete

    return lambda sites: complete(sites, job.config, lock, invocation, shell)


def _report(
    outcome: Outcome, results: Iterable[Result], invocation: Invocation, shell: Shell
) -> list[Result]:
    # What is said to people: problems, and on request every change. Returns what is told to KRM.
    told = [it for it in results if invocation.is_verbose or it.problem.severity != "info"]
    if invocation.is_verbose:
        told += change_results(outcome.decisions, outcome.grants)
    say = shell.note if invocation.is_quiet and not outcome.failed else shell.say
    for result in told:
        if result.problem.severity != "info":
            say(str(result.problem))
    finals = final_lines(outcome.decisions)
    for line in finals:
        (say if invocation.is_verbose else shell.note)(line)
    errors = sum(result.problem.severity == "error" for result in told)
    say(summary(outcome.decisions, outcome.grants, errors))
    return told


def _enveloped(outcome: Outcome, told: Sequence[Result], invocation: Invocation) -> bytes:
    output = outcome.outputs[0]
    if not told:
        return output
    bom = "\ufeff" if outcome.sources[0].has_bom else ""
    from transformer.krm import with_results

    text = output.decode().removeprefix("\ufeff")
    return (bom + with_results(text, told, invocation.options.parser)).encode()


def join(outputs: Sequence[bytes]) -> bytes:
    """Several outputs as one stream: a `---` line between two where the later has none."""
    if len(outputs) == 1:
        return outputs[0]
    pieces: list[bytes] = []
    for output in outputs:
        text = output.removeprefix(b"\xef\xbb\xbf")
        if not text.strip():
            continue
        if pieces:
            if not pieces[-1].endswith(b"\n"):
                pieces.append(b"\n")
            if not text.startswith((b"---\n", b"--- ", b"---\r")):
                pieces.append(b"---\n")
        pieces.append(text)
    return b"".join(pieces)


def check(invocation: Invocation, shell: Shell) -> int:
    """Exit 1 where transform would change or fail anything; each is named."""
    return _check(prepare(invocation, shell), invocation, shell)


def _check(job: Job, invocation: Invocation, shell: Shell) -> int:
    outcome = transformed(job, invocation, shell)
    results = [*outcome.results, *(() if outcome.failed else _would_change(outcome))]
    failed = any(result.problem.severity == "error" for result in results)
    say = shell.note if invocation.is_quiet and not failed else shell.say
    told = [it for it in results if it.problem.severity != "info"]
    for result in told:
        say(str(result.problem))
    say("check failed" if failed else "check passed: nothing would change")
    if job.envelope is not None:
        from transformer.krm import empty_list

        shell.write(empty_list(job.envelope, told).encode())
    return FAILED if failed else DONE


def _would_change(outcome: Outcome) -> Iterable[Result]:
    severity: Severity = "error"
    changed = [it for it in outcome.decisions if isinstance(it[1], Rewrite)]
    for result in change_results(changed, outcome.grants):
        problem = Problem(
            code="would-change",
            message=_wanted(result),
            severity=severity,
            position=result.problem.position,
        )
        yield Result(
            problem=problem,
            resource=result.resource,
            field=result.field,
            current=result.current,
            proposed=result.proposed,
        )


def _wanted(result: Result) -> str:
    return f'`{result.field}` must be "{result.proposed}": "{result.current}"'


def diff(invocation: Invocation, shell: Shell) -> int:
    """Show what transform would change: a unified diff, or the operations per object."""
    outcome = transformed(prepare(invocation, shell), invocation, shell)
    _report(outcome, outcome.results, invocation, shell)
    if outcome.failed:
        return FAILED
    text = _json_patches(outcome) if invocation.output_format == "jsonpatch" else _unified(outcome)
    shell.write(text.encode())
    return DONE


def _json_patches(outcome: Outcome) -> str:
    import json

    from transformer.patches import grant_operations, image_operations, object_patches

    operations = (*image_operations(outcome.decisions), *grant_operations(outcome.grants))
    return json.dumps(object_patches(operations), indent=2, ensure_ascii=False) + "\n"


def _unified(outcome: Outcome) -> str:
    from transformer.diffs import unified_diff

    lines: list[str] = []
    for source in outcome.sources:
        edits = [it for it in outcome.edits if it[0].source is source]
        lines += unified_diff(source, edits)
    return "".join(line + "\n" for line in lines)


def images(invocation: Invocation, shell: Shell) -> int:
    """List the distinct images, upstream and final, with counts and places."""
    outcome = transformed(prepare(invocation, shell), invocation, shell)
    _report(outcome, outcome.results, invocation, shell)
    from transformer.listing import as_json, as_text, list_images

    listed = list_images(outcome.decisions)
    text = as_json(listed) if invocation.output_format == "json" else as_text(listed)
    shell.write(text.encode())
    return FAILED if outcome.failed else DONE


def lock(invocation: Invocation, shell: Shell) -> int:
    """Write the digest of every image that the lock does not have."""
    from transformer.lock import run

    return run(invocation, shell)


def verify(invocation: Invocation, shell: Shell) -> int:
    """See that every final image is there to be pulled."""
    from transformer.verify import run

    return run(invocation, shell)


def doctor(invocation: Invocation, shell: Shell) -> int:
    """Look for the silent traps of a kustomization folder (the working directory's, if none)."""
    from transformer.doctor import check as check_folder

    findings = [
        finding
        for folder in invocation.paths or (".",)
        for finding in check_folder(folder, shell.environment)
    ]
    for finding in findings:
        shell.say(str(finding))
    return FAILED if findings else DONE
