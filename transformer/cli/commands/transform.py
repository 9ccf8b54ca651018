"""The command `transform`, the default: the manifests with every image mirrored."""

from __future__ import annotations

import re
from collections.abc import Sequence

from transformer.cli.command import DONE, FAILED, Command, Section
from transformer.cli.invocation import Invocation, Job, prepare
from transformer.cli.options import ALLOW_EMPTY, COMMON, MANIFESTS, OUTPUT, RULES, WRITE
from transformer.cli.registry_options import PINNING
from transformer.cli.run import transformed
from transformer.cli.shell import Shell
from transformer.cli.voice import handed_back, report, summarise, summary_of
from transformer.errors import usage_error
from transformer.model import Result
from transformer.pipeline import Outcome

STDOUT = "-"

_BOM = b"\xef\xbb\xbf"

# A marker or a directive, with nothing but comments and empty lines before it. Atomic, not
# possessive: before Python 3.11.5 a possessive group loses what it tried last.
_BEGIN = rb"(?>(?:[ \t]*(?:#[^\n]*+)?\r?\n)*)(%|---(?=[ \t\r\n]|\Z))"


def run(invocation: Invocation, shell: Shell) -> int:
    """Write the manifests with every image mirrored; nothing at all when one fails."""
    if is_in_place(invocation):
        from transformer.cli.in_place import write

        return write("transform", _made, invocation, shell)
    job = prepare(invocation, shell)
    if job.config.mode == "check":
        from transformer.cli.commands.check import check

        return check(job, invocation, shell)
    return rewrite(job, invocation, shell)


def is_in_place(invocation: Invocation) -> bool:
    """Whether files are to be changed themselves. Raises `UsageError` with `--output`."""
    if invocation.own.get("write") and invocation.own.get("output"):
        raise usage_error("`--write` and `--output` are both given: expected one of them")
    return bool(invocation.own.get("write"))


def _made(job: Job, invocation: Invocation, shell: Shell) -> tuple[Outcome, str]:
    outcome = transformed(job, invocation, shell)
    return outcome, summary_of(outcome)


def rewrite(job: Job, invocation: Invocation, shell: Shell) -> int:
    """Write the manifests of a job with every image mirrored; nothing at all when one fails."""
    outcome = transformed(job, invocation, shell, is_last=True)
    return deliver(outcome, summary_of(outcome), job, invocation, shell)


def deliver(outcome: Outcome, summary: str, job: Job, invocation: Invocation, shell: Shell) -> int:
    """Write the outputs of a run, and say what it has to say. Returns the exit code.

    Takes the outcome, the line that says what was done, and the job of which it came.
    """
    told = report(outcome, invocation, shell)
    if job.envelope is not None:
        _put(_enveloped(outcome, told, invocation), invocation, shell)
        summary = handed_back(summary)
    elif not outcome.failed:
        whole = len(outcome.chunks) == 1
        _put(outcome.chunks[0] if whole else (join(outcome.outputs),), invocation, shell)
    summarise(outcome, invocation, shell, summary)
    return FAILED if outcome.failed else DONE


def _put(pieces: Sequence[bytes], invocation: Invocation, shell: Shell) -> None:
    path = invocation.own.get("output") or STDOUT
    if path == STDOUT:
        shell.write(*pieces)
        return
    from transformer.cli.files import read_if_there, replace_file

    shell.hold_interrupts()
    replace_file(path, b"".join(pieces), read_if_there(path))


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
    begin = re.match(_BEGIN, text)
    if begin is None:
        return b"---\n"
    return b"...\n" if begin[1] == b"%" else b""


COMMAND = Command(
    help="write the manifests with every image mirrored (the default)",
    example="kustomize build overlays/prod | mirrorpin | kubectl apply -f -",
    run=run,
    sections=(
        Section(title="the output", options=(OUTPUT, WRITE, ALLOW_EMPTY)),
        *(RULES, MANIFESTS, PINNING, COMMON),
    ),
)
