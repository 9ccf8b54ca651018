from __future__ import annotations

import pytest

from tests.helpers.plans import config, copies, lock, plan, said
from tests.helpers.registry_table import CONFIG, A, B, C, pods
from transformer.errors import ConfigError
from transformer.plan.copies import Copy, of_lock
from transformer.records import replace

MIRROR = "registry.example.com"
NGINX = "docker.io/library/nginx"


def shown(found: list[Copy]) -> list[str]:
    return [f"{it.origin} -> {it.destination}" for it in found]


def test_what_a_rule_moves_is_copied_by_its_tag() -> None:
    assert shown(copies("nginx:1.27", "ghcr.io/acme/web", "nginx:1.27")) == [
        f"{NGINX}:1.27 -> {MIRROR}/{NGINX}:1.27",
        f"ghcr.io/acme/web:latest -> {MIRROR}/ghcr.io/acme/web:latest",
    ]


def test_the_lock_says_which_digest_and_which_platforms() -> None:
    first, second = copies("nginx:1.27", "ghcr.io/acme/web:2.0", known=lock())
    assert shown([first, second]) == [
        f"{NGINX}@{A} -> {MIRROR}/{NGINX}:1.27",
        f"ghcr.io/acme/web@{B} -> {MIRROR}/ghcr.io/acme/web:2.0",
    ]
    assert (first.platforms, first.is_index, first.rule.label) == (
        ("linux/amd64",),
        True,
        "mirrors[0]",
    )
    assert (second.platforms, second.is_index, second.rule.label) == ((), False, "mirrors[1]")
    assert str(first.source) == f"{NGINX}:1.27@{A}"


def test_every_place_is_noted() -> None:
    (copy,) = copies("nginx:1.27", f"nginx:1.27@{A}", "nginx:1.27")
    assert [str(it) for it in copy.places] == ["web.yaml:7:12", "web.yaml:23:12", "web.yaml:15:12"]
    assert copy.digest == A


def test_a_required_platform_is_wanted_whatever_the_lock_lists() -> None:
    settings = config("  digests: {platforms: [linux/arm64]}\n")
    (copy,) = plan(pods("nginx:1.27"), lock(), settings).copies
    assert copy.platforms == ("linux/amd64", "linux/arm64")


def test_an_image_with_a_digest_alone_is_pulled_by_it() -> None:
    assert shown(copies(f"nginx@{A}", f"nginx@{B}")) == [
        f"{NGINX}@{A} -> {MIRROR}/{NGINX}@{A}",
        f"{NGINX}@{B} -> {MIRROR}/{NGINX}@{B}",
    ]


def test_a_tag_of_two_digests_goes_with_the_first() -> None:
    found = plan(pods(f"nginx:1@{A}", f"nginx:1@{B}", "nginx:1"))
    assert shown(list(found.copies)) == [
        f"{NGINX}@{A} -> {MIRROR}/{NGINX}:1",
        f"{NGINX}@{B} -> {MIRROR}/{NGINX}@{B}",
        f"{NGINX}:1 -> {MIRROR}/{NGINX}:1",
    ]
    assert said(found.problems) == [
        f'web.yaml:7:12: warning: "{NGINX}:1" has 2 digests and one tag to keep (two-digests)',
        "  hint: only the first keeps its tag at the mirror; what has none may be cleaned up there",
    ]


def test_what_is_kept_or_has_no_rule_is_not_copied() -> None:
    found = plan(pods("r.io/a:1", "quay.io/b:1"), settings=config("  unmatched: keep\n"))
    assert (found.copies, found.problems) == ((), ())


def test_what_is_at_its_mirror_comes_from_where_its_rule_says() -> None:
    assert shown(copies(f"{MIRROR}/{NGINX}:1.27", "nginx:1.27", known=lock())) == [
        f"{NGINX}@{A} -> {MIRROR}/{NGINX}:1.27"
    ]


TEMPLATED = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors:
  - source: "*.gcr.io"
    template: "registry.example.com/gcr/{{ host | slug }}/{{ repository }}"
