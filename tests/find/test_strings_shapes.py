"""Images in strings of pods of which nothing but the shape of a name says that they are one."""

from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.reading import each_parser
from tests.helpers.runs import config, infos, locked, messages, output, run
from transformer.pipeline import Outcome

# What is left alone is a suspect: tests/find/test_suspects.py.
IGNORED = "suspects: ignore"
RULES = "mirrors: [{source: docker.io, target: m.io/hub}, {source: quay.io, target: m.io/quay}]"
DIGEST = f"sha256:{'a' * 64}"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n  - name: a\n{}"
IMAGE = "    image: m.io/hub/x\n"


def outcome(container: str, *spec: str, parser: str = "") -> Outcome:
    return run(
        POD.format(f"{IMAGE}    {container}\n"), config(RULES, IGNORED, *spec), parser=parser
    )


def container_of(result: Outcome) -> str:
    return output(result).removeprefix(POD.format(IMAGE)).strip()


def said(result: Outcome) -> list[str]:
    return [it for it in infos(result) if "unused-rule" not in it]


def env(name: str, value: str) -> str:
    return f"env: [{{name: {name}, value: {json.dumps(value)}}}]"


@pytest.mark.parametrize(
    "name",
    ["RELATED_IMAGE_WEB", "OPERAND_IMAGE_X", "PROXY_IMAGE", "A_IMAGE_B", "IMAGE_JOB", "IMAGE"],
)
@each_parser
def test_a_variable_is_an_image_by_the_shape_of_its_name(name: str, parser: str) -> None:
    result = outcome(env(name, "quay.io/a/b:1"), parser=parser)
    assert (messages(result), container_of(result)) == ([], env(name, "m.io/quay/a/b:1"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("MY_IMAGE_TAG", "quay.io/a:1", id="a tag"),
        pytest.param("IMAGE_PULL_POLICY", "quay.io/a:1", id="a policy"),
        pytest.param("X_IMAGE_PULL_SECRET", "quay.io/a:1", id="a secret"),
        pytest.param("X_IMAGE", "nginx", id="a word"),
        pytest.param("X_IMAGE", "quay.io/a:1,quay.io/b:1", id="two images"),
        pytest.param("X_IMAGE", "quay.io/a:1 quay.io/b:1", id="two images apart"),
        pytest.param("X_IMAGE", "$(HOST)/a:1", id="a placeholder"),
        pytest.param("X_IMAGE", "quay.io/{{ x }}:1", id="a template"),
        pytest.param("X_IMAGE", "", id="nothing"),
        pytest.param("X_IMAGE", "acme/app", id="a folder"),
        pytest.param("X_IMAGE", "redis:6379", id="a host and its port"),
        pytest.param("X_IMAGE", "www.quay.io/logo.png", id="a file"),
        pytest.param("IMAGE_SERVICE", "images:v1", id="a word and a tag, whatever it is"),
        pytest.param("IMAGE_SERVICE", "quay.io/a", id="a folder of a host, whatever it is"),
        pytest.param("HELPER", "quay.io/a:1", id="another name"),
    ],
)
def test_what_is_no_full_reference_is_left_alone(name: str, value: str) -> None:
    result = outcome(env(name, value))
    assert (messages(result), container_of(result)) == ([], env(name, value))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[--a-image=busybox:1]", "[--a-image=m.io/hub/library/busybox:1]"),
        ("[--image, busybox:1, c/d:1]", "[--image, m.io/hub/library/busybox:1, c/d:1]"),
        ("[-x-image, quay.io/a]", "[-x-image, m.io/quay/a]"),
        ("[--a-image]", "[--a-image]"),
        ("[--a-image=]", "[--a-image=]"),
        ("[--a-image, --b-image, a/b:1]", "[--a-image, --b-image, m.io/hub/a/b:1]"),
        ("[--a-image-pull-secret, a/b:1]", "[--a-image-pull-secret, a/b:1]"),
        ("[--a-image-pull-policy=a/b:1]", "[--a-image-pull-policy=a/b:1]"),
        ("[--a_image=a/b:1]", "[--a_image=m.io/hub/a/b:1]"),
        ("[--, a/b:1]", "[--, a/b:1]"),
    ],
)
def test_a_flag_is_an_image_by_the_shape_of_its_name(before: str, after: str) -> None:
    result = outcome(f"args: {before}")
    assert (messages(result), container_of(result)) == ([], f"args: {after}")


