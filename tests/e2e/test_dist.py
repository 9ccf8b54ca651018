"""The self-contained programs, where there is nothing but what they promise to need."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.helpers.shared import ROOT

pytestmark = pytest.mark.e2e

SHOP = ROOT / "examples" / "shop"
FILES = {"mirrorpin", "mirrorpin.pyz", "mirrorpin.cdx.json", "LICENSES.txt", "SHA256SUMS"}
GLIBC = (
    "ld-linux-aarch64.so.1", "ld-linux-x86-64.so.2", "libc.so.6", "libdl.so.2", "libm.so.6",
    "libpthread.so.0", "librt.so.1", "libutil.so.1",
)  # fmt: skip

# A root folder of our own with /proc, where nothing can be written.
ENTER = """
set -e
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
mount -o remount,bind,ro "$1"
root=$1
shift
exec env -i /usr/sbin/chroot "$root" "$@"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a program made of a command line."""

    code: int
    stdout: bytes
    stderr: bytes


def build(folder: Path, **environment: str) -> Path:
    script = str(ROOT / "packaging" / "dist.py")
    folder.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, script, str(folder)],
        check=True,
        cwd=folder.parent,
        env={**os.environ, **environment},
        timeout=120,
    )
    return folder


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist") / "dist")


@pytest.fixture(scope="module")
def bare(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root folder with the program, the example shop, and of all else glibc alone."""
    root = tmp_path_factory.mktemp("root")
    for name in GLIBC:
        for library in {*Path("/").glob(f"lib*/{name}"), *Path("/").glob(f"lib*/*/{name}")}:
            target = root / library.relative_to("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, target)
    (root / "proc").mkdir()
    shutil.copytree(SHOP, root / "shop")
    (root / "shop" / "template.yaml").write_text(TEMPLATE)
    (root / "shop" / "closed.yaml").write_text(CLOSED)
    shutil.copy(dist / "mirrorpin", root)
    return root


def run(command: Sequence[str], *, stdin: bytes = b"", cwd: Path = ROOT) -> Done:
    done = subprocess.run(
        command, capture_output=True, check=False, cwd=cwd, env={}, input=stdin, timeout=60
    )
    return Done(code=done.returncode, stdout=done.stdout, stderr=done.stderr)


def installed(*arguments: str, stdin: bytes = b"") -> Done:
    return run([sys.executable, "-m", "transformer", *arguments], stdin=stdin, cwd=ROOT)


def in_bare(root: Path, *arguments: str, stdin: bytes = b"") -> Done:
    enter = ["/usr/bin/unshare", "--map-root-user", "--mount", "--pid", "--fork", "/bin/sh", "-c"]
    return run([*enter, ENTER, "sh", str(root), "/mirrorpin", *arguments], stdin=stdin)


TEMPLATE = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  unmatched: keep
  mirrors:
  - {source: docker.io, template: "m.io/{{ host | slug }}/{{ repository | upper | lower }}"}
"""
CLOSED = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec: {mirrors: [{source: docker.io, target: "127.0.0.1:1/hub"}]}
"""
LIST = b"""\
apiVersion: config.kubernetes.io/v1
kind: ResourceList
functionConfig:
  apiVersion: mirrorpin.dev/v1alpha1
  kind: ImageTransformer
  spec: {mirrors: [{source: docker.io, target: m.io/hub}]}
items:
- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: nginx}]}}
"""
POD = b"kind: Pod\napiVersion: v1\nspec: {containers: [{name: a, image: nginx}]}\n"

# Command lines with {shop} for its folder, and what comes in.
RUNS = [
    pytest.param(["-c", "{shop}/mirrorpin.yaml", "{shop}/manifests.yaml"], b"", id="transform"),
    pytest.param(
        ["--verify=full", "-v", "-c", "{shop}/mirrorpin.yaml", "{shop}"], b"", id="everything"
    ),
    pytest.param(["diff", "-c", "{shop}/mirrorpin.yaml", "{shop}/manifests.yaml"], b"", id="diff"),
    pytest.param(
        ["diff", "--format=jsonpatch", "-c", "{shop}/mirrorpin.yaml", "{shop}/manifests.yaml"],
        b"",
        id="jsonpatch",
    ),
    pytest.param(["check", "-c", "{shop}/mirrorpin.yaml", "{shop}/manifests.yaml"], b"", id="1"),
    pytest.param(["images", "--format=json", "{shop}/manifests.yaml"], b"", id="json"),
    pytest.param(["-c", "{shop}/template.yaml"], POD, id="Jinja2"),
    pytest.param([], LIST, id="function"),
    pytest.param(["init", "{shop}/manifests.yaml"], b"", id="init"),
    pytest.param(["schema", "lock"], b"", id="data-file"),
    # Nobody can write there, but the files are read first.
    pytest.param(["init", "--for=argocd", "--output=/proc/x"], b"", id="data-files-of-a-host"),
    pytest.param(["completion", "fish"], b"", id="completion"),
    pytest.param(["doctor", "{shop}"], b"", id="doctor"),
    pytest.param(["--parser=python", "images"], POD, id="parser-in-Python"),
    pytest.param(
        ["verify", "-c", "{shop}/closed.yaml", "--plain-http=127.0.0.1:1", "--deadline=9"],
        POD,
        id="registry",
    ),
    pytest.param(
        ["verify", "-c", "{shop}/closed.yaml", "--ca-file={shop}/closed.yaml"], POD, id="TLS"
    ),
    pytest.param(["--version"], b"", id="version"),
    pytest.param(["--help"], b"", id="help"),
    pytest.param(["--unknown"], POD, id="2"),
    pytest.param(["-c", "{shop}/mirrorpin.yaml"], "image: \xe9: [".encode(), id="not-ascii"),
]


class TestBuild:
    def test_makes_these_files(self, dist: Path) -> None:
        assert {path.name for path in dist.iterdir()} == FILES

    def test_makes_them_again_to_the_byte(self, dist: Path, tmp_path: Path) -> None:
        (tmp_path / "scratch").mkdir()
        other = {"PYTHONHASHSEED": "7", "TMPDIR": str(tmp_path / "scratch"), "TZ": "Asia/Tokyo"}
        again = build(tmp_path / "elsewhere" / "dist", **other)
        for name in FILES:
            assert (again / name).read_bytes() == (dist / name).read_bytes(), name

    def test_dates_are_those_of_the_source(self, dist: Path, tmp_path: Path) -> None:
        dated = build(tmp_path / "dist", SOURCE_DATE_EPOCH="1700000000")
        assert (dated / "mirrorpin").read_bytes() != (dist / "mirrorpin").read_bytes()

    def test_sums(self, dist: Path) -> None:
        lines = (dist / "SHA256SUMS").read_text().splitlines()
        assert sorted(lines) == sorted(
            f"{hashlib.sha256((dist / name).read_bytes()).hexdigest()}  {name}"
            for name in FILES - {"SHA256SUMS"}
        )

    def test_no_path_of_this_machine_is_inside(self, dist: Path) -> None:
        for name in ("mirrorpin", "mirrorpin.pyz"):
            assert str(ROOT).encode() not in (dist / name).read_bytes()


class TestBill:
    def test_is_what_the_specification_says(self, dist: Path) -> None:
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator

        validator = JsonStrictValidator(SchemaVersion.V1_6)
        assert validator.validate_str((dist / "mirrorpin.cdx.json").read_text()) is None

    def test_names_what_is_inside(self, dist: Path) -> None:
        bill = json.loads((dist / "mirrorpin.cdx.json").read_text())
        found = {it["name"]: it.get("version", "") for it in bill["components"]}
        packages = "PyYAML Jinja2 MarkupSafe argcomplete jsonpatch jsonpointer redis urllib3"
        for name in packages.split():
            assert found.pop(name) == importlib.metadata.version(name)
        assert found.pop("python") == ".".join(map(str, sys.version_info[:3]))
        assert all(re.fullmatch(r"lib.+\.so[.0-9]*", name) for name in found)
        (program, *_) = bill["metadata"]["component"]["components"]
        digest = hashlib.sha256((dist / "mirrorpin").read_bytes()).hexdigest()
        assert program["hashes"] == [{"alg": "SHA-256", "content": digest}]


class TestLicences:
    def test_every_component_has_a_text(self, dist: Path) -> None:
        bill = json.loads((dist / "mirrorpin.cdx.json").read_text())
        main = bill["metadata"]["component"]
        python = f"libpython{sys.version_info[0]}.{sys.version_info[1]}"
        for component in (main, *bill["components"]):
            assert component["externalReferences"] == [{"type": "license", "url": "LICENSES.txt"}]
            name = "python" if component["name"].startswith(python) else component["name"]
            assert len(text_of(dist, name)) > 500

    def test_texts_that_others_name_are_there(self, dist: Path) -> None:
        ssl = text_of(dist, "libssl.so.3")
        assert "/usr/share/common-licenses/Apache-2.0" in ssl
        assert "http://www.apache.org/licenses/" in text_of(dist, "common-licenses")
        whole = (dist / "LICENSES.txt").read_text()
        for name in re.findall(r"/usr/share/common-licenses/([\w.+-]*\w)", whole):
            assert f"==== common-licenses/{name} ====\n" in whole

    def test_the_programs_have_them_as_well(self, dist: Path) -> None:
        whole = (dist / "LICENSES.txt").read_bytes()
        for name, more in (("mirrorpin", True), ("mirrorpin.pyz", False)):
            with zipfile.ZipFile(dist / name) as archive:
                paths = [it for it in archive.namelist() if it.startswith("licenses/")]
                assert ("licenses/libssl.so.3/copyright" in paths) == more
                for path in paths:
                    heading = f"==== {path.removeprefix('licenses/')} ====\n\n".encode()
                    assert heading + archive.read(path) in whole


def text_of(dist: Path, component: str) -> str:
    whole = (dist / "LICENSES.txt").read_text()
    return whole.split(f"==== {component}/", 1)[1].split("\n==== ")[0]


@pytest.mark.parametrize(("arguments", "stdin"), RUNS)
class TestSame:
    def test_in_a_bare_root(self, bare: Path, arguments: list[str], stdin: bytes) -> None:
        done = in_bare(bare, *(it.format(shop="/shop") for it in arguments), stdin=stdin)
        assert done == reference(bare, arguments, stdin)

    def test_as_a_zip_file(
        self, bare: Path, dist: Path, arguments: list[str], stdin: bytes
    ) -> None:
        shop = str(bare / "shop")
        command = [sys.executable, "-I", "-S", str(dist / "mirrorpin.pyz")]
        done = run([*command, *(it.format(shop=shop) for it in arguments)], stdin=stdin, cwd=bare)
        expected = reference(bare, arguments, stdin)
        shown = done.stdout.replace(shop.encode(), b"/shop")
        assert (done.code, parserless(shown)) == (expected.code, parserless(expected.stdout))


def test_stdin_that_is_a_folder(dist: Path, tmp_path: Path) -> None:
    # Python ends with a fatal error of its own there, before anything of ours.
    folder = os.open(tmp_path, os.O_RDONLY)
    done = subprocess.run(
        [dist / "mirrorpin", "-"], capture_output=True, check=False, env={}, stdin=folder
    )
    os.close(folder)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"error: no manifests: stdin is closed (no-input)\n")


