"""Rewrite, pin and authorise the container images of rendered Kubernetes manifests.

    from transformer import parse_config, transform

    config = parse_config("mirrorpin.yaml", text, folder=".")
    outcome = transform([("stdin", data)], config)
    outcome.outputs[0]           # the bytes, with every image mirrored

The names in `__all__` are the library, kept stable by the same rules as the command `mirrorpin`.
Everything below them is private and may change with any release. Each name is loaded when it is
first asked for. See docs/library.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformer.config.config import Config, parse_config
    from transformer.config.options import Options
    from transformer.errors import (
        AgreementError,
        ConfigError,
        InputError,
        Position,
        Problem,
        TransformError,
        UsageError,
    )
    from transformer.lock.lock import Lock, parse_lock
    from transformer.pipeline import Outcome, transform

__version__ = "0.1.0"

__all__ = [
    "AgreementError",
    "Config",
    "ConfigError",
    "InputError",
    "Lock",
    "Options",
    "Outcome",
    "Position",
    "Problem",
    "TransformError",
    "UsageError",
    "parse_config",
    "parse_lock",
    "transform",
]

# Where the names live: asked in this order.
_HOMES = ("errors", "config.options", "config.config", "lock.lock", "pipeline")


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in __all__:
        modules = (import_module(f"transformer.{home}") for home in _HOMES)
        return next(getattr(module, name) for module in modules if hasattr(module, name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted((*__all__, "__version__"))
