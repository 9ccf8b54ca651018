"""Images in the strings of pods: found, and rewritten inside of what is around them."""

from __future__ import annotations

import pytest

from tests.helpers.reading import document, each_parser
from tests.helpers.runs import config, infos, locked, messages, output, run
from tests.helpers.searching import UNKNOWN, places, problems
from transformer.find.found import Found
from transformer.find.scope import Scope
from transformer.find.sites import find
from transformer.places.catalogue import Catalogue
from transformer.places.place import BUILTINS
from transformer.yamltext.tree import read

RULES = "mirrors: [{source: docker.io, target: m.io/hub}, {source: quay.io, target: m.io/quay}]"
DIGEST = f"sha256:{'a' * 64}"
# A container must have an image, and a text without that word is not looked at.
IMAGE = "    image: m.io/hub/x\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n  - name: a\n{}"


def search(text: str, env: tuple[str, ...] = (), args: tuple[str, ...] = (), parser: str = "",
           structure: str = "rewrite") -> Found:  # fmt: skip
    table = Catalogue(BUILTINS)
    scope = Scope(table=table, env=env, args=args, structure=structure)
    return find(document(text), read(text, parser), scope)


def found(container: str, env: tuple[str, ...] = (), args: tuple[str, ...] = (),
          parser: str = "") -> list[tuple[str, str]]:  # fmt: skip
    """The images of the only container, below it."""
    result = search(POD.format(f"    {container}\n"), env, args, parser)
    assert result.results == []
    start = "spec.containers[0]."
    return [(path.removeprefix(start), value) for path, value in places(result)]


def env(name: str, value: str) -> str:
    return f"env: [{{name: {name}, value: {value}}}]"


def known(value: str) -> str:
    return env("GFD_IMAGE", value)


@each_parser
@pytest.mark.parametrize(
    ("container", "expected"),
    [
        pytest.param(known("quay.io/a:1"), [("env[0].value", "quay.io/a:1")], id="a known name"),
        pytest.param(known("a:1"), [("env[0].value", "a:1")], id="a short image"),
        pytest.param(known("a"), [], id="a word is not an image there"),
        pytest.param(known('""'), [], id="empty"),
        pytest.param(known("~"), [], id="null"),
        pytest.param(known("'$(HOST)/a:1'"), [], id="what a pod fills in"),
        pytest.param(known("{x: a/b}"), [], id="a mapping"),
        pytest.param(env("MY_PICTURE", "quay.io/a:1"), [], id="another name"),
        pytest.param("env: [{name: GFD_IMAGE, valueFrom: {}}]", [], id="a value of elsewhere"),
        pytest.param("env: [{value: quay.io/a}, {name: ~, value: b/c}]", [], id="no name"),
        pytest.param("env: [GFD_IMAGE, ~]", [], id="no mapping"),
        pytest.param("env: {GFD_IMAGE: quay.io/a:1}", [], id="no list"),
        pytest.param("env: ~", [], id="no variables"),
        pytest.param(
            "env: [{name: X, value: y}, {name: DCGM_IMAGE, value: a/b}]",
            [("env[1].value", "a/b")],
            id="the second",
        ),
    ],
)
def test_variables_with_known_names_hold_images(
    container: str, expected: list[tuple[str, str]], parser: str
) -> None:
    assert found(container, parser=parser) == expected


def kafka(value: str) -> str:
    return env("STRIMZI_KAFKA_IMAGES", value)


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        pytest.param(
            kafka('"3.9=quay.io/k:1\\n4.0=quay.io/k:2\\n"'),
            ["quay.io/k:1", "quay.io/k:2"],
            id="pairs",
        ),
        pytest.param(kafka('"3.9\\n4.0="'), [], id="no pairs"),
        pytest.param(env("MONGODB_REPO_URL", "quay.io/mongo"), ["quay.io/mongo"], id="a prefix"),
        pytest.param(env("MONGODB_REPO_URL", "quay.io"), ["quay.io"], id="a host"),
    ],
)
def test_variables_may_hold_images_in_another_form(container: str, expected: list[str]) -> None:
    assert [value for _, value in found(container)] == expected


