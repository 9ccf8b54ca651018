"""Whether a program can be started the way kustomize starts it (Go's os/exec, then execve(2)).

A name without a slash is looked up on PATH; anything else is relative to the kustomization. No
shell helps: without `#!` a script does not start, and `#!/bin/sh\\r` asks for a program `sh\\r`.
"""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

from transformer.errors import Problem
from transformer.intake import read_file
from transformer.messages import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from transformer.cli.doctor.values import Text
    from transformer.errors import Position

HEAD = 512
VERSION_TIMEOUT_S = 5


def check_exec_path(path: Text, folder: str, environment: Mapping[str, str]) -> Iterator[Problem]:
    """What keeps the program at `exec.path` from starting in a kustomization's folder."""
    if "/" not in path:
        found = on_path(path, environment)
        if not found:
            yield _not_on_path(path, folder)
            return
    else:
        found = os.path.normpath(os.path.join(folder, path))
        if not os.path.isfile(found):
            message = f"`exec.path` is {quoted(path)}: expected a file, seen from {quoted(folder)}"
            yield Problem(code="exec-missing", message=message, position=path.position)
            return
    yield from check_program(found, path, path.position, environment)


def check_program(
    file: str, name: str, position: Position, environment: Mapping[str, str]
) -> Iterator[Problem]:
    """What keeps an existing file from starting: its mode or its first line."""
    if not os.stat(file).st_mode & 0o111:
        yield Problem(
            code="exec-not-executable",
            message=f"{quoted(name)} is not executable: expected a program",
            position=position,
            hint=f"chmod +x {file}, and git update-index --chmod=+x to keep it",
        )
    fault = _first_line_fault(_head(file), name, environment)
    if fault:
        code, message, hint = fault
        yield Problem(code=code, message=message, position=position, hint=hint)


def _head(file: str) -> bytes:
    from contextlib import suppress

    # A binary may be executable and unreadable.
    head = b"\0"
    with suppress(OSError):
        head = read_file(file, HEAD)
    return head


def on_path(name: str, environment: Mapping[str, str]) -> str:
    """The path of the program that PATH gives for a name, or an empty string."""
    import shutil

    return shutil.which(name, path=environment.get("PATH", "")) or ""


def program_version(
    name: str, arguments: tuple[str, ...], environment: Mapping[str, str]
) -> tuple[int, ...]:
    """What the program of that name on PATH says of its version when it is called so.

    Returns () when there is none or it will not say: builds from source say "(devel)".
    """
    import re
    import subprocess

    program = on_path(name, environment)
    if not program:
        return ()
    try:
        run = subprocess.run(
            [program, *arguments],
            capture_output=True,
            check=False,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=VERSION_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"v(\d+)\.(\d+)\.(\d+)", run.stdout)
    return tuple(int(part) for part in found.groups()) if found else ()


def plugin_home(environment: Mapping[str, str]) -> str:
    """The folder in which kustomize looks for legacy plugins: the first of its four that exists.

    When none exists, the one that most installations use.
    """
    home = environment.get("HOME", "~")
    default = f"{home}/.config/kustomize/plugin"
    config_home = environment.get("XDG_CONFIG_HOME")
    candidates = (
        environment.get("KUSTOMIZE_PLUGIN_HOME", ""),
        f"{config_home}/kustomize/plugin" if config_home else "",
        default,
        f"{home}/kustomize/plugin",
    )
    return next((path for path in candidates if path and os.path.isdir(path)), default)


def _not_on_path(path: Text, folder: str) -> Problem:
    hint = "install it where kustomize runs"
    if os.path.exists(os.path.join(folder, path)):
        hint = f"write ./{path} for the file beside the kustomization"
    message = (
        f"`exec.path` is {quoted(path)}, which is not on PATH: expected it there, as it "
        "has no slash"
    )
    return Problem(code="exec-missing", message=message, position=path.position, hint=hint)


def _first_line_fault(
    head: bytes, name: str, environment: Mapping[str, str]
) -> tuple[str, str, str] | None:
    if not head.startswith(b"#!"):
        # Binaries of every kind hold a NUL byte early; what has none is a script.
        message = (
            f'{quoted(name)} is a script without a first line for its interpreter: expected "#!"'
        )
        return None if b"\0" in head else ("exec-shebang", message, "")
    line = head[2:].partition(b"\n")[0].decode(errors="replace")
    if line.endswith("\r"):
        message = f"the first line of the script {quoted(name)} ends with CRLF: expected LF"
        return "exec-crlf", message, "set eol=lf for it in .gitattributes"
    words = line.split()
    interpreter = words[0] if words else ""
    if not os.path.isfile(interpreter):
        message = f"the interpreter of {quoted(name)} is not there: {quoted(interpreter)}"
        return "exec-interpreter", message, ""
    wanted = _env_program(words)
    if wanted and not on_path(wanted, environment):
        message = f"the interpreter of {quoted(name)} is not on PATH: {quoted(wanted)}"
        return "exec-interpreter", message, ""
    return None


def _env_program(words: list[str]) -> str:
    # `#!/usr/bin/env -S NAME=value python3 -u` starts python3.
    if os.path.basename(words[0]) != "env":
        return ""
    return next((word for word in words[1:] if word[0] != "-" and "=" not in word), "")
