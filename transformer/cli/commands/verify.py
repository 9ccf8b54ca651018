"""The command `verify`."""

from __future__ import annotations

from transformer.cli.command import Command, Section
from transformer.cli.invocation import Invocation
from transformer.cli.named import CHART, DOCKERFILE
from transformer.cli.options import (
    ALLOW_EMPTY,
    COMMON,
    MANIFESTS,
    REFERRERS,
    REPORTS,
    RULES,
    format_option,
)
from transformer.cli.registry_options import ASKING, PULL_SECRETS
from transformer.cli.shell import Shell


def run(invocation: Invocation, shell: Shell) -> int:
    """See that every final image is there to be pulled."""
    from transformer.cli.reports import reported
    from transformer.cli.verify import verify

    return reported("verify", lambda: verify(invocation, shell), invocation, shell)


COMMAND = Command(
    help="exit 1 unless every final image is there to be pulled",
    example="mirrorpin verify --pull-secrets ~/.docker/config.json manifests/",
    run=run,
    sections=(
        Section(
            title="what passes", options=(ALLOW_EMPTY, PULL_SECRETS, REFERRERS, CHART, DOCKERFILE)
        ),
        Section(title="the report", options=(format_option(*REPORTS),)),
        *(ASKING, RULES, MANIFESTS, COMMON),
    ),
    needs_lock=False,
)
