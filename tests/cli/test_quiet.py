"""`-q` in every command: silence where all is well, the same exit code and errors where not."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.helpers.command import Ran
from tests.helpers.registry_table import CONFIG, MIRROR, A, Table, index, pods
from transformer.cli.main import run
from transformer.cli.shell import Shell
from transformer.cli.table import NAMES

NGINX = f"{MIRROR}/docker.io/library/nginx"
CASES = "version: 1\ncases:\n- {image: nginx:1.27, name: %s}\n"
POD = {
    "kind": "Pod",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {
        "imagePullSecrets": [{"name": "registry-pull"}],
        "containers": [{"name": "a", "image": f"{NGINX}:1.27"}],
    },
    "status": {"containerStatuses": [{"name": "a", "image": f"{NGINX}:1.27"}]},
}
FILES = {
    "mirrorpin.yaml": f"{CONFIG}  digests: {{mode: off}}\n",
    "good.yaml": pods("nginx:1.27"),
    "done.yaml": pods(f"{NGINX}:1.27").replace(
        "spec:\n", "spec:\n  imagePullSecrets: [{name: registry-pull}]\n"
    ),
    "kept.yaml": pods("r.io/a:1"),
    "bad.yaml": pods("Nginx"),
    "absent.yaml": pods("nginx:0"),
    "broken.yaml": "image: [\n",
    "right.yaml": CASES % NGINX,
    "wrong.yaml": CASES % "nginx",
    "pods.json": json.dumps({"kind": "List", "items": [POD]}),
    "app/kustomization.yaml": "resources: [web.yaml]\n",
    "app/web.yaml": pods("nginx:1.27"),
}

# What each command is given: once that all is well, and once that something fails.
ARGUMENTS: dict[str, tuple[list[str], list[str]]] = {
    "transform": (["good.yaml"], ["bad.yaml"]),
    "check": (["done.yaml"], ["good.yaml"]),
    "diff": (["done.yaml"], ["bad.yaml"]),
    "restore": (["done.yaml"], ["broken.yaml"]),
    "lock": (["good.yaml"], ["absent.yaml"]),
    "plan": (["good.yaml"], ["bad.yaml"]),
    "sync": (["kept.yaml"], ["bad.yaml"]),
    "verify": (["done.yaml"], ["absent.yaml"]),
    "drift": (["pods.json"], ["good.yaml"]),
    "secrets": (["done.yaml"], ["bad.yaml"]),
    "images": (["good.yaml"], ["broken.yaml"]),
    "explain": (["nginx:1.27"], ["good.yaml"]),
    "test": (["right.yaml"], ["wrong.yaml"]),
    "fields": ([], ["--from-crd", "good.yaml"]),
    "config": ([], ["--config=none.yaml"]),
    "doctor": (["app"], ["none"]),
    "init": (["--registry=m.io", "good.yaml"], ["none.yaml"]),
    "export": (["registries-conf"], ["icsp"]),
    "cmp": (["parameters"], ["generate", "x"]),
    "schema": (["lock"], ["x"]),
    "completion": (["bash"], ["x"]),
    "help": ([], ["x"]),
    "version": ([], ["x"]),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "regctl").touch(0o755)
    monkeypatch.chdir(tmp_path)


def ran(*argv: str) -> Ran:
    """What came of a command line; whatever it writes is taken away again."""
    stdout, stderr = io.BytesIO(), io.BytesIO()
    shell = Shell(io.BytesIO(), stdout, stderr, {"PATH": str(Path.cwd())})
    shell.resolve = Table({f"{NGINX}:1.27": index(A)})
    code = run(argv, shell)
    Path("images.lock.yaml").unlink(missing_ok=True)
    return Ran(code=code, stdout=stdout.getvalue(), stderr=stderr.getvalue().decode().splitlines())


def test_every_command_is_there() -> None:
    assert set(ARGUMENTS) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
class TestQuiet:
    def test_says_nothing_where_all_is_well(self, name: str) -> None:
        good, _ = ARGUMENTS[name]
        usual = ran(name, *good)
        assert usual.code == 0, usual.stderr
        assert ran(name, "-q", *good) == Ran(code=0, stdout=usual.stdout, stderr=[])

    def test_fails_as_it_does_otherwise(self, name: str) -> None:
        _, bad = ARGUMENTS[name]
        usual = ran(name, *bad)
        assert usual.code in (1, 2)
        assert ran(name, "-q", *bad) == usual
        assert usual.stderr
