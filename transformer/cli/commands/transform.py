"""The command `transform`, the default: the manifests with every image mirrored."""

from __future__ import annotations

import re
from collections.abc import Sequence

from transformer.cli.command import DONE, FAILED, Command
from transformer.cli.invocation import Invocation, Job, prepare
from transformer.cli.options import COMMON, MANIFESTS, RULES
from transformer.cli.registry_options import PINNING
from transformer.cli.run import transformed
from transformer.cli.shell import Shell
from transformer.cli.voice import report, summarise
from transformer.model import Result
from transformer.pipeline import Outcome

_BOM = b"\xef\xbb\xbf"

# A marker or a directive, with nothing but comments and empty lines before it. Atomic, not
# possessive: before Python 3.11.5 a possessive group loses what it tried last.
_BEGIN = rb"(?>(?:[ \t]*(?:#[^\n]*+)?\r?\n)*)(%|---(?=[ \t\r\n]|\Z))"


def run(invocation: Invocation, shell: Shell) -> int:
    """Write the manifests with every image mirrored; nothing at all when one fails."""
    job = prepare(invocation, shell)
    if job.config.mode == "check":
        from transformer.cli.commands.check import check

        return check(job, invocation, shell)
    return rewrite(job, invocation, shell)


def rewrite(job: Job, invocation: Invocation, shell: Shell) -> int:
    """Write the manifests of a job with every image mirrored; nothing at all when one fails."""
    outcome = transformed(job, invocation, shell)
    told = report(outcome, invocation, shell)
    if job.envelope is not None:
        shell.write(*_enveloped(outcome, told, invocation))
    elif not outcome.failed:
        whole = len(outcome.chunks) == 1
        shell.write(*(outcome.chunks[0] if whole else (join(outcome.outputs),)))
    summarise(outcome, invocation, shell)
    return FAILED if outcome.failed else DONE


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
    sections=(RULES, MANIFESTS, PINNING, COMMON),
)
