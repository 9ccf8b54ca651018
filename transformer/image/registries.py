"""Names that a registry cannot take, however good they are as references.

| registry | repositories have | said by |
|---|---|---|
| Docker Hub | two parts, namespace/repository | docs.docker.com/docker-hub/repos |
| ECR | a letter for their first character | AWS, CreateRepository |
| Artifact Registry | three parts or more, project/repository/image | artifact-registry/docs |
"""

from __future__ import annotations

from transformer.image.reference import HUB
from transformer.records import record

HUB_PARTS = 2
ARTIFACT_PARTS = 3

# Compared as strings: compiling a pattern would cost every run more than it saves.
_ARTIFACTS = "-docker.pkg.dev"
_ECR = ("dkr.ecr.", "dkr.ecr-fips.", "dkr-ecr.", "dkr-ecr-fips.")


@record
class Refusal:
    """What a registry demands of a name that it would not take, and what helps."""

    demand: str
    hint: str


def refusal(name: str) -> Refusal | None:
    """Why the registry of a full name, host/path, would not take it; None where it would."""
    host, _, path = name.partition("/")
    parts = path.count("/") + 1
    if host == HUB and parts != HUB_PARTS:
        return _HUB
    if path[:1].isdigit() and _is_ecr(host):
        return _LETTER
    if parts < ARTIFACT_PARTS and host.endswith(_ARTIFACTS):
        return _PROJECT
    return None


def deepens(target: str, more: int) -> Refusal | None:
    """Why nothing that is put under a target, by so many parts at least, would be taken."""
    host, slash, path = target.partition("/")
    parts = path.count("/") + 1 if slash else 0
    return _HUB if host == HUB and parts + more > HUB_PARTS else None


def _is_ecr(host: str) -> bool:
    account, _, rest = host.partition(".")
    return account.isdecimal() and rest.startswith(_ECR)


_HUB = Refusal(
    demand="two parts behind docker.io, namespace/repository",
    hint="a template makes one of them: {{ repository | replace('/', '-') }}",
)
_LETTER = Refusal(
    demand="a letter for the first character of an ECR repository",
    hint="put a folder in front of it",
)
_PROJECT = Refusal(
    demand="project, repository and image behind an Artifact Registry's host",
    hint="write the project and the repository into the target",
)
