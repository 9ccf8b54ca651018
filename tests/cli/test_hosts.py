"""The files of hosts are those that are shown to work: see tests/e2e/test_init.py."""

from __future__ import annotations

import pytest
import yaml

from tests.helpers.shared import ROOT
from transformer import __version__
from transformer.cli import hosts

EXAMPLES = ROOT / "kustomize-plugin"
FOLDERS = {"argocd": EXAMPLES / "argocd", "helm": EXAMPLES / "helm" / "mirrorpin"}


@pytest.mark.parametrize(
    ("host", "name"), [(host, name) for host, names in hosts.FILES.items() for name in names]
)
def test_is_the_tested_file(host: str, name: str) -> None:
    assert hosts.read(host)[name] == (FOLDERS[host] / name).read_bytes(), "copy one over the other"


def test_the_plugin_of_helm_is_whole() -> None:
    there = {path.name for path in FOLDERS["helm"].iterdir()}
    assert there - {".gitignore", "stderr.log"} == set(hosts.FILES["helm"])


def test_the_plugin_of_helm_has_the_version_of_the_program() -> None:
    assert yaml.safe_load(hosts.read("helm")["plugin.yaml"])["version"] == __version__
