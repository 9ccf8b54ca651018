from __future__ import annotations

import json

import jsonschema
import pytest
import yaml

from tests.helpers.runs import config
from transformer.config.policy import Policy, day_number, is_date
from transformer.config.schemas import read
from transformer.errors import ConfigError
from transformer.image.repository import Pattern

HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nspec:\n"


def policy(*spec: str) -> Policy:
    found = config(*spec).policy
    assert found is not None
    return found


def refused(*spec: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config(*spec)
    return [it.message + (f" [{it.hint}]" if it.hint else "") for it in caught.value.problems]


def schema_allows(*spec: str) -> bool:
    text = HEAD + "".join(f"  {line}\n" for line in spec)
    return jsonschema.Draft7Validator(json.loads(read("config"))).is_valid(yaml.safe_load(text))


def test_there_is_none_without_the_key() -> None:
    assert config().policy is None


def test_gates_are_off_until_they_are_set() -> None:
    assert policy("policy: {}").levels == {}
    assert policy("policy:").levels == {}
    assert not policy("policy: {latest: fail}").needs_today


def test_an_age_needs_the_day() -> None:
    assert policy("digests: {mode: lock}", "policy: {age: {maxDays: 1}}").needs_today
    off = policy("digests: {mode: lock}", "policy: {age: {maxDays: 1, level: off}}")
    assert (off.needs_today, off.levels) == (False, {})


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "100000", "ninety"])
def test_an_age_is_a_number_of_days(text: str) -> None:
    (said,) = refused("digests: {mode: lock}", f"policy: {{age: {{maxDays: {text}}}}}")
    assert said == f'`spec.policy.age.maxDays` is "{text}": expected a number of days, 1 to 99999'
    assert not schema_allows("digests: {mode: lock}", f"policy: {{age: {{maxDays: {text}}}}}")


def test_an_age_has_a_bound_and_a_lock() -> None:
    assert refused("digests: {mode: lock}", "policy: {age: {level: warn}}") == [
        "`spec.policy.age` lacks the key `maxDays`"
    ]
    assert refused("policy: {age: {maxDays: 1}}") == [
        "`spec.policy.age` is set without a lock, which knows when images were made [set "
        "`digests.mode: lock`]"
    ]
    assert refused("digests: {mode: lock}", "policy: {age: {maxDays: }}") == [
        "`spec.policy.age.maxDays` is empty: expected a value"
    ]


@pytest.mark.parametrize(
    ("day", "number"),
    [("1970-01-01", 0), ("1970-01-02", 1), ("2000-03-01", 11017), ("0001-01-01", -719162)],
)
def test_days_are_counted_on(day: str, number: int) -> None:
    assert day_number(day) == number


