"""The command `lock`."""

from __future__ import annotations

from transformer.cli.command import Command, Section
from transformer.cli.invocation import Invocation
from transformer.cli.named import CHART, DOCKERFILE
from transformer.cli.options import (
    ALLOW_EMPTY,
    COMMON,
    CONFIGURATION,
    MANIFESTS,
    REPORTS,
    format_option,
)
from transformer.cli.registry_options import ASKING, LOCK
from transformer.cli.shell import Shell


def run(invocation: Invocation, shell: Shell) -> int:
    """Write the digest of every image that the lock does not have."""
    from transformer.cli.lock.write import lock

    return lock(invocation, shell)


COMMAND = Command(
    help="write the digests that the lock does not have, or check it",
    example="mirrorpin lock --update='docker.io/library/*' manifests/",
    run=run,
    sections=(
        Section(
            title="the lock",
            options=(*LOCK, CHART, DOCKERFILE, ALLOW_EMPTY, format_option(*REPORTS)),
        ),
        *(ASKING, CONFIGURATION, MANIFESTS, COMMON),
    ),
    needs_lock=False,
)
