"""The pipelines: what they render, check and push, against a registry on loopback."""

from __future__ import annotations

import io
import json
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.e2e.conftest import NEWEST, installed, search_path
from tests.e2e.test_kustomize import IMAGES, edit
from tests.e2e.tools import CRANE, FLUX, ORAS, kustomize
from tests.helpers.shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.conftest import Run

pytestmark = pytest.mark.e2e

CI = ROOT / "examples" / "ci"
TOOLS = (CRANE, ORAS, FLUX)
BIN = Path(sys.executable).parent
GIT = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}
INSTALLS = re.compile(r"(pip|go) install \S+$")


@pytest.fixture
def checkout(run: Run, tmp_path: Path) -> Path:
    """A repository with the example as its only commit."""
    folder = shutil.copytree(CI, tmp_path / "shop")
    for command in ("init --quiet", "add .", "commit --quiet -m shop"):
        assert run("git", *command.split(), cwd=folder, **GIT).returncode == 0
    return folder


@pytest.fixture
def registry() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    started = subprocess.Popen(
        [installed(CRANE).path, "registry", "serve", "--address", address],
        env={},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(address, started)
        yield address
    finally:
        started.kill()
        started.wait()


def wait_for(address: str, started: subprocess.Popen[bytes]) -> None:
    host, port = address.split(":")
    until = time.monotonic() + 20
    while True:
        assert started.poll() is None, "the registry has ended"
        assert time.monotonic() < until, "the registry does not listen"
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return


def steps(registry: str) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """The commands of each pipeline with their environment, but those that install tools."""
    github = yaml.safe_load((CI / "github-workflow.yaml").read_text())
    gitlab = yaml.safe_load((CI / "gitlab-ci.yaml").read_text())
    runs = [it for it in github["jobs"]["render"]["steps"] if "run" in it]
    found = {
        "github": [(it["run"], it.get("env", {})) for it in runs],
        "gitlab": [
            (line, job.get("variables", {}))
            for job in (gitlab["render"], gitlab["publish"])
            for line in (*job["script"], *job.get("after_script", ()))
        ],
    }
    return {
        name: [
            (line, {key: resolved(it, registry) for key, it in variables.items()})
            for line, variables in commands
            if not INSTALLS.match(line)
        ]
        for name, commands in found.items()
    }


def resolved(value: str, registry: str) -> str:
    value = value.replace("registry.example.com", registry)
    return value.replace("${{ github.sha }}", "c0ffee").replace("$CI_COMMIT_SHA", "c0ffee")


# What a passing check leaves behind for each host.
REPORTS = {
    "github": {"summary": "### mirrorpin check passed\n\ncheck passed&#58; nothing would change\n"},
    "gitlab": {
        "mirrorpin.json": "[]\n",
        "mirrorpin.xml": """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="mirrorpin check" tests="1" failures="0" errors="0">
  <testsuite name="mirrorpin check" tests="1" failures="0" errors="0">
    <testcase name="Deployment shop/web" classname="rendered/shop.yaml"/>
  </testsuite>
</testsuites>
""",
    },
}


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_pipeline_pushes_what_flux_pulls(
    run: Run, checkout: Path, registry: str, host: str
) -> None:
    commands = steps(registry)[host]
    words = [line.split()[0] for line, _ in commands]
    assert words == ["make", *["mirrorpin"] * len(REPORTS[host]), "make"]
    for line, variables in commands:
        done = run(
            *("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", line),
            cwd=checkout,
            tools=TOOLS,
            ORAS_OPTIONS="--plain-http",
            GITHUB_STEP_SUMMARY="summary",
            **variables,
        )
        assert done.returncode == 0, done.stderr
    assert {name: (checkout / name).read_text() for name in REPORTS[host]} == REPORTS[host]
    rendered = (checkout / "rendered/shop.yaml").read_bytes()
    assert IMAGES["nginx:1.27"].encode() in rendered
    assert pulled(run, checkout, f"{registry}/deploy/shop", "c0ffee") == {"shop.yaml": rendered}


def pulled(run: Run, folder: Path, repository: str, tag: str) -> dict[str, bytes]:
    """The files of an artifact, pulled by another program than the one that pushed it."""
    shown = run("crane", "manifest", f"{repository}:{tag}", cwd=folder, tools=TOOLS)
    manifest: dict[str, Any] = json.loads(shown.stdout)
    assert manifest["config"]["mediaType"] == "application/vnd.cncf.flux.config.v1+json"
    [layer] = manifest["layers"]
    assert layer["mediaType"] == "application/vnd.cncf.flux.content.v1.tar+gzip"
    blob = subprocess.run(
        [installed(CRANE).path, "blob", f"{repository}@{layer['digest']}"],
        capture_output=True,
        check=True,
        env={"HOME": str(folder)},
        timeout=60,
    )
    with tarfile.open(fileobj=io.BytesIO(blob.stdout)) as archive:
        return {it.name: content(archive, it) for it in archive.getmembers() if it.isfile()}


def content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    assert file is not None
    return file.read()


def test_same_commit_gives_the_same_digest(run: Run, checkout: Path, registry: str) -> None:
    digests = set()
    for tag in ("one", "two"):
        shutil.rmtree(checkout / "rendered", ignore_errors=True)
        options = f"REPOSITORY={registry}/shop", f"TAG={tag}", "ORAS_OPTIONS=--plain-http"
        assert run("make", "push", *options, cwd=checkout, tools=TOOLS).returncode == 0
        digest = run("crane", "digest", f"{registry}/shop:{tag}", cwd=checkout, tools=TOOLS)
        digests.add(digest.stdout)
    assert len(digests) == 1
    assert digests.pop().startswith("sha256:")


def test_commands_of_the_readme(run: Run, checkout: Path, registry: str) -> None:
    commands, _ = blocks(registry)
    done = run(
        *("sh", "-eu", "-c", commands), cwd=checkout, tools=TOOLS, ORAS_OPTIONS="--plain-http"
    )
    assert done.returncode == 0, done.stderr
    [source, _] = yaml.safe_load_all((CI / "flux.yaml").read_text())
    repository = source["spec"]["url"].removeprefix("oci://")
    repository = repository.replace("registry.example.com", registry)
    assert pulled(run, checkout, repository, source["spec"]["ref"]["tag"])


def blocks(registry: str) -> list[str]:
    """The commands of the README, for a registry on loopback."""
    text = (CI / "README.md").read_text().replace("registry.example.com", registry)
    return re.findall(r"(?ms)^```sh\n(.*?)^```$", text)


def test_flux_pushes_the_same_digest_for_the_same_files(
    run: Run, checkout: Path, registry: str
) -> None:
    _, commands = blocks(registry)
    repository = f"{registry}/deploy/shop"
    digests = set()
    for _ in range(2):
        shutil.rmtree(checkout / "rendered", ignore_errors=True)
        done = run("sh", "-eu", "-c", commands, cwd=checkout, tools=TOOLS)
        assert done.returncode == 0, done.stderr
        digests.add(run("crane", "digest", f"{repository}:main", cwd=checkout, tools=TOOLS).stdout)
    assert len(digests) == 1
    rendered = (checkout / "rendered/shop.yaml").read_bytes()
    assert pulled(run, checkout, repository, "main") == {"shop.yaml": rendered}
    (checkout / "pulled").mkdir()
    pull = ["flux", "pull", "artifact", f"oci://{repository}:main", "--output=pulled"]
    assert run(*pull, cwd=checkout, tools=TOOLS).returncode == 0
    assert (checkout / "pulled/shop.yaml").read_bytes() == rendered


def pipe_into_flux(run: Run, checkout: Path, repository: str) -> subprocess.CompletedProcess[str]:
    push = f"flux push artifact oci://{repository}:main -f - --reproducible"
    line = f"kustomize build deploy | mirrorpin --no-empty | {push} --source=a --revision=b"
    return run("bash", "-euo", "pipefail", "-c", line, cwd=checkout, tools=TOOLS)


def test_pipe_into_flux_pushes_what_is_rendered(run: Run, checkout: Path, registry: str) -> None:
    repository = f"{registry}/shop"
    digests = set()
    for _ in range(2):
        done = pipe_into_flux(run, checkout, repository)
        assert done.returncode == 0, done.stderr
        digests.add(run("crane", "digest", f"{repository}:main", cwd=checkout, tools=TOOLS).stdout)
    assert run("make", "manifests", cwd=checkout).returncode == 0
    rendered = (checkout / "rendered/shop.yaml").read_bytes()
    # flux takes the last line's end away, and makes up a name for the file.
    assert list(pulled(run, checkout, repository, "main").values()) == [rendered.rstrip(b"\n")]
    assert len(digests) == 2


def test_pipe_into_flux_pushes_a_failure_as_an_empty_file(
    run: Run, checkout: Path, registry: str
) -> None:
    edit(checkout / "deploy/web.yaml", "nginx:1.27", "nginx:1.28")
    failed = pipe_into_flux(run, checkout, f"{registry}/shop")
    assert failed.returncode == 1
    assert "docker.io/library/nginx:1.28" in failed.stderr
    assert list(pulled(run, checkout, f"{registry}/shop", "main").values()) == [b""]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("nginx:1.27", "nginx:1.28", "docker.io/library/nginx:1.28", id="not-locked"),
        pytest.param("kind: Deployment", "kind: [", "yaml", id="kustomize-fails"),
    ],
)
def test_failing_render_pushes_nothing_and_leaves_nothing(
    run: Run, checkout: Path, registry: str, old: str, new: str, said: str
) -> None:
    edit(checkout / "deploy/web.yaml", old, new)
    options = f"REPOSITORY={registry}/shop", "TAG=one", "ORAS_OPTIONS=--plain-http"
    failed = run("make", "push", *options, cwd=checkout, tools=TOOLS)
    assert failed.returncode == 2
    assert said in failed.stderr
    assert list((checkout / "rendered").iterdir()) == []
    assert run("crane", "ls", f"{registry}/shop", cwd=checkout, tools=TOOLS).stdout == ""


