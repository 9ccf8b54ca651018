"""What registries say, and who asks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from transformer.image.descriptor import Descriptor
from transformer.image.reference import Reference
from transformer.registry.faults import RegistryFault

if TYPE_CHECKING:
    from transformer.registry.attached import Attached

Answer: TypeAlias = "Descriptor | RegistryFault"

# How far a round of questions is: those answered, and all of them.
Progress: TypeAlias = "Callable[[int, int], None]"

# Asks registries: takes references, and whether their platforms are wanted as well. Returns an
# answer for each, by its normalised text.
Resolve: TypeAlias = "Callable[[Sequence[Reference], bool], Mapping[str, Answer]]"

# Asks registries what belongs to manifests: takes references with their digests. Returns what is
# there, or a fault, for each by its text.
Attend: TypeAlias = "Callable[[Sequence[Reference]], Mapping[str, Attached | RegistryFault]]"

# Asks registries when images were made: takes references with their digests. Returns the time, ''
# where no image says it, or a fault, for each by its text.
Date: TypeAlias = "Callable[[Sequence[Reference]], Mapping[str, str | RegistryFault]]"
