from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.certificates import Authority
from tests.helpers.fake_redis import OK, FakeRedis, Words
from transformer.records import replace
from transformer.registry.cache.redis_client import (
    MAX_READ,
    Allowance,
    BoundedSocket,
    Command,
    RedisClient,
    RedisFault,
)
from transformer.registry.cache.redis_url import parse_redis_url

GET: list[Command] = [("GET", "a")]


@pytest.fixture
def fake() -> Iterator[FakeRedis]:
    with FakeRedis() as fake:
        yield fake


def asked(url: str, *commands: Command, seconds: float = 5, ca: str = "") -> list[object]:
    redis = RedisClient(parse_redis_url(url), seconds, ca)
    try:
        return redis.ask(commands)
    finally:
        redis.close()


def fault(url: str, *commands: Command, seconds: float = 5, ca: str = "") -> str:
    with pytest.raises(RedisFault) as caught:
        asked(url, *(commands or GET), seconds=seconds, ca=ca)
    return str(caught.value)


def test_commands_and_their_replies(fake: FakeRedis) -> None:
    value = "ä\r\n" * 50_000
    commands: list[Command] = [
        ("SET", "a", value, "PX", 60_000),
        ("GET", "a"),
        ("GET", "b"),
        ("DEL", "a"),
        ("SET", "b", b"", "NX", "PX", 1),
    ]
    assert asked(fake.url, *commands) == [b"OK", value.encode(), None, 1, b"OK"]
    assert fake.said() == ["SET", "GET", "GET", "DEL", "SET"]


def test_a_connection_is_kept(fake: FakeRedis) -> None:
    fake.users["default"] = "p"
    redis = RedisClient(parse_redis_url(fake.url.replace("//", "//:p@")), 5)
    assert redis.ask([]) == []
    assert redis.ask(GET * 1200) == [None] * 1200
    assert redis.ask(GET) == [None]
    redis.close()
    redis.close()
    assert fake.said() == ["AUTH", *["GET"] * 1201]


@pytest.mark.parametrize(
    ("names", "greeting"),
    [
        pytest.param("", [], id="nobody"),
        pytest.param(":can%20ary@", [["AUTH", "can ary"]], id="a password"),
        pytest.param("me:canary@", [["AUTH", "me", "canary"]], id="a user"),
    ],
)
def test_who_we_are_and_which_database(fake: FakeRedis, names: str, greeting: list[Words]) -> None:
    fake.users = {"default": "can ary", "me": "canary"}
    asked(fake.url.replace("//", f"//{names}") + "/7", *GET)
    assert fake.seen == [*greeting, ["SELECT", "7"], ["GET", "a"]]


def test_an_error_is_shown_without_what_it_repeats(fake: FakeRedis) -> None:
    url = fake.url.replace("//", "//:canary@")
    assert fault(url) == "it answers with AuthenticationError"
    assert fake.seen == [["AUTH", "canary"]]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param(b"-LOADING Redis\r\n", "it answers with BusyLoadingError", id="loading"),
        pytest.param(b"-READONLY You\r\n", "it answers with ReadOnlyError", id="a replica"),
        pytest.param(b"-canary\r\n", "it answers with ResponseError", id="an error without a code"),
        pytest.param(b"", "it ends the connection", id="no reply"),
        pytest.param(b"HTTP/1.1 400\r\n", "it does not answer as a Redis", id="no Redis"),
        pytest.param(b"$x\r\n", "it does not answer as a Redis", id="no length"),
        pytest.param(b"\r\n", "it ends the connection", id="nothing"),
        pytest.param(b"*1\r\n" * 9_999, "it does not answer as a Redis", id="lists in lists"),
        pytest.param(
            b"$" + b"9" * 5_000 + b"\r\n", "it does not answer as a Redis", id="a long length"
        ),
        pytest.param(
            b":" + b"9" * 5_000 + b"\r\n", "it does not answer as a Redis", id="a long number"
        ),
        pytest.param(
            b"$99999999999999999999\r\n", "it does not answer as a Redis", id="a longer reply"
        ),
        pytest.param(
            b"$999999999\r\n" + b"a" * (MAX_READ + 1),
            "it does not answer as a Redis",
            id="a long reply",
        ),
        pytest.param(b"$5\r\nab", "it takes more than 0.2 s", id="half a reply"),
    ],
)
def test_what_is_no_answer(fake: FakeRedis, reply: bytes, expected: str) -> None:
    fake.quirk = lambda _: reply
    assert fault(fake.url, seconds=0.2 if b"ab" in reply else 5) == expected


