"""What every run shares: the options, how many examples, what a process inherits, no search for
garbage among tests, tests that wait for `--e2e`, and no silent skip in CI."""

from __future__ import annotations

import gc
import os
import signal
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

NEEDS_E2E = "needs a real host: run `make e2e`"

# Shared machines make a single example slow now and then; CI must not fail by chance.
# `make quick` and `make coverage` choose another number of them with --hypothesis-profile.
for profile, examples in {"quick": 5, "default": 20, "full": 50}.items():
    hypothesis.settings.register_profile(
        profile,
        max_examples=examples,
        deadline=None,
        derandomize=bool(os.environ.get("CI")),
        print_blob=True,
    )
hypothesis.settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--e2e", action="store_true", help="run the tests that need a real host")
    parser.addoption(
        "--update-fixtures",
        action="store_true",
        help="rewrite the expected files of tests/fixtures; the run that rewrites one still fails",
    )


def pytest_configure() -> None:
    # A shell that runs commands in the background has them ignore it, and so would every process
    # that a test starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Thousands of tests stay until the end: to look among them for what can go took as long as the
    # collection, and in small tests as long as the tests.
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--e2e"):
        return
    for item in items:
        if item.get_closest_marker("e2e"):
            item.add_marker(pytest.mark.skip(reason=NEEDS_E2E))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    fail_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    fail_skip(report)
    return report


def fail_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure under CI, but for the tests that `make e2e` runs."""
    if not os.environ.get("CI") or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = str(report.longrepr)
    if NEEDS_E2E not in reason:
        report.outcome = "failed"
        report.longrepr = f"must not be skipped under CI: {reason}"
