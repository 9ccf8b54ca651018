"""What a registry says of an image."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from transformer.image.descriptor import Descriptor
from transformer.registry.faults import RegistryFault

Outcome: TypeAlias = "Descriptor | RegistryFault"
Progress: TypeAlias = "Callable[[int, int], None]"
