"""The command `drift`: what runs in a cluster, against the rules and the lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transformer.cli.command import Command, Section
from transformer.cli.invocation import Invocation
from transformer.cli.options import ALLOW_EMPTY, COMMON, CONFIGURATION, PIN, REPORTS, format_option
from transformer.cli.shell import Shell

if TYPE_CHECKING:
    from transformer.report.findings import Findings


def run(invocation: Invocation, shell: Shell) -> int:
    """Exit 1 where pods run what the rules or the lock would not have; each is named."""
    from transformer.cli.reports import reported

    return reported("drift", lambda: _found(invocation, shell), invocation, shell)


def _found(invocation: Invocation, shell: Shell) -> Findings:
    from transformer.cli.drift import drift

    return drift(invocation, shell)


COMMAND = Command(
    help="exit 1 where pods run other images than the rules and the lock say",
    example="kubectl get pods -A -o json | mirrorpin drift",
    run=run,
    sections=(
        Section(title="what passes", options=(ALLOW_EMPTY,)),
        Section(title="the report", options=(format_option(*REPORTS),)),
        Section(title="the rules", options=(*CONFIGURATION.options, PIN)),
        COMMON,
    ),
)
