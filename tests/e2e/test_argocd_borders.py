"""What one tenant's repository asks of the plugin that belongs to another, or to the sidecar.

Kustomize and Helm are the real ones, of every pinned version.
"""

from __future__ import annotations

import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.e2e.argocd import PLUGIN, objects, plugin, serve, sidecar, string
from tests.e2e.tools import HELM_VERSIONS, KUSTOMIZE_VERSIONS, helm, kustomize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.argocd import Server
    from tests.e2e.conftest import Run

pytestmark = pytest.mark.e2e

helms = pytest.mark.parametrize("version", HELM_VERSIONS)
kustomizes = pytest.mark.parametrize("version", KUSTOMIZE_VERSIONS)

SECRET = "hunter2-tenant-b"
CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
metadata: {name: images}
spec: {unmatched: keep}
"""
TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data: {shown: {{ toJson .Values | quote }}}
"""
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    """A chart that shows all its values, and another tenant's repository beside its own."""
    folder = tmp_path / "a/repository/apps/x"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: x\nversion: 0.1.0\n")
    (folder / "templates/x.yaml").write_text(TEMPLATE)
    (folder / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / "b").mkdir()
    (tmp_path / "b/values.yaml").write_text(f"password: {SECRET}\n")
    return folder


@pytest.fixture
def overlays(tmp_path: Path) -> Path:
    """An application of kustomize, and another tenant's kustomization in its Git repository."""
    folder = tmp_path / "a/repository/apps/x"
    folder.mkdir(parents=True)
    (folder / "mirrorpin.yaml").write_text(CONFIG)
    kustomization(folder, "own")
    kustomization(tmp_path / "b", SECRET)
    return folder


