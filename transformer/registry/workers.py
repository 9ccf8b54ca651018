"""Threads that work off queues until a deadline, and never outlive it unnoticed."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from transformer.registry.http.deadline import Deadline

Item = TypeVar("Item")
Result = TypeVar("Result")

MAX_THREADS = 64
GRACE_SECONDS = 1.0
TICK_SECONDS = 0.1


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

    `done` is called in the calling thread, a moment after `do` at times. Returns at the deadline at
    the latest, after `abort`, which must free the threads that wait for something. Raises what `do`
    raises.
    """
    each = max(1, min(concurrency, MAX_THREADS // max(1, len(groups))))
    crew = _Crew([deque(group) for group in groups], do, deadline)
    crew.start(each)
    left = sum(map(len, groups))
    try:
        while left and deadline.left:
            # Rarely awake, as each time it is, another thread is not.
            crew.idle.wait(min(TICK_SECONDS, deadline.left))
            while crew.results:
                done(*crew.results.popleft())
                left -= 1
            if crew.errors:
                raise crew.errors[0]
    finally:
        deadline.stop()
        if left:
            abort()
        crew.join()


class _Crew(Generic[Item, Result]):
    # The threads, and what they found; `idle` when none of them works any more.
    def __init__(
        self, waiting: list[deque[Item]], do: Callable[[Item], Result], deadline: Deadline
    ) -> None:
        self.waiting = waiting
        self.do = do
        self.deadline = deadline
        self.results: deque[tuple[Item, Result]] = deque()
        self.errors: list[BaseException] = []
        self.idle = threading.Event()
        self.threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._working = 0

    def start(self, each: int) -> None:
        self.threads = [
            threading.Thread(target=self._drain, args=(items,), daemon=True)
            for items in self.waiting
            for _ in range(min(each, len(items)))
        ]
        self._working = len(self.threads)
        for thread in self.threads:
            thread.start()

    def join(self) -> None:
        end = time.monotonic() + GRACE_SECONDS
        for thread in self.threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _drain(self, items: deque[Item]) -> None:
        try:
            for item in self._taken(items):
                self.results.append((item, self.do(item)))
        except BaseException as error:
            self.errors.append(error)
        with self._lock:
            self._working -= 1
            if not self._working:
                self.idle.set()

    def _taken(self, items: deque[Item]) -> Iterator[Item]:
        while self.deadline.left:
            try:
                item = items.popleft()
            except IndexError:
                return
            yield item
