from __future__ import annotations

import pytest

from tests.helpers.runs import config, messages, output, run

RULES = "mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [pull]}]"
HASHED = "pull-bm4mtdbm8c"
OTHER = "pull-2456789bcd"


def secret(name: str, namespace: str = "shop", kind: str = "dockerconfigjson") -> str:
    metadata = f"{{name: {name}, namespace: {namespace}}}"
    return f"kind: Secret\napiVersion: v1\nmetadata: {metadata}\ntype: kubernetes.io/{kind}\n---\n"


POD = """\
kind: Pod
apiVersion: v1
metadata: {name: web, namespace: shop}
spec:
  containers:
  - image: nginx
"""


def names(*secrets: str, pod: str = POD) -> tuple[str, list[str]]:
    """The name that a pod gets beside secrets, and what is said."""
    outcome = run("".join(secrets) + pod, config(RULES))
    text = output(outcome)
    return text.partition("- name: ")[2].partition("\n")[0], messages(outcome)


@pytest.mark.parametrize(
    ("secrets", "name"),
    [
        pytest.param([], "pull", id="none"),
        pytest.param([secret(HASHED)], HASHED, id="hashed"),
        pytest.param([secret(HASHED, kind="dockercfg")], HASHED, id="of the older type"),
        pytest.param([secret(HASHED), secret("pull")], "pull", id="its own name"),
        pytest.param([secret(HASHED), secret(OTHER, "edge")], HASHED, id="another namespace"),
        pytest.param([secret(HASHED, kind="tls")], "pull", id="another type"),
    ],
)
def test_the_name_is_the_one_in_the_stream(secrets: list[str], name: str) -> None:
    assert names(*secrets) == (name, [])


def test_a_second_run_changes_nothing() -> None:
    text = secret(HASHED) + POD
    once = output(run(text, config(RULES)))
    assert output(run(once, config(RULES))) == once


def test_a_name_that_kustomize_is_still_to_change_stays() -> None:
    annotation = "internal.config.kubernetes.io/previousNames: pull"
    named = f"name: prod-pull, annotations: {{{annotation}}}"
    moved = secret("prod-pull").replace("name: prod-pull", named)
    assert names(moved) == ("pull", [])


def test_all_of_a_workloads_holders_get_it() -> None:
    account = (
        "kind: ServiceAccount\napiVersion: v1\nmetadata: {name: default, namespace: shop}\n---\n"
    )
    both = f"{RULES}\n  pullSecrets: {{attachTo: both}}"
    text = output(run(secret(HASHED) + account + POD, config(both)))
    assert text.count(f"- name: {HASHED}") == 2


def test_an_image_without_pull_secrets_is_none_of_it() -> None:
    rules = RULES.replace("[", "[{source: quay.io, target: m.io/q}, ", 1)
    text = secret(HASHED) + POD + "  - image: quay.io/a\n"
    assert f"- name: {HASHED}" in output(run(text, config(rules)))


@pytest.mark.parametrize(
    ("secrets", "pod", "said"),
    [
        pytest.param(
            [secret(HASHED), secret(OTHER)],
            POD,
            'in.yaml:16:12: warning: pull secret "pull" could be any of '
            f"{HASHED}, {OTHER} (ambiguous-pull-secret)\n"
            "  hint: name the one that is meant in `pullSecrets`, or take the others out",
            id="two",
        ),
        pytest.param(
            [secret("harbor"), secret("pull-aeiou01301")],
            POD,
            'in.yaml:16:12: warning: pull secret "pull" is not among the manifests: namespace '
            '"shop" has harbor, pull-aeiou01301 (other-pull-secret)\n'
            "  hint: name one of these in `pullSecrets`, or see that the other is there",
            id="others",
        ),
        pytest.param(
            [secret("harbor", '""')],
            POD.replace(", namespace: shop", ""),
            'in.yaml:11:12: warning: pull secret "pull" is not among the manifests: its namespace '
            "has harbor (other-pull-secret)\n"
            "  hint: name one of these in `pullSecrets`, or see that the other is there",
            id="without a namespace",
        ),
    ],
)
def test_what_is_unclear_is_said_once(secrets: list[str], pod: str, said: str) -> None:
    name, found = names(*secrets, pod=pod + "  - image: redis\n")
    assert (name, found) == ("pull", [said])


def test_secrets_of_every_type_may_stand_in_one_document() -> None:
    # What does not speak of images is passed over before its type is looked at.
    of_shop = "metadata: {name: %s, namespace: shop, annotations: {image: a}}"
    items = [
        f"{{apiVersion: v1, kind: Secret, type: {kind}, {of_shop % name}}}"
        for kind, name in (("Opaque", OTHER), ("kubernetes.io/dockerconfigjson", HASHED))
    ]
    spec = "spec: {containers: [{image: nginx}]}"
    items.append(f"{{apiVersion: v1, kind: Pod, {of_shop % 'web'}, {spec}}}")
    text = f"{{apiVersion: v1, kind: List, items: [{', '.join(items)}]}}"
    assert f"imagePullSecrets: [{{name: {HASHED}}}]" in output(run(text, config(RULES)))
