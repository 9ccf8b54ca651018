from __future__ import annotations

import io

import pytest

from transformer.connecting import connect
from transformer.invocation import RegistryOptions
from transformer.reference import normalize
from transformer.registry import RegistryFault
from transformer.shell import Shell

# Port 1 is reserved, and nothing listens there.
IMAGE = normalize("127.0.0.1:1/a:1")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def ask(stderr: io.StringIO, *, is_quiet: bool = False) -> RegistryFault:
    shell = Shell(io.BytesIO(), None, stderr, {})
    resolve = connect(shell, RegistryOptions(), is_quiet=is_quiet, seconds=0.5)
    answer = resolve([IMAGE], False)[str(IMAGE)]
    assert isinstance(answer, RegistryFault)
    return answer


def test_a_client_asks_real_registries() -> None:
    stderr = io.StringIO()
    assert '"127.0.0.1:1/a:1" at 127.0.0.1:1' in ask(stderr).message
    assert stderr.getvalue() == ""


@pytest.mark.parametrize(("is_quiet", "shown"), [(False, True), (True, False)])
def test_a_terminal_is_shown_how_far_it_is(is_quiet: bool, shown: bool) -> None:
    stderr = Terminal()
    ask(stderr, is_quiet=is_quiet)
    assert stderr.getvalue().endswith("\r\x1b[K") == shown
