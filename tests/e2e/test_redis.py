"""The digest cache in a real Redis: shared, fast to give up, and silent about passwords."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import redis
from tests.e2e.packages import DOCKER_REGISTRY
from tests.e2e.pusher import Pusher
from tests.e2e.registries import Registry, distribution
from tests.helpers.certificates import Authority
from tests.helpers.shared import ROOT
from transformer.registry.cache.redis_url import RedisPlace

pytestmark = pytest.mark.e2e

CANARY = "c4n4ry"
RIGHTS = "+get +set +del"
CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{{source: docker.io, target: "{host}"}}]
  digests: {{mode: resolve}}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: "team/app:1.0"}
"""
ANSWER = "mirrorpin:1:answer:{host}/team/app:1.0"


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with distribution(DOCKER_REGISTRY, tmp_path / "registry") as registry:
        Pusher(host=registry.host, path="team/app").index("1.0")
        yield registry


@pytest.fixture
def place() -> RedisPlace:
    return RedisPlace(host="127.0.0.1", port=redis.free_port(), user="mirror", password=CANARY)


def url_of(place: RedisPlace, password: str = CANARY) -> str:
    return str(place).replace("//", f"//{place.user}:{password}@")


def transform(
    folder: Path, registry: Registry, url: str, *options: str
) -> subprocess.CompletedProcess[str]:
    """One replica: a folder that nobody else has."""
    folder.mkdir(exist_ok=True)
    (folder / "mirrorpin.yaml").write_text(CONFIG.format(host=registry.host))
    return subprocess.run(
        [sys.executable, "-m", "transformer", "--log-file=log", "-v", *options],
        capture_output=True,
        check=False,
        cwd=folder,
        env={"HOME": str(folder), "MIRRORPIN_CACHE": url, "PYTHONPATH": str(ROOT)},
        input=POD,
        text=True,
        timeout=60,
    )


def written(folder: Path, *runs: subprocess.CompletedProcess[str]) -> str:
    """All that was written anywhere."""
    files = [it.read_bytes().decode("latin-1") for it in folder.rglob("*") if it.is_file()]
    return "".join([*files, *(it.stdout + it.stderr for it in runs)])


def test_replicas_ask_once(tmp_path: Path, registry: Registry, place: RedisPlace) -> None:
    with redis.running(place):
        first = transform(tmp_path / "a", registry, url_of(place))
        assert "@sha256:" in first.stdout, first.stderr
        # The second can only have its answer from the Redis.
        registry.process.kill()
        registry.process.wait()
        second = transform(tmp_path / "b", registry, url_of(place))
        assert (second.returncode, second.stdout) == (0, first.stdout)
        assert "no-cache" not in first.stderr + second.stderr
        (left,) = redis.lifetimes(place, ANSWER.format(host=registry.host))
        assert 3000 < left <= 3600
        assert CANARY not in written(tmp_path, first, second)
    third = transform(tmp_path / "a", registry, url_of(place), "--deadline=2")
    assert third.returncode == 1
    assert "(registry-unreachable)" in third.stderr


@pytest.mark.parametrize(
    ("setting", "rights", "password", "reason"),
    [
        pytest.param(
            "", RIGHTS, "canary", "it answers with AuthenticationError", id="a wrong password"
        ),
        pytest.param("", RIGHTS, "", "it answers with AuthenticationError", id="no password"),
        pytest.param("", "+get", CANARY, "it answers with NoPermissionError", id="a right too few"),
        pytest.param(
            "maxmemory 1", RIGHTS, CANARY, "it answers with OutOfMemoryError", id="no room"
        ),
    ],
)
def test_a_redis_that_refuses_is_a_warning(
    tmp_path: Path,
    registry: Registry,
    place: RedisPlace,
    setting: str,
    rights: str,
    password: str,
    reason: str,
) -> None:
    with redis.running(place, setting, rights=rights):
        ran = transform(tmp_path / "a", registry, url_of(place, password))
    assert ran.returncode == 0
    assert "@sha256:" in ran.stdout
    warning = f"warning: digest cache does not answer: {place}: {reason} (no-cache)\n"
    assert warning in ran.stderr
    assert CANARY not in written(tmp_path, ran)
    assert "canary" not in written(tmp_path, ran)


