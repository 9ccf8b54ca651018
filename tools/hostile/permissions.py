"""Runs of a user who may not read or write what they need: refused, and nothing is lost.

Root may do everything, so that as root each runs as another user. Where that one may not read the
program or its Python, as below a home of root, it runs copies of them.
"""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Literal, TypeAlias

from tests.helpers.certificates import Authority
from tests.helpers.quirk_server import QuirkServer
from tests.helpers.quirks import basic
from tools.hostile.copies import Program, program_for
from tools.hostile.findings import Finding, Plan, Summary, skipped
from tools.hostile.inputs import CONFIG, LOCK, configure, fill
from tools.hostile.process import Ran, environment, faults, finding, ran
from transformer.records import record

NOBODY = 65534
# Where everybody may write, mostly.
SHARED = ("/tmp", "/var/tmp")
ROOT_ONLY = "only root can make files that the user of a run may not change"
CLOSED = f"user {NOBODY} may not read temporary files: chmod a+rx their folder"
IMAGES = 3
POD, CACHE = "pod.yaml", "cache.sqlite"
AUTH, CERTIFICATES, HELPER = "auth.json", "ca.pem", "docker-credential-closed"
OLD = b"version: 1\nimages: {}\n"


Registry: TypeAlias = Literal["open", "password", "TLS"]


@record
class Case:
    """A run that lacks a right: the mode of digests, what it is given, and what takes a right away.

    It ends with `code`, and names `named` in what it says. Its registry is open, wants a password,
    or speaks TLS.
    """

    name: str
    arguments: Sequence[str]
    code: int
    named: str
    prepare: Callable[[Path], object]
    mode: str = "off"
    variables: Callable[[Path], Mapping[str, str]] = lambda _: {}
    registry: Registry = "open"


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


def _helper(folder: Path) -> None:
    (folder / HELPER).touch(0o600)
    (folder / AUTH).write_text('{"credsStore": "closed"}')


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
        named="belongs to user 0",
        prepare=_empty(CACHE, 0o666),
        mode="resolve",
    ),
    Case(
        name="cache that is closed",
        arguments=["--cache", CACHE, POD],
        code=0,
        named="belongs to user 0",
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
    Case(
        name="file with credentials",
        arguments=["--auth-file", AUTH, POD],
        code=1,
        named=AUTH,
        prepare=_empty(AUTH),
        mode="resolve",
        registry="password",
    ),
    Case(
        name="file with credentials of a variable",
        arguments=[POD],
        code=1,
        named=AUTH,
        prepare=_empty(AUTH),
        mode="resolve",
        registry="password",
        variables=lambda folder: {"REGISTRY_AUTH_FILE": str(folder / AUTH)},
    ),
    Case(
        name="credential helper",
        arguments=["--auth-file", AUTH, POD],
        code=1,
        named=HELPER,
        prepare=_helper,
        mode="resolve",
        registry="password",
        variables=lambda folder: {"PATH": str(folder)},
    ),
    Case(
        name="certificates",
        arguments=["--ca-file", CERTIFICATES, POD],
        code=1,
        named=CERTIFICATES,
        prepare=_empty(CERTIFICATES),
        mode="resolve",
        registry="TLS",
    ),
    Case(
        name="own certificate",
        arguments=["--client-cert", CERTIFICATES, POD],
        code=1,
        named=CERTIFICATES,
        prepare=_empty(CERTIFICATES),
        mode="resolve",
        registry="TLS",
    ),
)


def run(_: Plan) -> Summary:
    """Try every case as a user who is not root."""
    if os.geteuid() != 0:
        return skipped(ROOT_ONLY)
    # The folder of the campaign may lie where no one else can look.
    above = next(filter(_is_open, (gettempdir(), *SHARED)), None)
    if above is None:
        return skipped(CLOSED)
    with TemporaryDirectory(prefix="mirrorpin-permissions-", dir=above) as name:
        place = Path(name)
        place.chmod(0o755)
        program = program_for(NOBODY, place / "program")
        with _registries(place) as servers:
            data = {name: fill(server, IMAGES) for name, server in servers.items()}
            servers["password"].quirks.append(basic("someone", "a password"))
            tried = [
                _try(case, place, servers[case.registry].host, data[case.registry], program)
                for case in CASES
            ]
    seen = Counter(f"exit {done.code}" for done, _ in tried)
    findings = [found for _, them in tried for found in them]
    return Summary(tried=len(tried), seen=dict(seen), findings=findings)


@contextmanager
def _registries(place: Path) -> Iterator[dict[Registry, QuirkServer]]:
    folder = place / "authority"
    folder.mkdir()
    with (
        QuirkServer() as free,
        QuirkServer() as closed,
        QuirkServer(Authority(folder).server()) as secured,
    ):
        yield {"open": free, "password": closed, "TLS": secured}


def _is_open(folder: str) -> bool:
    done = subprocess.run(["test", "-x", folder], user=NOBODY, group=NOBODY, extra_groups=[])
    return done.returncode == 0


def _try(
    case: Case, place: Path, host: str, data: bytes, program: Program
) -> tuple[Ran, list[Finding]]:
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
        python=program.python,
        variables=environment(**program.variables, HOME=str(folder), **case.variables(folder)),
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
