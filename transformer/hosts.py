"""What a host must have beside the configuration, ready to copy: `mirrorpin init --for HOST`."""

from __future__ import annotations

from collections.abc import Mapping

from transformer import __version__

# Nothing here depends on the manifests. kustomize is not among them: its function file is the
# configuration itself, see `init`.
_ARGOCD = """\
# A config management plugin of Argo CD: /home/argocd/cmp-server/config/plugin.yaml of a sidecar.
# Its image must have mirrorpin, kustomize and sh. It takes every folder with a mirrorpin.yaml.
apiVersion: argoproj.io/v1alpha1
kind: ConfigManagementPlugin
metadata:
  name: mirrorpin
spec:
  discover:
    fileName: ./mirrorpin.yaml
  generate:
    command: [sh, -c]
    args:   # a pipe would hide a failed build, and blank output means deletion
    - |
      manifests=$(kustomize build .) || exit
      test -n "$manifests" || { echo 'error: kustomize build printed nothing' >&2; exit 1; }
      printf '%s\\n' "$manifests" | mirrorpin
"""

_HELM = f"""\
# The post-renderer of Helm 4, which starts plugins only: save it as mirrorpin/plugin.yaml below
# $HELM_PLUGINS, then: helm template RELEASE CHART --post-renderer mirrorpin
# Helm 3 needs no plugin: --post-renderer mirrorpin. Both take mirrorpin.yaml from the working
# directory, or the file that MIRRORPIN_CONFIG names. Helm 4 hides what a post-renderer says:
# MIRRORPIN_LOG_FILE names a file to look into.
apiVersion: v1
type: postrenderer/v1
name: mirrorpin
version: {__version__}
runtime: subprocess
runtimeConfig:
  platformCommand:
  - command: mirrorpin
"""

FILES: Mapping[str, str] = {"argocd": _ARGOCD, "helm": _HELM}
