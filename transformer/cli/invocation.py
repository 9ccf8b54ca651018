"""What a run works on: its inputs, its configuration, its lock, and the envelope they came in.

The configuration is the first of: `--config`; the functionConfig of a ResourceList, or the file
that kustomize hands to a legacy exec plugin; MIRRORPIN_CONFIG; the nearest `mirrorpin.yaml` on the
way from the working directory up to the root of the repository. A functionConfig of kind
ImageTransformer without `spec` leaves the choice to the rest.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from transformer.cli.defaults import CONFIG_VARIABLE, DEFAULT_CONFIG
from transformer.cli.paths import below, lock_path
from transformer.cli.shell import Shell, read_file
from transformer.cli.upwards import find_config
from transformer.config.config import Config, ResolveFrom, config_of, parse_config
from transformer.config.options import Options
from transformer.errors import ConfigError, InputError, Position, Problem, UsageError, usage_error
from transformer.lock.lock import Lock, parse_lock
from transformer.messages import named
from transformer.records import record, replace
from transformer.yamltext.documents import decode
from transformer.yamltext.nodes import lookup

if TYPE_CHECKING:
    from transformer.config.layers import Base, Load
    from transformer.report.krm import Envelope
    from transformer.yamltext.values import Setting

# What kustomize sets for a legacy exec plugin, whose first argument is its configuration.
_PLUGIN_ROOT = "KUSTOMIZE_PLUGIN_CONFIG_ROOT"
_PLUGIN_STRING = "KUSTOMIZE_PLUGIN_CONFIG_STRING"
_PLUGIN_FILE = "kust-plugin-config-"

NO_LOCK = "version: 1\nimages:\n"

# Every image is kept, whatever it is: enough to see which there are.
NO_RULES = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  unmatched: keep
  invalid: warn
"""

# Anything but blank lines, comments, directives and document markers.
_CONTENT = rb"^(?!%|(?:---|\.\.\.)[ \t\r]*(?:#|$))[ \t\r]*[^ \t\r\n#]"


@record
class RegistryOptions:
    """What the command line says to commands that know registries; '' and 0 where it says nothing.

    `update` is a pattern of lock keys, `deadline` and `cache_ttl` are seconds, `cache` is a file
    or the URL of a Redis, with its password.
    """

    update: str = ""
    prune: bool = False
    keep_going: bool = False
    check: bool = False
    created: bool = False
    verify_signatures: bool = False
    refresh: bool = False
    diff: str = ""
    imported: str = ""
    resolve_from: ResolveFrom | Literal[""] = ""
    platforms: tuple[str, ...] = ()
    secrets: str = ""
    deadline: float = 0
    offline: bool = False
    cache: str = ""
    cache_ttl: float = 0
    plain_http: tuple[str, ...] = ()
    realms: tuple[str, ...] = ()
    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""
    certs_folders: tuple[str, ...] = ()
    absent_again: tuple[str, ...] = ()
    auth_files: tuple[str, ...] = ()
    mounted_secrets: tuple[str, ...] = ()


@record
class Invocation:
    """A command line, understood: paths to read, and how to run.

    `digests` is the mode of `digests` to use instead of the configuration's, '' to keep that.
    `root` is the folder that the configuration is looked for in, and must not lead out of, '' for
    the repository; `lock` is the lock to use instead of the configuration's.
    `no_empty` makes inputs without a single manifest an error; a ResourceList is never one.
    `own` has the options of the command alone by name, '' for those that are absent.
    """

    paths: tuple[str, ...] = ()
    config: str = ""
    root: str = ""
    lock: str = ""
    output_format: str = ""
    is_quiet: bool = False
    is_verbose: bool = False
    needs_config: bool = True
    digests: str = ""
    no_empty: bool = False
    needs_lock: bool = True
    needs_inputs: bool = True
    own: Mapping[str, str] = MappingProxyType({})
    options: Options = Options()
    registry: RegistryOptions = RegistryOptions()

    @property
    def writes_report(self) -> bool:
        """Whether a command that judges is to write what it found to stdout."""
        return self.output_format not in ("", "text")

    def tells(self, problem: Problem) -> bool:
        """Whether people are to see a problem: information is for those who want to see it all."""
        return self.is_verbose or problem.severity != "info"