def kustomization(folder: Path, data: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kustomization.yaml").write_text("resources: [x.yaml]\n")
    (folder / "x.yaml").write_text(f"{CONFIG_MAP}data: {{shown: {data}}}\n")


def values(*files: str) -> dict[str, str]:
    return {f"PARAM_VALUES_{number}": file for number, file in enumerate(files)}


def rendered(
    run: Run, folder: Path, name: str, version: str, **variables: str
) -> tuple[int, str, str]:
    tool = {"kustomize": kustomize, "helm": helm}[name](version)
    ran = run(
        *("mirrorpin", "-q", "cmp", name),
        cwd=folder,
        tools=(tool,),
        ARGOCD_APP_NAME="shop",
        ARGOCD_APP_NAMESPACE="shop-prod",
        ARGOCD_APP_SOURCE_PATH="apps/x",
        **variables,
    )
    assert SECRET not in ran.stdout + ran.stderr
    shown = yaml.safe_load(ran.stdout)["data"]["shown"] if ran.stdout else ""
    return ran.returncode, shown, ran.stderr


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """The address of a server that only the sidecar can ask, and the paths that it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f"password: {SECRET}\n".encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


class TestHelm:
    @helms
    def test_would_read_what_is_behind_a_comma(self, run: Run, chart: Path, version: str) -> None:
        # What the border is for: real Helm takes one such value for two files.
        (chart / "v.yaml").write_text("own: 1\n")
        outside = chart.parents[3] / "b/values.yaml"
        bare = run(
            *("helm", "template", f"--values=v.yaml,{outside}", "x", "."),
            cwd=chart,
            tools=(helm(version),),
        )
        assert SECRET in bare.stdout

    @helms
    def test_folder_with_a_comma(self, run: Run, chart: Path, version: str) -> None:
        outside = chart.parents[3] / "b/values.yaml"
        (chart / "v.yaml").write_text("own: 1\n")
        path = f"v.yaml,{outside}"
        (chart / path).parent.mkdir(parents=True)
        (chart / path).touch()
        code, shown, said = rendered(run, chart, "helm", version, **values(path))
        assert (code, shown) == (2, "")
        assert said == (
            f'error: parameter "values" leads to a path with ",": "{path}" (bad-value)\n'
            "  hint: Helm would take it for more than one file: rename it\n"
        )

    @helms
    @pytest.mark.parametrize("form", ["http://{}/v.yaml", "http:/{}/v.yaml", "./http://{}/v.yaml"])
    def test_folder_like_a_url(
        self, run: Run, chart: Path, version: str, form: str, listener: tuple[str, list[str]]
    ) -> None:
        address, asked = listener
        folder = chart / "http:" / address
        folder.mkdir(parents=True)
        (folder / "v.yaml").write_text("own: 1\n")
        path = form.format(address)
        assert rendered(run, chart, "helm", version, **values(path)) == (0, '{"own":1}', "")
        assert asked == []

    @helms
    @pytest.mark.parametrize("scheme", ["file:", "s3:", "oci:", "-", "--set=own=2", "%41", "a b"])
    def test_names_of_every_sort(self, run: Run, chart: Path, version: str, scheme: str) -> None:
        (chart / scheme).mkdir()
        (chart / scheme / "v.yaml").write_text("own: 1\n")
        path = f"{scheme}//v.yaml"
        assert rendered(run, chart, "helm", version, **values(path)) == (0, '{"own":1}', "")

    @helms
    def test_link_of_the_chart_is_not_our_border(self, run: Run, chart: Path, version: str) -> None:
        # Helm follows it wherever it leads, so that Argo CD must refuse it: see below.
        (chart / "values.yaml").symlink_to(chart.parents[3] / "b/values.yaml")
        bare = run("helm", "template", "x", ".", cwd=chart, tools=(helm(version),))
        assert SECRET in bare.stdout


class TestKustomize:
    @kustomizes
    def test_would_clone_what_looks_like_a_url(
        self, run: Run, overlays: Path, version: str
    ) -> None:
        # What the border is for: real kustomize prefers the other repository to the folder.
        other = overlays.parents[3] / "b"
        git(run, other)
        kustomization(overlays / f"file:{other}", "own folder")
        bare = run("kustomize", "build", f"file://{other}", cwd=overlays, version=version)
        assert SECRET in bare.stdout

    @kustomizes
    def test_folder_like_a_url(self, run: Run, overlays: Path, version: str) -> None:
        other = overlays.parents[3] / "b"
        git(run, other)
        kustomization(overlays / f"file:{other}", "own folder")
        for path in (f"file://{other}", f"./file:{other}"):
            found = rendered(run, overlays, "kustomize", version, PARAM_OVERLAY=path)
            assert found == (0, "own folder", "")

    @kustomizes
    @pytest.mark.parametrize(
        "path",
        [
            "https://127.0.0.1:1/b.git", "git::https://127.0.0.1:1/b", "github.com/acme/b?ref=main",
            "git@127.0.0.1:acme/b", "ssh://git@127.0.0.1/b", "-o", "a,b",
            "127.0.0.1:b//c",
        ],
    )  # fmt: skip
    def test_names_of_every_sort(self, run: Run, overlays: Path, version: str, path: str) -> None:
        kustomization(overlays / path, "own folder")
        found = rendered(run, overlays, "kustomize", version, PARAM_OVERLAY=path)
        assert found == (0, "own folder", "")


def git(run: Run, folder: Path) -> None:
    """Make a Git repository of a folder."""
    who = ("-c", "user.name=b", "-c", "user.email=b@example.com")
    for command in (("init", "-q", "-b", "main"), ("add", "."), (*who, "commit", "-qm", "b")):
        assert run("git", *command, cwd=folder).returncode == 0


class TestServer:
    """Through Argo CD's plugin server, which unpacks the repository."""

    @pytest.mark.parametrize("path", ["mirrorpin.yaml", "base/web.yaml", "images.lock.yaml"])
    def test_link_that_leads_out_is_refused(
        self, server: Server, repository: Path, path: str
    ) -> None:
        (repository / "example" / path).unlink()
        (repository / "example" / path).symlink_to("../../../../../../../../etc/passwd")
        assert "illegal filepath in symlink" in server.refuse(repository, "example")

    @pytest.mark.parametrize("path", ["values.yaml", "templates/web.yaml", "linked"])
    def test_link_of_a_chart_is_refused(
        self, helm_server: Server, repository: Path, path: str
    ) -> None:
        (repository / "example-chart" / path).unlink(missing_ok=True)
        (repository / "example-chart" / path).symlink_to("../../../../../../etc")
        said = helm_server.refuse(repository, "example-chart")
        assert "illegal filepath in symlink" in said

    def test_absolute_link_leads_into_the_repository(
        self, server: Server, repository: Path
    ) -> None:
        (repository / "example/mirrorpin.yaml").unlink()
        (repository / "example/mirrorpin.yaml").symlink_to("/etc/passwd")
        assert server.match(repository, "example")
        assert server.refuse(repository, "example").endswith(
            'error: the configuration is "mirrorpin.yaml", which is not there: expected it '
            "in the repository (missing-file)"
        )

    def test_link_within_the_repository(self, server: Server, repository: Path) -> None:
        config = repository / "example/mirrorpin.yaml"
        config.rename(repository / "shared.yaml")
        config.symlink_to("../shared.yaml")
        web = objects(server.generate(repository, "example"))["Deployment", "web"]
        [nginx, _] = web["spec"]["template"]["spec"]["containers"]
        assert nginx["image"].startswith("registry.example.com/docker.io/library/nginx:1.27@sha")

    def test_names_that_are_no_utf_8_are_announced(self, server: Server, repository: Path) -> None:
        folder = repository / "example"
        with open(os.fsencode(folder) + b"/b\xff.yaml", "w") as file:
            file.write(CONFIG)
        config = server.announce(repository, "example")[0]
        listed = "b\\udcff.yaml edge.yaml mirrorpin.yaml"
        assert config["tooltip"] == f"Below the application's folder. Found: {listed}"

    def test_sidecar_that_is_set_up_wrongly_does_not_say_no(self, repository: Path) -> None:
        with serve(PLUGIN, sidecar(MIRRORPIN_VERIFY="wrong")) as running:
            assert running.match(repository, "example")
            assert not running.match(repository, "example-chart")
            assert 'MIRRORPIN_VERIFY is "wrong": expected one of' in running.refuse(
                repository, "example"
            )

    def test_escapes_of_a_parameter_are_shown(self, server: Server, repository: Path) -> None:
        given = plugin(string("overlay", "\x1b[31m\n::error::"))
        said = server.refuse(repository, "example", given)
        assert said.endswith(
            'is "\\x1b[31m\\n::error::", which is not there: expected it in the repository '
            "(missing-file)"
        )
