from __future__ import annotations

import gc
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from transformer import __version__
from transformer.cli.main import main
from transformer.cli.table import NAMES

VERSION = f"mirrorpin {__version__}\n"
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture
def process() -> Iterator[None]:
    """What a run does to its process ends with the test."""
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    gc.enable()


def start() -> object:
    """What the entry point of the installed command returns."""
    return runpy.run_module("transformer", run_name="entry")["main"]()


@pytest.mark.usefixtures("process")
class TestMain:
    def test_takes_arguments(self, capfd: pytest.CaptureFixture[str]) -> None:
        assert main(["--version"]) == 0
        assert not gc.isenabled()
        assert capfd.readouterr() == (VERSION, "")

    def test_answers_argo_cd(
        self,
        capfd: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("ARGOCD_APP_PARAMETERS", "[]")
        monkeypatch.setattr(sys, "argv", ["mirrorpin", "cmp", "discover", "helm"])
        assert start() == 0
        assert capfd.readouterr() == ("named\n", "")

    def test_takes_those_of_the_process(
        self, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "argv", ["mirrorpin", "--version"])
        with pytest.raises(SystemExit) as caught:
            runpy.run_module("transformer", run_name="__main__")
        assert caught.value.code == 0
        assert capfd.readouterr() == (VERSION, "")

    def test_leaves_ignored_what_is(
        self, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        monkeypatch.setattr(sys, "argv", ["mirrorpin", "--version"])
        assert start() == 0
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert capfd.readouterr() == (VERSION, "")


# Interrupts its own process as soon as a module is looked for.
_INTERRUPTED = """\
import runpy, signal, sys

class Interrupts:
    def find_spec(self, name, *_):
        if name == "transformer.cli.main":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupts())
runpy.run_module("transformer", run_name="__main__")
"""


def test_interrupt_while_it_loads() -> None:
    command = [sys.executable, "-c", _INTERRUPTED]
    ran = subprocess.run(command, capture_output=True, check=False, text=True, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (-signal.SIGINT, "", "")


@pytest.mark.usefixtures("process")
def test_answer_that_cannot_be_written(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARGOCD_APP_PARAMETERS", "[]")
    monkeypatch.setattr(sys, "argv", ["mirrorpin", "cmp", "discover", "helm"])
    kept = os.dup(1)
    with open("/dev/full", "wb") as full:
        os.dup2(full.fileno(), 1)
    try:
        assert start() == 2
    finally:
        os.dup2(kept, 1)
        os.close(kept)
    said = "<stdout>: error: output cannot be written: No space left on device (output)\n"
    assert capfd.readouterr() == ("", said)


def test_module() -> None:
    command = [sys.executable, "-m", "transformer", "frobnicate"]
    ran = subprocess.run(command, capture_output=True, check=False, text=True, timeout=60)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        'error: "frobnicate" is unknown: expected a command, or a file that exists '
        "(usage)\n"
        f"  hint: The commands are {', '.join(NAMES)}\n"
    )
