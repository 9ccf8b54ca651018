"""The command `images`: the distinct images, with their places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from transformer.cli.arguments import Option
from transformer.cli.command import DONE, FAILED, Command, Section
from transformer.cli.invocation import Invocation, Job, prepare
from transformer.cli.named import DOCKERFILE, dockerfile_images, dockerfiles
from transformer.cli.options import COMMON, MANIFESTS, RULES, format_option
from transformer.cli.registry_options import PINNING
from transformer.cli.run import transformed
from transformer.cli.shell import Shell
from transformer.cli.voice import say_problems, voice
from transformer.pipeline import Outcome
from transformer.records import replace
from transformer.yamltext.documents import documents

if TYPE_CHECKING:
    from transformer.find.suspects import Seen
    from transformer.report.images import Image

MAYBE = Option(
    name="maybe",
    variable="MIRRORPIN_MAYBE",
    help="list also what else looks like an image, and is never changed",
)


def run(invocation: Invocation, shell: Shell) -> int:
    """List the distinct images, upstream and final, with counts and places."""
    if dockerfiles(invocation) and not invocation.paths:
        invocation = replace(invocation, needs_inputs=False)
    job = prepare(invocation, shell)
    outcome = transformed(job, invocation, shell, dockerfile_images(invocation))
    lists_suspects = invocation.own.get("maybe")
    said = (it for it in outcome.results if not (lists_suspects and it.problem.code == "suspects"))
    say = voice(invocation, shell, failed=outcome.failed)
    say_problems(said, say, every=invocation.is_verbose)
    from transformer.report.images import list_images

    listed = list_images((*outcome.decisions, *outcome.named))
    seen = _seen(job, outcome, invocation) if lists_suspects else None
    shell.write(_written(listed, seen, invocation.output_format).encode())
    return FAILED if outcome.failed else DONE


def _written(listed: Sequence[Image], seen: Seen | None, output_format: str) -> str:
    if output_format in ("csv", "markdown"):
        from transformer.report import image_tables

        as_table = image_tables.as_csv if output_format == "csv" else image_tables.as_markdown
        return as_table(listed, seen)
    from transformer.report.images import as_json, as_text

    return (as_json if output_format == "json" else as_text)(listed, seen)


def _seen(job: Job, outcome: Outcome, invocation: Invocation) -> Seen:
    from transformer.find.suspects import look

    found = (document for source in outcome.sources for document in documents(source))
    return look(found, outcome.decisions, job.config, invocation.options.parser)


COMMAND = Command(
    help="list the distinct images, upstream and final, with their places",
    example="helm template shop charts/shop | mirrorpin images --maybe",
    run=run,
    sections=(
        Section(
            title="the output",
            options=(format_option("text", "json", "csv", "markdown"), MAYBE, DOCKERFILE),
        ),
        *(RULES, MANIFESTS, PINNING, COMMON),
    ),
    needs_config=False,
)
