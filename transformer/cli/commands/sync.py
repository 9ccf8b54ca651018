"""The command `sync`."""

from __future__ import annotations

from transformer.cli.arguments import Option
from transformer.cli.command import Command, Section
from transformer.cli.invocation import Invocation
from transformer.cli.named import CHART, DOCKERFILE
from transformer.cli.options import (
    ALLOW_EMPTY,
    COMMON,
    CONFIGURATION,
    ENGINES,
    MANIFESTS,
    PIN,
    REFERRERS,
)
from transformer.cli.registry_options import ASKING
from transformer.cli.shell import Shell

ENGINE = Option(
    name="engine",
    variable="MIRRORPIN_ENGINE",
    metavar="NAME",
    choices=ENGINES,
    help="what copies; if not given, the first that is on PATH in this order: "
    f"{', '.join(ENGINES)}",
)
JOBS = Option(
    name="jobs",
    short="j",
    variable="MIRRORPIN_JOBS",
    metavar="NUMBER",
    help="how many images are copied at once, 4 if not given",
)
DRY_RUN = Option(
    name="dry-run",
    variable="MIRRORPIN_DRY_RUN",
    help="print the commands that would be run, and run none",
)


def run(invocation: Invocation, shell: Shell) -> int:
    """Copy what is missing at the mirrors with an engine, and see that it is there."""
    from transformer.cli.sync.sync import sync

    return sync(invocation, shell)


COMMAND = Command(
    help="copy what is missing at the mirrors by an engine, and check it",
    example="mirrorpin sync --engine crane --jobs 8 manifests/",
    run=run,
    sections=(
        Section(
            title="the copies",
            options=(ENGINE, JOBS, DRY_RUN, REFERRERS, CHART, DOCKERFILE, ALLOW_EMPTY),
        ),
        ASKING,
        Section(title="the rules", options=(*CONFIGURATION.options, PIN)),
        *(MANIFESTS, COMMON),
    ),
    needs_lock=False,
)
