"""Configurations in files that extend others, as the command line reads them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.helpers.command import Ran, command
from tests.helpers.shared import ROOT

HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {containers: [{name: a, image: nginx:1}]}
"""
BASE = HEAD + "spec:\n  mirrors:\n  - {source: docker.io, target: m.io/hub}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a base, and in a folder of it, in which we work, what extends that."""
    deep = tmp_path / "repository/prod"
    deep.mkdir(parents=True)
    (tmp_path / "repository/.git").mkdir()
    (tmp_path / "repository/base.yaml").write_text(BASE)
    extend("../base.yaml", deep)
    monkeypatch.chdir(deep)
    return tmp_path / "repository"


def test_a_key_of_a_rule_is_not_taken_for_the_end_of_a_file_name(folder: Path) -> None:
    rule = "  - {source: quay.io, target: m.io/q, where: {kinds: [Pod]}}\n"
    (folder / "base.yaml").write_text(BASE + rule)
    assert command("export", "openshift").stderr == [
        "../base.yaml:6:5: error: `where` of `mirrors[1] of ../base.yaml` is set, which "
        "nodes cannot read (not-exportable)",
        "  hint: a node knows the image, not the object that it is for",
    ]


def extend(path: str, folder: Path = Path()) -> None:
    (folder / "mirrorpin.yaml").write_text(f"{HEAD}spec: {{extends: [{path}]}}\n")


def refused(*argv: str) -> list[str]:
    ran = command(*argv, stdin=POD)
    assert (ran.code, ran.stdout) == (2, b"")
    return ran.stderr


def test_a_base_counts() -> None:
    assert command("-q", stdin=POD).stdout.decode() == POD.replace(
        "nginx", "m.io/hub/library/nginx"
    )


def test_a_base_seen_from_elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert b"m.io/hub" in command("-q", "-c", "prod/mirrorpin.yaml", stdin=POD).stdout
    Path("base.yaml").write_text(BASE.replace("m.io/hub", "M.io/"))
    assert refused("-c", "prod/mirrorpin.yaml")[0].startswith("base.yaml:5:33: error: `spec.mir")


def test_a_base_of_a_function_starts_at_the_working_directory() -> None:
    function = HEAD.replace("\n", "\n  ") + "spec: {extends: [../base.yaml]}\n"
    item = POD.replace("\n", "\n  ").rstrip()
    text = f"kind: ResourceList\nfunctionConfig:\n  {function}items:\n- {item}\n"
    assert b"m.io/hub" in command("-q", stdin=text).stdout


@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param(
            "../../out.yaml",
            "leads out of the repository: {} (outside)\n  hint: it leads to ../../out.yaml",
            id="above the repository",
        ),
        pytest.param(
            "link.yaml",
            "leads out of the repository: {} (outside)\n  hint: it leads to ../../out.yaml",
            id="a link out of it",
        ),
        pytest.param("gone.yaml", "is not there: {} (missing-file)", id="missing"),
        pytest.param('"a\\0b"', 'is not there: "a\\x00b" (missing-file)', id="NUL"),
        *(
            pytest.param(
                path,
                "is not a file, expected its path from the folder of the one that names it: {} "
                "(bad-path)",
                id=path,
            )
            for path in ("/etc/base.yaml", "https://example.com/base.yaml", "../")
        ),
    ],
)
def test_what_must_not_be_extended(folder: Path, path: str, said: str) -> None:
    (folder.parent / "out.yaml").write_text("password: hunter2\n")
    (folder / "prod/link.yaml").symlink_to("../../out.yaml")
    extend(path)
    expected = said.format(f'"{path}"')
    line = f"mirrorpin.yaml:3:18: error: `spec.extends[0]` {expected}"
    assert refused() == line.split("\n")


def test_a_base_outside_of_the_folder_where_there_is_no_repository(folder: Path) -> None:
    (folder / ".git").rmdir()
    assert refused() == [
        "mirrorpin.yaml:3:18: error: `spec.extends[0]` leads out of the configuration's "
        'folder: "../base.yaml" (outside)',
        "  hint: it leads to ../base.yaml; `--root` names a folder around both, where no "
        "repository does",
    ]
    assert b"m.io/hub" in command("-q", "--root=..", stdin=POD).stdout


