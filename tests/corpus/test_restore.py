"""Real manifests come back: to the byte where their images were noted, and else in full names."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

import pytest

from tests.helpers.corpus import CorpusFile
from tests.helpers.corpus_runs import READABLE, config, everything, failing
from tests.helpers.runs import locked
from transformer.image.reference import normalize
from transformer.lock.lock import Lock
from transformer.model import Keep, Rewrite
from transformer.pipeline import transform
from transformer.undo.restore import restore

pytestmark = pytest.mark.exhaustive

RULES = (
    "pullSecrets: {names: [mirror-pull]}",
    "digests: {mode: lock, missing: warn, unpinnable: info}",
)
NOTED = config(*RULES, "report: {originalImages: true}")
UNNOTED = config(*RULES)

# Mappings without a value take the note in braces, which stay.
EMPTY = {
    "argoproj__argo-cd/resource_customizations__keda.sh__ScaledJob__testdata__keda-healthy.yaml",
    "argoproj__argo-cd/resource_customizations__keda.sh__ScaledJob__testdata__keda-progressing.yaml",
}
# Manifests in strings have no notes.
IN_STRINGS = {
    "rancher__local-path-provisioner/debug__config.yaml",
    "rancher__local-path-provisioner/examples__quota__debug.yaml",
}


@cache
def lock() -> Lock:
    """A lock of every image with a tag or without."""
    digests: dict[str, str] = {}
    for file in READABLE:
        for site, verdict in everything(file).decisions:
            if isinstance(verdict, Rewrite | Keep) and site.names == "image":
                reference = normalize(site.written)
                made = f"sha256:{sha256(reference.key.encode()).hexdigest()}"
                digests[reference.with_tag_default().key] = reference.digest or made
    return locked({key: f"{{digest: {it}}}" for key, it in digests.items() if ":" in key})


def comes_back(file: CorpusFile) -> bool:
    there = transform([(file.name, file.data)], NOTED, lock=lock())
    if there.failed:
        return there.outputs == (file.data,)
    back = restore([(file.name, there.outputs[0])], NOTED, lock=lock()).outcome
    return not back.failed and back.outputs == (file.data,)


def transforms_alike(file: CorpusFile) -> bool:
    there = transform([(file.name, file.data)], UNNOTED, lock=lock())
    back = restore([(file.name, there.outputs[0])], UNNOTED, lock=lock()).outcome
    again = transform([(file.name, back.outputs[0])], UNNOTED, lock=lock())
    return not (there.failed or back.failed) and again.outputs == there.outputs


def test_noted_manifests_come_back_to_the_byte() -> None:
    assert set(failing(comes_back)) == EMPTY | IN_STRINGS


def test_all_others_transform_to_what_they_were() -> None:
    assert failing(transforms_alike) == []
