"""What a run works on: its inputs, its configuration, its lock, and the envelope they came in.

The configuration is the first of: `--config`; the functionConfig of a ResourceList, or the file
that kustomize hands to a legacy exec plugin; MIRRORPIN_CONFIG; `mirrorpin.yaml` in the working
directory. A functionConfig of kind ImageTransformer without `spec` leaves the choice to the rest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from transformer.config import Config, config_of, parse_config
from transformer.digests import Lock, parse_lock
from transformer.errors import ConfigError, Position, Problem, UsageError
from transformer.nodes import lookup
from transformer.pipeline import Options
from transformer.records import record
from transformer.shell import STDIN, Shell, read_file
from transformer.source import decode

if TYPE_CHECKING:
    from transformer.krm import Envelope

DEFAULT_CONFIG = "mirrorpin.yaml"

# What kustomize sets for a legacy exec plugin, whose first argument is its configuration.
_PLUGIN_ROOT = "KUSTOMIZE_PLUGIN_CONFIG_ROOT"
_PLUGIN_STRING = "KUSTOMIZE_PLUGIN_CONFIG_STRING"
_PLUGIN_FILE = "kust-plugin-config-"

# Enough to list images before there is a configuration.
_NO_RULES = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec: {unmatched: keep, invalid: warn}
"""


@record
class Invocation:
    """A command line, understood: paths to read, and how to run.

    `own` has the options of the command alone by name, '' for those that are absent.
    """

    paths: tuple[str, ...] = ()
    config: str = ""
    output_format: str = ""
    is_quiet: bool = False
    is_verbose: bool = False
    needs_config: bool = True
    own: Mapping[str, str] = MappingProxyType({})
    options: Options = Options()


@record
class Job:
    """Everything a run needs, read."""

    inputs: tuple[tuple[str, bytes], ...]
    config: Config
    lock: Lock | None
    templates: tuple[tuple[str, str], ...]
    envelope: Envelope | None


def is_legacy_plugin(argv: tuple[str, ...], environment: Mapping[str, str]) -> bool:
    """True when kustomize calls as a legacy exec plugin: its config file is the first argument."""
    if not argv or not (_PLUGIN_ROOT in environment or _PLUGIN_STRING in environment):
        return False
    return os.path.basename(argv[0]).startswith(_PLUGIN_FILE)


def prepare(invocation: Invocation, shell: Shell) -> Job:
    """Read what an invocation names.

    Raises `UsageError` for what cannot be read or found, `ConfigError` for a configuration or lock
    that must not be used, `InputError` for input that is no UTF-8 text.
    """
    paths = invocation.paths
    legacy = ""
    if is_legacy_plugin(paths, shell.environment):
        legacy, paths = paths[0], ("-",)
    inputs = tuple(shell.read_inputs(paths))
    came = None
    if len(inputs) == 1 and inputs[0][0] == STDIN:
        came = _envelope(*inputs[0], invocation.options.parser)
    config = _config(invocation, shell.environment, came, legacy)
    return Job(
        inputs=inputs,
        config=config,
        lock=_lock(config),
        templates=tuple(_templates(config)),
        envelope=came,
    )


def _envelope(name: str, data: bytes, parser: str) -> Envelope | None:
    if b"ResourceList" not in data:
        return None
    from transformer.krm import envelope

    return envelope(decode(name, data), parser)


def _config(
    invocation: Invocation, environment: Mapping[str, str], came: Envelope | None, legacy: str
) -> Config:
    if invocation.config:
        return _from_file(invocation.config)
    if legacy:
        text = decode(legacy, read_file(legacy)).text
        return parse_config(legacy, text, environment.get(_PLUGIN_ROOT, "."))
    if came is not None and came.config is not None and _is_ours(came):
        return config_of(came.config, came.document, ".")
    path = environment.get("MIRRORPIN_CONFIG", "")
    if path or os.path.exists(DEFAULT_CONFIG):
        return _from_file(path or DEFAULT_CONFIG)
    if not invocation.needs_config:
        return parse_config("<none>", _NO_RULES, ".")
    problem = Problem(
        code="no-config",
        message=f"no configuration: there is no {DEFAULT_CONFIG} in the working directory",
        hint="pass --config FILE, set MIRRORPIN_CONFIG, or hand it over as functionConfig",
    )
    raise UsageError(problem)


def _is_ours(came: Envelope) -> bool:
    assert came.config is not None
    keys = lookup(came.config, ("spec", "data"))
    return bool(keys)


def _from_file(path: str) -> Config:
    return parse_config(path, decode(path, read_file(path)).text, os.path.dirname(path) or ".")


def _lock(config: Config) -> Lock | None:
    if config.digests.mode != "lock":
        return None
    path = _below(config, "spec.digests.lockFile", config.digests.lock_file)
    return parse_lock(path, decode(path, read_file(path)).text)


def _templates(config: Config) -> Iterator[tuple[str, str]]:
    for name in config.pull_secrets.templates:
        path = _below(config, "spec.pullSecrets.templates", name)
        yield path, decode(path, read_file(path)).text


def _below(config: Config, key: str, name: str) -> str:
    # The text of the path was checked with the configuration; a link may still lead elsewhere.
    path = name if config.folder == "." else os.path.join(config.folder, name)
    folder = os.path.realpath(config.folder)
    code = message = ""
    if os.path.commonpath((folder, os.path.realpath(path))) != folder:
        code, message = "outside", "must stay below the configuration's folder"
    elif not os.path.exists(path):
        code, message = "missing-file", "must exist"
    if code:
        position = Position(file=config.name)
        problem = Problem(code=code, message=f'`{key}` {message}: "{path}"', position=position)
        raise ConfigError(problem)
    return path
