"""Programs that `go install` refuses: built from a module of ours that calls their command.

A module with `replace` lines in its go.mod is only built as the main module. A main module of ours
that requires it and repeats those lines builds the same program, with checksums verified as ever.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from string import Template

_MAIN = Template("""\
package main

import (
	"os"

	command "$package"
)

func main() {
	if command.$call.Execute() != nil {
		os.Exit(1)
	}
}
""")


def build(scratch: Path, target: Path, module: str, version: str, package: str, call: str) -> None:
    """Build the program whose `call` returns a command with `Execute`, as the file `target`.

    Takes an empty folder to work in, the module that holds `package`, and its version without "v".
    Raises `CalledProcessError` when Go fails; Go says why.
    """
    downloaded = json.loads(_go(scratch, "mod", "download", "-json", f"{module}@v{version}"))
    upstream = json.loads(_go(scratch, "mod", "edit", "-json", downloaded["GoMod"]))
    replaced = "".join(f"replace {_replacement(it)}\n" for it in upstream.get("Replace") or ())
    (scratch / "go.mod").write_text(
        f"module wrapped\ngo {upstream['Go']}\nrequire {module} v{version}\n{replaced}"
    )
    (scratch / "main.go").write_text(_MAIN.substitute(package=package, call=call))
    _go(scratch, "mod", "tidy")
    _go(scratch, "build", "-trimpath", "-o", str(target), ".")


def _replacement(replace: dict[str, dict[str, str]]) -> str:
    old, new = replace["Old"], replace["New"]
    return f"{old['Path']} {old.get('Version', '')} => {new['Path']} {new.get('Version', '')}"


def _go(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["go", *arguments], check=True, cwd=folder, stdout=subprocess.PIPE)
    return done.stdout.decode()
