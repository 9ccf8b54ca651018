from __future__ import annotations

import time

import pytest

from tests.helpers.reading import each_parser
from tests.helpers.searching import POD, UNKNOWN, places, pod, problems, search
from transformer.yamltext.tree import SyntaxFault


@each_parser
@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(pod("x"), "4:7: error: field `spec` is not a mapping", id="spec"),
        pytest.param(
            pod("{containers: {}}"),
            "4:20: error: field `spec.containers` is not a list",
            id="list",
        ),
        pytest.param(
            pod("{volumes: ''}"), "4:17: error: field `spec.volumes` is not a list", id="volumes"
        ),
        pytest.param(
            pod("{containers: [a]}"),
            "4:21: error: field `spec.containers[0]` is not a mapping",
            id="container",
        ),
        pytest.param(
            pod("{imagePullSecrets: x, containers: []}"),
            "4:26: error: field `spec.imagePullSecrets` is not a list",
            id="secrets",
        ),
        pytest.param(
            pod("{containers: [{image: [x]}]}"),
            "4:29: error: field `spec.containers[0].image` is not a string",
            id="list for an image",
        ),
        pytest.param(
            pod("{containers: [{image: !!binary eA==}]}"),
            "4:29: error: field `spec.containers[0].image` is not a string",
            id="another type for an image",
        ),
        pytest.param(
            pod("\n  containers:\n  - image:\n      repository: x"),
            "7:7: error: field `spec.containers[0].image` is not a string",
            id="mapping for an image",
        ),
        pytest.param(
            "apiVersion: v1\nkind: ServiceAccount\nimagePullSecrets: [a]\n",
            "3:20: error: field `imagePullSecrets[0]` is not a mapping",
            id="secrets of an account",
        ),
    ],
)
def test_another_type_is_an_error(parser: str, text: str, message: str) -> None:
    found = search(text, parser)
    hint = "\n  hint: render the template first, for example with helm template"
    assert [it.replace(hint, "") for it in problems(found)] == [f"in.yaml:{message} (wrong-type)"]
    assert found.pods == []


@pytest.mark.parametrize(
    ("image", "hint"),
    [
        pytest.param("{{ .Values.image }}", True, id="template"),
        pytest.param("\n      repository: x", False, id="block mapping"),
    ],
)
def test_an_unrendered_image_has_a_hint(image: str, hint: bool) -> None:
    found = search(pod(f"\n  containers:\n  - name: a\n    image: {image}"))
    (result,) = found.results
    expected = "render the template first, for example with helm template"
    assert result.problem.hint == (expected if hint else "")
    assert (str(result.resource), result.field) == ("Pod web", "spec.containers[0].image")


@each_parser
def test_a_place_that_cannot_be_read_does_not_hide_the_others(parser: str) -> None:
    text = (
        f"kind: List\nitems:\n- {{kind: Pod, spec: {{containers: x}}}}\n"
        "- {kind: Pod, spec: {containers: [{image: []}, {image: x}], volumes: y}}\n"
        f"- {{kind: Pod, spec: {POD}}}\n"
    )
    found = search(text, parser)
    assert places(found) == [
        ("items[1].spec.containers[1].image", "x"),
        ("items[2].spec.containers[0].image", "x"),
    ]
    assert [str(it.problem.position) for it in found.results] == [
        "in.yaml:3:34", "in.yaml:4:43", "in.yaml:4:70"
    ]  # fmt: skip


def repeated(place: str, key: str, first: int) -> str:
    return f"in.yaml:{place}: key `{key}` is repeated: first at line {first} (repeated-key)"


@each_parser
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            pod("\n  containers:\n  - name: a\n    image: x\n    image: y"),
            [repeated("8:5: error", "image", 7)],
            id="image",
        ),
        pytest.param(
            pod("\n  containers: []\n  containers: []"),
            [repeated("6:3: error", "containers", 5)],
            id="containers",
        ),
        pytest.param(
            pod("{}\nspec: {}"),
            [repeated("5:1: error", "spec", 4)],
            id="spec",
        ),
        pytest.param(
            UNKNOWN.format("spec:\n  containers:\n  - name: a\n    image: x\n    image: x"),
            [repeated("8:5: error", "image", 7)],
            id="by structure",
        ),
        pytest.param(
            pod("\n  containers:\n  - image: x\n    env: 1\n    env: 2\n    env: 3"),
            [
                repeated("8:5: warning", "env", 7),
                repeated("9:5: warning", "env", 7),
            ],
            id="elsewhere",
        ),
        pytest.param(
            "kind: Pod\nspec:\n  containers: []\nkind: Pod\n",
            [repeated("4:1: warning", "kind", 1)],
            id="in the header",
        ),
        pytest.param(
            pod("\n  a: 1\n  a: 2\n  containers: []\n  containers: []"),
            [
                repeated("6:3: warning", "a", 5),
                repeated("8:3: error", "containers", 7),
            ],
            id="both",
        ),
        pytest.param(
            "? a\n? b\n? a\n",
            [repeated("3:3: warning", "a", 1)],
            id="no object at all",
        ),
    ],
)
def test_a_repeated_key_is_an_error_on_the_way_and_a_warning_elsewhere(
    parser: str, text: str, expected: list[str]
) -> None:
    assert problems(search(text, parser)) == expected


def test_a_key_that_is_no_string_is_an_error_of_the_document() -> None:
    found = search("kind: Pod\n{{ x }}: y\n")
    (result,) = found.results
    assert result.resource is None
    assert str(result.problem) == (
        "in.yaml:2:1: error: a mapping key is not a string (complex-key)\n"
        "  hint: render the template first, for example with helm template"
    )


@pytest.mark.slow
def test_aliases_that_expand_beyond_all_bounds_are_a_fault() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{f'*a{n - 1}, ' * 10}]" for n in range(1, 10)]
    with pytest.raises(SyntaxFault, match="aliases expand to more than 200000 nodes"):
        search("\n".join(lines))


@pytest.mark.slow
def test_many_faults_take_linear_time() -> None:
    items = "  - {name: a, image: {{ x }}}\n" * 20_000
    begin = time.process_time()
    found = search(pod(f"\n  containers:\n{items}"))
    assert len(found.results) == 20_000
    assert time.process_time() - begin < 10


def test_a_problem_keeps_the_position_in_the_file() -> None:
    text = "é: 🚀\nkind: Pod\nspec: x\n"
    (result,) = search(text).results
    assert str(result.problem.position) == "in.yaml:3:7"
