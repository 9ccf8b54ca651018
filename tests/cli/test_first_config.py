"""What `init` writes is accepted, and transforms the manifests that it was made from."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import hypothesis
import pytest
import yaml
from hypothesis import strategies

from tests.helpers.command import command
from tests.helpers.runs import pod, stream
from tests.tools.test_schema import errors
from transformer.cli import folders, hosts
from transformer.cli.first_config import draft
from transformer.config.config import parse_config
from transformer.config.options import Options
from transformer.config.schemas import read
from transformer.pipeline import transform

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = Options(verify="full")

MODELINE = "# yaml-language-server: $schema=mirrorpin.schema\n"
WRITTEN = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
metadata:
  name: images
spec:
  mirrors:   # the most specific source wins, whatever the order
  # docker.io/library/nginx, docker.io/library/redis, docker.io/acme/web and 1 more
  - source: docker.io
    target: m.io/docker.io
    # pullSecrets: [registry-pull]
  # localhost:5000/web
  - source: "localhost:5000"
    target: m.io/localhost-5000
    # pullSecrets: [registry-pull]
  # m.io/own
  - source: m.io
    keep: true   # this is where the mirror is
  unmatched: fail   # fail | warn | keep: an image that no rule covers
  invalid: fail     # fail | warn: a string that is no image reference, as $(IMAGE)
  suspects: fail    # fail | warn | rewrite | ignore: what looks like an image elsewhere
  # digests:        # pins every image to the digest that the lock has for it
  #   mode: lock
  #   lockFile: images.lock.yaml
"""

MANIFESTS = stream(
    pod("nginx:1.27", "redis", "m.io/own:1"),
    pod("localhost:5000/web", "nginx:1.28", "acme/web", "acme/api:1"),
)


def init(*argv: str, stdin: str = MANIFESTS, **environment: str) -> tuple[int, str, list[str]]:
    ran = command("init", *argv, stdin=stdin, environment=environment)
    return ran.code, ran.stdout.decode(), ran.stderr


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_one_rule_for_each_registry() -> None:
    assert init("--registry", "m.io") == (
        0,
        WRITTEN,
        [
            "docker.io: 4 repositories",
            "localhost:5000: 1 repository",
            "m.io: 1 repository",
            "next: ... | mirrorpin diff shows what it changes",
            "then: ... | mirrorpin plan lists what has to be at the mirror",
        ],
    )


def test_what_comes_next_has_the_same_names(tmp_path: Path) -> None:
    (tmp_path / "a b.yaml").write_text(MANIFESTS)
    _, _, stderr = init("--registry=m.io", "-o", "rules.yaml", "a b.yaml", stdin="")
    assert stderr[-2:] == [
        "next: mirrorpin diff -c rules.yaml 'a b.yaml' shows what it changes",
        "then: mirrorpin plan -c rules.yaml 'a b.yaml' lists what has to be at the mirror",
    ]
    _, _, stderr = init("--registry=m.io", "-o", "fn.yaml", "--for=kustomize", "a b.yaml", stdin="")
    assert stderr[-1] == "then: mirrorpin doctor says what kustomize still needs"


