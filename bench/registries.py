"""Measure what registries are asked: `mirrorpin` in turns with a bare pool and with other tools.

The registries and tools are those of the end-to-end tests; `make e2e` installs them. All runs on
this machine, where a registry answers at once: the start of a process and the work for each image
are what counts. A relay shows what it is like where answers take their time.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path

from bench import heads
from bench.process import run
from bench.relay import relayed
from bench.table import Ratio, print_table, ratios
from tests.e2e.pusher import OCI_CONFIG, Pusher
from tests.e2e.registries import Registry, crane, distribution
from tests.e2e.tools import CRANE, REGBOT, REGCTL, REGISTRY
from transformer.image.reference import normalize
from transformer.registry import Client, Credentials, Descriptor, Settings
from transformer.registry.manifests import OCI_MANIFEST

REPOSITORIES, TAGS = 50, 10
IMAGES = REPOSITORIES * TAGS
DELAY = 5
MAX_WARM = 0.030
TOOLS = (CRANE, REGBOT, REGCTL, REGISTRY)
SERVERS: dict[str, Callable[[Path], AbstractContextManager[Registry]]] = {
    "crane registry": crane,
    "distribution 3": lambda folder: distribution(REGISTRY, folder),
}

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  digests: {{mode: {mode}, lockFile: {mode}.lock.yaml}}
  mirrors:
  - {{source: ghcr.io, target: "{host}"}}
"""
POD = """\
---
apiVersion: v1
kind: Pod
metadata: {{name: p{number}}}
spec:
  containers:
  - name: c
    image: ghcr.io/{image}
"""
# regctl asks for one image; regbot, of the same project, for those that a script names, in turn.
SCRIPT = """\
version: 1
creds: [{{registry: "{host}", tls: disabled}}]
scripts:
- name: digests
  timeout: 5m
  script: |
    for name in io.lines("{names}") do
      manifest.head(name)
    end
"""

Seconds = dict[str, list[float]]
Digests = Mapping[str, str]

RATES = tuple(
    # At least 0.8 of the rate.
    Ratio(title=f"{IMAGES} images, {it}", command=it, against=f"HEADs, {it}", goal=1.25)
    for it in SERVERS
)
WHOLE = (
    Ratio(title="lock", command="lock", against="crane", goal=1),
    Ratio(title="lock", command="lock", against="regctl", goal=1),
    Ratio(title="lock", command="lock", against="regbot"),
    Ratio(
        title=f"lock, answers {DELAY} ms later", command="late lock", against="late regbot", goal=1
    ),
)
WARM = (
    Ratio(title="transform, all in the cache", command="warm", against="off"),
    Ratio(title="the same, one image", command="warm 1", against="off 1"),
)


