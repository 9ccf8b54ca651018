"""The command `explain`: why an image becomes what it becomes.

mirrorpin explain nginx:1.27 --namespace shop --kind Deployment     # what the rules make of a name
mirrorpin explain --at deploy.yaml:14                               # and of what stands in a line
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from transformer.cli.arguments import Option
from transformer.cli.command import DONE, FAILED, Command, Section
from transformer.cli.folders import SUFFIXES
from transformer.cli.invocation import Invocation, Job, prepare
from transformer.cli.options import COMMON, MANIFESTS, RULES, format_option
from transformer.cli.registry_options import PINNING
from transformer.cli.run import completing, findings_of, transformed
from transformer.cli.shell import STDIN, Shell
from transformer.errors import Position, Problem, UsageError, usage_error
from transformer.lock.lock import Lock
from transformer.messages import listed, quoted
from transformer.model import Decision, Site
from transformer.records import record, replace

if TYPE_CHECKING:
    from transformer.decide.explain import Explanation
    from transformer.policy.gates import Finding

OPTIONS = (
    Option(
        name="at",
        variable="MIRRORPIN_AT",
        metavar="FILE:LINE",
        help="explain what stands there: a place as messages name it, -:LINE for stdin",
    ),
    Option(
        name="namespace",
        variable="MIRRORPIN_NAMESPACE",
        metavar="NAME",
        help="the namespace of the object that the image is in",
    ),
    Option(
        name="kind",
        variable="MIRRORPIN_KIND",
        metavar="GLOB",
        help="the kind of the object that the image is in",
    ),
    Option(
        name="container",
        variable="MIRRORPIN_CONTAINER",
        metavar="NAME",
        help="the container that the image is of",
    ),
    format_option("text", "json"),
)
SCOPE = ("namespace", "kind", "container")

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>[1-9][0-9]{0,8})(?::(?P<column>[1-9][0-9]{0,8}))?")


@record
class _Asked:
    # What is to be explained, and all that it was decided with.
    job: Job
    decisions: Sequence[Decision]
    lock: Lock | None
    findings: Sequence[Finding]


def run(invocation: Invocation, shell: Shell) -> int:
    """Explain the images of the command line, or those that stand at the place of `--at`.

    Raises as `prepare` does, and `UsageError` for options that do not go together, and for a place
    without an image.
    """
    at = invocation.own.get("at", "")
    if bool(at) == bool(invocation.paths):
        hint = "mirrorpin explain nginx:1.27, or mirrorpin explain --at deploy.yaml:14"
        raise usage_error(
            "`explain` has nothing to explain: expected images, or `--at` and a place", hint
        )
    if at and any(invocation.own.get(name) for name in SCOPE):
        message = "`--at` is used with `--namespace`, `--kind` or `--container`: expected it alone"
        raise usage_error(message, "the object that stands there has its own")
    _refuse_manifests(invocation.paths)
    explanations = _explained((_at if at else _named)(invocation, shell))
    from transformer.report.explanations import as_json, as_text

    as_format = as_json if invocation.output_format == "json" else as_text
    shell.write(as_format(explanations).encode())
    return FAILED if any(it.failed for it in explanations) else DONE


def _explained(asked: _Asked) -> list[Explanation]:
    from transformer.decide.explain import explain

    found = list(explain(asked.decisions, asked.job.config, asked.lock))
    policy = asked.job.config.policy
    if policy is None:
        return found
    from transformer.policy.answers import answers

    gates = answers(asked.decisions, asked.findings, policy)
    return [replace(it, gates=gate) for it, gate in zip(found, gates, strict=True)]


def _refuse_manifests(images: Sequence[str]) -> None:
    # Every other command takes files there, and a file's name is often an image's as well.
    for image in images:
        if image.endswith(SUFFIXES) and os.path.isfile(image):
            message = f"{quoted(image)} is a file: expected an image"
            raise usage_error(message, f"mirrorpin explain --at {image}:LINE")


def _named(invocation: Invocation, shell: Shell) -> _Asked:
    from transformer.decide.decide import decide
    from transformer.decide.imagined import imagined

    job = prepare(replace(invocation, paths=(), needs_inputs=False), shell)
    namespace, kind, container = (invocation.own.get(name, "") for name in SCOPE)
    sites = [imagined(image, namespace, kind, container) for image in invocation.paths]
    complete = completing(job, invocation, shell)
    lock = complete(sites) if complete is not None else job.lock
    decisions = decide(sites, job.config, lock, apart=True).decisions
    findings = findings_of(job, invocation, decisions, lock)
    return _Asked(job=job, decisions=decisions, lock=lock, findings=findings)


def _at(invocation: Invocation, shell: Shell) -> _Asked:
    at = invocation.own["at"]
    found = _PLACE.fullmatch(at)
    if found is None:
        hint = "for example deploy.yaml:14, as messages name places"
        raise usage_error(f"`--at` is {quoted(at)}: expected FILE:LINE or FILE:LINE:COLUMN", hint)
    path = "-" if found["file"] == STDIN else found["file"]
    job = prepare(replace(invocation, paths=(path,)), shell)
    outcome = transformed(job, invocation, shell)
    line, column = int(found["line"]), int(found["column"] or 0)
    decisions = [it for it in outcome.decisions if _stands_at(it[0], line, column)]
    if not decisions:
        raise _nothing_there(job.inputs[0][0], line, column, outcome.decisions)
    return _Asked(job=job, decisions=decisions, lock=outcome.lock, findings=outcome.findings)


def _stands_at(site: Site, line: int, column: int) -> bool:
    spots = (site.spot, *(part.spot for part in site.parts))
    places = (site.document.position(it.start) for it in spots)
    return any(it.line == line and column in (0, it.column) for it in places)


def _nothing_there(name: str, line: int, column: int, decisions: Sequence[Decision]) -> UsageError:
    places = (site.position for site, _ in decisions)
    nearest = sorted({it.line for it in places}, key=lambda it: abs(it - line))
    lines = "line" if len(nearest) == 1 else "lines"
    hint = f"images stand in {lines} {listed(map(str, nearest))}" if nearest else ""
    position = Position(file=name, line=line, column=column or 1)
    message = "no image that mirrorpin knows stands there"
    problem = Problem(code="nothing-there", message=message, position=position, hint=hint)
    return UsageError(problem)


COMMAND = Command(
    help="say why an image becomes what it becomes, rule by rule",
    example="mirrorpin explain --at deploy.yaml:14",
    run=run,
    sections=(
        Section(title="what is explained", options=OPTIONS),
        *(RULES, MANIFESTS, PINNING, COMMON),
    ),
    operands="[IMAGE]...",
)
