"""The Argo CD config management plugin: what plugin.yaml calls inside the sidecar.

    mirrorpin cmp discover kustomize|helm   print something when the plugin is for this folder
    mirrorpin cmp parameters                print the parameters of this folder, as JSON
    mirrorpin cmp kustomize|helm            print its manifests, mirrored, or fail with the reason

The working directory is the folder of one application, in the repository of one tenant, and the
process sees those of others: a parameter, and what the repository holds, must not lead out of it.
Who sets the sidecar's own variables (KUSTOMIZE_OPTIONS, HELM_OPTIONS, MIRRORPIN_...) is trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformer.cli.invocation import Invocation
    from transformer.cli.shell import Shell

DONE = 0


def run(invocation: Invocation, shell: Shell) -> int:
    """Announce the parameters, or render and mirror, as the command's word says."""
    word = invocation.paths[0]
    if word == "parameters":
        from transformer.cli.cmp.announce import announcement

        shell.write(announcement("."))
        return DONE
    from transformer.cli.cmp.generate import generate

    return generate(word, invocation, shell)
