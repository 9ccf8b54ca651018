"""The GitHub Action: what its steps say, its problem matcher, and its comment."""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import github_comment
import pytest
import yaml

from tests.helpers.command import command
from tests.helpers.runs import pod
from tests.helpers.shared import ROOT

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = ACTION["runs"]["steps"]
[MATCHER] = json.loads((ROOT / "packaging/problem-matcher.json").read_text())["problemMatcher"]
[PATTERN] = MATCHER["pattern"]
CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec: {mirrors: [{source: docker.io, target: m.io}], unmatched: warn}
"""


class TestSteps:
    @pytest.mark.parametrize("step", STEPS, ids=lambda it: it["name"])
    def test_no_input_is_part_of_a_script(self, step: dict[str, Any]) -> None:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"

    def test_every_input_is_used_and_there(self) -> None:
        used = re.findall(r"inputs\.([a-z-]+)", json.dumps(STEPS))
        assert set(used) == set(ACTION["inputs"])

    def test_what_scripts_start_is_there(self) -> None:
        named = re.findall(r"\$GITHUB_ACTION_PATH/([\w./-]+)", json.dumps(STEPS))
        assert named
        assert all((ROOT / it).is_file() for it in named)


def matched(line: str) -> dict[str, str | None] | None:
    found = re.match(PATTERN["regexp"], line)
    groups = {key: at for key, at in PATTERN.items() if key != "regexp"}
    return {key: found[at] for key, at in groups.items()} if found else None


class TestMatcher:
    @pytest.fixture(autouse=True)
    def _own_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
        (tmp_path / "web.yaml").write_text(pod("nginx", "Nginx", "quay.io/a:1"))

    def test_takes_each_problem_and_nothing_else(self) -> None:
        lines = command("check", "web.yaml").stderr
        found = [(line, it) for line in lines if (it := matched(line))]
        assert [line for line in lines if not matched(line)] == [
            it for it in lines if it.startswith("  hint: ") or it == "check failed"
        ]
        assert [(it["severity"], it["code"], it["file"]) for _, it in found] == [
            ("error", "uppercase", "web.yaml"),
            ("warning", "no-rule", "web.yaml"),
        ]
        for line, it in found:
            place = f"{it['file']}:{it['line']}:{it['column']}"
            assert line == f"{place}: {it['severity']}: {it['message']} ({it['code']})"

    def test_takes_no_stream_for_a_file(self) -> None:
        [line] = [it for it in command("check", stdin=pod("Nginx")).stderr if "uppercase" in it]
        found = matched(line)
        assert found
        assert (found["file"], found["code"]) == (None, "uppercase")
        assert line.startswith("<stdin>:")

    @pytest.mark.parametrize(
        ("argv", "file", "code"),
        [
            pytest.param(["check", "absent.yaml"], "absent.yaml", "unreadable", id="file"),
            pytest.param(["check", "--x"], None, "usage", id="no-file"),
        ],
    )
    def test_takes_what_has_no_line(self, argv: list[str], file: str | None, code: str) -> None:
        found = matched(command(*argv).stderr[0])
        assert found
        assert (found["file"], found["line"], found["code"]) == (file, None, code)


class Comments(BaseHTTPRequestHandler):
    """The comments of one pull request, as GitHub's REST API keeps them; for `github_comment`."""

    server: Served

    def do_GET(self) -> None:
        assert self.headers["Authorization"] == "Bearer t"
        query = re.fullmatch(r"/repos/a/b/issues/7/comments\?per_page=100&page=(\d+)", self.path)
        assert query
        start = (int(query[1]) - 1) * 100
        self._answer([*self.server.comments.values()][start : start + 100])

    def do_POST(self) -> None:
        self._write(f"{self.server.home}/repos/a/b/issues/comments/{len(self.server.comments)}")

    def do_PATCH(self) -> None:
        self._write(f"{self.server.home}{self.path}")

    def do_DELETE(self) -> None:
        del self.server.comments[f"{self.server.home}{self.path}"]
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass

    def _write(self, url: str) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.denies:
            self.send_error(403, "Resource not accessible by integration")
            return
        self.server.comments[url] = {"url": url, "body": body["body"]}
        self._answer(self.server.comments[url])

    def _answer(self, value: object) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())


class Served(ThreadingHTTPServer):
    """A server with the comments of one pull request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Comments)
        self.home = f"http://127.0.0.1:{self.server_port}"
        self.comments: dict[str, dict[str, str]] = {}
        self.denies = False

    @property
    def environment(self) -> dict[str, str]:
        """What a step has in its environment."""
        return {
            "GITHUB_API_URL": self.home,
            "GITHUB_REPOSITORY": "a/b",
            "GITHUB_TOKEN": "t",
            "NUMBER": "7",
        }

    @property
    def bodies(self) -> list[str]:
        return [it["body"] for it in self.comments.values()]


@pytest.fixture
def served() -> Iterator[Served]:
    with Served() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class TestComment:
    def test_is_written_changed_and_taken_away(self, served: Served) -> None:
        for at in range(120):
            url = f"{served.home}/x/{at}"
            served.comments[url] = {"url": url, "body": "hello"}
        others = served.bodies
        github_comment.update("| one |\n", served.environment)
        assert served.bodies == [*others, f"{github_comment.MARK}\n| one |\n"]
        github_comment.update("| two |\n", served.environment)
        assert served.bodies == [*others, f"{github_comment.MARK}\n| two |\n"]
        github_comment.update("\n", served.environment)
        assert served.bodies == others
        github_comment.update("", served.environment)
        assert served.bodies == others

    def test_is_cut_between_lines(self, served: Served) -> None:
        github_comment.update("| a line of a table |\n" * 10_000, served.environment)
        [body] = served.bodies
        assert len(body) < 65_536
        assert body.endswith("| a line of a table |\n\n... and more: see the lock itself\n")

    def test_that_is_denied_is_a_warning(
        self,
        served: Served,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        served.denies = True
        for name, value in served.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.stdin", io.StringIO("| one |\n"))
        assert github_comment.main() == 0
        assert capsys.readouterr().out == (
            "::warning::mirrorpin could not comment the lock's changes: HTTP Error 403: Resource"
            " not accessible by integration\n"
        )
