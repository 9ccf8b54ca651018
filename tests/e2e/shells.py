"""The shells whose completions are tested. `python -m tests.e2e.shells` installs them on Debian."""

from __future__ import annotations

import shutil
import subprocess
import sys

SHELLS = ("fish", "zsh")


def missing() -> list[str]:
    return [shell for shell in SHELLS if shutil.which(shell) is None]


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