@pytest.mark.slow
def test_all_waiting_together_is_bounded(fake: FakeRedis) -> None:
    def late(_: Words) -> bytes:
        fake.stopped.wait(0.15)
        return OK

    fake.quirk = late
    redis = RedisClient(parse_redis_url(fake.url), 0.6)
    done = 0

    def ask_on() -> None:
        nonlocal done
        while True:
            redis.ask(GET)
            done += 1

    for _ in range(2):
        with pytest.raises(RedisFault) as caught:
            ask_on()
        assert str(caught.value) == "it takes more than 0.6 s"
    assert done <= 4
    redis.close()


def test_a_reply_that_trickles_is_not_waited_for() -> None:
    def trickle(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"+")
            try:
                while True:
                    connection.sendall(b"a")
                    time.sleep(0.02)
            except OSError:
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=trickle, args=(server,))
        thread.start()
        url = f"redis://127.0.0.1:{server.getsockname()[1]}"
        assert fault(url, seconds=0.2) == "it takes more than 0.2 s"
        thread.join()


def test_all_that_is_read_is_bounded() -> None:
    # Either way: the second is that of redis-py with hiredis.
    near, far = socket.socketpair()
    with near, far:
        far.sendall(b"abcdefghijkl")
        bounded = BoundedSocket(near, Allowance(1e9, 10))
        assert bounded.recv(4) == b"abcd"
        buffer = bytearray(6)
        assert (bounded.recv_into(buffer), bytes(buffer)) == (6, b"efghij")
        assert bounded.fileno() == near.fileno()
        with pytest.raises(RedisFault) as caught:
            bounded.recv(1)
        assert str(caught.value) == "it does not answer as a Redis"


def test_a_fault_ends_the_connection(fake: FakeRedis) -> None:
    redis = RedisClient(parse_redis_url(fake.url), 5)
    fake.quirk = lambda _: b"-ERR\r\n"
    with pytest.raises(RedisFault):
        redis.ask(GET * 3)
    fake.quirk = lambda _: None
    assert redis.ask([("SET", "b", "1", "PX", 60_000)]) == [b"OK"]
    redis.close()


def test_nobody_is_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert fault(f"redis://127.0.0.1:{port}") == "Connection refused"
    assert fault(f"redis://{'a' * 80}.invalid") == "no connection"


def test_no_time_is_left_before_the_first_command(fake: FakeRedis) -> None:
    assert fault(fake.url, seconds=0) == "it takes more than 0 s"


def test_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with FakeRedis(authority.server()) as fake:
        fake.users["default"] = "canary"
        url = fake.url.replace("//", "//:canary@")
        assert asked(url, *GET, ca=str(authority.file)) == [None]
        fake.seen.clear()
        reason = "its certificate is not trusted: unable to get local issuer certificate"
        assert fault(url) == reason
        missing = str(tmp_path / "none")
        assert fault(url, ca=missing) == "No such file or directory"
        os.mkfifo(tmp_path / "fifo")
        assert fault(url, ca=str(tmp_path / "fifo")) == "Is a FIFO"
        place = replace(parse_redis_url(url), is_tls=False)
        with pytest.raises(RedisFault, match=r"it ends the connection|Connection reset"):
            RedisClient(place, 5).ask(GET)
        assert fake.seen == []
    with FakeRedis() as plain:
        found = fault(plain.url.replace("redis", "rediss"), seconds=1)
        assert found
        assert "canary" not in found
