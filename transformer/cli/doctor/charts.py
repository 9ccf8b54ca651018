"""Charts whose hooks a post-renderer never gets: Helm 3 hands it all but them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from transformer.cli.doctor.executables import program_version
from transformer.errors import Problem
from transformer.messages import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from transformer.cli.doctor.repository import Repository

HANDS_OVER_HOOKS = (4, 0, 0)

_POST_RENDERED = re.compile(r"(?:--post-renderer[= ]|\bpostRenderer:)\s*\S*mirrorpin")


def check_hooks(repository: Repository, environment: Mapping[str, str]) -> Iterator[Problem]:
    """One warning for each chart that has hooks with images, where a call post-renders by us.

    The Helm on the PATH of `environment` says whether it is one that hands hooks over.
    """
    charts = [it for it in repository.charts if it.hooks]
    calls = (
        f"{witness.file}:{number}"
        for witness in repository.witnesses
        for number, line in witness.lines
        if not witness.is_page and _POST_RENDERED.search(line)
    )
    call = next(calls, "") if charts else ""
    version = program_version("helm", ("version", "--short"), environment) if call else ()
    for chart in charts if call and version < HANDS_OVER_HOOKS else ():
        many = counted(len(chart.hooks), "hook")
        yield Problem(
            code="helm-hooks",
            severity="warning",
            message=f"Helm 3 hands no hook to the post-renderer of {call}: the images of {many} of"
            " this chart stay as they are",
            position=chart.hooks[0],
            hint=f"helm template {chart.folder} | mirrorpin, or Helm 4",
        )
