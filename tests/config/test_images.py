from __future__ import annotations

import pytest

from tests.helpers.runs import config
from transformer.config.images import NamedImage, chart_images
from transformer.errors import ConfigError

CHART = """\
apiVersion: v2
name: {name}
version: 1.0.0
annotations:
  artifacthub.io/images: |
{listed}
"""

# The example of artifacthub.io/docs/topics/annotations/helm, as of 2024.
ARTIFACT_HUB = """\
    - name: img1
      image: repo/img1:1.0.0
      platforms:
        - linux/amd64
    - name: img2
      image: repo/img2:2.0.0
      whitelisted: true
      platforms:
        - linux/amd64
"""

# The form that charts of Big Bang and SUSE have, and that Zarf reads.
HELM = """\
name: keycloak
annotations:
  other: "1"
  helm.sh/images: |
    - name: keycloak
      image: registry1.dso.mil/ironbank/opensource/keycloak/keycloak:26.0.1
    - name: base
      condition: bbtests.enabled
      image: registry1.dso.mil/ironbank/big-bang/base:2.1.0
"""


def described(found: tuple[NamedImage, ...]) -> list[str]:
    return [f"{it.position}: {it.image} of {it.kind} {it.name}" for it in found]


def faults(error: ConfigError) -> list[str]:
    return [str(problem) for problem in error.problems]


def test_a_configuration_names_images() -> None:
    found = config(
        "images:",
        "- image: quay.io/acme/runner:2.1",
        "  platforms: [linux/amd64, linux/arm64]",
        "  for: what the operator starts",
        "- {image: nginx}",
    ).images
    assert found[0].platforms == ("linux/amd64", "linux/arm64")
    assert found[0].note == "what the operator starts"
    assert found[0].field == "spec.images[0].image"
    assert described(found) == [
        "mirrorpin.yaml:5:12: quay.io/acme/runner:2.1 of ImageTransformer ",
        "mirrorpin.yaml:8:13: nginx of ImageTransformer ",
    ]
    assert config("images:").images == ()


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param(
            "{image: acme/X}",
            '5:13: error: `spec.images[0].image` "acme/X" has uppercase letters',
            id="no image",
        ),
        pytest.param(
            "{platforms: [linux/amd64]}",
            "5:5: error: `spec.images[0]` lacks the key `image` (missing-key)",
            id="without an image",
        ),
        pytest.param(
            '{image: ""}',
            "5:13: error: `spec.images[0].image` is empty: expected a value (empty)",
            id="an empty image",
        ),
        pytest.param(
            "{image: x, platforms: [amd64]}",
            '5:28: error: `spec.images[0].platforms[0]` is "amd64": expected a platform, '
            "os/arch[/variant] (bad-value)",
            id="no platform",
        ),
        pytest.param(
            "{image: x, note: y}",
            "5:16: error: `spec.images[0].note` is set, and there is no such key",
            id="an unknown key",
        ),
        pytest.param(
            "nginx",
            "5:5: error: `spec.images[0]` is a string: expected a mapping (wrong-type)",
            id="no mapping",
        ),
    ],
)
def test_what_is_no_named_image(item: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config("images:", f"- {item}")
    assert faults(caught.value)[0].startswith(f"mirrorpin.yaml:{expected}")


def test_charts_list_images_in_two_ways() -> None:
    text = CHART.format(name="shop", listed=ARTIFACT_HUB)
    found = chart_images("shop/Chart.yaml", text)
    assert described(found) == [
        "shop/Chart.yaml:5:3: repo/img1:1.0.0 of Chart shop",
        "shop/Chart.yaml:5:3: repo/img2:2.0.0 of Chart shop",
    ]
    assert found[1].field == "annotations.artifacthub.io/images[1].image"
    assert found[0].platforms == ()
    assert [it.image for it in chart_images("Chart.yaml", HELM)] == [
        "registry1.dso.mil/ironbank/opensource/keycloak/keycloak:26.0.1",
        "registry1.dso.mil/ironbank/big-bang/base:2.1.0",
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("name: x\nannotations:\n", id="no annotations"),
        pytest.param("name: x\nannotations: {a: b}\n", id="other annotations"),
        pytest.param('annotations: {helm.sh/images: ""}\n', id="an empty one"),
        pytest.param("annotations: {helm.sh/images: '# none'}\n", id="a comment"),
    ],
)
def test_a_chart_that_lists_none(text: str) -> None:
    assert chart_images("Chart.yaml", text) == ()


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        pytest.param(
            "    - name: x",
            "`annotations.artifacthub.io/images[0]` lacks the key `image` (missing-key)",
            id="without an image",
        ),
        pytest.param(
            "    - image: '{{ .Values.image }}'",
            '`annotations.artifacthub.io/images[0].image` "{{ .Values',
            id="a template",
        ),
        pytest.param(
            "    - nginx",
            "`annotations.artifacthub.io/images[0]` is a string: expected a mapping (wrong-type)",
            id="a string",
        ),
        pytest.param(
            "    image: x",
            "`annotations.artifacthub.io/images` is a mapping: expected a list (wrong-type)",
            id="no list",
        ),
        pytest.param(
            "    - image: [",
            "`annotations.artifacthub.io/images` ",
            id="no YAML",
        ),
    ],
)
def test_annotations_of_another_form(listed: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        chart_images("Chart.yaml", CHART.format(name="shop", listed=listed))
    assert faults(caught.value)[0].startswith(f"Chart.yaml:5:3: error: {expected}")


@pytest.mark.parametrize(
    ("keys", "note"),
    [
        ("condition: runner.enabled", "if runner.enabled"),
        ("platforms: [linux/arm64, linux/amd64]", "offered for linux/arm64, linux/amd64"),
        ("condition: a, platforms: [b]", "if a, offered for b"),
        ("condition: [a], platforms: b", ""),
        ("condition: '', platforms: []", ""),
    ],
)
def test_what_a_chart_says_of_an_image_is_a_note(keys: str, note: str) -> None:
    text = f'annotations: {{helm.sh/images: "[{{image: a:1, {keys}}}]"}}\n'
    (found,) = chart_images("Chart.yaml", text)
    assert (found.note, found.platforms) == (note, ())
