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

LOCK_KEY = "spec.digests.lockFile"


def lock_path(config: Config, *, must_exist: bool = True) -> str:
    """The path of the lock: the one that was named beside the configuration, or by it.

    Raises `UsageError` where the first must exist and does not, `ConfigError` as `below` does.
    """
    if config.lock:
        return _named_lock(config.lock, must_exist=must_exist)
    return below(config, LOCK_KEY, config.digests.lock_file, must_exist=must_exist)


def below(config: Config, key: str, name: str, *, must_exist: bool = True) -> str:
    """The path of a file that the configuration names by `key`.

    Raises `ConfigError` where it leads out of the repository, or must exist and does not.
    """
    path = name if config.folder == "." else os.path.join(config.folder, name)
    try:
        folder, real = os.path.realpath(config.folder), os.path.realpath(path)
    except ValueError:
        raise _bad_path(config, key, "missing-file", "must exist", path) from None
    if not is_within(real, folder):
        _check_inside(config, key, path, real, folder)
    if must_exist and not os.path.exists(real):
        raise _bad_path(config, key, "missing-file", "must exist", path)
    return os.path.relpath(real) if ".." in name.split("/") else path


def _named_lock(path: str, *, must_exist: bool) -> str:
    if must_exist and not os.path.lexists(path):
        position = Position(file=named(path))
        hint = f"`mirrorpin lock --lock {named(path)}` writes it"
        problem = Problem(
            code="missing-file", message="lock must exist", position=position, hint=hint
        )
        raise UsageError(problem)
    return path


def _check_inside(config: Config, key: str, path: str, real: str, folder: str) -> None:
    root = root_of(folder, config.root)
    if is_within(real, root):
        return
    hint = f"it leads to {named(os.path.relpath(real, folder))}"
    if root != folder:
        raise _bad_path(config, key, "outside", "must stay inside the repository", path, hint)
    if not config.root:
        hint += "; `--root` names a folder around both, where no repository does"
    demand = "must stay below the configuration's folder"
    raise _bad_path(config, key, "outside", demand, path, hint)


def _bad_path(
    config: Config, key: str, code: str, demand: str, path: str, hint: str = ""
) -> ConfigError:
    message = f"`{key}` {demand}: {quoted(path)}"
    position = Position(file=config.name)
    return ConfigError(Problem(code=code, message=message, position=position, hint=hint))
