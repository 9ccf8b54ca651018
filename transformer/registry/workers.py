"""Threads that work off queues until a deadline, and never outlive it unnoticed."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from transformer.registry.deadline import Deadline

Item = TypeVar("Item")
Result = TypeVar("Result")

MAX_THREADS = 64
GRACE_SECONDS = 1.0


def work(
    groups: Sequence[Sequence[Item]],
    do: Callable[[Item], Result],
    done: Callable[[Item, Result], None],
    *,
    concurrency: int,
    deadline: Deadline,
    abort: Callable[[], None],
) -> None:
    """Do each item of each group, with at most `concurrency` threads for each group.

    `done` is called in the calling thread. Returns at the deadline at the latest, after `abort`,
    which must free the threads that wait for something. Raises what `do` raises.
    """
    results: queue.SimpleQueue[tuple[Item, Result | None, BaseException | None]]
    results = queue.SimpleQueue()
    each = max(1, min(concurrency, MAX_THREADS // max(1, len(groups))))
    threads = [
        threading.Thread(target=_drain, args=(waiting, do, results, deadline), daemon=True)
        for group in groups
        for waiting in [deque(group)]
        for _ in range(min(each, len(group)))
    ]
    for thread in threads:
        thread.start()
    left = sum(map(len, groups))
    try:
        while left:
            item, result, error = results.get(timeout=deadline.left)
            if error is not None:
                raise error
            done(item, result)  # type: ignore[arg-type]
            left -= 1
    except queue.Empty:
        pass
    finally:
        deadline.stop()
        if left:
            abort()
        end = time.monotonic() + GRACE_SECONDS
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))


def _drain(
    waiting: deque[Item],
    do: Callable[[Item], Result],
    results: queue.SimpleQueue[tuple[Item, Result | None, BaseException | None]],
    deadline: Deadline,
) -> None:
    while deadline.left:
        try:
            item = waiting.popleft()
        except IndexError:
            return
        try:
            results.put((item, do(item), None))
        except BaseException as error:
            results.put((item, None, error))
            return
