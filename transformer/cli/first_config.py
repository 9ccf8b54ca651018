"""A first configuration, made from the manifests that it is for.

    $ kustomize build . | mirrorpin init --registry registry.example.com > mirrorpin.yaml

It has one rule for each registry that the images come from. A target holds the registry's host, so
two registries never land on one name; on Docker Hub, whose names have two parts, a template holds
it, and two could. What is written is tried on the same manifests, which says so.
"""

from __future__ import annotations

import os.path
import shlex
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from transformer import pipeline
from transformer.cli.defaults import DEFAULT_CONFIG
from transformer.cli.invocation import NO_RULES
from transformer.config.config import Config, parse_config
from transformer.config.options import Options
from transformer.config.templates import slug
from transformer.errors import InputError, Position, Problem
from transformer.image.reference import HUB, name_of
from transformer.model import Decision, Keep, Skip
from transformer.pipeline import Outcome
from transformer.records import record, replace
from transformer.yamltext.scalars import written

if TYPE_CHECKING:
    from transformer.find.suspects import Sighting

PLACEHOLDER = "registry.example.com"
# Without .json at its end, by which kubectl, Argo CD and this program take it for a manifest.
SCHEMA_FILE = "mirrorpin.schema"
SHOWN = 3


@record
class Registry:
    """A registry that images come from, and their distinct names in order of first use."""

    host: str
    names: tuple[str, ...]


_EXAMPLE = Registry(host=HUB, names=())
_NO_IMAGES = Problem(
    code="no-images",
    severity="warning",
    message="no images: the manifests name none, and no rule is written",
)


@record
class Draft:
    """A configuration to begin with: its text, and all that is still wrong about the manifests.

    `text` is empty where no manifest can be read.
    """

    text: str
    found: tuple[Registry, ...] = ()
    problems: tuple[Problem, ...]

    @property
    def failed(self) -> bool:
        return any(problem.severity == "error" for problem in self.problems)


def draft(
    inputs: Sequence[tuple[str, bytes]],
    registry: str,
    *,
    is_function: bool,
    options: Options,
    schema: str = "",
) -> Draft:
    """Write a configuration for manifests.

    Takes the inputs as (name for messages, bytes), the host, or repository on it, that the images
    are mirrored under, whether kustomize is to start the function, and where its schema is, '' for
    nowhere. Returns the draft, and with it the problems that the manifests have without any rule,
    or else those that they have with it. Raises what `pipeline.transform` raises.
    """
    inputs, left_out = readable(inputs, options)
    looked = pipeline.transform(inputs, _config(NO_RULES), options=options)
    if looked.failed:
        return Draft(text="", problems=_problems(looked))
    entries = suspect_entries(looked.suspects)
    if entries:
        # What they name may come from further registries.
        looked = pipeline.transform(inputs, _config(NO_RULES + "\n".join(entries)), options=options)
    found = registries(looked.decisions)
    text = configuration(
        found,
        registry,
        is_function=is_function,
        invalid=_unreadable(looked.decisions),
        entries=entries,
        schema=schema,
    )
    tried = pipeline.transform(inputs, _config(text), options=options)
    none = () if found else (_NO_IMAGES,)
    return Draft(text=text, found=found, problems=(*left_out, *none, *_problems(tried)))


def readable(
    inputs: Sequence[tuple[str, bytes]], options: Options
) -> tuple[Sequence[tuple[str, bytes]], tuple[Problem, ...]]:
    """The inputs that are manifests, and a warning for each other one, as a template of a chart is.

    All of them where none is one, so that all is said that is wrong.
    """
    found: list[tuple[str, bytes]] = []
    left_out: list[Problem] = []
    for it in inputs:
        problem = _fault(it, options)
        if problem is None:
            found.append(it)
        else:
            left_out.append(_left_out(problem, it[0]))
    return (found, tuple(left_out)) if found else (inputs, ())


def _fault(given: tuple[str, bytes], options: Options) -> Problem | None:
    try:
        outcome = pipeline.transform([given], _config(NO_RULES), options=options)
    except InputError as error:
        return error.problems[0]
    problems = (it.problem for it in outcome.results)
    return next((it for it in problems if it.severity == "error"), None)


def _left_out(problem: Problem, name: str) -> Problem:
    place = problem.position or Position(file=name)
    message = f"left out: {problem.message}"
    return replace(problem, severity="warning", message=message, position=place)


def registries(decisions: Iterable[Decision]) -> tuple[Registry, ...]:
    """The registries of the images that a run without rules kept, by host."""
    names: dict[str, dict[str, None]] = {}
    for _, verdict in decisions:
        if isinstance(verdict, Keep):
            name = verdict.source.partition("@")[0]
            host = name.partition("/")[0]
            names.setdefault(host, {})[name_of(name)] = None
    return tuple(Registry(host=host, names=tuple(names[host])) for host in sorted(names))


def suspect_entries(suspects: Iterable[Sighting]) -> list[str]:
    """The lines of a configuration's `spec` that name what looks like an image."""
    if not suspects:
        return []
    from transformer.report.suspect_results import ARGS, ENV, FIELDS, entries_of

    found = entries_of(suspects)
    named = {key: [it.text for it in found if it.setting == key] for key in (ENV, ARGS, FIELDS)}
    strings = [
        line
        for key in (ENV, ARGS)
        if named[key]
        for line in (f"    {key.rpartition('.')[2]}:", *(f"    - {it}" for it in named[key]))
    ]
    lines = ["  # These look like images: see which are, and give those that are none `form: none`"]
    lines += ["  strings:", *strings] if strings else []
    return lines + (["  fields:", *(f"  - {it}" for it in named[FIELDS])] if named[FIELDS] else [])


