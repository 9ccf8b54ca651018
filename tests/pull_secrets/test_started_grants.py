"""Pull secrets of the pods that programs start from their strings."""

from __future__ import annotations

import pytest

from tests.helpers.reading import each_parser
from tests.helpers.runs import SECRET, config, infos, messages, output, run

POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {{name: op}}\nspec:\n"
    "  imagePullSecrets: [{{name: pull}}]\n  containers:\n  - name: a\n    image: m.io/hub/a/b\n{}"
)
INIT = "{name: STRIMZI_DEFAULT_KAFKA_INIT_IMAGE, value: m.io/hub/a/b}"
RUNNER = "--runner-image=m.io/hub/a/b"
ARC = "--runner-image-pull-secret"


def strimzi(value: str) -> str:
    return f"    env:\n    - {INIT}\n    - name: STRIMZI_IMAGE_PULL_SECRETS\n      value: {value}\n"


def arc(more: str, key: str = "args") -> str:
    return f"    {key}: [{RUNNER}, {more}]\n"


@each_parser
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(strimzi("own"), strimzi('"own,pull"'), id="one more"),
        pytest.param(strimzi("'a,b'"), strimzi("'a,b,pull'"), id="quoted"),
        pytest.param(strimzi('""'), strimzi('"pull"'), id="empty"),
        pytest.param(strimzi("pull"), strimzi("pull"), id="there"),
        pytest.param(strimzi("own # c"), strimzi('"own,pull" # c'), id="a comment behind"),
        pytest.param(arc(f"{ARC}=pull"), arc(f"{ARC}=pull"), id="a flag with the name"),
        pytest.param(arc(f"{ARC}="), arc(f'"{ARC}=pull"'), id="a flag without a value"),
        pytest.param(arc(f"{ARC}, ''"), arc(f"{ARC}, 'pull'"), id="a flag and its value"),
        pytest.param(
            arc(f"--x, {ARC}=", "command"), arc(f'--x, "{ARC}=pull"', "command"), id="command"
        ),
    ],
)
def test_the_string_that_names_them_grows(before: str, after: str, parser: str) -> None:
    outcome = run(POD.format(before), config(SECRET), parser=parser)
    assert messages(outcome) == []
    assert output(outcome) == POD.format(after)
    assert output(run(output(outcome), config(SECRET), parser=parser)) == output(outcome)


def test_several_images_ask_for_their_names_once() -> None:
    other = "{name: STRIMZI_DEFAULT_BUILDAH_IMAGE, value: m.io/hub/a/c}"
    before = strimzi("own").replace("    - name", f"    - {other}\n    - name")
    outcome = run(POD.format(before), config(SECRET))
    assert output(outcome) == POD.format(before.replace("own", '"own,pull"'))


def warned(place: str) -> list[str]:
    return [
        'in.yaml:WHERE: warning: `Pod op` names images of other pods, which need "pull" '
        "(started-pods)\n"
        f"  hint: set it at {place}"
    ]


STRIMZI = "the variable `STRIMZI_IMAGE_PULL_SECRETS`"


@pytest.mark.parametrize(
    ("text", "where", "place"),
    [
        pytest.param(f"    env: [{INIT}]\n", "9:59", STRIMZI, id="not there"),
        pytest.param(strimzi("|\n        own"), "10:55", STRIMZI, id="a block"),
        pytest.param(strimzi("$(NAMES)"), "10:55", STRIMZI, id="no names"),
        pytest.param(strimzi('"[a, b]"'), "10:55", STRIMZI, id="another form"),
        pytest.param(strimzi("{a: b}"), "10:55", STRIMZI, id="no string"),
        pytest.param(f"    args: [{RUNNER}]\n", "9:12", f"the flag `{ARC}`", id="no flag"),
        pytest.param(arc(f"{ARC}=own"), "9:12", f"the flag `{ARC}`", id="another name"),
        pytest.param(f"    args: [{RUNNER}, {ARC}]\n", "9:12", f"the flag `{ARC}`", id="no value"),
        pytest.param(
            "    env: [{name: X_IMAGE, value: 'm.io/hub/a/b:1'},"
            " {name: X_IMAGE_PULL_SECRET, value: own}, {name: Y}, z]\n",
            "9:34", "the variable `X_IMAGE_PULL_SECRET`", id="a variable that says so",
        ),
        pytest.param(
            "    args: ['--x-image=m.io/hub/a/b:1', --x-image-pull-secrets=own]\n",
            "9:12", "the flag `--x-image-pull-secrets`", id="a flag that says so",
        ),
        pytest.param(
            "    args: ['--acme-http01-solver-image=m.io/hub/a/b']\n",
            "9:12",
            "`podTemplate.spec.imagePullSecrets` of the solvers in Issuer and ClusterIssuer, or "
            "the service accounts of their pods, in every namespace with a Certificate",
            id="of cert-manager",
        ),
    ],
)  # fmt: skip
def test_a_warning_says_where_to_set_them(text: str, where: str, place: str) -> None:
    outcome = run(POD.format(text), config(SECRET))
    said = [it for it in messages(outcome) if "started-pods" in it]
    assert said == [it.replace("WHERE", where) for it in warned(place)]
    assert output(outcome) == POD.format(text)


def test_what_nobody_knows_is_an_information() -> None:
    text = POD.format("    env: [{name: X_IMAGE, value: 'm.io/hub/a/b:1'}]\n")
    outcome = run(text, config(SECRET))
    assert messages(outcome) == []
    assert infos(outcome) == [
        'in.yaml:9:34: info: `Pod op` names images of other pods, which need "pull" '
        "(started-pods)\n"
        "  hint: set it where it makes its pods, or at their service accounts"
    ]


@pytest.mark.parametrize(
    "spec",
    [
        "mirrors: [{source: docker.io, target: m.io/hub}]",
        SECRET + "\n  pullSecrets: {attachTo: none}",
    ],
)
def test_nothing_is_said_where_no_names_are_wanted(spec: str) -> None:
    text = POD.format("    env: [{name: X_IMAGE, value: 'm.io/hub/a/b:1'}]\n")
    assert infos(run(text, config(spec))) == []


def test_nothing_is_said_where_the_names_are_set() -> None:
    text = POD.format("    args: ['--x-image=m.io/hub/a/b:1', '--x-image-pull-secrets=own,pull']\n")
    assert infos(run(text, config(SECRET))) == []
