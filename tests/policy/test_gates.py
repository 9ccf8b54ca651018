from __future__ import annotations

import pytest

from tests.helpers.runs import config, infos, locked, messages, output, pod, run, stream
from transformer.config.options import Options
from transformer.pipeline import transform
from transformer.records import replace

RULE = "mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [pull]}]"
SHA = "sha256:" + "a" * 64


def policy(text: str, *spec: str, manifests: str = "") -> list[str]:
    """What is said of a pod, or other manifests, with a policy; without place and object."""
    settings = config(RULE, "unmatched: keep", f"policy: {{{text}}}", *spec)
    lock = locked({
        "docker.io/library/nginx:1": f"{{digest: '{SHA}', platforms: {{linux/amd64: '{SHA}'}}}}",
        "docker.io/library/one:1": f"{{digest: '{SHA}'}}",
    })  # fmt: skip
    outcome = run(manifests or pod("nginx:1"), settings, lock)
    return [it.partition(": ")[2] for it in messages(outcome)]


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ("m.io/hub/a/b", []),
        ("eu.pkg.io/a", []),
        ("nginx", []),
        ("quay.io/acme/web", []),
        ("pkg.io/a", ["pkg.io"]),
        ("quay.io/acme-x/web", ["quay.io"]),
        ("m.io.evil.io/a", ["m.io.evil.io"]),
    ],
)
def test_registries(image: str, said: list[str]) -> None:
    allowed = "registries: {allowed: [m.io, '*.pkg.io', quay.io/acme]}"
    assert policy(allowed, manifests=pod(image)) == [
        f'error: "{image}" is pulled from {it}: expected m.io, *.pkg.io, quay.io/acme '
        "(gate-registries)"
        for it in said
    ]


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ("nginx", "has no tag, which is latest"),
        ("nginx:latest", "has the tag latest"),
        (f"nginx:latest@{SHA}", "has the tag latest"),
        ("quay.io/a", "has no tag, which is latest"),
        ("nginx:1", ""),
        (f"nginx@{SHA}", ""),
    ],
)
def test_latest(image: str, said: str) -> None:
    expected = f'"{image}" {said}: expected a tag that names a release (gate-latest)'
    for level, word in (("fail", "error"), ("warn", "warning")):
        found = policy(f"latest: {level}", manifests=pod(image))
        assert found == ([f"{word}: {expected}"] if said else [])
    assert policy("latest: off", manifests=pod(image)) == []


def test_digest_is_asked_of_the_final_image() -> None:
    said = (
        'error: "quay.io/a:1" has no digest: expected one (gate-digest)\n'
        "  hint: mirrorpin lock writes digests down"
    )
    found = policy("digest: fail", "digests: {mode: lock}", manifests=pod("nginx:1", "quay.io/a:1"))
    assert found == [said]


def test_platforms_are_those_of_the_lock() -> None:
    text = pod("nginx:1", "one:1", f"two@{SHA}", "quay.io/a:1")
    gate = "platforms: {platforms: [linux/amd64, linux/arm64]}"
    assert policy(gate, "digests: {mode: lock}", manifests=text) == [
        'error: "docker.io/library/nginx:1" is locked with linux/amd64: expected linux/arm64 '
        "(gate-platforms)",
        'error: "docker.io/library/one:1" is locked with no platforms: expected linux/amd64, '
        "linux/arm64 (gate-platforms)",
        'error: "docker.io/library/two" is locked with no entry: expected linux/amd64, linux/arm64 '
        "(gate-platforms)",
        'error: "quay.io/a:1" is locked with no entry: expected linux/amd64, linux/arm64 '
        "(gate-platforms)",
    ]
    assert policy("platforms: {platforms: [linux/amd64]}", "digests: {mode: lock}") == []


