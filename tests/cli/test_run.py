"""What runs share, whichever command asks for one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.helpers.runs import pod
from transformer.cli.invocation import Invocation, prepare
from transformer.cli.run import transformed
from transformer.cli.shell import Shell

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec: {mirrors: [{source: docker.io, target: m.io/hub}], digests: {mode: off}}
"""
LIST = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n"


@pytest.mark.parametrize("text", [pod("nginx"), pod("quay.io/a/b"), "", LIST])
def test_the_last_run_lets_go_of_what_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(CONFIG)
    (tmp_path / "other.yaml").write_text("a: é\n", encoding="utf-8")
    invocation = Invocation(paths=("-",) if text == LIST else ("-", "other.yaml"))
    shell = Shell(io.BytesIO(text.encode()), None, None, {})
    job = prepare(invocation, shell)
    given = list(job.inputs)
    kept = transformed(job, invocation, shell)
    assert job.inputs == given
    last = transformed(job, invocation, shell, is_last=True)
    assert job.inputs == []
    assert last.outputs == kept.outputs
