"""Where a configuration is when the command line names none."""

from __future__ import annotations

CONFIG_VARIABLE = "MIRRORPIN_CONFIG"
DEFAULT_CONFIG = "mirrorpin.yaml"