@each_parser
@pytest.mark.parametrize(
    ("container", "expected"),
    [
        pytest.param(
            "args: [--engine-image, a/b:1]", [("args[1]", "a/b:1")], id="flag and value apart"
        ),
        pytest.param(
            "args: [--engine-image=a/b:1]", [("args[0]", "a/b:1")], id="flag and value in one"
        ),
        pytest.param("command: [m, -nop-image, a/b]", [("command[2]", "a/b")], id="a command"),
        pytest.param(
            "command: [m, --engine-image]\n    args: [a/b]",
            [("args[0]", "a/b")],
            id="from the command to its arguments",
        ),
        pytest.param(
            "args: [--engine-image=, a/b]", [], id="nothing behind the flag, and no value beside it"
        ),
        pytest.param("args: [--other-image, a/b, --an-image=a/b]", [], id="other flags"),
        pytest.param("args: [engine-image, a/b]", [], id="no flag"),
        pytest.param("args: [--engine-image, a]", [], id="a word is not an image there"),
        pytest.param("args: [--engine-image, ~]", [], id="null"),
        pytest.param("args: [--engine-image, [a/b]]", [], id="a list"),
        pytest.param("args: [--engine-image]", [], id="a flag at the end"),
        pytest.param("args: '--engine-image a/b'", [], id="no list"),
        pytest.param(
            "args: [--engine-image, a/b, c/d]", [("args[1]", "a/b")], id="one value for a flag"
        ),
        pytest.param(
            "args: [--engine-image, --share-manager-image, a/b]",
            [("args[2]", "a/b")],
            id="a flag behind a flag is no value",
        ),
        pytest.param(
            "args: [--thanos-default-base-image=quay.io/a]",
            [("args[0]", "quay.io/a")],
            id="a repository",
        ),
        pytest.param(
            "args: [--container-registry=quay.io, a]", [("args[0]", "quay.io")], id="a host"
        ),
    ],
)
def test_known_flags_hold_images(
    container: str, expected: list[tuple[str, str]], parser: str
) -> None:
    assert found(container, parser=parser) == expected


@pytest.mark.parametrize(
    ("container", "env", "args", "expected"),
    [
        pytest.param(
            env("RELATED_IMAGE_X", "a/b"), ("RELATED_IMAGE_*",), (), ["a/b"], id="variable"
        ),
        pytest.param(env("X_IMAGE", "a/b"), ("RELATED_IMAGE_*",), (), [], id="another"),
        pytest.param(env("X_IMAGE", "a/b"), (), ("*",), [], id="no flag"),
        pytest.param("args: [--x-image=a/b]", (), ("--*-image",), ["a/b"], id="flag"),
        pytest.param("args: [--x-image=a/b]", ("*",), (), [], id="no variable"),
        pytest.param(known("a/b"), ("X",), (), ["a/b"], id="what is known stays known"),
    ],
)
def test_a_user_names_more_by_globs(
    container: str, env: tuple[str, ...], args: tuple[str, ...], expected: list[str]
) -> None:
    assert [value for _, value in found(container, env, args)] == expected


def test_an_image_in_a_string_is_of_its_container_and_pod() -> None:
    text = POD.format("    image: x\n    env: [{name: GFD_IMAGE, value: a/b}]\n")
    image, variable = search(text).sites
    assert (variable.container, variable.pod) == ("a", image.pod)
    assert variable.pod is not None
    assert not variable.by_structure


def test_a_pod_with_an_image_in_a_string_only_is_a_pod() -> None:
    result = search(POD.format("    args: [--engine-image=a/b]\n"))
    assert [it.pod for it in result.sites] == result.pods


def test_strings_of_a_pod_that_is_found_by_structure_are_so_too() -> None:
    text = UNKNOWN.format("spec: {containers: [{name: a, image: x, args: [--engine-image=a/b]}]}")
    assert [(it.value, it.by_structure) for it in search(text).sites] == [
        ("x", True), ("a/b", True),
    ]  # fmt: skip
    assert search(text, structure="off").sites == []


