"""The formats of reports: a module for each, which is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from transformer.report.findings import Findings


def written(name: str, findings: Findings) -> str:
    """Findings in a format, by its name, as `--format` has it. Ends with a line break."""
    # What `import_module` does, without importing it.
    module = __import__(f"transformer.report.formats.{name}", fromlist=("write",))
    write: Callable[[Findings], str] = module.write
    return write(findings)
