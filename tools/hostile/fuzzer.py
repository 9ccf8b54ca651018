"""One process of coverage-guided fuzzing: `python -m tools.hostile.fuzzer TARGET SECONDS SEED DIR`.

libFuzzer ends the process that it runs in, so each target has one of its own. TARGET is a name of
`targets.TARGETS`, or `all`: then the first byte chooses. What breaks a target is written into DIR,
and how many inputs were tried goes to stderr.
"""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path

import atheris

# Of the standard library what reads for us, otherwise a fuzzer does not see how far it got.
INSTRUMENTED = ["transformer", "json", "email", "urllib.parse", "jinja2.lexer", "jinja2.parser"]
MAX_MEMORY, MAX_LENGTH = 2_000, 4_096
# Of the clock on the wall, for what sleeps: how long an input may work is the targets' own limit.
MAX_WAIT = 100


def main() -> None:
    name, seconds, seed, folder = sys.argv[1:]
    # json has a twin in C, which cannot be looked into.
    sys.modules["_json"] = types.ModuleType("_json")
    with atheris.instrument_imports(include=INSTRUMENTED):
        from tools.hostile.limit import bounded
        from tools.hostile.targets import SEEDS, TARGETS

        assert json.loads("[1]") == [1]
        chosen = [name] if name in TARGETS else sorted(TARGETS)
        for it in chosen:
            for text in SEEDS[it]:
                TARGETS[it](text)

    def once(data: bytes) -> None:
        which = data[0] % len(chosen) if len(chosen) > 1 and data else 0
        text = data[1:] if len(chosen) > 1 else data
        with bounded():
            TARGETS[chosen[which]](text.decode("utf-8", "replace"))

    seeds = Path(folder, "seeds")
    seeds.mkdir(parents=True)
    for which, it in enumerate(chosen):
        for number, text in enumerate(SEEDS[it]):
            head = bytes((which,)) if len(chosen) > 1 else b""
            (seeds / f"{it}-{number}").write_bytes(head + text.encode())
    waits = [f"-timeout={MAX_WAIT}", f"-report_slow_units={MAX_WAIT}"]
    bounds = [*waits, f"-rss_limit_mb={MAX_MEMORY}", f"-max_len={MAX_LENGTH}"]
    asked = [f"-max_total_time={seconds}", f"-seed={seed}", f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], *asked, *bounds, "-print_final_stats=1", str(seeds)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