def configuration(
    found: Sequence[Registry],
    registry: str,
    *,
    is_function: bool = False,
    invalid: int = 0,
    entries: Sequence[str] = (),
    schema: str = "",
) -> str:
    """The text of a configuration with one rule for each registry.

    Takes the registries, an example where there is none; the host, or repository on it, to mirror
    them under; whether kustomize is to start the function; the number of images that are no
    references; the lines of `suspect_entries`; and where its schema is, '' for nowhere.
    """
    taken: set[str] = set()
    rules = [line for source in found for line in _rule(source, registry, taken)]
    rules = rules or ["    []", *(f"  # {it[2:]}" for it in _rule(_EXAMPLE, registry, taken)[1:])]
    end = [*rest(invalid), *entries]
    return page(rules, end, is_function=is_function, schema=schema)


def page(rules: Sequence[str], end: Sequence[str], *, is_function: bool, schema: str) -> str:
    """The text of a configuration with the lines of its rules, and those behind them."""
    lines = [
        *([f"# yaml-language-server: $schema={schema}"] if schema else ()),
        "apiVersion: mirrorpin.dev/v1alpha1",
        "kind: ImageTransformer",
        "metadata:",
        "  name: images",
        *(_FUNCTION if is_function else ()),
        "spec:",
        "  mirrors:   # the most specific source wins, whatever the order",
    ]
    return "\n".join([*lines, *rules, *end, ""])


_FUNCTION = (
    "  annotations:   # list this file under `transformers:` of the outermost kustomization; run",
    "    # kustomize build --enable-alpha-plugins --enable-exec; mirrorpin doctor checks both",
    "    config.kubernetes.io/function: |",
    "      exec: {path: mirrorpin}",
)


def _rule(source: Registry, registry: str, taken: set[str]) -> list[str]:
    lines = [f"  # {_listed(source.names)}", f"  - source: {written(source.host, '')}"]
    if source.host == registry.partition("/")[0]:
        return [*lines, "    keep: true   # this is where the mirror is"]
    folder = _folder(source.host, taken)
    return [*lines, f"    {_aim(registry, folder)}", "    # pullSecrets: [registry-pull]"]


def _aim(registry: str, folder: str) -> str:
    host, *parts = f"{registry}/{folder}".split("/")
    if host != HUB:
        return f"target: {written(f'{registry}/{folder}', '')}"
    # Docker Hub takes two parts, so that all behind the first is one.
    namespace, *rest = parts
    repository = "-".join([*rest, "{{ repository | replace('/', '-') }}"])
    return f"template: {written(f'{host}/{namespace}/{repository}', '')}"


def _folder(host: str, taken: set[str]) -> str:
    name = folder = slug(host)
    number = 1
    while folder in taken:
        number += 1
        folder = f"{name}-{number}"
    taken.add(folder)
    return folder


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:SHOWN])
    more = len(names) - SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def rest(invalid: int) -> list[str]:
    """The lines behind the rules: what a user may want to set, and for so many images that are no
    references what lets them pass."""
    many = f"{invalid} image is" if invalid == 1 else f"{invalid} images are"
    text = (
        f"  invalid: warn     # fail | warn: {many} no reference here"
        if invalid
        else "  invalid: fail     # fail | warn: a string that is no image reference, as $(IMAGE)"
    )
    return [
        "  unmatched: fail   # fail | warn | keep: an image that no rule covers",
        text,
        "  suspects: fail    # fail | warn | rewrite | ignore: what looks like an image elsewhere",
        "  # digests:        # pins every image to the digest that the lock has for it",
        "  #   mode: lock",
        "  #   lockFile: images.lock.yaml",
    ]


def _unreadable(decisions: Iterable[Decision]) -> int:
    verdicts = (verdict for _, verdict in decisions if isinstance(verdict, Skip))
    return sum(verdict.problem.severity == "warning" for verdict in verdicts)


def next_steps(file: str, paths: Sequence[str], *, is_function: bool) -> tuple[str, ...]:
    """The commands that come next, for people.

    Takes the file that was written, '' for stdout; the manifests as they were named; and whether
    kustomize is to start the function.
    """
    manifests = "".join(f" {shlex.quote(it)}" for it in paths)
    config = f" -c {shlex.quote(file)}" if file and os.path.basename(file) != DEFAULT_CONFIG else ""
    call = "mirrorpin" if paths else "... | mirrorpin"
    looks = f"next: {call} diff{config}{manifests} shows what it changes"
    if is_function:
        return (looks, "then: mirrorpin doctor says what kustomize still needs")
    return (looks, f"then: {call} plan{config}{manifests} lists what has to be at the mirror")


def _problems(outcome: Outcome) -> tuple[Problem, ...]:
    problems = (result.problem for result in outcome.results)
    return tuple(problem for problem in problems if problem.severity != "info")


def _config(text: str) -> Config:
    return parse_config("mirrorpin.yaml", text, ".")
