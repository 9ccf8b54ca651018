"""Programs that `go install` refuses.

A module with `replace` lines in its go.mod is only built as the main module. A main module of ours
that requires it, repeats those lines and calls its command builds the same program, with checksums
verified as ever. Lines that name a folder beside the module become the version published of what
is in that folder. Where a command embeds files that its module lacks, as its Makefile makes them,
the module is unpacked and built with one in their place.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Template
from typing import Any
from zipfile import ZipFile

_MAIN = Template("""\
package main

import (
	"os"

	command "$package"
$imports)

func main() {
	$call
}
""")


def executed(command: str) -> str:
    """The Go statement that runs what an expression gives: a command with `Execute`."""
    return f"if command.{command}.Execute() != nil {{\n\t\tos.Exit(1)\n\t}}"


def build(
    scratch: Path,
    target: Path,
    module: str,
    version: str,
    package: str,
    call: str,
    linker_flags: str = "",
    imports: Sequence[str] = (),
) -> None:
    """Build the program that the statement `call` runs, as the file `target`.

    Takes an empty folder to work in, the module that holds `package`, its version without "v", and
    a statement that knows the package as `command`, and the packages that it takes besides. Raises
    `CalledProcessError` when Go fails; Go says why.
    """
    downloaded = json.loads(_go(scratch, "mod", "download", "-json", f"{module}@v{version}"))
    upstream = json.loads(_go(scratch, "mod", "edit", "-json", downloaded["GoMod"]))
    (scratch / "go.mod").write_text(
        f"module wrapped\ngo {upstream['Go']}\nrequire {module} v{version}\n"
        + "".join(f"replace {line}\n" for line in _replacements(upstream, version))
    )
    lines = "".join(f'\t"{it}"\n' for it in imports)
    (scratch / "main.go").write_text(_MAIN.substitute(package=package, call=call, imports=lines))
    _go(scratch, "mod", "tidy")
    _go(scratch, "build", "-trimpath", "-ldflags", linker_flags, "-o", str(target), ".")


def _replacements(upstream: dict[str, Any], version: str) -> Iterator[str]:
    unreleased = {it["Path"] for it in upstream["Require"] if it["Version"] == "v0.0.0"}
    for replace in upstream.get("Replace") or ():
        old, new = replace["Old"], replace["New"]
        if "Version" in new:
            yield f"{old['Path']} {old.get('Version', '')} => {new['Path']} {new['Version']}"
        elif old["Path"] in unreleased:
            # Kubernetes 1.x.y publishes what is in its staging folder as v0.x.y.
            yield f"{old['Path']} => {old['Path']} v0.{version.partition('.')[2]}"


def build_unpacked(scratch: Path, target: Path, module: str, version: str, *more: str) -> None:
    """Build a command of a module with a file in the place of those that it embeds.

    Takes an empty folder to work in, the file to build, the module and its version without "v";
    then the command's package and the file to add, both relative to the module, and flags for the
    linker. Raises `CalledProcessError` when Go fails.
    """
    package, stand_in, linker_flags = more
    downloaded = json.loads(_go(scratch, "mod", "download", "-json", f"{module}@v{version}"))
    with ZipFile(downloaded["Zip"]) as archive:
        archive.extractall(scratch)
    root = scratch / f"{module}@v{version}"
    (root / stand_in).parent.mkdir(parents=True)
    (root / stand_in).touch()
    _go(root, "build", "-trimpath", "-ldflags", linker_flags, "-o", str(target), f"./{package}")


def _go(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["go", *arguments], check=True, cwd=folder, stdout=subprocess.PIPE)
    return done.stdout.decode()
