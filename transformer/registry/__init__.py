"""Asking registries what a tag stands for, and whether a digest exists.

    with Client(Settings(), os.environ) as client:
        found = client.resolve([normalize("nginx:1.27")])
    found["docker.io/library/nginx:1.27"]    # a Descriptor, or a RegistryFault that says why not

Importing this package opens nothing, and urllib3 is only loaded with the first question.
"""

from __future__ import annotations

from transformer.image.descriptor import Descriptor
from transformer.registry.auth.credential import Credential
from transformer.registry.auth.credentials import Credentials
from transformer.registry.client import Client
from transformer.registry.faults import RegistryFault
from transformer.registry.resolver import Answer, Progress
from transformer.registry.settings import Settings

__all__ = [
    "Answer",
    "Client",
    "Credential",
    "Credentials",
    "Descriptor",
    "Progress",
    "RegistryFault",
    "Settings",
]
