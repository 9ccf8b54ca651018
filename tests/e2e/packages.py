"""Programs that end-to-end tests take from the system's packages, as Debian builds them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A Debian package and the program that it brings."""

    name: str
    program: str

    @property
    def path(self) -> str:
        """Where the program is; '' when it is not installed."""
        return shutil.which(self.program, path=f"{os.environ.get('PATH', '')}:/usr/bin") or ""


SKOPEO = Package(name="skopeo", program="skopeo")
DOCKER_REGISTRY = Package(name="docker-registry", program="docker-registry")
REDIS = Package(name="redis-server", program="redis-server")
CHROMIUM = Package(name="chromium", program="chromium")
PACKAGES = (CHROMIUM, DOCKER_REGISTRY, REDIS, SKOPEO)


def install(packages: Sequence[Package]) -> int:
    """Install what is missing, where this user may. Returns an exit code; 0 when all is there."""
    names = [it.name for it in packages if not it.path]
    if not names:
        return 0
    if not shutil.which("apt-get") or os.geteuid() != 0:
        print(f"error: the Debian packages must be installed: {' '.join(names)}", file=sys.stderr)
        print(f"  hint: sudo apt-get install {' '.join(names)}", file=sys.stderr)
        return 1
    print(f"installing {' '.join(names)}", file=sys.stderr)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *names]):
        done = subprocess.run(["apt-get", "-qq", *command], check=False, env=quiet)
        if done.returncode:
            print(f"error: cannot install {' '.join(names)}", file=sys.stderr)
            return done.returncode
    return 0
