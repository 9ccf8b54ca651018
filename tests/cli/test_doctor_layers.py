"""Whether a function in a base or component still has the last word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers.doctor_folders import CORRECT, FUNCTION, diagnose, write

if TYPE_CHECKING:
    from pathlib import Path

MAKEFILE = "kustomize build --enable-alpha-plugins --enable-exec prod\n"
BASE = "resources: [../app]\n"
COMPONENT = "components: [../app]\n"
OWN = "transformers: [images.yaml]\n"
PATCH = "patches:\n- target: {kind: Pod}\n  "


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def diagnose_prod(overlay: str, **files: str) -> list[str]:
    """The problems of an overlay over `app`, which lists the function. A name's `__` is a slash."""
    write({**CORRECT, "Makefile": MAKEFILE, "prod/kustomization.yaml": overlay})
    write({name.replace("__", "/") + ".yaml": text for name, text in files.items()})
    return diagnose("prod")


@pytest.mark.parametrize(
    ("overlay", "files"),
    [
        pytest.param(BASE + "namePrefix: prod-\nimages: []\n", {}, id="nothing-about-images"),
        pytest.param(
            BASE + PATCH + "patch: |\n    - {op: remove, path: /spec/nodeName}\n", {}, id="patch"
        ),
        pytest.param(BASE + PATCH + "path: p.yaml\n", {"prod__p": "spec: {}\n"}, id="patch-file"),
        pytest.param(
            "resources: [../app, service.yaml]\n",
            {"prod__service": "kind: Service\n"},
            id="file-without-image",
        ),
        pytest.param(
            "resources: [../app, ../namespace]\n",
            {
                "namespace__kustomization": "resources: [ns.yaml]\n",
                "namespace__ns": "kind: Namespace\n",
            },
            id="base-without-image",
        ),
        pytest.param(
            "resources: [../app, ../other]\n",
            {
                "other__kustomization": "resources: [d.yaml]\n" + OWN,
                "other__d": "image: nginx\n",
                "other__images": FUNCTION,
            },
            id="each-base-has-its-own",
        ),
        pytest.param(
            "resources: [d.yaml]\n" + COMPONENT, {"prod__d": "image: nginx\n"}, id="component"
        ),
        pytest.param(
            "resources: [../app, d.yaml]\n" + OWN,
            {"prod__d": "image: nginx\n", "prod__images": FUNCTION},
            id="listed-again-further-out",
        ),
    ],
)
def test_inner_function_that_sees_everything(overlay: str, files: dict[str, str]) -> None:
    assert diagnose_prod(overlay, **files) == []


@pytest.mark.parametrize(
    ("overlay", "files", "late"),
    [
        pytest.param(BASE + "images: [{name: nginx}]\n", {}, "`images`", id="images"),
        pytest.param(
            BASE + "images: [{name: nginx}]\n" + OWN,
            {"prod__images": FUNCTION},
            "`images`",
            id="images-miss-a-rewritten-name-even-when-listed-again",
        ),
        pytest.param(
            COMPONENT + "images: [{name: nginx}]\n", {}, "`images`", id="images-after-a-component"
        ),
        pytest.param(BASE + PATCH + "patch: '{image: nginx}'\n", {}, "`patches`", id="patch"),
        pytest.param(
            BASE + "patchesStrategicMerge: [p.yaml]\n",
            {"prod__p": "image: nginx\n"},
            "`patchesStrategicMerge`",
            id="patch-file",
        ),
        pytest.param(
            BASE + "patchesStrategicMerge: [p.yaml]\n",
            {"prod__p": "#" * (1 << 20) + "\n"},
            "`patchesStrategicMerge`",
            id="patch-file-too-large-to-tell",
        ),
        pytest.param(
            "resources: [../app, d.yaml]\n",
            {"prod__d": "image: nginx\n"},
            '"d.yaml"',
            id="resource-beside-the-base",
        ),
        pytest.param(
            "resources: [../app, github.com/acme/web]\n",
            {},
            '"github.com/acme/web"',
            id="remote-resource-beside-the-base",
        ),
        pytest.param(BASE + "helmCharts: [{name: web}]\n", {}, "`helmCharts`", id="chart"),
        pytest.param(
            "resources: [../app, ../charts]\n",
            {"charts__kustomization": "helmCharts: [{name: web}]\n"},
            '"../charts"',
            id="chart-in-another-base",
        ),
        pytest.param(
            "components: [../app, ../late]\n",
            {"late__kustomization": "resources: [d.yaml]\n", "late__d": "image: nginx\n"},
            '"../late"',
            id="later-component",
        ),
    ],
)
def test_inner_function_with_images_after_it(
    overlay: str, files: dict[str, str], late: str
) -> None:
    assert diagnose_prod(overlay, **files) == [
        "app/kustomization.yaml:3:3: warning: is not listed in the outermost kustomization: "
        f"{late} of prod/kustomization.yaml comes after it (not-outermost)\n"
        "  hint: move the entry to `transformers:` of prod/kustomization.yaml"
    ]


def test_images_two_layers_further_out() -> None:
    middle = {"mid__kustomization": BASE}
    [found] = diagnose_prod("resources: [../mid]\nimages: [{name: nginx}]\n", **middle)
    assert "`images` of prod/kustomization.yaml comes after it" in found
