"""Every test that the page on hosts names is there, and every trap names one."""

from __future__ import annotations

import re

import pytest

from tests.e2e.tools import (
    ARGOCD_CMP_SERVER,
    ETCD,
    FLUX,
    HELM_VERSIONS,
    KUBE_APISERVER,
    KUSTOMIZE_VERSIONS,
)
from tests.helpers.shared import ROOT

PAGE = (ROOT / "docs" / "hosts.md").read_text()
NAMED = re.findall(r"`(tests/\S+\.py)::(\w+)`", PAGE)


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[name for _, name in NAMED])
def test_named_test_exists(file: str, name: str) -> None:
    assert re.search(rf"(?m)^ *def {name}\(", (ROOT / file).read_text())


def test_each_of_the_twelve_traps_names_a_test() -> None:
    rows = re.findall(r"(?m)^\| (\d+) \|.*\| (.*) \|$", PAGE)
    assert [int(number) for number, _ in rows] == list(range(1, 13))
    assert all("::test_" in shown for _, shown in rows)


def test_versions_are_those_installed() -> None:
    words = set(re.findall(r"\d+\.\d+\.\d+", PAGE))
    single = {tool.version for tool in (ARGOCD_CMP_SERVER, ETCD, FLUX, KUBE_APISERVER)}
    assert words == {*KUSTOMIZE_VERSIONS, *HELM_VERSIONS, *single}
