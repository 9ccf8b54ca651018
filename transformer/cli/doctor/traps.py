"""The traps of one plugin entry: its program, its list, its arguments, its scope."""

from __future__ import annotations

import os.path
import posixpath
from typing import TYPE_CHECKING

from transformer.cli.doctor import executables
from transformer.cli.doctor.values import Text, at, load_embedded
from transformer.errors import Problem
from transformer.messages import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from transformer.cli.doctor.kustomization import Plugin
    from transformer.cli.doctor.repository import Repository
    from transformer.errors import Position

ARGS_SINCE = (5, 7, 0)
PATH_ANNOTATIONS = ("internal.config.kubernetes.io/path", "config.kubernetes.io/path")


def check_plugins(repository: Repository, environment: Mapping[str, str]) -> Iterator[Problem]:
    """The traps of each plugin, in the order in which they would bite.

    `environment` is the one that kustomize would run in: its PATH, HOME and plugin folders count.
    """
    for plugin in repository.plugins:
        yield from _check_plugin(plugin, environment)


def _check_plugin(plugin: Plugin, environment: Mapping[str, str]) -> Iterator[Problem]:
    if plugin.function:
        path = plugin.function.path
        yield from executables.check_exec_path(path, plugin.folder, environment)
        yield from _check_arguments(plugin, environment)
        yield from _check_scope(plugin)
    elif plugin.is_legacy:
        yield from _check_legacy(plugin, environment)
    if plugin.is_ours:
        yield from _check_list(plugin)


def _check_arguments(plugin: Plugin, environment: Mapping[str, str]) -> Iterator[Problem]:
    function = plugin.function
    if function is None or not (function.args or function.envs):
        return
    name, first = ("args", function.args) if function.args else ("envs", function.envs)
    version = executables.program_version("kustomize", ("version",), environment)
    if version and version < ARGS_SINCE:
        shown = ".".join(str(part) for part in version)
        message = f"`exec.{name}` is used with kustomize {shown}: it came with 5.7.0"
        hint = "upgrade the kustomize on PATH, or use what `spec` and the environment offer"
        yield Problem(code="exec-args", message=message, position=first[0].position, hint=hint)
    for entry in function.envs:
        if entry.count("=") != 1:
            # The value may be a secret: only its name is shown.
            name = entry.partition("=")[0]
            message = (
                f'kustomize drops an entry of `exec.envs` unless it has one "=": {quoted(name)}'
            )
            hint = "set the variable in the environment of kustomize itself"
            yield Problem(code="env-dropped", message=message, position=entry.position, hint=hint)


def _check_scope(plugin: Plugin) -> Iterator[Problem]:
    annotations = at(plugin.config, "metadata", "annotations")
    for key in PATH_ANNOTATIONS:
        path = at(annotations, key)
        if not isinstance(path, Text):
            continue
        folder = posixpath.dirname(path)
        if posixpath.basename(folder) == "functions":
            folder = posixpath.dirname(folder)
        if posixpath.normpath(folder or ".") != ".":
            message = f"annotation `{key}` names a subfolder: the function gets no items"
            yield Problem(code="scoped", message=message, position=path.position, hint="remove it")
        return


def _check_legacy(plugin: Plugin, environment: Mapping[str, str]) -> Iterator[Problem]:
    kind = str(plugin.config["kind"])
    version = plugin.config["apiVersion"]
    home = executables.plugin_home(environment)
    program = f"{home}/{version}/{kind.lower()}/{kind}"
    if not os.path.isfile(program):
        message = f"without a function annotation, kustomize needs a plugin: {quoted(program)}"
        hint = "install kustomize-plugin/legacy there, or add `config.kubernetes.io/function`"
        yield Problem(code="exec-missing", message=message, position=plugin.entry, hint=hint)
        return
    yield from executables.check_program(program, program, plugin.entry, environment)


def _check_list(plugin: Plugin) -> Iterator[Problem]:
    mode, position = _mode(plugin)
    is_check = mode == "check"
    if plugin.listed == "generators":
        message = "is listed under `generators:`: it would see no manifest at all"
        hint = "list it under `transformers:`"
        yield Problem(code="as-generator", message=message, position=plugin.entry, hint=hint)
    elif plugin.listed == "transformers" and is_check:
        message = '`spec.mode` is "check" under `transformers:`: it deletes everything'
        hint = "list it under `validators:`"
        yield Problem(code="check-deletes", message=message, position=position, hint=hint)
    elif plugin.listed == "validators" and not is_check:
        message = '`spec.mode` is not "check" under `validators:`: kustomize forbids any output'
        hint = "set `mode: check`, or list it under `transformers:`"
        yield Problem(code="transform-validates", message=message, position=position, hint=hint)


def _mode(plugin: Plugin) -> tuple[str, Position]:
    # A ConfigMap holds the same keys as strings of YAML.
    is_config_map = plugin.config.get("kind") == "ConfigMap"
    mode = at(plugin.config, "data" if is_config_map else "spec", "mode")
    if not isinstance(mode, Text):
        return "transform", plugin.entry
    values = load_embedded(mode) if is_config_map else [mode]
    return str(values[0] if values else ""), mode.position
