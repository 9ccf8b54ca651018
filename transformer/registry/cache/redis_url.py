"""Where a Redis is, as a URL says it: redis://user:password@cache.example.com:6379/0.

`rediss` is the same over TLS. User and password are percent-encoded, and both may be absent, as in
redis://:password@host.
"""

from __future__ import annotations

from transformer.records import record
from transformer.registry.foreign import whole_number

FORM = "redis[s]://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]"
PORT = 6379

_SCHEMES = ("redis", "rediss")


class BadRedisUrl(Exception):
    """A URL that is none of a Redis. Has no text, as that might show a password."""


@record
class RedisPlace:
    """A Redis, and who we are to it. Its texts do not show the password."""

    host: str
    port: int = PORT
    is_tls: bool = False
    user: str = ""
    password: str = ""
    database: int = 0

    def __repr__(self) -> str:
        return f"RedisPlace({self})"

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        database = f"/{self.database}" if self.database else ""
        return f"{_SCHEMES[self.is_tls]}://{host}:{self.port}{database}"


def is_redis_url(text: str) -> bool:
    """Whether a text is meant to name a Redis, and not a file."""
    return text.partition("://")[0] in _SCHEMES and "://" in text


def parse_redis_url(text: str) -> RedisPlace:
    """Read a URL. Raises `BadRedisUrl`."""
    from urllib.parse import unquote, urlsplit

    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadRedisUrl from None
    database = parts.path.removeprefix("/")
    is_number = database == "" or (database.isascii() and database.isdecimal())
    if not host or not is_number or parts.query or parts.fragment or not is_redis_url(text):
        raise BadRedisUrl
    return RedisPlace(
        host=host,
        port=port or PORT,
        is_tls=parts.scheme == "rediss",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=whole_number(database[:9]) or 0,
    )
