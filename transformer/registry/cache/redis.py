"""Answers of registries, kept in a Redis for processes that share no disk.

As in `local`: a tag's answer counts for a while, that of a digest forever, and who is about
to ask says so, that the others may wait for its answer. A claim ends by itself, so one that is lost
with its process, or with its Redis, costs others a wait or a second question, and no answer. What a
Redis holds is anybody's who may write there: only what has the shape of an answer is taken.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from transformer.registry import Descriptor, RegistryFault
from transformer.registry.cache.entry import counts, descriptor_of
from transformer.registry.cache.local import KEPT, CacheFault
from transformer.registry.cache.redis_client import Command, RedisClient, RedisFault
from transformer.registry.cache.redis_url import RedisPlace
from transformer.registry.foreign import Foreign, read_object

if TYPE_CHECKING:
    from transformer.registry.resolver import Answer

SECONDS = 2.0

MAX_VALUE = 1 << 20

_ANSWER, _CLAIM = "mirrorpin:1:answer:", "mirrorpin:1:claim:"


class RedisCache:
    """A cache that a Redis holds. Its methods raise `CacheFault` when that can no longer be used.

    Takes where the Redis is, how long the answers about tags count, a file with certificates to
    trust, and how long all waiting for the Redis may take, both in seconds.
    """

    # Each look is a question over the network.
    pause = 0.1

    def __init__(
        self,
        place: RedisPlace,
        ttl: float,
        ca_file: str = "",
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._place = place
        self._ttl = ttl
        self._redis = RedisClient(place, seconds, ca_file)
        self._clock = clock
        self._owner = os.urandom(8).hex()
        self._claims: dict[str, float] = {}

    def close(self) -> None:
        self._redis.close()

    def get(self, references: Iterable[str], with_platforms: bool) -> dict[str, Descriptor]:
        """The answers that still count, by the reference's text."""
        names = list(references)
        values = self._ask([("GET", _ANSWER + name) for name in names])
        read = {name: self._read(name, value) for name, value in zip(names, values, strict=True)}
        return {
            name: found
            for name, (found, knows_platforms) in read.items()
            if found is not None and (knows_platforms or not with_platforms)
        }

    def claim(self, references: Sequence[str], seconds: float) -> list[str]:
        """Those references that this process is to ask about; nobody else does for so long."""
        end = time.monotonic() + seconds
        lifetime = _milliseconds(seconds)
        commands: list[Command] = [
            ("SET", _CLAIM + name, self._owner, "NX", "PX", lifetime) for name in references
        ]
        replies = self._ask(commands)
        mine = [name for name, it in zip(references, replies, strict=True) if it is not None]
        self._claims.update(dict.fromkeys(mine, end))
        return mine

    def put(
        self, answers: Mapping[str, Answer], claimed: Iterable[str], with_platforms: bool
    ) -> None:
        """Keep answers, but for faults, and let go of what was claimed."""
        commands: list[Command] = []
        for name, it in answers.items():
            if not isinstance(it, RegistryFault):
                lifetime = _milliseconds(KEPT if "@" in name else self._ttl)
                value = self._written(it, with_platforms=with_platforms)
                commands.append(("SET", _ANSWER + name, value, "PX", lifetime))
        # What has ended may be another's by now.
        now = time.monotonic()
        ours = [name for name in claimed if self._claims.pop(name, 0.0) > now]
        self._ask([*commands, *(("DEL", _CLAIM + name) for name in ours)])

    def _ask(self, commands: Sequence[Command]) -> list[object]:
        try:
            return self._redis.ask(commands)
        except RedisFault as fault:
            raise CacheFault(f"does not answer: {self._place}: {fault}") from None

    def _written(self, answer: Descriptor, *, with_platforms: bool) -> str:
        return json.dumps(
            {
                "digest": answer.digest,
                "mediaType": answer.media_type,
                "size": answer.size,
                "platforms": dict(answer.platforms) if with_platforms else None,
                "asked": self._clock(),
            }
        )

    def _read(self, name: str, value: object) -> tuple[Descriptor | None, bool]:
        content = _content(value)
        platforms = content.get("platforms")
        fields = (content.get("digest"), content.get("mediaType"), content.get("size"))
        found = descriptor_of(*fields, platforms)
        if found is None or not counts(name, found, content.get("asked"), self._clock(), self._ttl):
            return None, False
        return found, platforms is not None


def _content(value: object) -> dict[str, Any]:
    if not isinstance(value, bytes):
        return {}
    try:
        return read_object(value, MAX_VALUE)
    except Foreign:
        return {}


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
