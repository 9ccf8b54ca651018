"""The day of a run: given, or that of the clock, and only where something ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.command import command
from tests.helpers.payload import PAYLOAD, raw
from tests.helpers.runs import pod

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: docker.io, target: m.io/hub}]
  policy:
    latest: fail
"""
WAIVER = '    waivers: [{gate: latest, until: "2026-06-30", reason: r}]\n'
ENDED = (
    "mirrorpin.yaml:7:15: error: `policy.waivers[0]` ended on 2026-06-30: expected a day to come "
    "(expired-waiver)"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a configuration whose waiver ends."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG + WAIVER)
    return tmp_path


@pytest.mark.parametrize("name", ["transform", "check", "diff", "images"])
def test_it_may_be_given(name: str) -> None:
    ran = command(name, "--today", "2026-07-01", stdin=pod("nginx"))
    assert ran.code == 1
    assert ENDED in ran.stderr
    ran = command(name, stdin=pod("nginx"), environment={"MIRRORPIN_TODAY": "2026-06-30"})
    assert ENDED not in ran.stderr
    assert (ran.code == 0) == (name != "check")


def test_it_is_that_of_the_clock_otherwise(folder: Path) -> None:
    (folder / "mirrorpin.yaml").write_text(CONFIG + WAIVER.replace("2026", "9999"))
    assert command(stdin=pod("nginx")).code == 0
    (folder / "mirrorpin.yaml").write_text(CONFIG + WAIVER.replace("2026", "2000"))
    assert command(stdin=pod("nginx")).code == 1


def test_it_must_be_one() -> None:
    ran = command("--today", "2026-02-30", stdin=pod("nginx:1"))
    assert ran.stderr == ['error: `--today` is "2026-02-30": expected a day, as 2026-12-31 (usage)']
    assert ran.code == 2


def test_no_gate_is_asked_where_images_are_to_be_locked_or_copied(folder: Path) -> None:
    text = CONFIG.replace("latest: fail", "digest: fail")
    (folder / "mirrorpin.yaml").write_text(text)
    assert command("plan", stdin=pod("nginx:1")).code == 0
    assert "gate" not in str(command("lock", "--offline", stdin=pod("nginx:1")).stderr)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("policy", "loaded"),
    [("", set()), (f"{CONFIG.partition('spec')[2]}", {"config.policy", "policy.gates"})],
)
def test_it_costs_nothing_where_there_is_none(folder: Path, policy: str, loaded: set[str]) -> None:
    text = f"spec{policy}" if policy else "spec: {unmatched: keep}\n"
    (folder / "mirrorpin.yaml").write_text(CONFIG.partition("spec")[0] + text)
    code = (
        "import sys; from transformer.__main__ import main\ntry: main()\nexcept SystemExit: pass\n"
        "print(*(it for it in sys.modules if 'policy' in it or it in ('calendar', 'time')), "
        "file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, input=pod("nginx:1"), text=True,
        timeout=60, check=True,
    )  # fmt: skip
    found = set(ran.stderr.splitlines()[-1].split())
    assert {f"transformer.{it}" for it in loaded} <= found
    if not loaded:
        assert not any("policy" in it or it == "calendar" for it in found)


def test_nothing_from_outside_is_said_raw(folder: Path) -> None:
    text = PAYLOAD.replace("\0", "").replace("\ud800", "|<script>")
    quoted = json.dumps(text)
    waiver = f"    waivers: [{{gate: latest, until: '9999-01-01', reason: {quoted}}}]\n"
    (folder / "mirrorpin.yaml").write_text(CONFIG + waiver)
    manifest = pod("nginx", name=quoted, namespace=quoted)
    said = command("-v", stdin=manifest).stderr
    assert any("waived until 9999-01-01" in it for it in said)
    assert raw("\n".join(said)) == []