def test_manifest_that_was_edited_by_hand_fails_the_check(run: Run, checkout: Path) -> None:
    assert run("make", "manifests", cwd=checkout).returncode == 0
    edit(checkout / "rendered/shop.yaml", IMAGES["nginx:1.27"], "nginx:1.27")
    failed = run("make", "check", cwd=checkout)
    assert failed.returncode == 2
    assert "rendered/shop.yaml:" in failed.stderr


@pytest.mark.parametrize(
    ("schema", "file"),
    [("github-workflows", "github-workflow.yaml"), ("gitlab-ci", "gitlab-ci.yaml")],
)
def test_published_schema_accepts(schema: str, file: str) -> None:
    lint(["check-jsonschema", "--builtin-schema", f"vendor.{schema}", str(CI / file)])


def lint(command: list[str]) -> None:
    done = subprocess.run(
        [BIN / command[0], *command[1:]], capture_output=True, check=False, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_tools_of_the_pipeline_are_those_tested() -> None:
    text = (CI / "github-workflow.yaml").read_text()
    assert re.findall(r"go install (\S+)", text) == [
        f"{it.package}@v{it.version}" for it in (kustomize(NEWEST), ORAS)
    ]


@pytest.fixture
def hooked(run: Run, checkout: Path) -> Path:
    """The repository with the published hooks, run by the tested `mirrorpin` and no network."""
    lint(["pre-commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")])
    lint(["pre-commit", "validate-config", str(CI / "pre-commit-config.yaml")])
    published = {
        it["id"]: it for it in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    }
    config = yaml.safe_load((CI / "pre-commit-config.yaml").read_text())
    [repo] = config["repos"]
    assert [it["id"] for it in repo["hooks"]] == list(published)
    hooks = [{**published[it["id"]], **it, "language": "system"} for it in repo["hooks"]]
    config = {"repos": [{"repo": "local", "hooks": hooks}]}
    (checkout / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    shutil.copytree(ROOT / "kustomize-plugin/krm", checkout / "overlays/prod")
    assert run("make", "manifests", cwd=checkout).returncode == 0
    return checkout


def hook(checkout: Path, name: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": search_path(kustomize(NEWEST)), "HOME": str(checkout.parent), **GIT}
    subprocess.run(["git", "add", "."], check=True, cwd=checkout, env=environment, timeout=60)
    return subprocess.run(
        [BIN / "pre-commit", "run", name],
        capture_output=True,
        check=False,
        cwd=checkout,
        env=environment,
        text=True,
        timeout=60,
    )


def test_hook_checks_committed_manifests(hooked: Path) -> None:
    passed = hook(hooked, "mirrorpin-check")
    assert passed.returncode == 0, passed.stdout
    assert "Passed" in passed.stdout
    edit(hooked / "rendered/shop.yaml", IMAGES["nginx:1.27"], "nginx:1.27")
    failed = hook(hooked, "mirrorpin-check")
    assert failed.returncode == 1
    assert "rendered/shop.yaml:" in failed.stdout


def test_hook_mirrors_committed_manifests(hooked: Path) -> None:
    rendered = hooked / "rendered/shop.yaml"
    before = rendered.read_text()
    edit(rendered, IMAGES["nginx:1.27"], "nginx:1.27")
    fixed = hook(hooked, "mirrorpin-write")
    assert fixed.returncode == 1
    assert "files were modified by this hook" in fixed.stdout
    assert rendered.read_text() == before
    assert hook(hooked, "mirrorpin-write").returncode == 0
    assert hook(hooked, "mirrorpin-check").returncode == 0


def test_hook_asks_the_doctor(hooked: Path) -> None:
    passed = hook(hooked, "mirrorpin-doctor")
    assert passed.returncode == 0, passed.stdout
    assert "Passed" in passed.stdout
    edit(hooked / "overlays/prod/README.md", " --enable-exec", "")
    edit(hooked / "overlays/prod/kustomization.yaml", "prod-", "live-")
    failed = hook(hooked, "mirrorpin-doctor")
    assert failed.returncode == 1
    assert "`kustomize build` lacks" in failed.stdout