@record
class Job:
    """Everything a run needs, read."""

    inputs: list[tuple[str, bytes]]
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
    that must not be used, `InputError` for input that is not UTF-8 text, or empty and must not be.
    """
    paths = invocation.paths
    legacy = ""
    if is_legacy_plugin(paths, shell.environment):
        legacy, paths = paths[0], ("-",)
    tell = shell.note if invocation.is_quiet else shell.say
    inputs = shell.read_inputs(paths, tell) if invocation.needs_inputs else []
    came = None
    if len(inputs) == 1:
        came = _envelope(*inputs[0], invocation.options.parser)
    if invocation.no_empty and inputs and came is None:
        check_not_empty(inputs)
    config = _config(invocation, shell.environment, came, legacy)
    if invocation.digests:
        config = replace(config, digests=replace(config.digests, mode=invocation.digests))
    if invocation.root or invocation.lock:
        config = replace(config, root=invocation.root, lock=invocation.lock)
    if config.imports:
        from transformer.cli.imported import with_imports

        config = with_imports(config, tell)
    return Job(
        inputs=inputs,
        config=config,
        lock=lock_of(config) if invocation.needs_lock else None,
        templates=tuple(_templates(config)),
        envelope=came,
    )


def check_not_empty(inputs: Sequence[tuple[str, bytes]]) -> None:
    """Raises `InputError` where there is no manifest in any of (name, bytes), at least one."""
    if any(re.search(_CONTENT, data.removeprefix(b"\xef\xbb\xbf"), re.M) for _, data in inputs):
        return
    problem = Problem(
        code="no-manifests",
        message="there is no manifest: expected at least one",
        position=Position(file=inputs[0][0]),
        hint="what was to render them failed, or rendered nothing",
    )
    raise InputError(problem)


def _envelope(name: str, data: bytes, parser: str) -> Envelope | None:
    if b"ResourceList" not in data:
        return None
    from transformer.report.krm import envelope

    return envelope(decode(name, data), parser)


def _config(
    invocation: Invocation, environment: Mapping[str, str], came: Envelope | None, legacy: str
) -> Config:
    if invocation.config:
        return _from_file(invocation.config, invocation, is_named=True)
    if legacy:
        home = environment.get(_PLUGIN_ROOT) or "."
        return _from_file(legacy, invocation, home, is_named=True)
    if came is not None and came.config is not None and _is_ours(came):
        from transformer.cli.kpt import package_folder

        home = package_folder(came)
        return config_of(came.config, came.document, home, load=loading(home, invocation.root))
    path = environment.get(CONFIG_VARIABLE, "")
    found = path or find_config(invocation.root)
    if found:
        return _from_file(found, invocation, is_named=bool(path))
    if not invocation.needs_config:
        return parse_config("<none>", NO_RULES, ".")
    raise no_config()


def no_config() -> UsageError:
    """There is no configuration, and must be one."""
    problem = Problem(
        code="no-config",
        message=f"no configuration: there is no {DEFAULT_CONFIG} in the working directory, or "
        "above it in a repository",
        hint=f"mirrorpin init --registry HOST -o {DEFAULT_CONFIG} manifests/ writes one; or pass "
        f"--config FILE, set {CONFIG_VARIABLE}, or hand it over as functionConfig",
    )
    return UsageError(problem)


def _is_ours(came: Envelope) -> bool:
    assert came.config is not None
    keys = lookup(came.config, ("spec", "data"))
    return bool(keys)


def _from_file(path: str, invocation: Invocation, folder: str = "", *, is_named: bool) -> Config:
    name, text = read_text(path, is_named=is_named)
    home = folder or os.path.dirname(path) or "."
    return parse_config(name, text, home, load=loading(home, invocation.root))


def loading(home: str, root: str) -> Load:
    """Who finds what a configuration in a folder extends, once it extends something."""

    def load(item: Setting, folder: str, text: str) -> Base | None:
        from transformer.cli.extends import loader

        return loader(home, root, read_text)(item, folder, text)

    return load


def read_text(path: str, *, is_named: bool = False) -> tuple[str, str]:
    """The name for messages and the text of a file that is not a manifest.

    A pipe is read where a user named it (`is_named`), but stdin by its own name alone. Raises
    `UsageError` where it cannot be read, `ConfigError` where it is not UTF-8 text.
    """
    if path == "-" and is_named:
        hint = "/dev/stdin names it, and ./- a file of that name"
        raise usage_error('"-" is not stdin here, but for manifests: expected a file', hint)
    name = named(path)
    try:
        return name, decode(name, read_file(path, is_named=is_named)).text
    except InputError as error:
        raise ConfigError(error.problems) from None


def lock_of(config: Config) -> Lock | None:
    """The lock that a configuration names; None where its mode looks nothing up.

    In mode `resolve` there may be none yet. Raises as `prepare` does.
    """
    mode = config.digests.mode
    if mode not in ("lock", "resolve"):
        return None
    path = lock_path(config, must_exist=mode == "lock")
    return parse_lock(*read_text(path)) if os.path.exists(path) else parse_lock(path, NO_LOCK)


def _templates(config: Config) -> Iterator[tuple[str, str]]:
    for name in config.pull_secrets.templates:
        path = below(config, "spec.pullSecrets.templates", name)
        yield read_text(path)
