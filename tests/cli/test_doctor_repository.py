"""What doctor finds in a whole repository: hosts, charts, secrets, and what nothing calls."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.helpers.command import Ran, command
from tests.helpers.doctor_folders import CORRECT, FUNCTION, MAKEFILE, diagnose, write
from transformer.cli.doctor import repository

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nspec:\n"
RULES = CONFIG + "  mirrors:\n  - {source: docker.io, target: m.io/hub, pullSecrets: [pull]}\n"
BOTH = "--enable-alpha-plugins --enable-exec"
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
spec:
  source: {repoURL: "https://git.example.com/shop.git", path: app}
"""
BUILD_OPTIONS = (
    'argo.yaml:4:63: warning: Argo CD skips the function of "app" in silence unless argocd-cm has'
    " the flags, and no file here gives it them (build-options)\n"
    f'  hint: "kustomize.buildOptions: {BOTH}" is a line of its `data`'
)
FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
spec: {path: ./app, sourceRef: {kind: GitRepository, name: shop}}
"""
CHART = {
    ".git/HEAD": "",
    "shop/Chart.yaml": "name: shop\n",
    "shop/templates/web.yaml": "image: {{ .Values.image }}\n",
    "shop/templates/migrate.yaml": (
        'metadata:\n  annotations: {"helm.sh/hook": pre-install}\n'
        "spec: {{ if .Values.x }}\nimage: nginx\n"
    ),
    "shop/templates/gate.yaml": 'metadata: {annotations: {"helm.sh/hook": test}}\n',
    "mirrorpin.yaml": RULES,
}
HOOKS = (
    "shop/templates/migrate.yaml:2:1: warning: Helm 3 hands no hook to the post-renderer of"
    " {}: the images of 1 hook of this chart stay as they are (helm-hooks)\n"
    "  hint: helm template shop | mirrorpin, or Helm 4"
)
UNCALLED = (
    "{0}: warning: no file here calls mirrorpin with this configuration (not-called)\n"
    "  hint: kustomize build | mirrorpin -c {0}, in a Makefile, script or CI file"
)
SECRETS = {
    ".git/HEAD": "",
    "Makefile": "kustomize build app | mirrorpin\n",
    "mirrorpin.yaml": RULES,
    "app/kustomization.yaml": "resources: [pod.yaml]\n",
    "secrets/kustomization.yaml": "secretGenerator:\n- {name: pull, files: [x.json]}\n",
}
HASHED = (
    'secrets/kustomization.yaml:2:10: warning: pull secret "pull" gets a hash at its end, which'
    " pods of other builds do not know (hashed-secret)\n"
    "  hint: give it `options: {disableNameSuffixHash: true}`, or generate it in the kustomization"
    " of its pods"
)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def codes(folder: str = ".") -> list[str]:
    return [it.partition("\n")[0].rpartition("(")[2][:-1] for it in diagnose(folder)]


class TestWalk:
    def test_every_outermost_kustomization_is_looked_at(self) -> None:
        write({**CORRECT, "Makefile": None})
        write({"prod/kustomization.yaml": "resources: [../app]\n"})
        write({"other/deep/kustomization.yml": "transformers: [../../app/images.yaml]\n"})
        found = [it.partition(": ")[0] for it in diagnose(".")]
        assert found == ["other/deep/kustomization.yml:1:16", "app/kustomization.yaml:3:3"]

    @pytest.mark.parametrize("name", [".hidden", "vendor", "node_modules"])
    def test_what_is_hidden_or_of_others_is_passed_by(self, name: str) -> None:
        write({**CORRECT, f"{name}/kustomization.yaml": "transformers: [x\n"})
        write({f"{name}/Makefile": "kubectl apply -k app\n"})
        assert diagnose(".") == []

    def test_links_to_folders_are_not_followed(self) -> None:
        write({**CORRECT, "Makefile": MAKEFILE})
        os.symlink("..", "app/up")
        os.symlink("nowhere", "app/dangling.yaml")
        assert diagnose(".") == []

    def test_two_that_include_each_other_are_one(self) -> None:
        write({**CORRECT, "Makefile": None, "other/kustomization.yaml": "resources: [../app]\n"})
        write({"app/kustomization.yaml": "resources: [../other]\ntransformers: [images.yaml]\n"})
        assert codes() == ["flags-unseen"]

    def test_a_folder_has_the_calls_of_its_whole_repository(self) -> None:
        write({**CORRECT, "Makefile": None, "ci/steps/build.sh": f"kustomize build {BOTH} app\n"})
        assert diagnose("app") == []

    def test_nothing_to_look_at(self) -> None:
        os.mkdir("empty")
        assert command("doctor", "empty") == Ran(
            code=1,
            stdout=b"",
            stderr=[
                "empty: error: holds no kustomization, chart or configuration: expected one, at"
                " any depth (no-kustomization)",
                "doctor failed: 1 trap in nothing",
            ],
        )

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            pytest.param(
                "absent",
                ["absent: error: folder cannot be read: No such file or directory (unreadable)"],
                id="absent",
            ),
            pytest.param(
                "app/pod.yaml",
                [
                    "app/pod.yaml: error: is not a folder, expected that of a repository or of a"
                    " kustomization (unreadable)",
                    "  hint: mirrorpin doctor app",
                ],
                id="file",
            ),
        ],
    )
    def test_what_is_no_folder(self, name: str, said: list[str]) -> None:
        write(CORRECT)
        assert command("doctor", name) == Ran(code=2, stdout=b"", stderr=said)


class TestSaid:
    def test_what_is_well(self) -> None:
        write({**CHART, **CORRECT, "prod/kustomization.yaml": "namePrefix: a-\n"})
        environment = {"PATH": os.path.abspath("bin")}
        usual = command("doctor", environment=environment)
        write({"ci.sh": "mirrorpin check\n"})
        assert usual.code == 1
        ran = command("doctor", environment=environment)
        assert ran.stderr == ["doctor passed: 2 kustomizations, 1 chart, 2 configurations, no trap"]
        assert command("doctor", "-q", environment=environment).stderr == []
        assert command("doctor", "-v", environment=environment).stderr == [
            "app/kustomization.yaml: info: lists mirrorpin at app/kustomization.yaml:3:3 (found)",
            "prod/kustomization.yaml: info: lists no function of mirrorpin (found)",
            "shop/Chart.yaml: info: 1 hook with images (found)",
            *ran.stderr,
        ]

    def test_that_nothing_calls_mirrorpin(self) -> None:
        write({"kustomization.yaml": "resources: []\n", "README.md": "Use mirrorpin one day\n"})
        assert command("doctor").stderr == [
            "doctor passed: 1 kustomization, no trap; nothing here calls mirrorpin, which"
            " `mirrorpin init` begins with"
        ]

    def test_the_root_of_the_repository_where_no_folder_is_named(self) -> None:
        write({**CORRECT, "Makefile": None})
        os.chdir("app")
        ran = command("doctor", environment={"PATH": os.path.abspath("../bin")})
        assert ran.stderr[0].startswith("../app/kustomization.yaml:3:3: warning: ")


class TestCalls:
    def test_comment_of_init_is_no_proof(self) -> None:
        # What `init --for kustomize` writes.
        comment = f"  annotations:   # list this file; run\n    # kustomize build {BOTH}\n"
        write({**CORRECT, "Makefile": None})
        write({"app/images.yaml": FUNCTION.replace("  annotations:\n", comment)})
        assert codes() == ["flags-unseen"]
        write({"notes.yaml": f"a: b  # kustomize build {BOTH} app\n"})
        assert codes() == ["flags-unseen"]

    @pytest.mark.parametrize(
        ("file", "text"),
        [
            pytest.param(".gitlab-ci.yml", "script: [kustomize build app]\n", id="gitlab"),
            pytest.param(".gitlab/ci/a.yml", "- kustomize build app\n", id="gitlab-included"),
            pytest.param(".circleci/config.yml", "run: kustomize build app\n", id="circle"),
            pytest.param("hack/build.sh", "kustomize build app\n", id="script-run-at-the-root"),
            pytest.param("hack/build.sh", "kustomize build ../app\n", id="script-run-beside"),
            pytest.param("ci.sh", "cd app && kustomize build .\n", id="cd"),
            pytest.param("ci.sh", "cd 'app'; kustomize build\n", id="cd-quoted"),
            pytest.param("ci.sh", 'kustomize build "${ROOT}app"\n', id="variable-in-front"),
            pytest.param("ci.sh", "kustomize build ap${X}\n", id="variable-behind"),
            pytest.param("ci.sh", "kustomize build x; kustomize build app\n", id="second"),
            pytest.param(
                ".github/workflows/a.yaml", "run: kustomize build ${{ matrix.x }}p\n", id="matrix"
            ),
            pytest.param("ci.sh", "kustomize build app | tee x\n", id="pipe-to-another"),
        ],
    )
    def test_without_the_flags(self, file: str, text: str) -> None:
        write({**CORRECT, file: text})
        found = diagnose(".")
        assert len(found) == 1
        message = f"{file}:1:1: error: `kustomize build` lacks `{BOTH}`"
        assert found[0].startswith(message)

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("kustomize build app | mirrorpin > x\n", id="pipe"),
            pytest.param("kustomize build $APP\n", id="variable"),
            pytest.param("kustomize build app $FLAGS\n", id="flags-in-a-variable"),
            pytest.param("cd elsewhere && kustomize build .\n", id="cd"),
        ],
    )
    def test_that_may_be_right(self, text: str) -> None:
        write({**CORRECT, "ci.sh": text})
        assert diagnose(".") == []


class TestHosts:
    @pytest.mark.parametrize(
        "text",
        [
            APPLICATION,
            APPLICATION.replace("path: app", "path: ./app/"),
            APPLICATION.replace("source: {", "sources:\n  - {").replace("Application", "A"),
            APPLICATION.replace("path: app", 'path: "{{ .env }}pp"'),
        ],
    )
    def test_argo_cd_needs_its_build_options(self, text: str) -> None:
        write({**CORRECT, "argo.yaml": text})
        assert codes() == ["build-options"]
        write({"cm.yaml": f'configs:\n  cm:\n    "kustomize.buildOptions": {BOTH}\n'})
        assert diagnose(".") == []

    def test_says_which_line(self) -> None:
        write({**CORRECT, "argo.yaml": APPLICATION})
        assert diagnose(".") == [BUILD_OPTIONS]

    @pytest.mark.parametrize(
        "text",
        [
            APPLICATION.replace("path: app", "path: app, plugin: {name: mirrorpin}"),
            APPLICATION.replace("path: app", "path: other"),
            APPLICATION.replace("path: app", "path: '{{ .path }}'"),
            APPLICATION.replace("path: app", "path: [app]"),
            APPLICATION.replace("spec:", "spec: ["),
            FLUX.replace("./app", "./other"),
        ],
    )
    def test_others_do_not(self, text: str) -> None:
        write({**CORRECT, "argo.yaml": text})
        assert diagnose(".") == []

    def test_flux_runs_no_function(self) -> None:
        write({**CORRECT, "flux.yaml": FLUX})
        assert diagnose(".") == [
            'flux.yaml:3:14: error: Flux runs no functions, and the kustomization of "./app" lists'
            " one (flux-functions)\n"
            "  hint: render it in CI, and let Flux pull what came out: kustomize build | mirrorpin"
        ]


class TestHooks:
    @pytest.mark.parametrize(
        ("file", "text"),
        [
            ("deploy.sh", "helm upgrade shop ./shop --post-renderer mirrorpin\n"),
            ("deploy.sh", "helm upgrade shop ./shop --post-renderer=./bin/mirrorpin\n"),
            ("helmfile.yaml", "postRenderer: mirrorpin\n"),
        ],
    )
    def test_of_helm_3_are_not_seen(self, file: str, text: str) -> None:
        write({**CHART, file: text})
        assert diagnose(".") == [HOOKS.format(f"{file}:1")]

    def test_of_helm_4_are(self) -> None:
        write({**CHART, "deploy.sh": "helm upgrade shop ./shop --post-renderer mirrorpin\n"})
        write({"bin/helm": "#!/bin/sh\necho v4.2.4+g1\n"})
        assert diagnose(".") == []
        write({"bin/helm": "#!/bin/sh\necho v3.21.4+g1\n"})
        assert codes() == ["helm-hooks"]

    @pytest.mark.parametrize(
        ("file", "text"),
        [
            pytest.param("a.sh", "helm template shop | mirrorpin\n", id="pipe"),
            pytest.param("a.sh", "helm upgrade --post-renderer x\nmirrorpin\n", id="another"),
        ],
    )
    def test_in_a_pipe_are(self, file: str, text: str) -> None:
        write({**CHART, file: text})
        assert diagnose(".") == []


class TestSecrets:
    def test_hash_that_pods_do_not_know(self) -> None:
        write(SECRETS)
        assert diagnose(".") == [HASHED]

    @pytest.mark.parametrize(
        "changes",
        [
            {"secrets/kustomization.yaml": "secretGenerator:\n- {name: other}\n"},
            {"secrets/kustomization.yaml": "secretGenerator: [pull, {name: [pull]}]\n"},
            {"secrets/kustomization.yaml": "secretGenerator: {name: pull}\n"},
            {
                "secrets/kustomization.yaml": "secretGenerator:\n"
                "- {name: pull, options: {disableNameSuffixHash: true}}\n"
            },
            {
                "secrets/kustomization.yaml": "generatorOptions: {disableNameSuffixHash: true}\n"
                "secretGenerator: [{name: pull}]\n"
            },
            {
                "secrets/kustomization.yaml": "resources: [pod.yaml]\n"
                "secretGenerator: [{name: pull}]\n"
            },
            {"app/kustomization.yaml": "resources: [pod.yaml, ../secrets]\n"},
            {"mirrorpin.yaml": CONFIG + "  unmatched: keep\n"},
        ],
    )
    def test_hash_that_is_followed(self, changes: dict[str, str]) -> None:
        write({**SECRETS, **changes})
        assert diagnose(".") == []

    def test_function_follows_it(self) -> None:
        write({**SECRETS, **CORRECT, "mirrorpin.yaml": None, "app/images.yaml": FUNCTION})
        write({"app/kustomization.yaml": "components: [../secrets]\ntransformers: [images.yaml]\n"})
        assert diagnose(".") == []

    def test_secrets_of_a_base_alone(self) -> None:
        write({**SECRETS, "all/kustomization.yaml": "resources: [../secrets]\n"})
        assert diagnose(".") == [HASHED]


class TestCallers:
    def test_configuration_that_nothing_calls(self) -> None:
        write({"mirrorpin.yaml": RULES, "README.md": "Here we use `mirrorpin`.\n"})
        assert diagnose(".") == [UNCALLED.format("mirrorpin.yaml")]

    def test_function_that_nothing_lists(self) -> None:
        write({**CORRECT, "app/kustomization.yaml": "resources: [pod.yaml]\n"})
        assert diagnose(".") == [
            "app/images.yaml: warning: no kustomization lists this function, and no file here"
            " calls mirrorpin with it (not-called)\n"
            "  hint: list images.yaml under `transformers:` of a kustomization"
        ]

    @pytest.mark.parametrize(
        ("file", "text"),
        [
            ("Makefile", "kustomize build . | mirrorpin > all.yaml\n"),
            (".github/workflows/a.yml", "- uses: acme/mirrorpin@v1\n"),
            (".pre-commit-config.yaml", "- id: mirrorpin-check\n"),
            ("app.yaml", "plugin: {name: mirrorpin}\n"),
        ],
    )
    def test_the_usual_one_is_found(self, file: str, text: str) -> None:
        write({"mirrorpin.yaml": RULES, file: text})
        assert diagnose(".") == []

    def test_another_one_is_named(self) -> None:
        write({"prod.yaml": RULES, "Makefile": "mirrorpin check\n"})
        assert diagnose(".") == [UNCALLED.format("prod.yaml")]
        write({"README.md": "mirrorpin check -c prod.yaml\n"})
        assert diagnose(".") == []

    @pytest.mark.parametrize("extends", ["base.yaml", "[base.yaml]"])
    def test_one_that_is_extended(self, extends: str) -> None:
        write({"base.yaml": RULES, "mirrorpin.yaml": f"{CONFIG}  extends: {extends}\n"})
        write({"ci.sh": "mirrorpin check\n"})
        assert diagnose(".") == []

    def test_a_file_of_that_name_calls_nothing(self) -> None:
        write({"mirrorpin.yaml": RULES, "ci.sh": "cat mirrorpin.yaml # mirrorpin\n"})
        assert codes() == ["not-called"]


def test_ci_folders_are_hidden() -> None:
    assert all(it.startswith(".") for it in repository.CI_FOLDERS)
