"""What a run works on: its inputs, its configuration, its lock, and the envelope they came in.

The configuration is the first of: `--config`; the functionConfig of a ResourceList, or the file
that kustomize hands to a legacy exec plugin; MIRRORPIN_CONFIG; `mirrorpin.yaml` in the working
directory. A functionConfig of kind ImageTransformer without `spec` leaves the choice to the rest.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from transformer.config import Config, config_of, parse_config
from transformer.digests import Lock, parse_lock
from transformer.errors import ConfigError, InputError, Position, Problem, UsageError
from transformer.nodes import lookup
from transformer.pipeline import Options
from transformer.records import record, replace
from transformer.shell import Shell, read_file
from transformer.source import decode
from transformer.wording import named, quoted

if TYPE_CHECKING:
    from transformer.krm import Envelope

DEFAULT_CONFIG = "mirrorpin.yaml"
CONFIG_VARIABLE = "MIRRORPIN_CONFIG"

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

    `digests` is the mode of `digests` to use instead of the configuration's, '' to keep that.
    `no_empty` makes inputs without a single manifest an error; a ResourceList is never one.
    """

    paths: tuple[str, ...] = ()
    config: str = ""
    output_format: str = ""
    is_quiet: bool = False
    is_verbose: bool = False
    needs_config: bool = True
    digests: str = ""
    no_empty: bool = False
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
    that must not be used, `InputError` for input that is no UTF-8 text, or empty and must not be.
    """
    paths = invocation.paths
    legacy = ""
    if is_legacy_plugin(paths, shell.environment):
        legacy, paths = paths[0], ("-",)
    inputs = tuple(shell.read_inputs(paths))
    came = None
    if len(inputs) == 1:
        came = _envelope(*inputs[0], invocation.options.parser)
    if invocation.no_empty and came is None:
        _check_not_empty(inputs)
    config = _config(invocation, shell.environment, came, legacy)
    if invocation.digests:
        config = replace(config, digests=replace(config.digests, mode=invocation.digests))
    return Job(
        inputs=inputs,
        config=config,
        lock=_lock(config),
        templates=tuple(_templates(config)),
        envelope=came,
    )


def _check_not_empty(inputs: Sequence[tuple[str, bytes]]) -> None:
    # Anything but blank lines, comments, directives and document markers.
    content = rb"^(?!%|(?:---|\.\.\.)[ \t\r]*(?:#|$))[ \t\r]*[^ \t\r\n#]"
    if any(re.search(content, data.removeprefix(b"\xef\xbb\xbf"), re.M) for _, data in inputs):
        return
    problem = Problem(
        code="no-manifests",
        message="must hold at least one manifest",
        position=Position(file=inputs[0][0]),
        hint="what was to render them failed, or rendered nothing",
    )
    raise InputError(problem)


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
        return _from_file(legacy, environment.get(_PLUGIN_ROOT) or ".")
    if came is not None and came.config is not None and _is_ours(came):
        return config_of(came.config, came.document, ".")
    path = environment.get(CONFIG_VARIABLE, "")
    if path or os.path.exists(DEFAULT_CONFIG):
        return _from_file(path or DEFAULT_CONFIG)
    if not invocation.needs_config:
        return parse_config("<none>", _NO_RULES, ".")
    problem = Problem(
        code="no-config",
        message=f"no configuration: there is no {DEFAULT_CONFIG} in the working directory",
        hint=f"pass --config FILE, set {CONFIG_VARIABLE}, or hand it over as functionConfig",
    )
    raise UsageError(problem)


def _is_ours(came: Envelope) -> bool:
    assert came.config is not None
    keys = lookup(came.config, ("spec", "data"))
    return bool(keys)


def _from_file(path: str, folder: str = "") -> Config:
    name, text = _text(path)
    return parse_config(name, text, folder or os.path.dirname(path) or ".")


def _text(path: str) -> tuple[str, str]:
    # The name and text of a file that is no manifest: what it holds is a matter of configuration.
    name = named(path)
    try:
        return name, decode(name, read_file(path)).text
    except InputError as error:
        raise ConfigError(error.problems) from None


def _lock(config: Config) -> Lock | None:
    if config.digests.mode != "lock":
        return None
    path = _below(config, "spec.digests.lockFile", config.digests.lock_file)
    return parse_lock(*_text(path))


def _templates(config: Config) -> Iterator[tuple[str, str]]:
    for name in config.pull_secrets.templates:
        path = _below(config, "spec.pullSecrets.templates", name)
        yield _text(path)


def _below(config: Config, key: str, name: str) -> str:
    # The text of the path was checked with the configuration; a link may still lead elsewhere.
    path = name if config.folder == "." else os.path.join(config.folder, name)
    try:
        folder, real = os.path.realpath(config.folder), os.path.realpath(path)
    except ValueError:
        raise _bad_path(config, key, "missing-file", "must exist", path) from None
    if os.path.commonpath((folder, real)) != folder:
        hint = f"it leads to {named(os.path.relpath(real, folder))}"
        demand = "must stay below the configuration's folder"
        raise _bad_path(config, key, "outside", demand, path, hint)
    if not os.path.exists(real):
        raise _bad_path(config, key, "missing-file", "must exist", path)
    return path


def _bad_path(
    config: Config, key: str, code: str, demand: str, path: str, hint: str = ""
) -> ConfigError:
    message = f"`{key}` {demand}: {quoted(path)}"
    position = Position(file=config.name)
    return ConfigError(Problem(code=code, message=message, position=position, hint=hint))