CONSUL = """args:
    - -ec
    - |
      # -old-image=consul:1
      exec consul-k8s inject \\
        -consul-image="{}" \\
        -envoy-image '{}' \\
        -log-level=$LEVEL
      HELPER_IMAGE={} helper"""


@each_parser
def test_a_shell_command_is_edited_inside(parser: str) -> None:
    before = CONSUL.format("hashicorp/consul:1", "quay.io/envoy:2", "quay.io/h@" + DIGEST)
    after = CONSUL.format("m.io/hub/hashicorp/consul:1", "m.io/quay/envoy:2",
                          "m.io/quay/h@" + DIGEST)  # fmt: skip
    result = outcome(before, parser=parser)
    assert (messages(result), container_of(result)) == ([], after)


@pytest.mark.parametrize(
    "command",
    [
        "[sh, -c, 'exec a --x-image=$IMAGE']",
        "[sh, -c, \"exec a --x-image=quay.io/'a:1'\"]",
        "[sh, -c, 'exec a b', --x-image]",
        "[sh, -c, 'exec a --x-image; quay.io/a:1']",
        "[sh, -c]",
        "[sh, 'exec a --x-image=quay.io/a:1']",
    ],
)
def test_what_a_command_does_not_write_out_is_left_alone(command: str) -> None:
    result = outcome(f"command: {command}")
    assert (said(result), container_of(result)) == ([], f"command: {command}")


def test_a_command_with_an_open_quote_is_left_alone_and_said() -> None:
    command = """command: [sh, -c, "a --x-image=quay.io/a:1 --y-image='quay.io/b:1"]"""
    result = outcome(command)
    assert container_of(result) == command
    assert said(result) == [
        "in.yaml:8:23: info: left alone: `spec.containers[0].command[2]` does not close its "
        "quotes and here-documents (unread-command)\n"
        "  hint: images in it are not looked for"
    ]


def test_shapes_can_be_switched_off() -> None:
    before = "env: [{name: X_IMAGE, value: 'quay.io/x:1'}, {name: GFD_IMAGE, value: 'quay.io/y:1'}]"
    result = outcome(before, "strings: {shapes: 'off'}")
    assert container_of(result) == before.replace("quay.io/y", "m.io/quay/y")


PINNING = "digests: {mode: lock}"
LOCK = locked({f"quay.io/{it}:1": f"{{digest: {DIGEST}}}" for it in ("x", "y", "z")})


def pinned(container: str, *spec: str) -> Outcome:
    text = POD.format(f"    image: quay.io/x:1\n    {container}\n")
    return run(text, config(RULES, PINNING, *spec), LOCK)


def variables(*pairs: tuple[str, str]) -> str:
    items = (f'{{name: {name}, value: "{value}"}}' for name, value in pairs)
    return f"env: [{', '.join(items)}]"


def test_what_nobody_knows_is_not_pinned_and_said_once() -> None:
    result = pinned(variables(("A_IMAGE", "quay.io/y:1"), ("B_IMAGE", "quay.io/z:1")))
    after = variables(("A_IMAGE", "m.io/quay/y:1"), ("B_IMAGE", "m.io/quay/z:1"))
    assert output(result).splitlines()[-1].strip() == after
    assert messages(result) == []
    assert said(result) == [
        "in.yaml:8:34: info: 2 images in strings not pinned: nobody knows whether the programs "
        "that read them take digests (strings-unpinned)\n"
        "  hint: pin them as well with `strings: {pin: true}`"
    ]


def test_a_string_that_carries_a_digest_keeps_it() -> None:
    result = pinned(variables(("A_IMAGE", f"quay.io/y:1@{DIGEST}")))
    assert output(result).splitlines()[-1].strip() == variables(
        ("A_IMAGE", f"m.io/quay/y:1@{DIGEST}")
    )
    assert said(result) == []


def test_pin_takes_their_programs_for_some_that_take_digests() -> None:
    result = pinned(variables(("A_IMAGE", "quay.io/y:1")), "strings: {pin: true}")
    assert output(result).splitlines()[-1].strip() == variables(
        ("A_IMAGE", f"m.io/quay/y:1@{DIGEST}")
    )
    assert said(result) == []


