"""The command `plan`."""

from __future__ import annotations

from transformer.cli.arguments import Option
from transformer.cli.command import Command, Section
from transformer.cli.invocation import Invocation
from transformer.cli.named import CHART, DOCKERFILE
from transformer.cli.options import (
    ALLOW_EMPTY,
    COMMON,
    CONFIGURATION,
    MANIFESTS,
    PIN,
    PLANS,
    REFERRERS,
    format_option,
)
from transformer.cli.registry_options import ASKING
from transformer.cli.shell import Shell

MISSING = Option(
    name="missing",
    variable="MIRRORPIN_MISSING",
    help="ask mirrors and sources, and leave out what is there with its digest",
)
BY = Option(
    name="by",
    variable="MIRRORPIN_BY",
    metavar="WHAT",
    choices=("target", "registry"),
    help="in groups: by the registry that takes the images, or the one that has them",
)


def run(invocation: Invocation, shell: Shell) -> int:
    """Write what has to be at the mirrors, as a list or for a tool that brings it there."""
    from transformer.cli.plan import plan

    return plan(invocation, shell)


COMMAND = Command(
    help="list what has to be at the mirrors, or write it for a tool",
    example="mirrorpin plan --format regsync manifests/ > regsync.yaml",
    run=run,
    sections=(
        Section(
            title="the plan",
            options=(format_option(*PLANS), MISSING, REFERRERS, BY, CHART, DOCKERFILE, ALLOW_EMPTY),
        ),
        ASKING,
        Section(title="the rules", options=(*CONFIGURATION.options, PIN)),
        *(MANIFESTS, COMMON),
    ),
    needs_lock=False,
)
