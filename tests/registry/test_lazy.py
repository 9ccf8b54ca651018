from __future__ import annotations

import subprocess
import sys

import pytest

NETWORK = ("urllib3", "ssl", "_ssl", "socket", "_socket", "http.client", "transformer.registry")

TRANSFORM = """
import io, sys
from transformer.cli import main as cli
config = "spec: {mirrors: [{source: docker.io, target: r.example.com}], digests: {mode: off}}"
open("mirrorpin.yaml", "w").write(
    "apiVersion: mirrorpin.dev/v1alpha1\\nkind: ImageTransformer\\n" + config
)
open("pod.yaml", "w").write(
    "apiVersion: v1\\nkind: Pod\\nmetadata: {name: a}\\nspec: {containers: [{image: nginx}]}"
)
sys.argv = ["mirrorpin", "-c", "mirrorpin.yaml", "pod.yaml"]
code = cli.main()
assert not code, code
"""

IMPORT = """
import sys
from transformer.registry import Client, Credentials, Settings
Client(Settings(), {}).close()
Credentials({})
assert Client(Settings(), {}).resolve([]) == {}
"""


def loaded(program: str, folder: object) -> list[str]:
    """Which modules of the network a program has loaded in the end."""
    report = f"\nprint('\\nloaded', *[it for it in {NETWORK} if it in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program + report],
        capture_output=True,
        check=True,
        cwd=str(folder),
        text=True,
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
    )
    return done.stdout.splitlines()[-1].split()[1:]


def test_a_plain_transform_loads_nothing_of_the_network(tmp_path: object) -> None:
    assert loaded(TRANSFORM, tmp_path) == []


def test_a_client_loads_it_with_the_first_question(tmp_path: object) -> None:
    assert loaded(IMPORT, tmp_path) == ["transformer.registry"]


@pytest.mark.parametrize("name", ["urllib3", "ssl"])
def test_the_check_can_fail(tmp_path: object, name: str) -> None:
    assert name in loaded(f"import sys, {name}", tmp_path)
