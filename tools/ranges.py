"""The tests with the newest or the oldest releases that pyproject.toml allows, in an environment of
their own: `python -m tools.ranges newest`. The last line says with what they passed or failed.

Only what users install changes; what runs the tests stays as it is pinned.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

RESOLUTIONS = {"newest": "highest", "oldest": "lowest-direct"}
PINS = Path("requirements/dev.txt")
TESTS = ("-m", "pytest", "--quiet", "--numprocesses=auto", "--dist=worksteal",
         "-m", "not exhaustive and not e2e", "-p", "no:cacheprovider")  # fmt: skip

_RELEASE = re.compile(r"(?m)^([a-z0-9-]+)==([^\s;]+)")
_UV = (sys.executable, "-m", "uv", "--quiet", "pip")


def releases_in(text: str) -> dict[str, str]:
    """The version of every release that a file of requirements names exactly."""
    return dict(_RELEASE.findall(text))


def others(releases: Mapping[str, str], pinned: Mapping[str, str]) -> str:
    """The releases that are not the pinned ones, in words; '' when there is none."""
    return ", ".join(
        f"{name} {version} (pinned {pinned[name]})" if name in pinned else f"{name} {version}"
        for name, version in releases.items()
        if pinned.get(name) != version
    )


def resolved(resolution: str) -> dict[str, str]:
    """What the ranges of the project come to. Raises `CalledProcessError` when to nothing."""
    # The oldest releases have no wheels for the newest Pythons, and cannot be built there either.
    how = ("--resolution", resolution, "--only-binary", ":all:", "--python", sys.executable)
    argv = [*_UV, "compile", *how, "--all-extras", "--no-header"]
    done = subprocess.run([*argv, "pyproject.toml"], check=True, stdout=subprocess.PIPE, text=True)
    return releases_in(done.stdout)


def environment(folder: Path, releases: Mapping[str, str]) -> Path:
    """Install what is pinned but for these releases. Returns the interpreter."""
    python = folder / "bin" / "python"
    exact = [f"{name}=={version}" for name, version in releases.items()]
    subprocess.run([sys.executable, "-m", "uv", "--quiet", "venv", folder], check=True)
    for what in (
        ["--require-hashes", "--requirement", PINS],
        exact,
        ["--no-deps", "--no-build-isolation", "--editable", "."],
    ):
        subprocess.run([*_UV, "install", "--python", python, *what], check=True)
    return python


def last_line(argv: Sequence[str | Path]) -> tuple[int, str]:
    """Run a command and pass on what it prints. Returns its exit code and its last line."""
    line = ""
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
    return process.returncode, line.strip(" =\n")


def main(name: str) -> int:
    """Test with the `newest` or the `oldest` releases; nothing where they are the pinned ones."""
    pinned = releases_in(PINS.read_text(encoding="utf-8"))
    try:
        releases = resolved(RESOLUTIONS[name])
        with_what = others(releases, pinned)
        if not with_what:
            print(f"{name}: what is pinned")
            return 0
        with TemporaryDirectory() as folder:
            code, line = last_line([environment(Path(folder), releases), *TESTS])
    except subprocess.CalledProcessError as error:
        print(f"{name}: cannot be installed: {error}")
        return 1
    print(f"{name}: {line.partition(' in ')[0]} with {with_what}")
    return code


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
