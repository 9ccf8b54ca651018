"""The page on the second day, run with a real source and a real mirror."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import search_path
from tests.e2e.mirrored import Mirrored, variables
from tests.e2e.pusher import Pusher
from tests.e2e.registries import crane
from tests.e2e.tools import CRANE
from tests.helpers.pages import write_files
from tests.helpers.shared import ROOT

pytestmark = pytest.mark.e2e

PAGE = ROOT / "docs/day-two.md"
SECTIONS = {
    found[1]: found[2]
    for found in re.finditer(r"(?ms)^## (.*?)\n(.*?)(?=^## |\Z)", PAGE.read_text())
}
LOCK, CACHE = "images.lock.yaml", "  - {name: cache"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Mirrored]:
    """The files of the page, for registries on this machine; both images are at the source."""
    folder = tmp_path / "shop"
    folder.mkdir()
    write_files(PAGE, folder)
    with crane(tmp_path / "source") as source, crane(tmp_path / "mirror") as mirror:
        for file in (*folder.rglob("*.yaml"), folder / "nightly.sh"):
            text = file.read_text().replace("registry.example.com", mirror.host)
            text = re.sub(r"docker\.io(?=/library|,)", source.host, text)
            text = re.sub(r'"(nginx|redis):', rf'"{source.host}/library/\1:', text)
            file.write_text(text)
        (folder / LOCK).unlink()
        Pusher(host=source.host, path="library/nginx").index("1.27")
        Pusher(host=source.host, path="library/redis").index("7.4")
        yield Mirrored(folder=folder, source=source.host, mirror=mirror.host)


def ran(place: Mirrored, line: str) -> subprocess.CompletedProcess[str]:
    environment = variables(place.folder) | {
        "PATH": search_path(CRANE),
        "MIRRORPIN_PLAIN_HTTP": f"{place.source},{place.mirror}",
        **{
            f"GIT_{who}_{what}": "a@b.example"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }
    return subprocess.run(
        ["sh", "-euc", line],
        capture_output=True,
        check=False,
        cwd=place.folder,
        env=environment,
        text=True,
        timeout=60,
    )


def do(place: Mirrored, section: str, number: int) -> subprocess.CompletedProcess[str]:
    """Run the command in a row of the table of a section, counted from 0."""
    commands = re.findall(r"(?m)^\| .* \| `(mirrorpin .*?)`.*\|$", SECTIONS[section])
    return ran(place, commands[number])


def bring(place: Mirrored) -> None:
    for number in range(3):
        done = do(place, "A new image", number)
        assert done.returncode == 0, done.stderr


def move(place: Mirrored) -> None:
    Pusher(host=place.source, path="library/nginx").image("1.27", "arm64")


def test_a_new_image_is_brought_locked_and_there(place: Mirrored) -> None:
    bring(place)
    assert (place.folder / LOCK).read_text().count("digest: ") == 2


def test_a_tag_that_moved_is_seen_and_taken(place: Mirrored) -> None:
    bring(place)
    before = (place.folder / LOCK).read_text()
    moved = "A tag that moved"
    assert do(place, moved, 0).returncode == 0
    move(place)
    done = do(place, moved, 0)
    assert (done.returncode, "(drifted)" in done.stderr) == (1, True), done.stderr
    assert ran(place, "mirrorpin verify manifests/").returncode == 0
    for number in (1, 2):
        done = do(place, moved, number)
        assert done.returncode == 0, done.stderr
    assert (place.folder / LOCK).read_text() != before
    assert ran(place, "mirrorpin verify manifests/").returncode == 0


def test_an_image_that_left_is_taken_out(place: Mirrored) -> None:
    bring(place)
    web = place.folder / "manifests/web.yaml"
    web.write_text(
        "".join(it for it in web.read_text().splitlines(keepends=True) if CACHE not in it)
    )
    check = "mirrorpin lock --check manifests/"
    assert "(unused-entry)" in ran(place, check).stderr
    assert ran(place, "mirrorpin lock --prune manifests/").returncode == 0
    assert ran(place, check).returncode == 0


def test_the_nightly_job_commits_what_moved(place: Mirrored, tmp_path: Path) -> None:
    bring(place)
    origin = tmp_path / "origin"
    for line in (
        f"git init -q --bare {origin}",
        f"git init -q -b main && git remote add origin {origin}",
        "git add . && git commit -qm a",
    ):
        assert ran(place, line).returncode == 0
    # What opens the pull request is GitHub's own.
    job = re.sub(r"(?m)^ *gh .*\n", "", (place.folder / "nightly.sh").read_text())
    (place.folder / "nightly.sh").write_text(job)
    done = ran(place, "sh nightly.sh && git log --oneline")
    assert (done.returncode, "Refresh the lock" in done.stdout) == (0, False), done.stderr
    move(place)
    done = ran(
        place,
        "sh nightly.sh && git log --oneline && cat body.md",
    )
    assert "Refresh the lock" in done.stdout, done.stderr
    assert f"`{place.source}/library/nginx:1.27`" in done.stdout
    assert ran(place, "mirrorpin verify manifests/").returncode == 0