"""


def test_what_a_template_led_to_is_not_known_backwards() -> None:
    image = f"{MIRROR}/gcr/us.gcr.io/acme/web:1"
    found = plan(pods(image, image, "us.gcr.io/acme/api:1"), head=TEMPLATED)
    assert shown(list(found.copies)) == [
        f"us.gcr.io/acme/api:1 -> {MIRROR}/gcr/us.gcr.io/acme/api:1"
    ]
    assert said(found.problems) == [
        f'web.yaml:7:12: warning: is at its mirror, and not known where from: "{image}" '
        "(unknown-source)",
        "  hint: write its upstream name, or give its rule a target in place of a template",
    ]


SHARED = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors:
  - {source: docker.io, target: registry.example.com/all}
  - {source: ghcr.io, target: registry.example.com/all}
"""


def test_of_several_upstream_names_the_locked_one_counts() -> None:
    image = f"{MIRROR}/all/acme/web:2.0"
    assert shown(copies(image, known=lock(), head=SHARED)) == [f"ghcr.io/acme/web@{B} -> {image}"]
    assert [it.code for it in plan(pods(image), head=SHARED).problems] == ["unknown-source"]


def test_what_its_mirror_builds_is_not_overwritten() -> None:
    target = "target: registry.example.com/ghcr.io\n"
    rules = CONFIG.replace(target, f"{target}    allowDifferent: true\n")
    found = plan(pods("ghcr.io/acme/web:2.0", "nginx:1"), head=rules)
    assert shown(list(found.copies)) == [f"{NGINX}:1 -> {MIRROR}/{NGINX}:1"]
    assert said(found.problems) == [
        "web.yaml:7:12: info: is built by its mirror, as `mirrors[1]` allows: "
        f'"{MIRROR}/ghcr.io/acme/web" (built-there)'
    ]


HUB = """\
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {name: i}
spec: {hub: docker.io/istio}
"""


def test_a_part_of_a_name_is_named() -> None:
    found = plan(HUB)
    assert found.copies == ()
    assert said(found.problems) == [
        'web.yaml:4:13: warning: "docker.io/istio" is a part of a name: expected its tag, to '
        "be planned (not-whole)"
    ]


STRING = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - {name: c, image: r.io/a:1, env: [{name: MY_TOOL_IMAGE, value: "nginx:1.27"}]}
"""


def test_a_field_that_takes_no_digest_means_the_one_in_the_lock() -> None:
    (copy,) = plan(STRING, lock()).copies
    assert copy.digest == A
    assert [it.digest for it in plan(STRING, lock("version: 1\nimages:\n")).copies] == [""]


def test_a_digest_that_contradicts_the_lock_fails_as_in_a_transform() -> None:
    with pytest.raises(AssertionError, match="has another digest than the lock"):
        plan(pods(f"nginx:1.27@{C}"), lock())


class TestLocks:
    def test_every_entry_is_copied_under_its_rule(self) -> None:
        found = of_lock(lock(), config())
        assert shown(list(found.copies)) == [
            f"{NGINX}@{A} -> {MIRROR}/{NGINX}:1.27",
            f"ghcr.io/acme/web@{B} -> {MIRROR}/ghcr.io/acme/web:2.0",
        ]
        assert [str(it.places[0]) for it in found.copies] == [
            "images.lock.yaml:4:13",
            "images.lock.yaml:9:13",
        ]

    def test_what_no_rule_moves_is_left_out(self) -> None:
        known = lock(
            f"version: 1\nimages:\n  r.io/a:1: {{digest: {A}}}\n  q.io/a:1: {{digest: {A}}}\n"
        )
        assert of_lock(known, config()).copies == ()

    def test_what_a_rule_blocks_is_an_error(self) -> None:
        known = lock(f"version: 1\nimages:\n  docker.io/evil/x:1: {{digest: {A}}}\n")
        found = of_lock(known, config())
        assert said(found.problems) == [
            'images.lock.yaml:3:32: error: "docker.io/evil/x:1" is blocked by `mirrors[2]` '
            "(blocked)",
            "  hint: take it out of the lock with --prune",
        ]

    @pytest.mark.slow
    def test_ten_thousand_entries_are_in_a_plan(self) -> None:
        entries = "".join(f"  docker.io/a/b{n}:1:\n    digest: {A}\n" for n in range(10_000))
        found = of_lock(lock(f"version: 1\nimages:\n{entries}"), config())
        assert len(found.copies) == 10_000


def test_a_configuration_with_a_wrong_key_is_refused_before_any_plan() -> None:
    with pytest.raises(ConfigError):
        config("  digest: {}\n")


def test_copies_are_compared_by_what_they_say() -> None:
    (copy,) = copies("nginx:1.27")
    assert copy == replace(copy)
    assert copy != replace(copy, tag_holds=True)
