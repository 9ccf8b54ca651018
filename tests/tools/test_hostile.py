"""The campaign sees a broken promise where there is one, and none where there is none."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tools.hostile import copies, crowd, disk, parsers, permissions, registry, suite
from tools.hostile.__main__ import main
from tools.hostile.findings import Finding, Plan, Summary, table, write
from tools.hostile.forms import GOOD, MANIFEST, Asked, answer
from tools.hostile.liar import Liar
from tools.hostile.lies import LIES, TOKENS
from tools.hostile.limit import Slow, bounded
from tools.hostile.manifests import CONFIGS, configs, judge, read_alike, try_block, twice
from tools.hostile.minimal import minimal
from tools.hostile.mutations import CHANGES, mutation
from tools.hostile.process import Ran, environment, faults, ran
from tools.hostile.reading import data_of, differences, pointers, unannounced
from tools.hostile.targets import SEEDS, TARGETS
from transformer import Config, parse_config, transform
from transformer.records import replace

POD = b"""\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
  - {name: a, image: nginx}
"""
NO_RAN = Ran(arguments=("x",), code=0, stdout=b"", stderr="", seconds=0.0)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(seed=1, start=0, mutations=4, seconds=1, jobs=1, short=True, folder=tmp_path)


class TestMutations:
    def test_a_number_is_a_mutation(self) -> None:
        seeds = [POD, b"a: b\n"]
        made = [mutation(7, number, seeds)[0] for number in range(200)]
        assert made == [mutation(7, number, seeds)[0] for number in range(200)]
        assert made != [mutation(8, number, seeds)[0] for number in range(200)]
        assert len(set(made)) > 150

    @pytest.mark.parametrize("change", CHANGES)
    def test_every_change_takes_any_text(self, change: object) -> None:
        for number in range(50):
            _, rng = mutation(1, number, [b""])
            for data in (b"", b"\n", POD):
                assert isinstance(change(rng, data, [POD, b""]), bytes)  # type: ignore[operator]


class TestReading:
    def test_where_two_texts_differ(self) -> None:
        before = {"a": [1, {"b": None}], "c": "x", "d": [1]}
        after = {"a": [1, {"b": "y"}], "c": "x", "d": [1, 2], "e": {}}
        assert list(differences(before, after)) == [("a", "1", "b"), ("d", "1"), ("e",)]

    def test_what_is_announced(self) -> None:
        announced = [
            *pointers([{"path": "/a/0/x~1y"}, {"path": "/b/-"}, {"from": "/c", "path": "/d"}])
        ]
        assert sorted(announced) == [("a", "0", "x/y"), ("b",), ("c",), ("d",)]
        seen = [("a", "0", "x/y"), ("b", "3"), ("e",), ("a", "1")]
        assert unannounced(seen, announced) == [("e",), ("a", "1")]
        assert unannounced([("a", None, "x/y"), ("a", None, "z")], announced) == [("a", None, "z")]

    @pytest.mark.parametrize("data", [b"\xff", b"a: [", b"{? {a: b} : c}", b"{<<: a}"])
    def test_what_it_cannot_read(self, data: bytes) -> None:
        assert data_of(data) is None


class TestManifests:
    def test_a_good_one_is_changed(self) -> None:
        for config in configs():
            verdict = judge(POD, config)
            assert (verdict.kind, verdict.faults) == ("changed", ())

    def test_a_bad_one_is_refused(self) -> None:
        verdict = judge(b"\xff", configs()[0])
        assert (verdict.kind, verdict.faults) == ("refused", ())

    def test_what_raises_is_a_finding(self) -> None:
        no_config = Config.__new__(Config)
        assert judge(POD, no_config).faults == ("raises AttributeError",)

    def test_an_output_that_changes_again_is_a_finding(self) -> None:
        assert list(twice(POD, configs()[0])) == ["the second run changes what the first one wrote"]
        blocked = parse_config("c", CONFIGS[0].replace("unmatched: keep", "unmatched: fail"), "")
        other = POD.replace(b"nginx", b"other.org/a")
        assert list(twice(other, blocked)) == ["the second run fails: no-rule"]
        assert list(twice(b"\xff", blocked)) == ["the second run fails: not-utf8"]

    def test_a_change_that_is_not_said_is_a_finding(self) -> None:
        outcome = transform([("x", POD)], configs()[0])
        (output,) = outcome.outputs
        assert list(read_alike(POD, output, outcome)) == []
        seen = list(read_alike(POD, output.replace(b"kind: Pod", b"kind: Job"), outcome))
        assert seen == ["the independent reader sees another change: /kind"]
        refused = ["an output that the independent reader refuses"]
        assert list(read_alike(POD, output + b"a: [", outcome)) == refused
        assert list(read_alike(POD, output + b"---\na: b\n", outcome)) == refused

    def test_a_block_is_counted(self) -> None:
        seen, _ = try_block(1, range(10, 14))
        assert seen.total() == 4


class TestLimit:
    def test_work_is_counted(self) -> None:
        with pytest.raises(Slow), bounded(0.01):
            any(it < 0 for it in itertools.count())

    def test_waiting_is_not(self) -> None:
        before = signal.getsignal(signal.SIGPROF)
        with bounded(0.01):
            time.sleep(0.05)
        assert signal.getsignal(signal.SIGPROF) is before
        assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)

    def test_one_within_another_has_its_own(self) -> None:
        with bounded(5), bounded(0.01), bounded(5):
            time.sleep(0.02)


def test_what_can_be_left_out_is() -> None:
    assert minimal(b"a\nxxbxx\nc\n", lambda data: b"b" in data) == b"b"
    assert minimal(b"abc", lambda _: False) == b"abc"


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_seeds(name: str) -> None:
    for text in (*SEEDS[name], "", "\0", "\ufffd\u2028"):
        TARGETS[name](text)


class TestProcesses:
    def test_a_good_run(self, tmp_path: Path) -> None:
        done = ran("--version", folder=tmp_path)
        assert list(faults(done, (0,))) == []

    def test_a_run_that_hangs(self, tmp_path: Path) -> None:
        assert ran("transform", "-", folder=tmp_path, seconds=0.01).code is None

    @pytest.mark.parametrize(
        ("changes", "fault"),
        [
            ({"code": None}, "hangs"),
            ({"code": 3}, "ends with 3"),
            ({"stderr": "Traceback (most recent call last)"}, "shows a traceback"),
            ({"stderr": "hunter2secret"}, "shows a secret"),
            ({"stderr": "\x1b[31m"}, "shows something raw"),
            ({"stderr": "a\n::error::b"}, "shows something raw"),
            ({"seconds": 99.0}, "takes more than 5 s"),
            ({"code": 1, "stdout": b"x"}, "writes output though it fails"),
        ],
    )
    def test_a_bad_run(self, changes: dict[str, object], fault: str) -> None:
        assert list(faults(replace(NO_RAN, **changes), (0, 1), 5.0)) == [fault]


class TestRegistry:
    @pytest.mark.parametrize("name", LIES)
    def test_every_lie_is_told(self, name: str) -> None:
        if name == "silence":
            return  # it says nothing, for a minute
        asked = Asked(method="GET", path="/", authorization="Bearer x", port=1, neighbour=2)
        assert isinstance(next(iter(LIES[name](asked)), b""), bytes)

    def test_an_answer_says_its_length(self) -> None:
        assert answer(200, (("A", b"\xff"),), b"xyz") == (
            b"HTTP/1.1 200 X\r\nA: \xff\r\nContent-Length: 3\r\n\r\nxyz"
        )
        assert b"Content-Length" not in answer(200, (("transfer-encoding", "chunked"),))
        assert answer(200, GOOD, MANIFEST).endswith(MANIFEST)

    @pytest.mark.exhaustive
    def test_one_is_asked(self, plan: Plan) -> None:
        with Liar() as liar:
            home = registry.home(plan.folder / "home", liar.host)
            for command in registry.COMMANDS:
                for name in ("good", "token-ok", "platforms-no-text"):
                    done, found = registry.ask(liar, home, plan.folder, command, [name])
                    assert found == [], found
                    is_bad = name == "platforms-no-text" and command != "verify"
                    assert done.code == (1 if is_bad else 0), done.stderr
        assert liar.stolen == []

    def test_the_token_server_refuses_one(self) -> None:
        assert TOKENS["refused"]


@pytest.mark.exhaustive
def test_a_disk_that_is_full(plan: Plan) -> None:
    summary = disk.run(plan)
    assert [it.title for it in summary.findings] == []
    assert summary.seen["limit exit 2"] == summary.seen["limit exit 0"] == 1


@pytest.mark.exhaustive
class TestPermissions:
    # A part of the campaign as a whole, which takes copies of Python.
    def test_no_right_is_missed(self, plan: Plan) -> None:
        summary = permissions.run(plan)
        assert [it.title for it in summary.findings] == []
        assert summary.tried == len(permissions.CASES) or os.geteuid() != 0

    @pytest.mark.skipif(os.geteuid() != 0, reason=permissions.ROOT_ONLY)
    def test_a_program_that_is_closed_is_copied(self, tmp_path: Path) -> None:
        with tempfile.TemporaryDirectory(dir="/tmp") as name:
            Path(name).chmod(0o755)
            program = copies.copied(Path(name, "program"))
            done = ran(
                "--version",
                folder=Path("/"),
                user=permissions.NOBODY,
                python=program.python,
                variables=environment(**program.variables),
            )
        assert (done.code, done.stderr) == (0, "")
        tmp_path.chmod(0o700)
        (tmp_path / "python").symlink_to(sys.executable)
        closed = copies.Program(python=str(tmp_path / "python"), variables={})
        assert not copies.runs(closed, permissions.NOBODY)

    def test_temporary_files_are_closed(
        self, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tmp_path.chmod(0o700)
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        monkeypatch.setattr(permissions, "SHARED", ())
        is_root = os.geteuid() == 0
        expected = permissions.CLOSED if is_root else permissions.ROOT_ONLY
        assert permissions.run(plan).skipped == expected

    def test_without_root(self, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        summary = permissions.run(plan)
        assert (summary.tried, summary.skipped) == (0, permissions.ROOT_ONLY)


@pytest.mark.exhaustive
class TestCrowd:
    def test_each_image_is_asked_for_once(
        self, plan: Plan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(crowd, "SHORT_RUNS", 6)
        summary = crowd.run(plan)
        assert [it.title for it in summary.findings] == []
        assert summary.seen == {"exit 0": 6, "questions": crowd.IMAGES}

    def test_another_output_is_a_finding(self) -> None:
        done = replace(NO_RAN, stdout=b"x")
        (found,) = crowd.findings_of(done, b"y")
        assert found.title == "a run of many: pins otherwise than the first one"


class TestSuite:
    @pytest.fixture
    def config(self) -> Config:
        return parse_config("c", suite.CONFIG, "")

    def test_positions_hold_an_image(self, config: Config) -> None:
        for name, placed in suite.POSITIONS.items():
            kind, fault = suite.judge(placed("a: b\n").encode(), config)
            assert (kind, fault) == ("left alone" if name == "alone" else "rewritten", "")

    def test_an_image_that_is_left_alone(self, config: Config) -> None:
        kept = parse_config("c", suite.CONFIG.replace("source: quay.io", "source: other.io"), "")
        data = suite.POSITIONS["document behind"]("a: b\n").encode()
        assert suite.judge(data, kept) == ("left alone", "an image is left alone")
        assert suite.judge(b"a: [\n", config) == ("left alone", "")


class TestParsers:
    def test_a_crash_is_a_finding(self, tmp_path: Path) -> None:
        (tmp_path / "crash-1").write_bytes(b"x")
        said = "=== Uncaught Python exception: ===\nKeyError: 'x'\n==1== ERROR: libFuzzer: y\n"
        found = parsers.finding("locks", 77, said, tmp_path)
        assert found is not None
        assert (found.title, dict(found.files)) == ("locks: KeyError", {"crash-1": b"x"})

    def test_a_target_that_dies_is_a_finding(self, tmp_path: Path) -> None:
        found = parsers.finding("locks", -11, "", tmp_path)
        assert found is not None
        assert found.title == "locks: ends with status -11"

    def test_a_good_end_is_none(self, tmp_path: Path) -> None:
        assert parsers.finding("locks", 0, "Done 5 runs", tmp_path) is None


class TestProgram:
    def test_the_table(self) -> None:
        rows = [
            ("disk", Summary(tried=6, seen={"b": 1, "a": 2}), 1.25),
            ("suite", Summary(seen={}, skipped="no npm"), 0.0),
        ]
        assert list(table(rows)) == [
            "part          tried  seconds findings  seen",
            "disk              6      1.2        0  2 a, 1 b",
            "suite             0      0.0        0  skipped: no npm",
        ]

    def test_a_finding_is_written(self, tmp_path: Path) -> None:
        found = Finding(title="suite: it (breaks)!", details="so", files={"input.yaml": POD})
        write(tmp_path, "suite", [found])
        (folder,) = tmp_path.iterdir()
        assert folder.name == "suite-001-suite-it-breaks"
        assert (folder / "finding.txt").read_text() == "suite: it (breaks)!\n\nso\n"
        assert (folder / "input.yaml").read_bytes() == POD

    @pytest.mark.exhaustive
    def test_no_finding(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code = main(["--part", "disk", "--short", "--findings", str(tmp_path / "findings")])
        assert code == 0
        assert not (tmp_path / "findings").exists()
        assert capsys.readouterr().out.startswith(
            "part          tried  seconds findings  seen\ndisk "
        )
