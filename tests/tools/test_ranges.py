from __future__ import annotations

import sys

import pytest

from tools.ranges import last_line, others, releases_in

PINS = """\
# made by a command
jinja2==3.1.6 \\
    --hash=sha256:85ece4451f492d0c13c5dd7c13a64681a86afae63a5f347908daf103ce6d2f67
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:4f1d9991f5acc0ca119f9d443620b77f9d6b33703e51011c16baf57afb285fc6
    # via pytest
"""


def test_releases_are_read_with_hashes_and_without() -> None:
    assert releases_in(PINS) == {"jinja2": "3.1.6", "colorama": "0.4.6"}
    assert releases_in("jinja2==3.1.7\nurllib3==2.8.0\n") == {"jinja2": "3.1.7", "urllib3": "2.8.0"}


@pytest.mark.parametrize(
    ("releases", "expected"),
    [
        pytest.param({"jinja2": "3.1.6"}, "", id="none"),
        pytest.param({"jinja2": "3.1.7"}, "jinja2 3.1.7 (pinned 3.1.6)", id="another"),
        pytest.param({"jinja2": "3.1.6", "new": "1"}, "new 1", id="one that is not pinned"),
    ],
)
def test_what_is_not_pinned_is_named(releases: dict[str, str], expected: str) -> None:
    assert others(releases, releases_in(PINS)) == expected


def test_what_a_command_prints_is_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    program = "print('a'); print('== 4 failed, 2 passed in 1s =='); raise SystemExit(1)"
    assert last_line([sys.executable, "-c", program]) == (1, "4 failed, 2 passed in 1s")
    assert capfd.readouterr().out == "a\n== 4 failed, 2 passed in 1s ==\n"