def test_what_is_no_manifest_is_left_out_and_said(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/web.yaml").write_text(MANIFESTS)
    (tmp_path / "app/deploy.yaml").write_text("spec:\n  {{ .Values.x }}\n image: a\n")
    (tmp_path / "app/twice.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: nginx, image: b}]}\n"
    )
    code, text, stderr = init("app", "--registry=m.io", stdin="")
    assert (code, text) == (0, WRITTEN)
    assert stderr[:2] == [
        "app/deploy.yaml:3:2: warning: left out: is not YAML: while parsing a block mapping, "
        "did not find expected key (yaml)",
        "  hint: render the template first, for example with helm template",
    ]
    assert stderr[2].startswith("app/twice.yaml:3:36: warning: left out: ")


def test_what_is_no_text_is_left_out_as_well(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/web.yaml").write_text(MANIFESTS)
    (tmp_path / "app/image.yaml").write_bytes(b"\xff\xd8\xff\xe0")
    code, text, stderr = init("app", "--registry=m.io", stdin="")
    assert (code, text) == (0, WRITTEN)
    assert stderr[0].startswith("app/image.yaml:1:1: warning: left out: ")


def test_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/web.yaml").write_text(MANIFESTS)
    assert init("app", "--registry=m.io", stdin="")[1] == WRITTEN
    assert init("app/web.yaml", "-q", stdin="", MIRRORPIN_REGISTRY="m.io") == (0, WRITTEN, [])


def test_a_configuration_in_the_working_directory_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "mirrorpin.yaml").write_text("no configuration")
    assert init("--registry", "m.io")[:2] == (0, WRITTEN)


@pytest.mark.parametrize(
    ("registry", "folder"),
    [
        ("docker.io", "docker.io/a.io/"),
        ("docker.io/acme", "docker.io/acme/a.io-"),
        ("docker.io/acme/x", "docker.io/acme/x-a.io-"),
    ],
)
def test_docker_hub_takes_two_parts(registry: str, folder: str) -> None:
    code, text, _ = init("--registry", registry, stdin=pod("a.io/b/c:1"))
    assert code == 0
    assert f"    template: \"{folder}{{{{ repository | replace('/', '-') }}}}\"\n" in text


def test_two_that_land_on_one_name_of_docker_hub_are_told() -> None:
    stdin = stream(pod("a.io/b/c:1"), pod("a.io/b-c:1"))
    code, text, stderr = init("--registry", "docker.io/acme", stdin=stdin)
    assert (code, text.count("template: ")) == (1, 1)
    assert (
        '"a.io/b/c" and "a.io/b-c" become "docker.io/acme/a.io-b-c": expected a name for each'
        in stderr[0]
    )


def test_the_registry_is_a_placeholder_when_none_is_given() -> None:
    code, text, stderr = init()
    assert "    target: registry.example.com/docker.io\n" in text
    assert (code, stderr[:2]) == (
        0,
        [
            "warning: no registry was named: the rules have registry.example.com, which is nobody's"
            " (no-registry)",
            "  hint: mirrorpin init --registry HOST names yours",
        ],
    )


def test_hosts_that_become_one_folder_get_two() -> None:
    _, text, _ = init(stdin=pod("a.io:1/x", "a.io-1/x"))
    targets = [rule["target"] for rule in yaml.safe_load(text)["spec"]["mirrors"]]
    assert targets == ["registry.example.com/a.io-1", "registry.example.com/a.io-1-2"]


def test_all_images_are_where_the_mirror_is() -> None:
    _, text, _ = init("--registry", "m.io/hub", stdin=pod("m.io/own:1"))
    assert yaml.safe_load(text)["spec"]["mirrors"] == [{"source": "m.io", "keep": True}]


@pytest.mark.parametrize(
    ("images", "comment"),
    [
        pytest.param(["nginx", "$(IMAGE)"], "1 image is no reference here", id="one"),
        pytest.param(["nginx", "$(A)", "X:Y:Z"], "2 images are no reference here", id="two"),
    ],
)
def test_images_that_are_no_references_are_warned_of(images: list[str], comment: str) -> None:
    code, text, stderr = init(stdin=pod(*images))
    assert code == 0
    assert f"  invalid: warn     # fail | warn: {comment}\n" in text
    assert [line for line in stderr if ": warning: " in line] != []


def test_a_document_without_images_gives_an_example() -> None:
    code, text, stderr = init("--registry", "m.io", stdin="kind: Service\n")
    said = "warning: no images: the manifests name none, and no rule is written (no-images)"
    assert (code, stderr[0]) == (0, said)
    assert "    []\n  # - source: docker.io\n  #   target: m.io/docker.io\n" in text
    assert parse_config("a.yaml", text, ".").rules == ()


def test_manifests_that_cannot_be_read_give_nothing() -> None:
    code, text, stderr = init(stdin="image: [\n")
    assert (code, text, len(stderr)) == (1, "", 1)
    assert "is not YAML" in stderr[0]


def test_what_the_configuration_fails_on_is_said() -> None:
    long = "/".join(["a" * 60] * 4)
    code, text, stderr = init("--registry", f"m.io/{'b' * 40}", stdin=pod(long))
    assert code == 1
    assert "- source: docker.io" in text
    assert stderr[0].endswith("(name-too-long)")


class TestOutput:
    def test_is_a_new_file(self, tmp_path: Path) -> None:
        (tmp_path / "new").mkdir()
        code, text, stderr = init("--registry", "m.io", "--output", "new/m.yaml")
        assert (code, text) == (0, "")
        assert stderr[0] == "new/mirrorpin.schema: what an editor checks it with"
        assert (tmp_path / "new/m.yaml").read_text() == MODELINE + WRITTEN
        assert (tmp_path / "new/mirrorpin.schema").read_bytes() == read("config")

    def test_has_a_schema_beside_it_that_is_no_manifest(self, tmp_path: Path) -> None:
        init("--output", "m.yaml")
        modeline = (tmp_path / "m.yaml").read_text().partition("\n")[0]
        schema = tmp_path / modeline.rpartition("=")[2]
        assert schema.is_file()
        assert not schema.name.endswith(folders.SUFFIXES)

    def test_a_schema_that_is_there_stays(self, tmp_path: Path) -> None:
        (tmp_path / "mirrorpin.schema").write_text("mine")
        code, _, stderr = init("--registry", "m.io", "--output", "m.yaml")
        assert (code, (tmp_path / "mirrorpin.schema").read_text()) == (0, "mine")
        assert stderr[0] == (
            "mirrorpin.schema: left as it is; `mirrorpin schema config` prints today's"
        )
        assert (tmp_path / "m.yaml").read_text().startswith(MODELINE)

    def test_a_schema_that_cannot_be_written_is_an_error(self) -> None:
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limit[1]))
        try:
            code, text, stderr = init("--registry", "m.io", "--output", "m.yaml")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        assert (code, text) == (2, "")
        assert stderr == [
            "mirrorpin.schema: error: file cannot be written: File too large (output)"
        ]

    def test_is_never_overwritten(self, tmp_path: Path) -> None:
        (tmp_path / "m.yaml").write_text("mine")
        code, text, stderr = init("--registry", "m.io", "--output", "m.yaml")
        assert (code, text, (tmp_path / "m.yaml").read_text()) == (2, "", "mine")
        assert stderr == [
            "m.yaml: error: file cannot be written: File exists (output)",
            "  hint: remove it first, or choose another name",
        ]

    def test_must_have_a_folder(self) -> None:
        code, text, stderr = init("--registry", "m.io", "--output", "absent/m.yaml")
        assert (code, text) == (2, "")
        assert stderr == [
            "absent/m.yaml: error: file cannot be written: No such file or directory (output)"
        ]


