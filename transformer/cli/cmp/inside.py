"""The border of a repository: what a parameter or a link names is inside of it, or refused.

What is handed on is the resolved path, absolute and without links: it begins with a slash, so that
no program takes it for an option or a URL, and the file that was judged is the one that is read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import Literal

from transformer.errors import Problem, UsageError
from transformer.messages import quoted
from transformer.records import record

What = Literal["file", "folder"]

_MODES = {"file": stat.S_ISREG, "folder": stat.S_ISDIR}


@record
class Repository:
    """Where a repository begins, and the application's folder in it; both are resolved paths."""

    root: str
    folder: str

    def resolved(self, label: str, path: str, what: What) -> str:
        """The resolved path of what `path` names, as seen from the application's folder.

        `label` names in messages what said so. Raises `UsageError` where it is not there, is
        something else, or lies outside of the repository; of that nothing is looked at.
        """
        try:
            real = os.path.realpath(os.path.join(self.folder, path), strict=False)
            self._check_inside(real, label, path)
            mode = os.stat(real).st_mode
        except (OSError, ValueError):
            message = (
                f"{label} is {quoted(path)}, which is not there: expected it in the repository"
            )
            raise UsageError(Problem(code="missing-file", message=message)) from None
        if not _MODES[what](mode):
            message = f"{label} is {quoted(path)}: expected a {what}"
            raise UsageError(Problem(code="wrong-type", message=message))
        return real

    def named(self, label: str, path: str) -> str:
        """The path of a file by its own name in its resolved folder, as seen from the application.

        Of a link inside of the repository it is the link's own path: what stands beside it is
        looked for there. Raises as `resolved` does.
        """
        self.resolved(label, path, "file")
        folder, name = os.path.split(os.path.join(self.folder, path))
        beside = os.path.realpath(folder)
        self._check_inside(beside, label, path)
        return os.path.relpath(os.path.join(beside, name), self.folder)

    def _check_inside(self, real: str, label: str, path: str) -> None:
        if os.path.commonpath((self.root, real)) != self.root:
            message = f"{label} leads out of the repository: {quoted(path)}"
            raise UsageError(Problem(code="outside", message=message))


def repository(environment: Mapping[str, str]) -> Repository:
    """The repository around the working directory.

    Argo CD says where in it the application's folder is. Where that is not the end of the folder's
    resolved path, as when a link is on the way, the folder itself is taken for the whole.
    """
    folder = os.path.realpath(".")
    path = os.path.normpath(environment.get("ARGOCD_APP_SOURCE_PATH") or ".")
    return Repository(root=folder.removesuffix(f"/{path}") or folder, folder=folder)
