"""Where the files are that a configuration names, and that they stay where it may name them.

A path starts at the configuration's folder and may lead to anywhere in the repository around it,
and by a link not further. What a user names on the command line may be anywhere.
"""

from __future__ import annotations

import os

from transformer.cli.upwards import is_within, root_of
from transformer.config.config import Config
from transformer.errors import ConfigError, Position, Problem, UsageError
from transformer.messages import named, quoted
from transformer.records import record

LOCK_KEY = "spec.digests.lockFile"


@record
class Fault:
    """What is wrong with a path: a code, what it must do, and what helps."""

    code: str
    state: str
    hint: str = ""


_MISSING = Fault(code="missing-file", state="is not there")


def lock_path(config: Config, *, must_exist: bool = True) -> str:
    """The path of the lock: the one that was named beside the configuration, or by it.

    Raises `UsageError` where the first must exist and does not, `ConfigError` as `below` does.
    """
    if config.lock:
        return _named_lock(config.lock, must_exist=must_exist)
    return below(config, LOCK_KEY, config.digests.lock_file, must_exist=must_exist)


def below(
    config: Config,
    key: str,
    name: str,
    position: Position | None = None,
    *,
    must_exist: bool = True,
) -> str:
    """The path of a file that the configuration names by `key`, there where it is known.

    Raises `ConfigError` where it leads out of the repository, or must exist and does not.
    """
    path = joined(config.folder, name)
    fault = fault_of(path, config.folder, config.root, must_exist=must_exist)
    if fault is not None:
        message = f"`{key}` {fault.state}: {quoted(path)}"
        position = position or config.positions.get(key) or Position(file=config.name)
        writes = "mirrorpin lock writes it" if key == LOCK_KEY and fault is _MISSING else ""
        hint = fault.hint or writes
        problem = Problem(code=fault.code, message=message, position=position, hint=hint)
        raise ConfigError(problem)
    return as_seen(path)


def joined(folder: str, name: str) -> str:
    """The path of what is named in a folder, as short as it is written."""
    return name if folder == "." else os.path.join(folder, name)


def as_seen(path: str) -> str:
    """A path as it is shown: one that leads up and down again from the working directory."""
    return os.path.relpath(os.path.realpath(path)) if ".." in path.split("/") else path


def fault_of(path: str, folder: str, root: str, *, must_exist: bool = True) -> Fault | None:
    """What is wrong with a path that is named by a configuration in a folder.

    Takes the folder that it must not lead out of, '' for the repository.
    """
    try:
        home, real = os.path.realpath(folder), os.path.realpath(path)
    except ValueError:
        return _MISSING
    if not is_within(real, home):
        top = root_of(home, root)
        if not is_within(real, top):
            return _outside(real, home, top, is_given=bool(root))
    return None if not must_exist or os.path.exists(real) else _MISSING


def _outside(real: str, home: str, top: str, *, is_given: bool) -> Fault:
    hint = f"it leads to {named(os.path.relpath(real, home))}"
    if top != home:
        return Fault(code="outside", state="leads out of the repository", hint=hint)
    if not is_given:
        hint += "; `--root` names a folder around both, where no repository does"
    state = "leads out of the configuration's folder"
    return Fault(code="outside", state=state, hint=hint)


def _named_lock(path: str, *, must_exist: bool) -> str:
    if must_exist and not os.path.lexists(path):
        position = Position(file=named(path))
        hint = f"`mirrorpin lock --lock {named(path)}` writes it"
        problem = Problem(
            code="missing-file", message="lock is not there", position=position, hint=hint
        )
        raise UsageError(problem)
    return path