def test_platforms_are_missing_without_a_lock() -> None:
    settings = config(RULE, "digests: {mode: lock}", "policy: {platforms: {platforms: [a/b]}}")
    unlocked = replace(settings, digests=replace(settings.digests, mode="off"))
    (said,) = messages(run(pod("nginx:1"), unlocked))
    assert '"docker.io/library/nginx:1" is locked with no lock: expected a/b' in said


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("created: '2026-03-05T23:59:59Z'", ""),
        ("created: '2026-12-31T00:00:00Z'", ""),
        (
            "created: '2026-03-04T23:59:59Z'",
            "was made on 2026-03-04, 91 days ago: expected 90 at most",
        ),
        (
            "size: 1",
            "is locked with no time at which it was made: expected one of the last 90 days",
        ),
    ],
)
@pytest.mark.parametrize("image", ["nginx:1", "m.io/hub/library/nginx:1"])
def test_age_is_that_of_the_lock(image: str, entry: str, said: str) -> None:
    lock = locked({"docker.io/library/nginx:1": f"{{digest: '{SHA}', {entry}}}"})
    settings = config(RULE, "digests: {mode: lock}", "policy: {age: {maxDays: 90}}")
    options = Options(verify="full", today="2026-06-03")
    found = messages(
        transform([("in.yaml", pod(image).encode())], settings, lock=lock, options=options)
    )
    assert len(found) == bool(said)
    assert not said or f'"docker.io/library/nginx:1" {said}' in found[0]


def test_age_is_unknown_without_entry_or_lock() -> None:
    settings = config(RULE, "digests: {mode: lock, missing: warn}", "policy: {age: {maxDays: 1}}")
    options = Options(today="2026-06-03")
    inputs = [("in.yaml", pod("nginx:2").encode())]
    found = messages(transform(inputs, settings, lock=locked({}), options=options))
    assert (
        '"docker.io/library/nginx:2" is locked with no entry: expected one of the last 1 day'
        in found[1]
    )
    unlocked = replace(settings, digests=replace(settings.digests, mode="off"))
    (said,) = messages(transform(inputs, unlocked, options=options))
    assert "is locked with no lock: expected one of the last 1 day" in said


def test_repositories() -> None:
    text = pod("nginx:1", "m.io/a/b/c/d", "quay.io/team/x")
    gate = "repositories: {maxDepth: 3, allowed: ['hub/*', 'team/*']}"
    assert policy(gate, manifests=text) == [
        'error: "m.io/a/b/c/d" has a path of 4 parts: expected 3 at most (gate-repositories)',
        'error: "m.io/a/b/c/d" has the path a/b/c/d: expected hub/*, team/* (gate-repositories)',
    ]
    assert policy("repositories: {maxDepth: 2, level: warn}") == [
        'warning: "m.io/hub/library/nginx:1" has a path of 3 parts: expected 2 at most '
        "(gate-repositories)"
    ]
    assert policy("repositories: {allowed: [x], level: off}") == []


ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\n"
NEEDS = (
    'error: "m.io/hub/library/nginx:1" is pulled without pull secret: expected pull '
    "(gate-pull-secrets)"
)
THING = "apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: t}\nimage: nginx:1\n"
SECRETS_OF = ", {group: x.io, kind: Thing, path: secrets, form: pullSecrets, items: strings}"


class TestPullSecrets:
    @pytest.mark.parametrize(
        ("attach_to", "text", "said"),
        [
            ("pods", pod("nginx:1"), []),
            ("none", pod("nginx:1"), [NEEDS]),
            ("none", pod("nginx:1", secrets="[{name: other}]"), [NEEDS]),
            ("none", pod("nginx:1", secrets="[{name: pull}]"), []),
            ("serviceAccounts", stream(pod("nginx:1"), ACCOUNT), []),
            (
                "none",
                stream(pod("nginx:1"), f"{ACCOUNT}imagePullSecrets: [{{name: pull}}]\n"),
                [],
            ),
            ("none", stream(pod("nginx:1", namespace="a"), ACCOUNT), [NEEDS]),
            ("pods", pod("quay.io/a:1"), []),
        ],
    )
    def test_are_there_when_the_run_is_done(
        self, attach_to: str, text: str, said: list[str]
    ) -> None:
        attach = f"pullSecrets: {{attachTo: {attach_to}}}"
        assert policy("pullSecrets: fail", attach, manifests=text) == said

    @pytest.mark.parametrize(("field", "count"), [("", 1), (SECRETS_OF, 0)])
    def test_may_be_in_a_field_of_a_custom_resource(self, field: str, count: int) -> None:
        fields = f"fields: [{{group: x.io, kind: Thing, path: image}}{field}]"
        text = THING + "secrets: []\n" * bool(field)
        found = policy("pullSecrets: fail", fields, manifests=text)
        assert sum("gate-pull-secrets" in it for it in found) == count

    def test_are_not_asked_of_what_other_pods_pull(self) -> None:
        shape = pod("nginx:1") + "    env: [{name: ODD_IMAGE, value: 'docker.io/a/b:1'}]\n"
        found = policy("pullSecrets: fail", "pullSecrets: {attachTo: none}", manifests=shape)
        assert found == [NEEDS]

    def test_go_by_the_name_that_kustomize_gave_them(self) -> None:
        secret = (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: pull-bm4mtdbm8c}\n"
            "type: kubernetes.io/dockerconfigjson\ndata: {.dockerconfigjson: e30=}\n"
        )
        found = policy("pullSecrets: fail", manifests=stream(secret, pod("nginx:1")))
        assert [it for it in found if "gate" in it] == []


