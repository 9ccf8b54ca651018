"""The command `restore`: the manifests as they were before `transform`."""

from __future__ import annotations

from transformer.cli.command import Command, Section
from transformer.cli.commands.transform import deliver, is_in_place
from transformer.cli.invocation import Invocation, Job, prepare
from transformer.cli.options import (
    ALLOW_EMPTY,
    CHECKS,
    COMMON,
    CONFIGURATION,
    MANIFESTS,
    OUTPUT,
    WRITE,
)
from transformer.cli.shell import Shell
from transformer.pipeline import Outcome


def run(invocation: Invocation, shell: Shell) -> int:
    """Write the manifests with upstream images; nothing at all when one name cannot be told."""
    if is_in_place(invocation):
        from transformer.cli.in_place import write

        return write("restore", _restored, invocation, shell)
    job = prepare(invocation, shell)
    return deliver(*_restored(job, invocation, shell), job, invocation, shell)


def _restored(job: Job, invocation: Invocation, _: Shell) -> tuple[Outcome, str]:
    from transformer.undo.restore import restore

    restored = restore(
        job.inputs, job.config, lock=job.lock, options=invocation.options, known=job.envelope
    )
    return restored.outcome, restored.summary


COMMAND = Command(
    help="write the manifests as they were, with upstream images",
    example="mirrorpin restore --write manifests/",
    run=run,
    sections=(
        Section(title="the output", options=(OUTPUT, WRITE, ALLOW_EMPTY)),
        Section(
            title="the rules that made the manifests", options=(*CONFIGURATION.options, *CHECKS)
        ),
        *(MANIFESTS, COMMON),
    ),
)
