"""How far a run of copies is: a line that counts on a terminal, a line for each copy elsewhere."""

from __future__ import annotations

from types import TracebackType

from transformer.cli.counting import write_over
from transformer.cli.shell import Shell


class Progress:
    """Tells of each of `total` copies, unless it is to be quiet; a context manager."""

    def __init__(self, shell: Shell, total: int, *, is_quiet: bool) -> None:
        stderr = shell.stderr
        self._shell = shell
        self._total = total
        self._done = 0
        self._is_quiet = is_quiet
        self._counts = not is_quiet and stderr is not None and stderr.isatty()

    def __enter__(self) -> Progress:
        self._count()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.clear()

    def tell(self, name: str) -> None:
        """Tell that an image has been copied, and is at its mirror under this name."""
        self._done += 1
        said = f"{self._done} of {self._total}: {name}"
        (self._shell.note if self._is_quiet or self._counts else self._shell.say)(said)
        self._count()

    def clear(self) -> None:
        """Take away the line that counts, as something is to be said."""
        if self._counts:
            self._write("")

    def _count(self) -> None:
        if self._counts:
            self._write(f"copied {self._done} of {self._total} images")

    def _write(self, text: str) -> None:
        stderr = self._shell.stderr
        if stderr is not None:
            write_over(stderr, text)