def test_what_cannot_be_read() -> None:
    extend("../../repository")
    assert refused() == ["..: error: file cannot be read: Is a directory (unreadable)"]


def test_a_lock_of_a_base_is_missing(folder: Path) -> None:
    (folder / "base.yaml").write_text(BASE + "  digests: {lockFile: a/lock.yaml}\n")
    assert refused() == [
        '../base.yaml:6:23: error: `spec.digests.lockFile` is not there: "../a/lock.yaml" '
        "(missing-file)",
        "  hint: mirrorpin lock writes it",
    ]


class TestCommand:
    def test_prints_where_each_value_stands(self) -> None:
        assert command("config") == Ran(
            code=0,
            stdout=b"# mirrorpin.yaml\napiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"
            b"spec:\n  mirrors:\n  - source: docker.io  # ../base.yaml:5:14\n"
            b"    target: m.io/hub  # ../base.yaml:5:33\n",
        )

    def test_prints_that_for_machines(self, folder: Path) -> None:
        (folder / "base.yaml").write_text(BASE + "  report: {originalImages: true}\n")
        listed = json.loads(command("config", "--format=json").stdout)
        place = {"file": "../base.yaml", "line": 5}
        assert listed == {
            "file": "mirrorpin.yaml",
            "values": [
                {
                    "path": "spec.mirrors[0].source",
                    "value": "docker.io",
                    "column": 14,
                    **place,
                },
                {"path": "spec.mirrors[0].target", "value": "m.io/hub", "column": 33, **place},
                {
                    "path": "spec.report.originalImages",
                    "value": True,
                    "file": "../base.yaml",
                    "line": 6,
                    "column": 28,
                },
            ],
        }

    def test_is_told_which_one(self) -> None:
        said = command("config", "-c", "../base.yaml").stdout
        assert said.startswith(b"# ../base.yaml\n")
        assert command("config", environment={"MIRRORPIN_CONFIG": "../base.yaml"}).stdout == said

    def test_prints_none_that_must_not_be_used(self) -> None:
        extend("../base.yaml], mode: [x")
        assert refused("config") == [
            "mirrorpin.yaml:3:39: error: `spec.mode` is a list: expected a string (wrong-type)"
        ]

    def test_of_nothing(self) -> None:
        Path("mirrorpin.yaml").unlink()
        assert refused("config")[0].startswith("error: no configuration: ")

    def test_names_of_files_are_one_line(self, folder: Path) -> None:
        (folder / "base.yaml").rename(folder / "b\na.yaml")
        extend('"../b\\na.yaml"')
        assert rb"# ../b\na.yaml:5:14" in command("config").stdout


class TestExample:
    """The layout of examples/environments, without kustomize."""

    @pytest.fixture(autouse=True)
    def example(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        shutil.copytree(ROOT / "examples/environments", folder / "example")
        monkeypatch.chdir(folder / "example")

    @pytest.mark.parametrize(
        ("environment", "host", "secret"),
        [("dev", "registry.dev.example.com", False), ("prod", "registry.example.com", True)],
    )
    def test_commands_of_the_readme(self, environment: str, host: str, secret: bool) -> None:
        readme = Path("README.md").read_text()
        lines = re.findall(r"(?m)^mirrorpin (-c .*)$", readme)
        assert len(lines) == 1
        argv = lines[0].replace("prod", environment).split()
        text = command("-q", *argv).stdout.decode()
        assert f"image: {host}/docker.io/library/nginx:1.27@sha256:6965a10c" in text.replace(
            '"', ""
        )
        assert ("registry-pull" in text) is secret
        assert command("lock", "--check", *argv).code == 0

    def test_the_lock_is_whole(self) -> None:
        assert command("-q", "lock", "--check", "base/web.yaml").code == 0
