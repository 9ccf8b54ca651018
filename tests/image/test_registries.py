from __future__ import annotations

import pytest

from transformer.image.registries import deepens, refusal

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("name", "demand"),
    [
        ("docker.io/acme/web", ""),
        ("docker.io/web", "two parts behind docker.io, namespace/repository"),
        ("docker.io/acme/team/web", "two parts behind docker.io, namespace/repository"),
        ("quay.io/acme/team/web", ""),
        (f"{ECR}/hub/library/nginx", ""),
        (f"{ECR}/1password/x", "a letter for the first character of an ECR repository"),
        ("registry.example.com/1password/x", ""),
        (
            "eu-docker.pkg.dev/project/web",
            "project, repository and image behind an Artifact Registry's host",
        ),
        ("eu-docker.pkg.dev/project/hub/library/nginx", ""),
    ],
)
def test_what_a_registry_would_not_take(name: str, demand: str) -> None:
    refused = refusal(name)
    assert (refused.demand if refused else "") == demand


@pytest.mark.parametrize(
    ("target", "more", "is_taken"),
    [
        ("docker.io/acme", 1, True),
        ("docker.io/acme", 2, False),
        ("docker.io", 2, True),
        ("docker.io/acme/web", 0, True),
        ("quay.io/a/b/c", 9, True),
    ],
)
def test_what_has_no_room(target: str, more: int, is_taken: bool) -> None:
    assert (deepens(target, more) is None) is is_taken