def reference(root: Path, arguments: Sequence[str], stdin: bytes) -> Done:
    """What the installed package does, with the shop's folder written as /shop."""
    shop = str(root / "shop")
    command = [sys.executable, "-m", "transformer", *(it.format(shop=shop) for it in arguments)]
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        cwd=root,
        env={"PYTHONPATH": str(ROOT)},
        input=stdin,
        timeout=60,
    )
    return Done(
        code=done.returncode,
        stdout=done.stdout.replace(shop.encode(), b"/shop"),
        stderr=done.stderr.replace(shop.encode(), b"/shop"),
    )


def parserless(text: bytes) -> bytes:
    """Without the parser that a zip file cannot have, in help and completions."""
    if b"libyaml" not in text and b"parser" not in text:
        return text
    return b" ".join(re.sub(rb"libyaml(?:,| or|) ?", b"", text).split())


# Its package is an extra, and inside of both.
REDIS = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: "127.0.0.1:1", keep: true}]
  digests: {mode: resolve, missing: warn}
"""


@pytest.mark.parametrize("name", ["mirrorpin", "mirrorpin.pyz"])
def test_a_redis_can_be_asked(dist: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "mirrorpin.yaml").write_text(REDIS)
    start = [sys.executable, "-I", "-S"] if name.endswith(".pyz") else []
    pod = b"apiVersion: v1\nkind: Pod\nspec: {containers: [{image: '127.0.0.1:1/a:1'}]}\n"
    done = subprocess.run(
        [*start, str(dist / name), "--deadline=3"],
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env={"MIRRORPIN_CACHE": "redis://127.0.0.1:1"},
        input=pod,
        timeout=60,
    )
    said = (
        b"warning: digest cache does not answer: redis://127.0.0.1:1: Connection refused (no-cache)"
    )
    assert said in done.stderr


class TestProgram:
    def test_needs_glibc_alone(self, dist: Path) -> None:
        dynamic = subprocess.run(
            ["readelf", "--wide", "--dynamic", str(dist / "mirrorpin")],
            capture_output=True,
            check=True,
            text=True,
        )
        assert re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic.stdout) == ["libc.so.6"]

    def test_says_what_it_must_have(self, bare: Path) -> None:
        done = run(
            ["/usr/bin/unshare", "--map-root-user", "/usr/sbin/chroot", str(bare), "/mirrorpin"]
        )
        assert (done.code, done.stdout) == (3, b"")
        assert done.stderr.decode().splitlines() == [
            "error: /proc must be there: No such file or directory (start)",
            "  hint: mirrorpin.pyz does the same with Python 3.11 or later",
        ]

    @pytest.mark.parametrize("closed", ["1>&-", "2>&-", "1>&- 2>&-", "0<&- 1>&-", "0<&- 1>&- 2>&-"])
    def test_a_closed_stream_stays_closed(self, dist: Path, closed: str) -> None:
        shop = ["-c", str(SHOP / "mirrorpin.yaml"), str(SHOP / "manifests.yaml")]

        def close(*command: str) -> Done:
            return run(["/bin/sh", "-c", f'exec "$@" {closed}', "sh", *command, *shop])

        expected = close(sys.executable, "-m", "transformer")
        assert close(str(dist / "mirrorpin")) == expected
        assert (expected.code == 0) == ("1>&-" not in closed)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_an_interrupt_ends_it(self, dist: Path, number: signal.Signals) -> None:
        command = [str(dist / "mirrorpin"), "images"]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env={}) as process:
            time.sleep(0.5)
            process.send_signal(number)
            stdout, stderr = process.communicate(timeout=10)
        assert (process.returncode, stdout) == (130, b"")
        assert stderr == b"error: interrupted, nothing was written (interrupted)\n"
