"""`mirrorpin cmp parameters`: JSON, whatever files are called and hold."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.rendering import CONFIG, plugin

MARK = "kustomization.yaml"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "app").mkdir()
    monkeypatch.chdir(tmp_path / "app")
    return tmp_path


def announced() -> dict[str, dict[str, str]]:
    ran = plugin("parameters", {})
    assert (ran.code, ran.stderr) == (0, [])
    return {item["name"]: item for item in json.loads(ran.stdout)}


def found() -> list[str]:
    return [item["tooltip"].partition(". Found: ")[2] for item in announced().values()]


def put(path: str | bytes, text: str = "") -> None:
    os.makedirs(os.path.dirname(path) or ("." if isinstance(path, str) else b"."), exist_ok=True)
    with open(path, "x") as file:
        file.write(text)


def test_shape() -> None:
    put("mirrorpin.yaml", CONFIG)
    put("overlays/dev/kustomization.yml")
    assert announced() == {
        "config": {
            "name": "config",
            "title": "Configuration",
            "collectionType": "string",
            "string": "",
            "tooltip": "Below the application's folder. Found: mirrorpin.yaml",
        },
        "overlay": {
            "name": "overlay",
            "title": "Overlay",
            "collectionType": "string",
            "string": ".",
            "tooltip": "The folder to build. Found: overlays/dev",
        },
    }


def test_nothing() -> None:
    assert found() == ["none", "none"]


def test_which_files_are_listed() -> None:
    put("b/c.yaml", CONFIG.replace("\n", "\r\n"))
    put("a.yaml", CONFIG)
    put("a.yml", CONFIG)
    put("quoted.yaml", "# kind: ImageTransformer\n kind: ImageTransformer\n")
    put("late.yaml", f"{'#' * (1 << 20)}\n{CONFIG}")
    put(MARK)
    put("z/Kustomization")
    put("b/c/kustomization.yml")
    put("b/c/kustomization.yXml")
    put(".git/kustomization.yaml")
    assert found() == ["a.yaml b/c.yaml", "b/c z"]


def test_names_that_are_no_utf_8() -> None:
    put(b"b\xff\xfe.yaml", CONFIG)
    put(b"o\xff/kustomization.yaml")
    assert found() == ["b\\udcff\\udcfe.yaml", "o\\udcff"]


def test_names_with_what_json_and_terminals_do_not_take() -> None:
    put('a "\\\n\t\x1b[31m/kustomization.yaml')
    put("ü\u2028.yaml", CONFIG)
    assert found() == ["ü\\u2028.yaml", 'a "\\\\n\\t\\x1b[31m']


def test_long_lists_are_counted() -> None:
    for number in range(52):
        put(f"o{number:02}/{MARK}")
    listed = " ".join(f"o{number:02}" for number in range(50))
    assert found()[1] == f"{listed} and 2 more"


def test_links_and_pipes_are_left_alone(folder: Path) -> None:
    (folder / "outside.yaml").write_text(CONFIG)
    (folder / "outside").mkdir()
    (folder / "outside" / MARK).touch()
    Path("linked.yaml").symlink_to("../outside.yaml")
    Path("linked").symlink_to("../outside")
    os.mkfifo("pipe.yaml")
    assert found() == ["none", "none"]


@pytest.fixture
def deep(folder: Path) -> Iterator[Path]:
    """The working directory, whose folders are too deep for what clears up behind a test."""
    yield folder / "app"
    subprocess.run(["rm", "-rf", str(folder / "app")], check=True, timeout=60)


def descend(name: str, times: int) -> None:
    for _ in range(times):
        os.mkdir(name)
        os.chdir(name)


def test_what_cannot_be_read_is_left_out(deep: Path) -> None:
    # Paths that are longer than any may be: as unreadable for root as for anybody.
    descend("d" * 250, 16)
    put(f"{'c' * 245}.yaml", CONFIG)
    put(f"{'o' * 250}/{MARK}")
    os.chdir(deep)
    put("a.yaml", CONFIG)
    assert found() == ["a.yaml", "none"]


@pytest.mark.slow
def test_deep_folders(deep: Path) -> None:
    descend("d", 1500)
    put(MARK)
    os.chdir(deep)
    assert found() == ["none", f"{'d/' * 100}..."]
