"""The yardstick for registries: a urllib3 pool whose threads send the HEADs, and do nothing else.

No program that asks with urllib3 can be faster than this one by much.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

import urllib3

from transformer.registry.manifests import headers


def ask(host: str, names: Sequence[str], threads: int) -> dict[str, str]:
    """The digest of each image at a registry, given as host:port/path:tag."""
    address, _, port = host.partition(":")
    pool = urllib3.HTTPConnectionPool(address, int(port), maxsize=threads)
    waiting = deque(names)
    sent = headers("bench")
    digests: dict[str, str] = {}

    def drain() -> None:
        while waiting:
            try:
                name = waiting.popleft()
            except IndexError:
                return
            path, _, tag = name.partition("/")[2].rpartition(":")
            answer = pool.request(
                "HEAD", f"/v2/{path}/manifests/{tag}", headers=sent, retries=False
            )
            digests[name] = answer.headers["docker-content-digest"]

    crew = [threading.Thread(target=drain) for _ in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    pool.close()
    return digests