def test_a_name_of_another_program_is_treated_like_those_beside_it() -> None:
    # MetalLB's entry knows CONTROLLER_IMAGE, and three more that are not here.
    result = pinned(variables(("CONTROLLER_IMAGE", "quay.io/y:1"), ("IMPORT_IMAGE", "quay.io/z:1")))
    assert output(result).splitlines()[-1].strip() == variables(
        ("CONTROLLER_IMAGE", "m.io/quay/y:1"), ("IMPORT_IMAGE", "m.io/quay/z:1")
    )


def test_names_of_the_same_program_are_pinned_beside_what_nobody_knows() -> None:
    result = pinned(
        variables(
            ("FRR_IMAGE", "quay.io/x:1"),
            ("SPEAKER_IMAGE", "quay.io/y:1"),
            ("NEW_IMAGE", "quay.io/z:1"),
        )
    )
    assert output(result).splitlines()[-1].strip() == variables(
        ("FRR_IMAGE", f"m.io/quay/x:1@{DIGEST}"), ("SPEAKER_IMAGE", f"m.io/quay/y:1@{DIGEST}"),
        ("NEW_IMAGE", "m.io/quay/z:1"),
    )  # fmt: skip


def test_a_string_that_no_rule_covers_fails_no_run() -> None:
    result = outcome(env("A_IMAGE", "ghcr.io/a/b:1"), "unmatched: fail")
    assert not result.failed
    assert messages(result) == [
        'in.yaml:8:34: warning: no rule covers "ghcr.io/a/b:1" (ghcr.io/a/b) (no-rule)\n'
        "  hint: add a rule to `spec.mirrors`: {source: ghcr.io, target: ...}"
    ]


def test_a_string_that_a_rule_blocks_fails() -> None:
    text = POD.format(f"{IMAGE}    {env('A_IMAGE', 'quay.io/a/b:1')}\n")
    result = run(text, config("mirrors: [{source: quay.io, block: true}]", "unmatched: keep"))
    assert [it for it in messages(result) if "(blocked)" in it] == [
        'in.yaml:8:34: error: "quay.io/a/b:1" is blocked by `mirrors[0]` (blocked)'
    ]


def test_ten_thousand_variables_are_rewritten() -> None:
    lines = "".join(
        f"    - {{name: A{number}_IMAGE, value: 'quay.io/a:{number}'}}\n"
        for number in range(10_000)
    )
    text = POD.format(f"{IMAGE}    env:\n{lines}")
    assert output(run(text, config(RULES), verify="events")) == text.replace("quay.io", "m.io/quay")


REFERENCES = st.from_regex(r"[a-z]{1,8}/[a-z]{1,8}:[0-9a-z]{1,4}", fullmatch=True)


@given(REFERENCES, st.sampled_from(["'", '"', ""]), st.sampled_from(["=", " "]))
def test_an_image_is_exchanged_in_a_command_whatever_its_quotes(
    image: str, quote: str, between: str
) -> None:
    command = f"exec {shlex.quote(image)} --x-image{between}{quote}{{}}{quote} | cat"
    before = f"command: [sh, -ec, {json.dumps(command.format(image))}]"
    after = f"command: [sh, -ec, {json.dumps(command.format(f'm.io/hub/{image}'))}]"
    assert container_of(outcome(before)) == after


@pytest.mark.parametrize(
    ("command", "arguments", "expected"),
    [
        pytest.param(
            "[sh, -ec]",
            '["op --web-image=quay.io/a:1"]',
            '["op --web-image=m.io/quay/a:1"]',
            id="the text of a shell",
        ),
        pytest.param(
            "[op, --web-image]", '["quay.io/a:1"]', '["m.io/quay/a:1"]', id="the value of a flag"
        ),
        pytest.param(
            "[op]", '["--web-image=quay.io/a:1"]', '["--web-image=m.io/quay/a:1"]', id="arguments"
        ),
        pytest.param("[sh, -ec, exit]", '["op --web-image=quay.io/a:1"]', None, id="no command"),
        pytest.param("[op, --web]", '["quay.io/a:1"]', None, id="another flag"),
    ],
)
@each_parser
def test_arguments_go_on_where_the_command_ends(
    command: str, arguments: str, expected: str | None, parser: str
) -> None:
    text = "command: {}, args: {}"
    result = outcome(f"command: {command}\n    args: {arguments}", parser=parser)
    assert [it for it in messages(result) if "suspects" not in it] == []
    lines = container_of(result).replace("\n    ", ", ")
    assert lines == text.format(command, expected or arguments)
