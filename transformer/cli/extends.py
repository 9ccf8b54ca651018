"""The files that a configuration extends: where they are, and that they stay in the repository."""

from __future__ import annotations

import os
from collections.abc import Callable

from transformer.cli.paths import Fault, as_seen, fault_of, joined
from transformer.config.layers import Base, Load
from transformer.messages import quoted
from transformer.yamltext.values import Setting

_NO_FILE = Fault(
    code="bad-path",
    state="is not a file, expected its path from the folder of the one that names it",
)


def loader(home: str, root: str, read: Callable[[str], tuple[str, str]]) -> Load:
    """Who finds what a configuration extends, and what that extends.

    Takes the folder of the first configuration, the folder that nothing must lead out of, '' for
    the repository, and who reads a file: its name for messages, and its text. What must not be
    named is noted, what cannot be read is raised.
    """

    def load(item: Setting, folder: str, text: str) -> Base | None:
        path = joined(home, folder + text)
        is_file = not (text.startswith("/") or text.endswith("/") or "://" in text)
        fault = fault_of(path, home, root) if is_file else _NO_FILE
        if fault is not None:
            item.fail(fault.code, f"{fault.state}: {quoted(text)}", fault.hint)
            return None
        name, content = read(as_seen(path))
        start = folder + text[: text.rfind("/") + 1]
        return Base(name=name, text=content, identity=os.path.realpath(path), folder=start)

    return load
