"""The announcement of parameters: what Argo CD's UI shows, with what the folder holds."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator

from transformer.cli.cmp.renderers import RENDERERS
from transformer.messages import shown

_LISTED = 50

# A larger file is not a configuration; what is read for a tooltip must not grow with a repository.
_MAX_SIZE = 1 << 20

_KIND = re.compile(rb"^kind: ImageTransformer\r?$", re.MULTILINE)


def announcement(folder: str) -> bytes:
    """The parameters of a folder as Argo CD reads them: a list in JSON, UTF-8.

    Links are not followed, what cannot be read is left out, and names are shown as in messages.
    """
    files = sorted(_files(folder))
    marks = RENDERERS["kustomize"].marks
    configs = [path for path in files if path.endswith(".yaml") and _is_config(folder, path)]
    overlays = {os.path.dirname(path) for path in files if os.path.basename(path) in marks} - {""}
    listed = [
        _announced(
            "config", "Configuration", "", f"Below the application's folder. {_found(configs)}"
        ),
        _announced("overlay", "Overlay", ".", f"The folder to build. {_found(sorted(overlays))}"),
    ]
    return f"{json.dumps(listed, ensure_ascii=False, indent=1)}\n".encode()


def _announced(name: str, title: str, default: str, tooltip: str) -> dict[str, str]:
    return {
        "name": name,
        "title": title,
        "collectionType": "string",
        "string": default,
        "tooltip": tooltip,
    }


def _found(paths: Iterable[str]) -> str:
    names = [shown(path) for path in paths]
    more = len(names) - _LISTED
    rest = f" and {more} more" if more > 0 else ""
    return f"Found: {' '.join(names[:_LISTED]) or 'none'}{rest}"


def _files(root: str) -> Iterator[str]:
    # Paths below the root. A list and no recursion: folders may be nested as deep as paths go.
    folders = [""]
    while folders:
        folder = folders.pop()
        for entry in _entries(os.path.join(root, folder)):
            path = os.path.join(folder, entry.name)
            if entry.is_file(follow_symlinks=False):
                yield path
            elif entry.is_dir(follow_symlinks=False) and entry.name != ".git":
                folders.append(path)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _is_config(root: str, path: str) -> bool:
    try:
        with open(os.path.join(root, path), "rb") as file:
            return bool(_KIND.search(file.read(_MAX_SIZE)))
    except OSError:
        return False