def report(folder: Path, rounds: int) -> None:
    """Measure and print, or say which tools are missing. Takes an empty folder."""
    missing = [it.name for it in TOOLS if not it.path.exists()]
    if missing:
        print(f"registries: not measured without {', '.join(missing)}, see `make e2e`\n")
        return
    print_table(ratios(RATES, rates(folder, rounds)))
    with SERVERS["distribution 3"](folder / "registry") as registry:
        digests = fill(registry.host)
        write_inputs(folder, registry.host, digests)
        few = max(1, rounds // 5)
        print_table(ratios(WHOLE, whole_commands(folder, registry.host, digests, few)))
        seconds = warm_cache(folder, rounds)
    print_table(ratios(WARM, seconds))
    print(f"{IMAGES} answers from the cache, beyond start-up: {_beyond(seconds)}\n")


def _beyond(seconds: Seconds) -> str:
    middle = {name: statistics.median(times) for name, times in seconds.items()}
    time = (middle["warm"] - middle["off"]) - (middle["warm 1"] - middle["off 1"])
    goal = f"<= {MAX_WARM * 1000:g} ms"
    return f"{time * 1000:.0f} ms ({goal}{'' if time <= MAX_WARM else ', missed'})"


def fill(host: str) -> dict[str, str]:
    """Push distinct images. Returns the digest of each, by path:tag."""
    digests: dict[str, str] = {}
    for number in range(REPOSITORIES):
        pusher = Pusher(host=host, path=f"team/app-{number:02}")
        config = {"mediaType": OCI_CONFIG, **pusher.blob(b"{}")}
        for tag in range(TAGS):
            content = {
                "schemaVersion": 2,
                "mediaType": OCI_MANIFEST,
                "config": config,
                "layers": [],
                "annotations": {"number": f"{number}.{tag}"},
            }
            found = pusher.manifest(f"1.{tag}", content, OCI_MANIFEST)
            digests[f"{pusher.path}:1.{tag}"] = found["digest"]
    return digests


def rates(folder: Path, rounds: int) -> Seconds:
    """The seconds that the client of the package, and the bare pool, ask for all images."""
    seconds: Seconds = {}
    for name, start in SERVERS.items():
        with start(folder / name.replace(" ", "-")) as registry:
            _rate(seconds, name, registry.host, rounds)
    return seconds


def _rate(seconds: Seconds, name: str, host: str, rounds: int) -> None:
    digests = {f"{host}/{image}": digest for image, digest in fill(host).items()}
    for _ in range(rounds):
        _time(seconds, f"HEADs, {name}", lambda: _bare(host, digests), digests)
        _time(seconds, name, lambda: _client(digests), digests)


def _time(seconds: Seconds, name: str, ask: Callable[[], Digests], expected: Digests) -> None:
    begin = time.perf_counter()
    found = ask()
    seconds.setdefault(name, []).append(time.perf_counter() - begin)
    if found != expected:
        sys.exit(f"must find every digest: {name}")


def _bare(host: str, names: Digests) -> Digests:
    return heads.ask(host, list(names), Settings().concurrency)


def _client(names: Digests) -> Digests:
    with Client(Settings(credentials=Credentials({})), {}) as client:
        found = client.resolve([normalize(it) for it in names])
    return {name: it.digest for name, it in found.items() if isinstance(it, Descriptor)}


def write_inputs(folder: Path, host: str, names: Digests) -> None:
    """Write manifests of all images and of one, and what each tool needs."""
    pods = [POD.format(number=at, image=it) for at, it in enumerate(names)]
    (folder / "all.yaml").write_text("".join(pods))
    (folder / "one.yaml").write_text(pods[0])
    for mode in ("off", "resolve"):
        (folder / f"{mode}.yaml").write_text(CONFIG.format(mode=mode, host=host))
    (folder / "names").write_text("".join(f"{host}/{it}\n" for it in names))


def whole_commands(folder: Path, host: str, digests: Digests, rounds: int) -> Seconds:
    """The seconds of whole commands that ask for all images, in turns."""
    seconds: Seconds = {}
    options = ("--host", f"reg={host},tls=disabled", "image", "digest")
    each = ("xargs", "-P", str(Settings().concurrency), "-n", "1")
    single = {
        "crane": [*each, str(CRANE.path), "digest", "--insecure"],
        "regctl": [*each, str(REGCTL.path), *options],
    }
    with relayed(host, DELAY) as late:
        for _ in range(rounds):
            for prefix, at in (("", host), ("late ", late)):
                _lock(seconds, f"{prefix}lock", folder, at, digests)
                _regbot(seconds, f"{prefix}regbot", folder, at, digests)
            for name, command in single.items():
                said = _run(seconds, name, command, folder / "names")
                if sorted(said.split()) != sorted(digests.values()):
                    sys.exit(f"must find every digest: {name}")
    return seconds


def _lock(seconds: Seconds, name: str, folder: Path, host: str, digests: Digests) -> None:
    (folder / "lock.yaml").write_text(CONFIG.format(mode="lock", host=host))
    lock = folder / "lock.lock.yaml"
    lock.unlink(missing_ok=True)
    options = ("lock", "-q", "-c", str(folder / "lock.yaml"), str(folder / "all.yaml"))
    _run(seconds, name, [sys.executable, "-m", "transformer", *options])
    words = lock.read_text().split()
    found = {word for label, word in pairwise(words) if label == "digest:"}
    if found != set(digests.values()):
        sys.exit(f"must find every digest: {name}")


def _regbot(seconds: Seconds, name: str, folder: Path, host: str, digests: Digests) -> None:
    names = folder / f"{name}.names"
    names.write_text("".join(f"{host}/{it}\n" for it in digests))
    script = folder / "regbot.yaml"
    script.write_text(SCRIPT.format(host=host, names=names))
    _run(seconds, name, [str(REGBOT.path), "once", "-c", str(script)])


def warm_cache(folder: Path, rounds: int) -> Seconds:
    """The seconds of a transform that finds all answers in the cache, and of one without any."""
    seconds: Seconds = {}
    for _ in range(rounds + 1):
        for suffix, name in (("", "all"), (" 1", "one")):
            for title, mode in (("warm", "resolve"), ("off", "off")):
                files = ("-c", str(folder / f"{mode}.yaml"), str(folder / f"{name}.yaml"))
                options = ("-q", "--cache", str(folder / "cache"))
                command = [sys.executable, "-m", "transformer", *options, *files]
                said = _run(seconds, f"{title}{suffix}", command)
                expected = {"all": IMAGES, "one": 1}[name] * (mode == "resolve")
                if said.count("@sha256:") != expected:
                    sys.exit(f"must pin {expected} images: {' '.join(command)}")
    # The first round filled the cache.
    return {name: times[1:] for name, times in seconds.items()}


def _run(seconds: Seconds, name: str, command: Sequence[str], stdin: bytes | Path = b"") -> str:
    done = run(command, stdin)
    if done.exit_code:
        sys.exit(f"must succeed: {' '.join(command)}\n{done.stderr}")
    seconds.setdefault(name, []).append(done.seconds)
    return done.stdout.decode()