HELPER = pod("nginx:1") + "    env:\n    - {name: HELPER, value: 'quay.io/acme/helper:1'}\n"


@pytest.mark.parametrize(("level", "word"), [("fail", "error"), ("warn", "warning")])
def test_suspects_are_named_each(level: str, word: str) -> None:
    (said,) = policy(f"suspects: {level}", manifests=HELPER)
    assert said == (
        f'{word}: "quay.io/acme/helper:1" looks like an image, and is not named in the '
        "configuration (gate-suspects)\n"
        "  hint: add to `spec.strings.env`: HELPER"
    )


def test_what_only_looks_like_an_image_fails_no_run() -> None:
    shape = pod("nginx:1") + "    env: [{name: ODD_IMAGE, value: 'docker.io/a/b:1'}]\n"
    found = policy("digest: fail", "digests: {mode: lock, missing: warn}", manifests=shape)
    assert [it.partition(":")[0] for it in found if "gate-digest" in it] == ["warning"]
    rewritten = policy(
        "registries: {allowed: [x.io]}", "suspects: rewrite",
        manifests=HELPER.replace("quay.io", "docker.io"),
    )  # fmt: skip
    judged = [it.partition(":")[0] for it in rewritten if "gate-registries" in it]
    assert judged == ["error", "warning"]


def test_the_beginning_of_names_is_judged_by_its_registry_alone() -> None:
    fields = (
        "fields: [{group: x.io, kind: Thing, path: image, form: registry}, "
        "{group: x.io, kind: Thing, path: name, form: repository}]"
    )
    text = THING.replace("nginx:1", "quay.io/a/") + "name: quay.io/b\n"
    every = "latest: fail, digest: fail, registries: {allowed: [m.io]}, repositories: {maxDepth: 9}"
    found = policy(every, fields, manifests=text)
    assert [it.partition(": ")[2].partition(" is ")[0] for it in found] == [
        '"quay.io/a/"',
        '"quay.io/b"',
    ]


@pytest.mark.parametrize(
    ("prefix", "allowed", "passes"),
    [
        ("docker.io", "docker.io/library", False),
        ("docker.io", "docker.io/mirrorpin", False),
        ("docker.io/library/", "docker.io/library", True),
        ("library", "docker.io/library", True),
        ("quay.io/a", "quay.io/a", True),
        ("quay.io/a", "quay.io/a/x", False),
        ("eu.pkg.io/a", "'*.pkg.io'", True),
    ],
)
def test_all_that_begins_with_it_must_be_allowed(prefix: str, allowed: str, passes: bool) -> None:
    field = "fields: [{group: x.io, kind: Thing, path: image, form: registry}]"
    kept = "mirrors: [{source: '*', keep: true}]"
    gate = f"policy: {{registries: {{allowed: [{allowed}]}}}}"
    said = messages(run(THING.replace("nginx:1", prefix), config(kept, gate, field)))
    assert not said if passes else "(gate-registries)" in said[0]


def test_an_image_that_fails_or_is_left_alone_is_not_judged() -> None:
    settings = config(RULE, "invalid: warn", "policy: {latest: fail, digest: fail}")
    found = messages(run(pod("quay.io/a", "$X"), settings))
    assert [it.rpartition("(")[2].partition(")")[0] for it in found] == ["no-rule", "placeholder"]


def test_each_place_is_told_and_nothing_is_written() -> None:
    settings = config(RULE, "policy: {latest: fail}")
    text = pod("nginx", "nginx")
    outcome = run(text, settings)
    assert [it.split(": ")[0] for it in messages(outcome)] == ["in.yaml:8:12", "in.yaml:10:12"]
    assert output(outcome) == text


def test_without_a_gate_nothing_is_said() -> None:
    settings = config(RULE, "policy: {}")
    outcome = run(pod("nginx"), settings)
    assert (messages(outcome), infos(outcome)) == ([], [])