def test_all_of_it_is_read() -> None:
    spec = (
        "digests: {mode: lock}",
        "policy: {registries: {level: warn, allowed: [m.io, '*.pkg.io', quay.io/a]}, latest: warn, "
        "digest: fail, platforms: {platforms: [linux/amd64]}, age: {maxDays: 90}, "
        "suspects: fail, pullSecrets: warn, repositories: {maxDepth: 3, allowed: ['a/*']}, "
        "waivers: [{gate: latest, image: a, namespace: b, kind: c, name: d, reason: e, "
        "until: '2026-12-31'}, {code: suspects, reason: g}]}",
    )
    assert schema_allows(*spec)
    found = policy(*spec)
    assert found.levels == {
        "registries": "warn",
        "latest": "warn",
        "digest": "fail",
        "platforms": "fail",
        "age": "fail",
        "suspects": "fail",
        "pullSecrets": "warn",
        "repositories": "fail",
    }
    assert found.registries == (
        Pattern(name="m.io"),
        Pattern(name="pkg.io", is_wildcard=True),
        Pattern(name="quay.io/a"),
    )
    assert (found.platforms, found.max_depth, found.repositories) == (
        ("linux/amd64",), 3, ("a/*",)
    )  # fmt: skip
    first, second = found.waivers
    assert (first.gate, first.image, first.namespace, first.kind, first.name, first.reason) == (
        "latest", "a", "b", "c", "d", "e"
    )  # fmt: skip
    assert (first.until, first.label) == ("2026-12-31", "policy.waivers[0]")
    assert (second.code, second.image, second.until) == ("suspects", "*", "")
    assert found.needs_today


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lates: fail",
         "`spec.policy.lates` is set, and there is no such key [did you mean latest?]"),
        ("latest: true", '`spec.policy.latest` is "true": expected one of off, warn, fail'),
        ("registries: {level: warn}", "`spec.policy.registries` lacks the key `allowed`"),
        ("registries: {allowed: [nginx]}",
         '`spec.policy.registries.allowed[0]` is "nginx": expected host[:port], host/path, '
         'host/path:tag, host/path@digest, *.host or * [did you mean '
         'docker.io/library/nginx?]'),
        ("registries: {allowed: ['m.io/a:1']}",
         '`spec.policy.registries.allowed[0]` is "m.io/a:1": expected no tag or digest'),
        ("repositories: {level: warn}",
         "`spec.policy.repositories` has neither maxDepth nor allowed: expected one"),
        ("repositories: {maxDepth: 0}",
         '`spec.policy.repositories.maxDepth` is "0": expected a number of parts, 1 to 999'),
        ("waivers: [{gate: latest, reason: a}]",
         "`spec.policy.waivers[0]` lacks the key `until`, the last day of it"),
        ("waivers: [{gate: latest, reason: a, until: tomorrow}]",
         '`spec.policy.waivers[0].until` is "tomorrow": expected a day, as 2026-12-31'),
        ("waivers: [{gate: latest, code: suspects, reason: a, until: '2026-12-31'}]",
         "`spec.policy.waivers[0]` has both gate and code, or none: expected exactly one"),
        ("waivers: [{reason: a}]",
         "`spec.policy.waivers[0]` has both gate and code, or none: expected exactly one"),
        ("waivers: [{code: suspect-, reason: a}]",
         '`spec.policy.waivers[0].code` is "suspect-": expected a code of a message [did you '
         'mean suspect?]'),
        ("waivers: [{code: suspects}]", "`spec.policy.waivers[0]` lacks the key `reason`"),
        ("waivers: [{code: suspects, reason: ''}]",
         "`spec.policy.waivers[0].reason` is empty: expected a value"),
        ("waivers: [{code: suspects, reason: b, object: c}]",
         "`spec.policy.waivers[0].object` is set, and there is no such key [the keys here "
         "are gate, code, image, namespace, kind, name, reason, until]"),
        ("waivers: [{gate: all, reason: a, until: '2026-12-31'}]",
         '`spec.policy.waivers[0].gate` is "all": expected one of registries, latest, '
         'digest, platforms, age, suspects, pullSecrets, repositories'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    assert refused(f"policy: {{{text}}}") == [said]
    assert not schema_allows(f"policy: {{{text}}}")


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            ["policy: {platforms: {platforms: [linux/amd64]}}"],
            "`spec.policy.platforms` is set without a lock, which knows the platforms [set "
            "`digests.mode: lock`]",
        ),
        (
            ["policy: {platforms: {platforms: [linux/amd64]}}", "digests: {mode: require}"],
            "`spec.policy.platforms` is set without a lock, which knows the platforms [set "
            "`digests.mode: lock`]",
        ),
        (
            ["policy: {suspects: warn}", "suspects: ignore"],
            "`spec.policy.suspects` is set with `suspects: ignore`, which does not look for them",
        ),
        (
            ["policy: {platforms: {level: off}}"],
            "`spec.policy.platforms` lacks the key `platforms`",
        ),
    ],
)
def test_what_does_not_go_together_is_said(spec: list[str], said: str) -> None:
    assert refused(*spec) == [said]


def test_a_lock_may_be_meant_without_a_mode() -> None:
    assert policy("digests: {keepTag: false}", "policy: {platforms: {platforms: [a/b]}}").platforms


@pytest.mark.parametrize(
    ("text", "is_day"),
    [
        ("2026-12-31", True),
        ("2024-02-29", True),
        ("2026-02-29", False),
        ("2026-13-01", False),
        ("2026-00-01", False),
        ("2026-04-31", False),
        ("2026-04-00", False),
        ("0000-01-01", False),
        ("2026-4-1", False),
        ("2026-04-01T00:00:00Z", False),
        ("\uff12026-01-01", False),
        ("", False),
    ],
)
def test_days_are_those_of_the_calendar(text: str, is_day: bool) -> None:
    assert is_date(text) == is_day
