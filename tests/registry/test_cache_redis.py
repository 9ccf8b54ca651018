from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import pytest

from tests.helpers.fake_redis import NIL, FakeRedis, Words
from tests.helpers.registry_table import A, B, C, Table, index, refusal
from transformer.image.reference import Reference, normalize
from transformer.registry.cache.local import KEPT, CachedResolve, CacheFault
from transformer.registry.cache.redis import RedisCache
from transformer.registry.cache.redis_url import parse_redis_url
from transformer.registry.resolver import Answer

NGINX = "docker.io/library/nginx:1.27"
WEB = "ghcr.io/acme/web:2.0"
PINNED = f"ghcr.io/acme/web@{A}"
ANSWER, CLAIM = "mirrorpin:1:answer:", "mirrorpin:1:claim:"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def fake() -> Iterator[FakeRedis]:
    with FakeRedis() as fake:
        yield fake


def cache_in(fake: FakeRedis, clock: Clock | None = None, seconds: float = 20) -> RedisCache:
    return RedisCache(parse_redis_url(fake.url), 60, "", seconds, clock or Clock())


def through(
    fake: FakeRedis,
    table: Table,
    *names: str,
    clock: Clock | None = None,
    with_platforms: bool = False,
) -> Mapping[str, Answer]:
    cache = cache_in(fake, clock)
    try:
        resolve = CachedResolve(cache, lambda _: table, 5)
        answers = resolve([normalize(name) for name in names], with_platforms)
        assert resolve.notes == []
        return answers
    finally:
        cache.close()


def test_an_answer_is_asked_for_once(fake: FakeRedis) -> None:
    table = Table({NGINX: index(A), WEB: index(B)})
    first = through(fake, table, "nginx:1.27", WEB)
    assert list(first) == [NGINX, WEB]
    assert through(fake, table, WEB, "nginx:1.27") == first
    assert table.asked == [NGINX, WEB]
    assert set(fake.values) == {ANSWER + NGINX, ANSWER + WEB}


def test_the_answer_for_a_tag_grows_old_and_that_for_a_digest_does_not(fake: FakeRedis) -> None:
    table, clock = Table({NGINX: index(A), PINNED: index(A)}), Clock()
    for later, count in ((0, 2), (60, 2), (60.5, 3), (100, 3), (-500, 4)):
        clock.now = 1000 + later
        assert through(fake, table, NGINX, PINNED, clock=clock)[NGINX] == index(A)
        assert len(table.asked) == count, later
    assert table.asked.count(PINNED) == 1
    lifetimes = {words[1]: int(words[-1]) for words in fake.seen if words[0] == "SET"}
    assert lifetimes[ANSWER + NGINX] == 60_000
    assert lifetimes[ANSWER + PINNED] == KEPT * 1000


def test_platforms_are_asked_for_when_they_are_wanted(fake: FakeRedis) -> None:
    whole = index(A, linux_amd64=B)
    table = Table({NGINX: whole})
    through(fake, table, NGINX)
    assert through(fake, table, NGINX, with_platforms=True) == {NGINX: whole}
    assert through(fake, table, NGINX, with_platforms=True) == {NGINX: whole}
    assert through(fake, table, NGINX) == {NGINX: whole}
    assert table.with_platforms == [False, True]


def test_that_an_image_has_no_platforms_is_known_too(fake: FakeRedis) -> None:
    table = Table({NGINX: index(A)})
    for _ in range(2):
        through(fake, table, NGINX, with_platforms=True)
    assert table.asked == [NGINX]


def test_faults_are_not_kept(fake: FakeRedis) -> None:
    table = Table({})
    for _ in range(2):
        assert str(through(fake, table, NGINX)[NGINX]) == str(refusal(NGINX))
    assert table.asked == [NGINX, NGINX]
    assert fake.values == {}


def test_who_is_asked_already_is_waited_for(fake: FakeRedis) -> None:
    table = Table({NGINX: index(A), WEB: index(B)})
    other = cache_in(fake)
    assert other.claim([NGINX], 60) == [NGINX]

    def connect(_: float) -> Table:
        # What we ask for ourselves comes first; meanwhile the other gets its answer.
        other.put({NGINX: index(C)}, [NGINX], False)
        return table

    cache = cache_in(fake)
    answers = CachedResolve(cache, connect, 30)([normalize(NGINX), normalize(WEB)], False)
    assert (answers[NGINX], answers[WEB]) == (index(C), index(B))
    assert table.asked == [WEB]
    other.close()
    cache.close()


def test_a_claim_ends(fake: FakeRedis) -> None:
    other, cache = cache_in(fake), cache_in(fake)
    other.claim([NGINX], 0.05)
    table = Table({NGINX: index(A)})
    assert CachedResolve(cache, lambda _: table, 30)([normalize(NGINX)], False) == {NGINX: index(A)}
    other.close()
    cache.close()


def test_a_claim_that_has_ended_is_not_taken_from_another(fake: FakeRedis) -> None:
    late, other, third = (cache_in(fake) for _ in range(3))
    assert late.claim([NGINX], 0.001) == [NGINX]
    while not other.claim([NGINX], 60):
        pass
    late.put({}, [NGINX], False)
    assert third.claim([NGINX], 60) == []
    other.put({}, [NGINX], False)
    assert third.claim([NGINX], 60) == [NGINX]
    for cache in (late, other, third):
        cache.close()


