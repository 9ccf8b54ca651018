"""The images that no manifest names: those of the configuration, and of charts on the line."""

from __future__ import annotations

import os

from transformer.cli.arguments import Option
from transformer.cli.invocation import Invocation, Job, read_text
from transformer.cli.shell import Shell
from transformer.errors import InputError, Position, Problem, UsageError
from transformer.intake import read_file
from transformer.messages import named
from transformer.model import Site
from transformer.records import replace
from transformer.yamltext.documents import decode

CHART = Option(
    name="chart",
    variable="MIRRORPIN_CHART",
    metavar="DIR",
    many=True,
    help="a chart, whose annotations list images that no manifest names; may be repeated",
)

DOCKERFILE = Option(
    name="dockerfile",
    variable="MIRRORPIN_DOCKERFILE",
    metavar="FILE",
    many=True,
    help="a Dockerfile, whose FROM lines name images; may be repeated",
)

CHART_FILE = "Chart.yaml"
MAX_CHART = 1 << 20


def charts(invocation: Invocation) -> tuple[str, ...]:
    """The folders of charts that the command line names."""
    return _named(invocation, CHART)


def dockerfiles(invocation: Invocation) -> tuple[str, ...]:
    """The Dockerfiles that the command line names."""
    return _named(invocation, DOCKERFILE)


def says_images(invocation: Invocation) -> bool:
    """Whether the command line names files with images that are no manifests."""
    return bool(charts(invocation) or dockerfiles(invocation))


def unless_piped(invocation: Invocation, shell: Shell) -> Invocation:
    """The invocation, without inputs where images are named and no manifests are piped in."""
    if invocation.paths or not says_images(invocation):
        return invocation
    is_piped = shell.stdin is not None and not shell.stdin.isatty()
    return invocation if is_piped else replace(invocation, needs_inputs=False)


def dockerfile_images(invocation: Invocation) -> tuple[Site, ...]:
    """A site for each image that a named Dockerfile builds on.

    Raises `UsageError` for what cannot be read, `ConfigError` for what is not an image.
    """
    if not dockerfiles(invocation):
        return ()
    from transformer.config.dockerfile import base_images
    from transformer.find.named import named_sites

    texts = (read_text(path, is_named=True) for path in dockerfiles(invocation))
    return tuple(named_sites(it for name, text in texts for it in base_images(name, text)))


def _named(invocation: Invocation, option: Option) -> tuple[str, ...]:
    return tuple(filter(None, invocation.own.get(option.name, "").split(",")))


def named_images(job: Job, invocation: Invocation) -> tuple[Site, ...]:
    """A site for each of them. Raises as `prepare` does."""
    based = dockerfile_images(invocation)
    if not (job.config.images or charts(invocation)):
        return based
    from transformer.config.images import chart_images
    from transformer.find.named import named_sites

    listed = [it for folder in charts(invocation) for it in chart_images(*_chart(folder))]
    return (*named_sites((*job.config.images, *listed)), *based)


def _chart(folder: str) -> tuple[str, str]:
    path = os.path.join(folder, CHART_FILE)
    real = os.path.realpath(folder)
    if os.path.commonpath((real, os.path.realpath(path))) != real:
        raise _bad_chart(path, "outside", "is a link that leads out of the chart's folder")
    try:
        data = read_file(path, MAX_CHART)
    except OSError as error:
        hint = f"--chart takes a folder with a {CHART_FILE}"
        message = f"file cannot be read: {error.strerror}"
        raise _bad_chart(path, "unreadable", message, hint) from None
    if len(data) > MAX_CHART:
        message = f"is larger than {MAX_CHART >> 20} MiB"
        raise _bad_chart(path, "too-large", message)
    try:
        return named(path), decode(named(path), data).text
    except InputError as error:
        raise UsageError(error.problems) from None


def _bad_chart(path: str, code: str, message: str, hint: str = "") -> UsageError:
    position = Position(file=named(path))
    return UsageError(Problem(code=code, message=message, position=position, hint=hint))
