"""Runs of a user who may not read or write what they need: refused, and nothing is lost.

Root may do everything, so that as root each runs as another user.
"""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.helpers.quirk_server import QuirkServer
from tools.hostile.findings import Finding, Plan, Summary, skipped
from tools.hostile.inputs import CONFIG, LOCK, configure, fill
from tools.hostile.process import Ran, environment, faults, finding, ran
from transformer.records import record

NOBODY = 65534
ROOT_ONLY = "only root can make files that the user of a run may not change"
CLOSED = f"user {NOBODY} may not read the program or temporary files: chmod a+rx their folders"
IMAGES = 3
POD, CACHE = "pod.yaml", "cache.sqlite"
OLD = b"version: 1\nimages: {}\n"


@record
class Case:
    """A run that lacks a right: the mode of digests, what it is given, and what takes a right away.

    It ends with `code`, and names `named` in what it says.
    """

    name: str
    arguments: Sequence[str]
    code: int
    named: str
    prepare: Callable[[Path], object]
    mode: str = "off"


def _closed(name: str, mode: int = 0) -> Callable[[Path], object]:
    return lambda folder: (folder / name).chmod(mode)


def _empty(name: str, mode: int = 0) -> Callable[[Path], object]:
    return lambda folder: (folder / name).touch(mode)


def _folder(name: str, mode: int = 0) -> Callable[[Path], object]:
    def prepare(folder: Path) -> None:
        (folder / name).mkdir()
        (folder / name / "b.yaml").write_bytes((folder / POD).read_bytes())
        (folder / name).chmod(mode)

    return prepare


CASES = (
    Case(name="manifest", arguments=[POD], code=2, named=POD, prepare=_closed(POD)),
    Case(name="folder", arguments=["dir"], code=2, named="dir", prepare=_folder("dir")),
    Case(name="listed", arguments=["dir"], code=2, named="dir", prepare=_folder("dir", 0o444)),
    Case(name="below", arguments=["."], code=2, named="dir", prepare=_folder("dir")),
    Case(name="configuration", arguments=[POD], code=2, named=CONFIG, prepare=_closed(CONFIG)),
    Case(name="lock", arguments=[POD], code=2, named=LOCK, prepare=_empty(LOCK), mode="lock"),
    Case(
        name="lock that is written",
        arguments=["lock", POD],
        code=2,
        named=LOCK,
        prepare=lambda folder: (folder / LOCK).write_bytes(OLD),
        mode="lock",
    ),
    Case(
        name="log", arguments=["--log-file", "log", POD], code=2, named="log", prepare=Path.exists
    ),
    Case(
        name="first configuration",
        arguments=["init", "--output", CONFIG, POD],
        code=2,
        named=CONFIG,
        prepare=lambda folder: (folder / CONFIG).unlink(),
    ),
    Case(
        name="cache of another",
        arguments=["--cache", CACHE, POD],
        code=0,
        named="belongs to 0",
        prepare=_empty(CACHE, 0o666),
        mode="resolve",
    ),
    Case(
        name="cache that is closed",
        arguments=["--cache", CACHE, POD],
        code=0,
        named="belongs to 0",
        prepare=_empty(CACHE),
        mode="resolve",
    ),
    Case(
        name="folder of a cache",
        arguments=["-v", "--cache", f"new/{CACHE}", POD],
        code=0,
        named="new",
        prepare=Path.exists,
        mode="resolve",
    ),
)


def run(_: Plan) -> Summary:
    """Try every case as a user who is not root."""
    if os.geteuid() != 0:
        return skipped(ROOT_ONLY)
    # The folder of the campaign may lie where no one else can look.
    with TemporaryDirectory(prefix="mirrorpin-permissions-") as name, QuirkServer() as server:
        place = Path(name)
        place.chmod(0o755)
        if not _is_open(place):
            return skipped(CLOSED)
        data = fill(server, IMAGES)
        tried = [_try(case, place, server.host, data) for case in CASES]
    seen = Counter(f"exit {done.code}" for done, _ in tried)
    findings = [found for _, them in tried for found in them]
    return Summary(tried=len(tried), seen=dict(seen), findings=findings)


def _is_open(place: Path) -> bool:
    # Program and temporary files may lie below a folder of root alone, as `mktemp -d` makes it.
    test = subprocess.run(["test", "-x", place], user=NOBODY, group=NOBODY, extra_groups=[])
    try:
        return test.returncode == 0 and ran("--version", folder=place, user=NOBODY).code == 0
    except PermissionError:
        return False


def _try(case: Case, place: Path, host: str, data: bytes) -> tuple[Ran, list[Finding]]:
    folder = place / case.name.replace(" ", "-")
    folder.mkdir(mode=0o755)
    configure(folder, host, case.mode)
    (folder / POD).write_bytes(data)
    case.prepare(folder)
    before = _state(folder)
    done = ran(
        *case.arguments,
        folder=folder,
        user=NOBODY,
        variables=environment(HOME=str(folder)),
    )
    found = [*faults(done, (case.code,)), *_wrong(case, done)]
    if _state(folder) != before:
        found.append("changes what it may not")
    return done, [finding(f"no right to the {case.name}", it, done) for it in found]


def _wrong(case: Case, done: Ran) -> Iterator[str]:
    if case.named not in done.stderr:
        yield f"does not say what of: {case.named}"
    if case.code == 0 and done.stdout.count(b"@sha256:") != IMAGES:
        yield "pins not every image"


def _state(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(it.relative_to(folder)): (
            it.stat().st_mode,
            it.read_bytes() if it.is_file() else b"",
        )
        for it in sorted(folder.rglob("*"))
    }
