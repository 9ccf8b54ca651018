"""Rewrite, pin and authorise the container images of rendered Kubernetes manifests.

The command is `mirrorpin`; `transformer.pipeline` holds the same work as a pure function.
"""

__version__ = "0.1.0"
