"""Inputs without a Kubernetes object: a success would say that nothing pulls from elsewhere.

What manifests are rendered from, a kustomization, a chart, a Compose file and the like, is
recognised by its name or its keys, and named with the command that makes manifests of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from transformer.cli.invocation import Invocation, Job
from transformer.cli.named import says_images
from transformer.cli.paths import lock_path
from transformer.config.options import Options
from transformer.errors import InputError, Position, Problem
from transformer.find.objects import objects
from transformer.lock.lock import is_lock
from transformer.messages import named
from transformer.records import record, replace
from transformer.yamltext.documents import Source, decode, documents
from transformer.yamltext.tree import SyntaxFault, read

# Objects of these groups are read by programs on the way to a cluster, and by none in it.
_OURS = ("mirrorpin.dev", "kpt.dev")
_NEVER = re.compile(r"(?!)")
_has_kind = re.compile(r"(?m)^kind:[ \t]").search


@record
class Rendered:
    """What manifests are rendered from: what it is called, how to know it, and what renders it.

    `names` matches its file's name, `keys` the beginning of one of its lines; files of which only
    the keys are known must not have a kind. `option` is what makes us read it as it is.
    """

    what: str
    names: re.Pattern[str]
    keys: re.Pattern[str]
    command: str
    may_have_kind: bool = False
    option: str = ""


SOURCES = (
    Rendered(
        what="a kustomization",
        names=re.compile(r"\A(?:kustomization\.ya?ml|Kustomization)\Z"),
        keys=re.compile(r"(?m)^apiVersion: *[\"']?kustomize\.config\.k8s\.io/"),
        command="kustomize build {folder}",
        may_have_kind=True,
    ),
    Rendered(
        what="a Helm chart",
        names=re.compile(r"\AChart\.ya?ml\Z"),
        keys=re.compile(r"(?m)^(?:appVersion:|dependencies: *\r?$)"),
        command="helm template {folder}",
    ),
    Rendered(
        what="a Compose file",
        names=re.compile(r"\A(?:docker-)?compose(?:[-._].*)?\.ya?ml\Z"),
        keys=re.compile(r"(?m)^services: *\r?$"),
        command="kompose convert --stdout --file {file}",
        option="--compose",
    ),
    Rendered(
        what="a values file of a Helm chart",
        names=re.compile(r"\A(?>(?:(?!values[-_.])[^-_.]*+[-_.])*)values(?:[-_.].*)?\.ya?ml\Z"),
        keys=re.compile(r"(?m)^(?:replicaCount|nameOverride|fullnameOverride):"),
        command="helm template CHART --values {file}",
    ),
    Rendered(
        what="a configuration of Skaffold",
        names=re.compile(r"\Askaffold\.ya?ml\Z"),
        keys=re.compile(r"(?m)^apiVersion: *[\"']?skaffold/"),
        command="skaffold render --filename {file}",
        may_have_kind=True,
    ),
    Rendered(
        what="a helmfile",
        names=re.compile(r"\Ahelmfile(?:[-._].*)?\.ya?ml\Z"),
        keys=re.compile(r"(?m)^helmDefaults: *\r?$"),
        command="helmfile --file {file} template",
    ),
    Rendered(
        what="a program in Jsonnet",
        names=re.compile(r"\.(?:jsonnet|libsonnet)\Z"),
        keys=_NEVER,
        command="jsonnet --yaml-stream {file}",
    ),
    Rendered(
        what="a program in CUE",
        names=re.compile(r"\.cue\Z"),
        keys=_NEVER,
        command="cue export --out yaml {file}",
    ),
)


def check_objects(job: Job, command: str, invocation: Invocation) -> list[Problem]:
    """What is to be said of inputs that are no manifests, where others are.

    Takes a job, the name of the command that judges it, and the invocation. Raises `InputError`
    where no input holds an object, unless `--allow-empty` says that this may be. A ResourceList may
    be empty.
    """
    problems, has_objects = _looked_at(job, command, invocation)
    if not has_objects:
        raise InputError(problems or _empty(job.inputs[0][0]))
    return problems


def check_rendered(job: Job, command: str, invocation: Invocation) -> list[Problem]:
    """The same for a command to which no manifests at all are no error."""
    problems, has_objects = _looked_at(job, command, invocation)
    if problems and not has_objects:
        raise InputError(problems)
    return problems


def _looked_at(job: Job, command: str, invocation: Invocation) -> tuple[list[Problem], bool]:
    # What is not a manifest, as warnings where something is, and whether something is.
    if job.envelope is not None or invocation.own.get("allow-empty"):
        return [], True
    problems: list[Problem] = []
    locks = [*_unused_locks(job, invocation)]
    has_objects = False
    for name, data in job.inputs:
        text = decode(name, data).text
        problem = unrendered(name, text, command, invocation.options)
        if problem is not None:
            problems.append(problem)
        else:
            has_objects = has_objects or holds_object(name, text, invocation.options)
    if has_objects or not job.inputs or names_all(job, invocation):
        return [*locks, *(replace(it, severity="warning") for it in problems)], True
    return problems, False


def _unused_locks(job: Job, invocation: Invocation) -> Iterator[Problem]:
    # A lock that is named beside manifests, as if it were the one to use.
    for name, data in job.inputs:
        if name in map(named, invocation.paths) and is_lock(data) and not _is_in_use(name, job):
            yield Problem(
                code="unused-lock",
                message="a lock beside manifests is not the one in use, and is left alone",
                severity="warning",
                position=Position(file=name),
                hint=f"--lock={name} uses it, with `digests: {{mode: lock}}`",
            )


def _is_in_use(name: str, job: Job) -> bool:
    if job.config.digests.mode not in ("lock", "resolve"):
        return False
    return os.path.realpath(lock_path(job.config, must_exist=False)) == os.path.realpath(name)


def names_all(job: Job, invocation: Invocation) -> bool:
    """Whether nothing came in by stdin, and the command line names what its images are in."""
    return (
        says_images(invocation)
        and not invocation.paths
        and not any(data.strip() for _, data in job.inputs)
    )


def _source(name: str, text: str) -> Rendered | None:
    base = os.path.basename(name)
    for it in SOURCES:
        if it.names.search(base):
            return it
        if it.keys.search(text) and (it.may_have_kind or not _has_kind(text)):
            return it
    return None


def unrendered(name: str, text: str, command: str, options: Options) -> Problem | None:
    """What is wrong with a file that manifests are rendered from; None where it is no such file.

    Takes its name for messages, its text, the command that is for manifests, and how it works.
    """
    source = _source(name, text)
    if source is None or (source.option and options.with_compose):
        return None
    folder = os.path.dirname(name) or "."
    hint = f"{source.command.format(folder=folder, file=name)} | mirrorpin {command}"
    if source.option:
        hint = f"mirrorpin {command} {source.option} {name}, or {hint}"
    message = f"{source.what} is not a manifest, expected what it renders"
    return Problem(code="unrendered", message=message, position=Position(file=name), hint=hint)


def _empty(name: str) -> Problem:
    message = "there is no Kubernetes object: expected at least one"
    hint = "what was to render them failed, or rendered nothing; --allow-empty where that may be"
    return Problem(code="no-manifests", message=message, position=Position(file=name), hint=hint)


def holds_object(name: str, text: str, options: Options) -> bool:
    """Whether a text holds a Kubernetes object, or something that cannot be read."""
    source = _source(name, text) if options.with_compose else None
    if source is not None and source.option:
        return True
    return any(_is_object(it.text) for it in documents(Source(name, text)) if "kind" in it.text)


def _is_object(text: str) -> bool:
    if _has_kind(text) and not any(group in text for group in _OURS):
        return True
    try:
        found = objects(read(text).root, with_labels=False)
        return any(resource.group not in _OURS for _, resource, _ in found)
    except SyntaxFault:
        # That it cannot be read is said by the run itself.
        return True