class TestHosts:
    def test_kustomize_gets_a_function(self) -> None:
        _, text, _ = init("--for", "kustomize")
        annotations = yaml.safe_load(text)["metadata"]["annotations"]
        function = yaml.safe_load(annotations["config.kubernetes.io/function"])
        assert function == {"exec": {"path": "mirrorpin"}}
        assert "    # kustomize build --enable-alpha-plugins --enable-exec" in text
        assert errors("config", text) == []

    @pytest.mark.parametrize("host", sorted(hosts.FILES))
    def test_others_get_a_folder(self, host: str, tmp_path: Path) -> None:
        code, stdout, stderr = init("--for", host, "--output", "new", stdin="no manifest: [")
        assert (code, stdout) == (0, "")
        assert stderr == [f"new/{name}" for name in hosts.FILES[host]]
        written = {name: (tmp_path / "new" / name).read_bytes() for name in hosts.FILES[host]}
        assert written == hosts.read(host)
        for name, content in written.items():
            is_program = bool((tmp_path / "new" / name).stat().st_mode & 0o100)
            assert is_program == content.startswith(b"#!")

    def test_a_folder_in_silence(self) -> None:
        assert init("--for", "helm", "--output", "new", "-q") == (0, "", [])

    def test_a_folder_that_exists_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "old").mkdir()
        assert init("--for", "helm", "--output", "old") == (
            2,
            "",
            [
                "old: error: folder cannot be written: File exists (output)",
                "  hint: remove it first, or choose another name",
            ],
        )
        assert list((tmp_path / "old").iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "stderr"),
    [
        pytest.param(
            ["--registry", "https://m.io"],
            [
                'error: `--registry` is "https://m.io": expected host[:port][/path], without '
                "tag and digest (usage)",
                '  hint: leave out "https://"',
            ],
            id="no-registry",
        ),
        pytest.param(
            ["--for", "helm", "web.yaml"],
            [
                (
                    "error: `--for helm` is used with manifests or `--registry`: expected it "
                    "alone (usage)"
                ),
                "  hint: its files are the same for all of them",
            ],
            id="manifests-for-helm",
        ),
        pytest.param(
            ["--for", "argocd", "--registry", "m.io"],
            [
                (
                    "error: `--for argocd` is used with manifests or `--registry`: expected it "
                    "alone (usage)"
                ),
                "  hint: its files are the same for all of them",
            ],
            id="registry-for-argocd",
        ),
        pytest.param(
            ["--for", "argocd"],
            [
                "error: `--for argocd` is used alone: expected `--output` beside it (usage)",
                "  hint: it names a new folder, for plugin.yaml, helm/plugin.yaml",
            ],
            id="no-folder",
        ),
    ],
)
def test_what_cannot_be_used_together(argv: list[str], stderr: list[str]) -> None:
    assert init(*argv) == (2, "", stderr)


