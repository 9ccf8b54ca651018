"""What a repository holds that images go through: one walk, whose facts every check reads.

Hidden folders are passed by, but for those of CI systems, and so are folders of what others wrote.
Links to folders are not followed.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from transformer.cli.doctor.kustomization import (
    GROUP,
    KIND,
    NAMES,
    Kustomization,
    join,
    plugins,
    read,
)
from transformer.cli.doctor.values import Text, load, mapping, read_text
from transformer.cli.doctor.witnesses import Witness, is_witness, witness
from transformer.cli.upwards import root_of
from transformer.errors import InputError, Position, Problem, UsageError
from transformer.messages import named
from transformer.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from transformer.cli.doctor.kustomization import Plugin

CI_FOLDERS = (
    *(".buildkite", ".circleci", ".forgejo", ".gitea", ".github", ".gitlab"),
    *(".tekton", ".woodpecker"),
)
VENDORED = ("__pycache__", "node_modules", "site-packages", "third_party", "vendor", "venv")
CHART = "Chart.yaml"
HOOK = "helm.sh/hook"
CALLED = re.compile("kustomize|kubectl|mirrorpin")
YAML = (".yaml", ".yml")
HOSTS = {"argoproj.io/": "Argo CD", "kustomize.toolkit.fluxcd.io/": "Flux"}


@record
class Configuration:
    """A document of ours: its file, and what it says."""

    file: str
    data: dict[str, object]


@record
class Deployment:
    """A folder of a repository that a host in the cluster renders, as `path` names it.

    `is_plain` where it does so by itself, not by a plugin.
    """

    host: str
    path: Text
    is_plain: bool


@record
class Chart:
    """A Helm chart, and where its hooks say that they are some."""

    folder: str
    hooks: tuple[Position, ...]


@record
class Repository:
    """What is in a folder, and what the repository around it says of calls.

    `top` is the repository's root, `kustomizations` are those that no other one of the folder
    includes, and `every` are the files of all. `problems` is what cannot be read.
    """

    folder: str
    top: str
    kustomizations: tuple[Kustomization, ...]
    every: tuple[str, ...]
    charts: tuple[Chart, ...]
    configurations: tuple[Configuration, ...]
    deployments: tuple[Deployment, ...]
    witnesses: tuple[Witness, ...]
    problems: tuple[Problem, ...]

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """Every plugin that a kustomization of the folder lists, or what it includes."""
        return tuple(it for outermost in self.kustomizations for it in plugins(outermost))


def look(folder: str) -> Repository:
    """Walk a folder, and the repository around it. Raises `UsageError` where there is no folder."""
    _check_folder(folder)
    files = list(_files(folder))
    inside = [it for it in files if _is_below(it, folder)]
    top = join(folder, os.path.relpath(root_of(folder), os.path.realpath(folder)))
    homes = [os.path.dirname(it) or "." for it in inside if os.path.basename(it) in NAMES]
    trees, problems = _kustomizations(dict.fromkeys(homes))
    texts = {it: text for it in files if (text := _text(it))}
    own = [(it, value) for it in inside for value in _documents(it, texts.get(it, ""), (GROUP,))]
    hosted = [value for it in files for value in _documents(it, texts.get(it, ""), HOSTS)]
    return Repository(
        folder=folder,
        top=top,
        kustomizations=tuple(_outermost(trees)),
        every=tuple(it.file for it in trees),
        charts=tuple(_charts(inside, texts)),
        configurations=tuple(Configuration(file=it, data=data) for it, data in own if _ours(data)),
        deployments=tuple(it for value in hosted for it in _deployments(value)),
        witnesses=tuple(_witnesses(texts, top)),
        problems=tuple(problems),
    )


def _witnesses(texts: Mapping[str, str], top: str) -> Iterator[Witness]:
    for path, text in texts.items():
        if is_witness(path) and CALLED.search(text):
            yield witness(path, text, top)


def _check_folder(folder: str) -> None:
    if os.path.isdir(folder):
        return
    exists = os.path.lexists(folder)
    message = "is not a folder, expected that of a repository or of a kustomization"
    problem = Problem(
        code="unreadable",
        message=message if exists else "folder cannot be read: No such file or directory",
        position=Position(file=named(folder)),
        hint=f"mirrorpin doctor {named(os.path.dirname(folder) or os.curdir)}" if exists else "",
    )
    raise UsageError(problem)


def _files(folder: str) -> Iterator[str]:
    # Of the whole repository, named as seen from the folder that is asked about.
    start = os.path.realpath(folder)
    for at, folders, names in os.walk(root_of(folder)):
        folders[:] = sorted(it for it in folders if it in CI_FOLDERS or _is_walked(it))
        shown = join(folder, os.path.relpath(at, start))
        yield from (join(shown, name) for name in sorted(names))


def _is_walked(name: str) -> bool:
    return not name.startswith(".") and name not in VENDORED


def _is_below(path: str, folder: str) -> bool:
    within = os.path.relpath(path, folder)
    return within != os.pardir and not within.startswith(f"{os.pardir}/")


def _text(path: str) -> str:
    # What nobody could read is no witness; '' for what is nothing to anybody here.
    if not (is_witness(path) or path.endswith(YAML)):
        return ""
    try:
        return read_text(path)
    except InputError:
        return ""


def _kustomizations(
    folders: Iterable[str],
) -> tuple[list[Kustomization], list[Problem]]:
    found: list[Kustomization] = []
    problems: list[Problem] = []
    for it in folders:
        try:
            kustomization = read(it)
        except InputError as error:
            problems += error.problems
        else:
            found += [kustomization] if kustomization else []
    return found, problems


def _outermost(trees: Iterable[Kustomization]) -> Iterator[Kustomization]:
    every = list(trees)
    included = {it for tree in every for it in _included(tree)}
    met: set[str] = set()
    # Of those that include each other, the first.
    for tree in sorted(every, key=lambda it: os.path.realpath(it.folder) in included):
        real = os.path.realpath(tree.folder)
        if real not in included or real not in met:
            yield tree
            met |= {real, *_included(tree)}


def _included(tree: Kustomization) -> Iterator[str]:
    for base in tree.bases:
        yield os.path.realpath(base.kustomization.folder)
        yield from _included(base.kustomization)


def _charts(files: Iterable[str], texts: Mapping[str, str]) -> Iterator[Chart]:
    every = list(files)
    for path in every:
        if os.path.basename(path) == CHART:
            folder = os.path.dirname(path)
            templates = [it for it in every if _is_below(it, os.path.join(folder, "templates"))]
            hooks = (_hook(it, texts.get(it, "")) for it in templates)
            yield Chart(folder=folder or ".", hooks=tuple(it for it in hooks if it))


def _hook(path: str, text: str) -> Position | None:
    # One without an image is nothing to us.
    if HOOK not in text or "image" not in text:
        return None
    line = text.count("\n", 0, text.index(HOOK)) + 1
    return Position(file=path, line=line, column=1)


def _documents(path: str, text: str, groups: Iterable[str]) -> list[dict[str, object]]:
    if not path.endswith(YAML) or not any(f"apiVersion: {it}" in text for it in groups):
        return []
    try:
        return [mapping(it) for it in load(text, path)]
    except InputError:
        # A template of a chart, and whoever includes another one says that it is not YAML.
        return []


def _ours(data: dict[str, object]) -> bool:
    return str(data.get("apiVersion")).startswith(GROUP) and data.get("kind") == KIND


def _deployments(data: dict[str, object]) -> Iterator[Deployment]:
    version = str(data.get("apiVersion"))
    host = next((name for group, name in HOSTS.items() if version.startswith(group)), "")
    for source in _sources(data.get("spec")) if host else ():
        path = source["path"]
        if isinstance(path, Text):
            yield Deployment(host=host, path=path, is_plain="plugin" not in source)


def _sources(value: object) -> Iterator[dict[str, object]]:
    # An Application has one or several, an ApplicationSet has them in a template.
    here = mapping(value)
    if "path" in here:
        yield here
    for item in value if isinstance(value, list) else here.values():
        yield from _sources(item)
