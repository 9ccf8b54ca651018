from __future__ import annotations

import pytest

from transformer.registry.cache.redis_url import (
    BadRedisUrl,
    RedisPlace,
    is_redis_url,
    parse_redis_url,
)


@pytest.mark.parametrize(
    ("text", "expected", "shown"),
    [
        pytest.param(
            "redis://cache.example.com",
            RedisPlace(host="cache.example.com"),
            "redis://cache.example.com:6379",
            id="a host alone",
        ),
        pytest.param(
            "rediss://mirror:canary@cache.example.com:6380/3",
            RedisPlace(
                host="cache.example.com",
                port=6380,
                is_tls=True,
                user="mirror",
                password="canary",
                database=3,
            ),
            "rediss://cache.example.com:6380/3",
            id="everything",
        ),
        pytest.param(
            "redis://:can%40ary%2F@[::1]:1/",
            RedisPlace(host="::1", port=1, password="can@ary/"),
            "redis://[::1]:1",
            id="a password alone, percent-encoded",
        ),
    ],
)
def test_what_a_url_says(text: str, expected: RedisPlace, shown: str) -> None:
    place = parse_redis_url(text)
    assert place == expected
    assert (str(place), repr(place)) == (shown, f"RedisPlace({shown})")
    assert is_redis_url(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("redis://", id="no host"),
        pytest.param("redis://:can/ary@host", id="a slash in a password"),
        pytest.param("redis://:can#ary@host", id="a hash in a password"),
        pytest.param("redis://:canary@host:port", id="a port in letters"),
        pytest.param("redis://:canary@host/cache", id="a database in letters"),
        pytest.param("redis://:canary@host?db=1", id="a query"),
        pytest.param("redis://:canary@host#x", id="a fragment"),
        pytest.param("redis://[::1", id="half a bracket"),
        pytest.param("valkey://:canary@host", id="another scheme"),
    ],
)
def test_what_is_no_url_is_not_repeated(text: str) -> None:
    with pytest.raises(BadRedisUrl) as caught:
        parse_redis_url(text)
    assert str(caught.value) == ""
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("text", ["", "none", "redis", "/redis://x", "cache/redis:1", "rediss:"])
def test_what_names_no_redis(text: str) -> None:
    assert not is_redis_url(text)