HOSTS = strategies.sampled_from(
    ["", "docker.io/", "m.io/", "m.io/docker.io/", "a.io/", "a.io:1/", "a.io-1/", "A/", "NO/",
     "localhost/", "localhost:5000/", "[::1]/", "[::1]:5/", "1.5/", "a--b.io/", "a.b.a.io/",
     "10.0.0.1:80/", "index.docker.io/"]
)  # fmt: skip
NAMES = strategies.sampled_from(["web", "acme/web", "a/b/c", "nginx", "docker.io/library/nginx"])
SUFFIXES = strategies.sampled_from(["", ":1", ":1e3", "@sha256:" + "5f" * 32])
IMAGES = strategies.builds("".join, strategies.tuples(HOSTS, NAMES, SUFFIXES))
REGISTRIES = strategies.sampled_from(
    [
        "m.io",
        "m.io/hub",
        "docker.io",
        "docker.io/acme",
        "docker.io/acme/x",
        "localhost:5000",
        "[::1]:5/x",
        "a.io",
    ]
)


@hypothesis.given(
    images=strategies.lists(IMAGES, min_size=1, max_size=8),
    registry=REGISTRIES,
    is_function=strategies.booleans(),
)
def test_what_is_written_transforms_its_own_input(
    images: list[str], registry: str, is_function: bool
) -> None:
    inputs = [("in.yaml", stream(*(pod(f"'{image}'") for image in images)).encode())]
    made = draft(inputs, registry, is_function=is_function, options=OPTIONS)
    assert made.problems == ()
    assert errors("config", made.text) == []
    config = parse_config("mirrorpin.yaml", made.text, ".")
    once = transform(inputs, config, options=OPTIONS)
    assert not once.failed
    again = transform([("in.yaml", once.outputs[0])], config, options=OPTIONS)
    assert again.outputs == once.outputs
    assert len(config.rules) == len(made.found)


SUSPECTS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: operator}
spec:
  template:
    spec:
      containers:
      - name: operator
        image: quay.io/acme/operator:1
        args: [--helper-image, "acme/helper:1", "--sidecar=ghcr.io/acme/sidecar:1"]
        env:
        - {name: WORKER_IMAGE_X, value: "quay.io/acme/worker:1"}
---
apiVersion: example.com/v1
kind: Thing
metadata: {name: thing}
spec:
  runtime: quay.io/acme/runtime:1
  image: {registry: quay.io, repository: acme/app, tag: "1"}
  text: "runs quay.io/acme/app:1"
"""


def test_what_looks_like_an_image_is_proposed_and_settled() -> None:
    code, text, said = init("--registry", "m.io", stdin=SUSPECTS)
    assert text[text.index("  # These") :] == (
        "  # These look like images: see which are, and give those that are none `form: none`\n"
        "  strings:\n"
        "    args:\n"
        '    - "--sidecar"\n'
        "  fields:\n"
        "  - {group: example.com, kind: Thing, path: spec.runtime}\n"
        "  - {group: example.com, kind: Thing, path: spec.image, form: split, "
        "parts: {registry: registry, repository: repository, tag: tag}}\n"
        "  - {group: example.com, kind: Thing, path: spec.text, form: none, "
        "reason: why this is not an image to pull}\n"
    )
    hosts = ["docker.io: 1 repository", "ghcr.io: 1 repository", "quay.io: 4 repositories"]
    assert (code, said[:-2]) == (0, hosts)


def test_of_entries_that_contradict_each_other_the_first_is_proposed() -> None:
    thing = (
        "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\n"
        "spec: {runtimes: ['quay.io/a/b:1', 'docker://quay.io/a/c:1']}\n"
    )
    _, text, _ = init("--registry", "m.io", stdin=thing)
    assert text.endswith('- {group: example.com, kind: Thing, path: "spec.runtimes[]"}\n')
    assert text.count("  - {group:") == 1
