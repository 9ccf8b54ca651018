"""What a run costs in instructions, held against what it cost: `python -m bench.instructions`.

Times say little on a machine that others use; callgrind's count of instructions is the same every
time, for one build of Python. Three small inputs, each against the bare pass over the same bytes:
the ratio must be within `TOLERANCE` of that in `instructions.json`, which `--record` writes for the
Python at hand. Without valgrind, or a record for this Python, nothing is said to be wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import custom, generate
from bench.table import print_table

TOLERANCE = 0.1
APPS = 100
OBJECTS = 200

RECORD = Path(__file__).with_name("instructions.json")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
_COLLECTED = re.compile(r"Collected : (\d+)")


def inputs() -> dict[str, str]:
    """The inputs, by name."""
    stream = generate.stream(APPS)
    return {
        "stream": stream,
        "ResourceList": generate.resource_list(stream),
        "custom resources": custom.stream(OBJECTS),
    }


def ratios(folder: Path) -> dict[str, float]:
    """The instructions of a checked run with lock and pull secrets, over those of the bare pass."""
    config, source = folder / "mirrorpin.yaml", folder / "in.yaml"
    config.write_text(generate.config(pinning=True))
    (folder / "images.lock.yaml").write_text(generate.lock())
    found = {}
    for name, text in inputs().items():
        source.write_text(text, newline="\n")
        bare = count("-m", "bench.bare", str(source))
        ours = count("-m", "transformer", "-q", "-c", str(config), str(source))
        found[name] = round(ours / bare, 3)
    return found


def count(*arguments: str) -> int:
    """How many instructions Python executes with these arguments, in a process of its own."""
    command = [sys.executable, *arguments]
    # Once without being counted: what is compiled then is there for all runs.
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    collected = _COLLECTED.search(done.stderr)
    if collected is None:
        sys.exit(f"valgrind must say what it collected:\n{done.stderr}")
    return int(collected[1])


def why_not(recorded: dict[str, dict[str, float]]) -> str:
    """Why nothing can be compared here, '' where it can."""
    if shutil.which("valgrind") is None:
        return "valgrind is not installed"
    if PYTHON not in recorded:
        return f"no ratios are recorded for Python {PYTHON}: python -m bench.instructions --record"
    return ""


def main() -> int:
    """Count and compare, or record. Returns 1 where a ratio is out of bounds."""
    parser = argparse.ArgumentParser(prog="python -m bench.instructions", description=__doc__)
    parser.add_argument("--record", action="store_true", help="write what is counted")
    is_recording = parser.parse_args().record
    recorded = json.loads(RECORD.read_text())
    reason = why_not({**recorded, PYTHON: {}} if is_recording else recorded)
    if reason:
        print(f"skipped: {reason}")
        return 0
    with tempfile.TemporaryDirectory() as name:
        found = ratios(Path(name))
    if is_recording:
        RECORD.write_text(json.dumps({**recorded, PYTHON: found}, indent=2) + "\n")
    expected = found if is_recording else recorded[PYTHON]
    within = {name: abs(found[name] / expected[name] - 1) <= TOLERANCE for name in found}
    rows = (
        (name, f"{it:.2f}", f"{expected[name]:.2f}", "" if within[name] else "out of bounds")
        for name, it in found.items()
    )
    print_table(iter([("instructions, of the bare pass", "ratio", "recorded", ""), *rows]))
    return 0 if all(within.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
