"""The shells whose completions are tested, and groff, which reads the manual.

`python -m tests.e2e.shells` installs them on Debian.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

PROGRAMS = ("fish", "groff", "zsh")


def missing() -> list[str]:
    return [name for name in PROGRAMS if shutil.which(name) is None]


def main() -> int:
    """Install what is missing. Returns the exit code."""
    names = missing()
    if names:
        print(f"installing {' and '.join(names)}", file=sys.stderr)
        subprocess.run(["apt-get", "update", "-qq"], check=True, stdout=sys.stderr)
        install = ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", *names]
        subprocess.run(install, check=True, stdout=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
