from __future__ import annotations

import contextlib
import os
import signal
import time
from collections import UserDict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from transformer.cli import children
from transformer.cli.children import MAX_SAID, Ended, run_all

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


def ran(*scripts: str, jobs: int = 2) -> dict[str, Ended]:
    commands = [(it, ["sh", "-c", it]) for it in scripts]
    return dict(run_all(commands, jobs, ENVIRONMENT))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"


def gone(pid: int) -> bool:
    end = time.monotonic() + 10
    while is_alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not is_alive(pid)


def test_each_says_how_it_ended_and_what_it_said() -> None:
    assert ran("echo a; echo b >&2", "exit 3", "kill -9 $$") == {
        "echo a; echo b >&2": Ended(fault="", said=b"a\nb\n"),
        "exit 3": Ended(fault="exit status 3", said=b""),
        "kill -9 $$": Ended(fault="signal 9", said=b""),
    }


def test_nothing_is_run_for_nothing() -> None:
    assert ran() == {}


def test_a_program_that_cannot_be_started_has_failed() -> None:
    (outcome,) = run_all([("x", ["/nowhere/at/all"])], 1, ENVIRONMENT)
    assert outcome == ("x", Ended(fault="No such file or directory", said=b""))


def test_the_last_that_is_said_is_kept() -> None:
    script = f"yes | head -c {3 * MAX_SAID}; echo end"
    (outcome,) = ran(script).values()
    assert len(outcome.said) == MAX_SAID
    assert outcome.said.endswith(b"y\nend\n")


def test_as_many_run_at_once_as_may() -> None:
    taken: list[int] = []

    def commands() -> Iterator[tuple[int, Sequence[str]]]:
        for number in range(4):
            taken.append(number)
            yield number, ["sh", "-c", "sleep 0.05"]

    with contextlib.closing(run_all(commands(), 2, ENVIRONMENT)) as outcomes:
        next(outcomes)
        assert taken == [0, 1]
        assert len(list(outcomes)) == 3
    assert taken == [0, 1, 2, 3]


def test_one_that_closed_its_output_is_waited_for() -> None:
    assert ran("exec >&- 2>&-; sleep 0.1; exit 4")["exec >&- 2>&-; sleep 0.1; exit 4"] == Ended(
        fault="exit status 4", said=b""
    )


def test_what_a_program_leaves_behind_is_not_waited_for() -> None:
    script = "echo started; sleep 30 & exit 0"
    start = time.monotonic()
    assert ran(script)[script] == Ended(fault="", said=b"started\n")
    assert time.monotonic() - start < 10


def test_none_outlives_the_iterator(tmp_path: Path) -> None:
    script = f"echo $$ > {tmp_path}/pid; sleep 30 & echo $! > {tmp_path}/child; wait"
    wait = f"until [ -s {tmp_path}/child ]; do sleep 0.01; done"
    commands = [("slow", ["sh", "-c", script]), ("quick", ["sh", "-c", wait])]
    with contextlib.closing(run_all(commands, 2, ENVIRONMENT)) as outcomes:
        assert next(outcomes)[0] == "quick"
    for name in ("pid", "child"):
        assert gone(int((tmp_path / name).read_text()))


def test_a_deaf_one_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_PATIENCE", 0.1)
    script = f"trap '' TERM; echo $$ > {tmp_path}/pid; while :; do sleep 0.1; done"
    wait = f"until [ -s {tmp_path}/pid ]; do sleep 0.01; done"
    commands = [("deaf", ["sh", "-c", script]), ("quick", ["sh", "-c", wait])]
    with contextlib.closing(run_all(commands, 2, ENVIRONMENT)) as outcomes:
        assert next(outcomes)[0] == "quick"
    assert gone(int((tmp_path / "pid").read_text()))


class Pressed(UserDict[str, str]):
    """Variables that are read while a program starts, when somebody presses Ctrl-C."""

    def __iter__(self) -> Iterator[str]:
        os.kill(os.getpid(), signal.SIGINT)
        return super().__iter__()


def test_a_signal_while_one_starts_waits_until_it_is_known(tmp_path: Path) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    # There is either no file or a whole one.
    script = f"cd {tmp_path}; echo $$ > new; mv new pid; exec sleep 30"
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        outcomes = run_all([("slow", ["sh", "-c", script])], 1, Pressed(ENVIRONMENT))
        with pytest.raises(KeyboardInterrupt), contextlib.closing(outcomes):
            next(outcomes)
    finally:
        signal.signal(signal.SIGINT, before)
    file = tmp_path / "pid"
    assert not file.exists() or gone(int(file.read_text()))