def entry(**changes: object) -> bytes:
    content = {"digest": A, "mediaType": "a/m", "size": 1, "platforms": {}, "asked": 1000}
    return json.dumps({**content, **changes}).encode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(NGINX, b"\xff", id="no text"),
        pytest.param(NGINX, b"[" * 100_000, id="no JSON"),
        pytest.param(NGINX, b"[]", id="no object"),
        pytest.param(NGINX, b"{}", id="nothing"),
        pytest.param(NGINX, entry(digest="sha256:canary"), id="no digest"),
        pytest.param(NGINX, entry(digest=["sha256"]), id="a digest that is no text"),
        pytest.param(NGINX, entry(mediaType=None), id="no media type"),
        pytest.param(NGINX, entry(mediaType=f"a/{'b' * 128}"), id="a media type too long"),
        pytest.param(NGINX, entry(size=True), id="a size that is a truth"),
        pytest.param(NGINX, entry(size=-1), id="a size below 0"),
        pytest.param(NGINX, entry(size=10**400), id="a size out of range"),
        pytest.param(NGINX, entry(asked=10**400), id="a time out of range"),
        pytest.param(NGINX, entry(asked=float("nan")), id="a time that is not a number"),
        pytest.param(NGINX, entry(note="x" * (1 << 20)), id="too long"),
        pytest.param(NGINX, entry(size="1"), id="a size that is not a number"),
        pytest.param(NGINX, entry(platforms=["a"]), id="platforms that are no object"),
        pytest.param(NGINX, entry(platforms={"a": "b"}), id="a platform without a digest"),
        pytest.param(NGINX, entry(platforms={"\x1b[2J": A}), id="a platform that is no name"),
        pytest.param(NGINX, entry(asked="now"), id="no time"),
        pytest.param(PINNED, entry(digest=B), id="another digest than that asked for"),
    ],
)
def test_what_has_not_the_shape_of_an_answer_is_asked_for(
    fake: FakeRedis, name: str, value: bytes
) -> None:
    table = Table({NGINX: index(C), PINNED: index(A)})
    fake.quirk = lambda words: b"$%d\r\n%b\r\n" % (len(value), value) if words[0] == "GET" else None
    through(fake, table, name)
    assert table.asked == [name]


def test_what_has_the_shape_of_an_answer_is_taken(fake: FakeRedis) -> None:
    value = entry()
    fake.quirk = lambda words: b"$%d\r\n%b\r\n" % (len(value), value) if words[0] == "GET" else None
    table = Table({})
    for name in (NGINX, PINNED):
        (found,) = through(fake, table, name, with_platforms=True).values()
        assert getattr(found, "digest", "") == A
    assert table.asked == []


@pytest.mark.parametrize("command", ["GET", "SET", "DEL"])
@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        pytest.param(
            b"-READONLY You can't write\r\n", "it answers with ReadOnlyError", id="an error"
        ),
        pytest.param(b"", "it ends the connection", id="gone"),
    ],
)
def test_a_run_goes_on_when_the_redis_fails(
    fake: FakeRedis, command: str, reply: bytes, reason: str
) -> None:
    fake.quirk = lambda words: reply if words[0] == command else None
    asked = Table({NGINX: index(A)})
    cache = cache_in(fake)
    resolve = CachedResolve(cache, lambda _: asked, 5)
    assert resolve([normalize(NGINX)], False) == {NGINX: index(A)}
    assert resolve.notes == [f"does not answer: {fake.url}: {reason}"]
    assert asked.asked == [NGINX]
    cache.close()


def test_a_slow_redis_costs_a_bounded_time(fake: FakeRedis) -> None:
    def silent(_: Words) -> bytes:
        fake.stopped.wait(20)
        return NIL

    fake.quirk = silent
    asked = Table({NGINX: index(A)})
    cache = cache_in(fake, seconds=0.2)
    resolve = CachedResolve(cache, lambda _: asked, 5)
    assert resolve([normalize(NGINX)], False) == {NGINX: index(A)}
    assert resolve.notes == [f"does not answer: {fake.url}: it takes more than 0.2 s"]
    cache.close()


def test_an_error_lets_go_of_claims(fake: FakeRedis) -> None:
    def ask(_references: Sequence[Reference], _with_platforms: bool) -> Mapping[str, Answer]:
        raise KeyboardInterrupt

    cache, other = cache_in(fake), cache_in(fake)
    with pytest.raises(KeyboardInterrupt):
        CachedResolve(cache, lambda _: ask, 5)([normalize(NGINX)], False)
    assert other.claim([NGINX], 60) == [NGINX]
    cache.close()
    other.close()


def test_a_cache_that_is_nowhere_says_so() -> None:
    cache = RedisCache(parse_redis_url("redis://me:canary@127.0.0.1:1"), 60)
    with pytest.raises(CacheFault) as caught:
        cache.get([NGINX], False)
    assert str(caught.value) == "does not answer: redis://127.0.0.1:1: Connection refused"
    cache.close()