def test_a_redis_that_is_gone_or_stands_still_is_a_warning(
    tmp_path: Path, registry: Registry, place: RedisPlace
) -> None:
    with redis.running(place) as process:
        process.send_signal(signal.SIGSTOP)
        still = transform(tmp_path / "a", registry, url_of(place))
    gone = transform(tmp_path / "a", registry, url_of(place))
    for ran, reason in ((still, "it takes more than 2 s"), (gone, "Connection refused")):
        assert (ran.returncode, "@sha256:" in ran.stdout) == (0, True)
        warning = f"warning: digest cache does not answer: {place}: {reason} (no-cache)\n"
        assert warning in ran.stderr
    assert CANARY not in written(tmp_path, still, gone)


def test_tls(tmp_path: Path, registry: Registry, place: RedisPlace) -> None:
    (tmp_path / "certificates").mkdir()
    authority = Authority(tmp_path / "certificates")
    pem = authority.sign("redis")
    secure = RedisPlace(
        host="127.0.0.1", port=place.port, is_tls=True, user="mirror", password=CANARY
    )
    settings = [f"tls-cert-file {pem}", f"tls-key-file {pem}", "tls-auth-clients no", "port 0"]
    settings.append(f"tls-ca-cert-file {authority.file}")
    with redis.running(secure, *settings):
        ca = f"--ca-file={authority.file}"
        trusting = transform(tmp_path / "a", registry, url_of(secure), ca)
        assert "no-cache" not in trusting.stderr
        registry.process.kill()
        registry.process.wait()
        again = transform(tmp_path / "b", registry, url_of(secure), ca)
        assert (again.returncode, again.stdout) == (0, trusting.stdout)
        doubting = transform(tmp_path / "b", registry, url_of(secure), "--deadline=2")
    reason = "its certificate is not trusted: self-signed certificate in certificate chain"
    assert f"does not answer: {secure}: {reason} (no-cache)" in doubting.stderr
    assert CANARY not in written(tmp_path, trusting, again, doubting)


PROCESS = """\
import hashlib, os, random, sys, time
from transformer.registry.cache.local import CachedResolve
from transformer.registry.cache.redis_url import parse_redis_url
from transformer.registry.cache.redis import RedisCache
from transformer.image.reference import normalize
from transformer.registry import Descriptor

log, seed = sys.argv[1], int(sys.argv[2])

def ask(references, with_platforms):
    time.sleep(0.01)
    with open(log, "a") as file:
        file.write("".join(f"{it}\\n" for it in references))
    return {str(it): Descriptor(digest=digest_of(str(it)), media_type="a/b", size=1)
            for it in references}

def digest_of(name):
    return "sha256:" + hashlib.sha256(name.encode()).hexdigest()

chance = random.Random(seed)
for _ in range(20):
    names = [f"r.io/x:{chance.randrange(100)}" for _ in range(50)]
    cache = RedisCache(parse_redis_url(os.environ["MIRRORPIN_CACHE"]), 3600, seconds=30)
    resolve = CachedResolve(cache, lambda _: ask, 60)
    answers = resolve([normalize(it) for it in names], False)
    assert not resolve.notes, resolve.notes
    for it in names:
        assert answers[it].digest == digest_of(it)
    cache.close()
"""


def test_sixteen_processes_ask_about_each_image_once(tmp_path: Path, place: RedisPlace) -> None:
    log = tmp_path / "log"
    environment = {**os.environ, "MIRRORPIN_CACHE": url_of(place), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROCESS, str(log)]
    with redis.running(place):
        running = [subprocess.Popen([*command, str(it)], env=environment) for it in range(16)]
        assert [process.wait(timeout=120) for process in running] == [0] * 16
    asked = log.read_text().split()
    assert len(asked) == len(set(asked)) == 100