def test_a_form_other_than_an_image_must_be_a_string() -> None:
    text = POD.format("    env: [{name: MONGODB_REPO_URL, value: []}]\n")
    result = search(text)
    assert result.sites == []
    assert [it.splitlines()[0] for it in problems(result)] == [
        "in.yaml:7:43: error: field `spec.containers[0].env[0].value` is not a string (wrong-type)"
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "args: [--engine-image=quay.io/a:1] # b",
            "args: [--engine-image=m.io/quay/a:1] # b",
            id="plain",
        ),
        pytest.param(
            "args: ['--engine-image=quay.io/a:1']",
            "args: ['--engine-image=m.io/quay/a:1']",
            id="single quotes",
        ),
        pytest.param(
            r'args: ["--engine-image\x3dquay.io\/a:1"]',
            r'args: ["--engine-image\x3dm.io/quay\/a:1"]',
            id="double quotes, escapes",
        ),
        pytest.param(
            "args:\n    - --engine-image=quay.io/a:1",
            "args:\n    - --engine-image=m.io/quay/a:1",
            id="block",
        ),
        pytest.param(
            "args:\n    - &a --engine-image=quay.io/a:1\n    - *a",
            "args:\n    - &a --engine-image=m.io/quay/a:1\n    - *a",
            id="shared by two flags",
        ),
        pytest.param(
            "env:\n    - name: GFD_IMAGE\n      value: |\n        quay.io/a:1",
            "env:\n    - name: GFD_IMAGE\n      value: |\n        m.io/quay/a:1",
            id="a literal block",
        ),
        pytest.param(
            "env:\n    - name: STRIMZI_KAFKA_IMAGES\n      value: |\n        1=quay.io/k:1\n"
            "        x\n        2 = quay.io/k:2",
            "env:\n    - name: STRIMZI_KAFKA_IMAGES\n      value: |\n        1=m.io/quay/k:1\n"
            "        x\n        2 = m.io/quay/k:2",
            id="pairs in a literal block",
        ),
        pytest.param(
            'env: [{name: STRIMZI_KAFKA_IMAGES, value: "1=quay.io/k:1\\n2=quay.io/k:2"}]',
            'env: [{name: STRIMZI_KAFKA_IMAGES, value: "1=m.io/quay/k:1\\n2=m.io/quay/k:2"}]',
            id="pairs in double quotes",
        ),
        pytest.param(
            "args: [--container-registry=quay.io]",
            "args: [--container-registry=m.io/quay]",
            id="a host",
        ),
        pytest.param(
            "args: [--thanos-default-base-image=quay.io/t/t]",
            "args: [--thanos-default-base-image=m.io/quay/t/t]",
            id="a repository",
        ),
    ],
)
@each_parser
def test_an_image_is_rewritten_in_its_string(before: str, after: str, parser: str) -> None:
    outcome = run(POD.format(f"{IMAGE}    {before}\n"), config(RULES), parser=parser)
    assert messages(outcome) == []
    assert output(outcome) == POD.format(f"{IMAGE}    {after}\n")
    assert output(run(output(outcome), config(RULES), parser=parser)) == output(outcome)


def test_an_image_and_its_twin_in_an_argument_become_the_same() -> None:
    spec = (RULES, "digests: {mode: lock}")
    lock = locked({"docker.io/longhornio/longhorn-manager:v1": f"{{digest: {DIGEST}}}"})
    twin = "    image: {0}\n    command: [longhorn-manager, --manager-image, '{0}']\n"
    before = POD.format(twin.format("longhornio/longhorn-manager:v1"))
    outcome = run(before, config(*spec), lock)
    after = POD.format(twin.format(f"m.io/hub/longhornio/longhorn-manager:v1@{DIGEST}"))
    assert (messages(outcome), output(outcome)) == ([], after)


def test_a_variable_that_takes_no_digest_says_why() -> None:
    spec = (RULES, "digests: {mode: lock, missing: warn, unpinnable: info}")
    text = POD.format(f"{IMAGE}    {env('VIRT_OPERATOR_IMAGE', 'quay.io/virt:v1')}\n")
    outcome = run(text, config(*spec), locked({"quay.io/virt:v1": f"{{digest: {DIGEST}}}"}))
    assert output(outcome) == text.replace("quay.io/", "m.io/quay/")
    assert [it for it in infos(outcome) if "unpinnable" in it] == [
        "in.yaml:8:46: info: not pinned, the operator takes the tag of its components from it: "
        '"quay.io/virt:v1" (unpinnable)'
    ]
