"""The command `drift`: reads pods, says what is wrong with what runs, and what to list."""

from __future__ import annotations

from collections.abc import Iterable

from transformer.cli.invocation import Invocation, prepare
from transformer.cli.shell import Shell
from transformer.cli.voice import say_problems, voice
from transformer.drift.judge import judge
from transformer.drift.pods import Running, read_pods
from transformer.errors import InputError, Position, Problem
from transformer.messages import counted, one_line
from transformer.report.findings import Findings, Subject
from transformer.yamltext.json_text import json_text


def drift(invocation: Invocation, shell: Shell) -> Findings:
    """Compare pods with the rules and the lock; what is found is said.

    Raises as `prepare` and `read_pods` do, and `InputError` where there are no pods.
    """
    job = prepare(invocation, shell)
    pods = read_pods(job.inputs)
    if not pods.count and not invocation.own.get("allow-empty"):
        raise _no_pods(job.inputs[0][0])
    found = judge(pods.running, job.config, job.lock)
    errors = sum(it.problem.severity == "error" for it in found.results)
    say = voice(invocation, shell, failed=bool(errors))
    say_problems(found.results, say, every=invocation.is_verbose)
    if found.unlisted and not invocation.writes_report:
        shell.write(_proposal(found.unlisted).encode())
    what = f"{counted(len(pods.running), 'container')} of {counted(pods.count, 'pod')}"
    summary = f"drift: {counted(errors, 'error')}, {what}" if errors else f"no drift: {what}"
    say(summary)
    return Findings(
        command="drift",
        failed=bool(errors),
        results=tuple(it for it in found.results if invocation.tells(it.problem)),
        subjects=tuple(dict.fromkeys(map(_subject, pods.running))),
        summary=summary,
    )


def _no_pods(name: str) -> InputError:
    message = "holds no pod: expected at least one"
    hint = "kubectl get pods -A -o json prints those of all namespaces"
    position = Position(file=name)
    return InputError(Problem(code="no-pods", message=message, position=position, hint=hint))


def _subject(it: Running) -> Subject:
    return Subject(file=it.file, name=one_line(str(it.owner)))


def _proposal(unlisted: Iterable[tuple[str, str]]) -> str:
    lines = ["spec:", "  images:"]
    for image, owner in unlisted:
        lines += (f"  - image: {json_text(image)}", f"    for: {json_text(one_line(owner))}")
    return "".join(f"{line}\n" for line in lines)
