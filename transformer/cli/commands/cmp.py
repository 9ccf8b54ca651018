"""The command `cmp`: a config management plugin of Argo CD."""

from __future__ import annotations

from transformer.cli.command import Command
from transformer.cli.invocation import Invocation
from transformer.cli.options import COMMON, MANIFESTS, RULES
from transformer.cli.registry_options import PINNING
from transformer.cli.shell import Shell


def run(invocation: Invocation, shell: Shell) -> int:
    """Announce the parameters, or render and mirror, as the command's word says."""
    from transformer.cli.cmp import run

    return run(invocation, shell)


COMMAND = Command(
    help="be a config management plugin of Argo CD",
    example="mirrorpin cmp kustomize",
    run=run,
    sections=(RULES, MANIFESTS, PINNING, COMMON),
    operands="discover|parameters|kustomize|helm",
    words=("discover", "parameters", "kustomize", "helm"),
)
