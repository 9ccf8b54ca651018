"""Rules of others on the command line: `spec.mirrorsFrom`, and `init --import`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.command import Ran, command
from tests.helpers.runs import pod

HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nspec:\n"
HUB = 'server = "https://m.io/v2/hub"\noverride_path = true\n'
IDMS = """\
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
spec:
  imageDigestMirrors:
  - {source: quay.io, mirrors: [m.io/quay]}
"""
INSECURE = '[[registry]]\nlocation = "quay.io"\ninsecure = true\n'
MISSING = [
    'r.conf:1:1: error: is without TLS where "quay.io" comes from (insecure-mirror)',
    "  hint: no rule goes without: `accept: [insecure-mirror]` lets it go",
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a configuration, a tree of containerd's and an object."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "certs.d/docker.io").mkdir(parents=True)
    (tmp_path / "certs.d/docker.io/hosts.toml").write_text(HUB)
    (tmp_path / "certs.d/docker.io/ca.pem").write_text("")
    (tmp_path / "idms.yaml").write_text(IDMS)
    text = "  mirrorsFrom: [certs.d, {file: idms.yaml, accept: [digests-only]}]\n"
    (tmp_path / "mirrorpin.yaml").write_text(HEAD + text)
    return tmp_path


class TestMirrorsFrom:
    def test_are_rules_of_a_run(self) -> None:
        ran = command("-v", stdin=pod("nginx", "quay.io/a/b"))
        assert ran.stdout.decode() == pod("m.io/hub/library/nginx", "m.io/quay/a/b")
        assert ran.stderr[:2] == [
            "final: nginx -> m.io/hub/library/nginx (certs.d/docker.io/hosts.toml:1:1, 1 place)",
            "final: quay.io/a/b -> m.io/quay/a/b (idms.yaml:5:5, 1 place)",
        ]

    def test_are_rules_of_an_export(self) -> None:
        ran = command("export", "hosts-toml", "-q")
        assert ran.code == 0
        assert ran.stdout.decode().count("server = ") == 2

    def test_must_be_said_by_rules(self, folder: Path) -> None:
        (folder / "r.conf").write_text(INSECURE)
        (folder / "mirrorpin.yaml").write_text(f"{HEAD}  mirrorsFrom: [r.conf]\n")
        assert command(stdin=pod("nginx")) == Ran(code=2, stdout=b"", stderr=MISSING)

    def test_must_stay_in_the_repository(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(f"{HEAD}  mirrorsFrom: [../x.yaml]\n")
        ran = command(stdin=pod("nginx"))
        assert ran.code == 2
        assert ran.stderr[0].startswith("mirrorpin.yaml:4:17: error: `spec.mirrorsFrom` leads out ")
        assert ran.stderr[0].endswith("(outside)")

    def test_must_be_there(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(f"{HEAD}  mirrorsFrom: [x.yaml]\n")
        assert command(stdin=pod("nginx")).stderr == [
            'mirrorpin.yaml:4:17: error: `spec.mirrorsFrom` is not there: "x.yaml" (missing-file)'
        ]


class TestImport:
    def test_writes_a_configuration(self) -> None:
        ran = command("init", "--import", "certs.d", "idms.yaml", "--accept", "digests-only")
        assert (ran.code, ran.stderr) == (0, [])
        assert ran.stdout.decode().startswith(
            "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nmetadata:\n"
            "  name: images\nspec:\n"
            "  mirrors:   # the most specific source wins, whatever the order\n"
            "  # certs.d/docker.io/hosts.toml:1:1\n  - source: docker.io\n    target: m.io/hub\n"
            "  # idms.yaml:5:5\n  - source: quay.io\n    target: m.io/quay\n"
            "  unmatched: fail "
        )

    def test_writes_every_action(self, folder: Path) -> None:
        tables = (
            '[[registry]]\nlocation = "a.io"\n[[registry]]\nlocation = "b.io"\nblocked = true\n'
        )
        (folder / "r.conf").write_text(tables)
        text = command("init", "--import", "r.conf").stdout.decode()
        assert "  - source: a.io\n    keep: true\n" in text
        assert "  - source: b.io\n    block: true\n" in text

    def test_writes_no_rule_where_there_is_none(self, folder: Path) -> None:
        (folder / "r.conf").write_text("")
        ran = command("init", "--import", "r.conf")
        assert ran.stderr == [
            "warning: no mirrors: the files name none, and no rule is written (no-mirrors)"
        ]
        text = ran.stdout.decode()
        assert "    []\n  unmatched" in text
        (folder / "mirrorpin.yaml").write_text(text)
        assert command(stdin="kind: A").code == 0

    def test_writes_to_stdout_where_the_file_is_a_dash(self, folder: Path) -> None:
        ran = command("init", "--import", "certs.d", "--output", "-")
        assert b"target: m.io/hub" in ran.stdout
        assert not (folder / "-").exists()

    def test_lets_nothing_go_of_manifests(self) -> None:
        ran = command("init", "--accept=digests-only", stdin=pod("nginx"))
        assert (ran.code, ran.stdout) == (2, b"")
        assert ran.stderr == [
            ("error: `--accept` is used alone: expected `--import` beside it (usage)")
        ]

    def test_writes_a_file_with_its_schema(self, folder: Path) -> None:
        ran = command("init", "--import", "certs.d", "--output", "new.yaml", "--for", "kustomize")
        assert ran == Ran(
            code=0,
            stdout=b"",
            stderr=["mirrorpin.schema: what an editor checks it with"],
        )
        text = (folder / "new.yaml").read_text()
        assert text.startswith("# yaml-language-server: $schema=mirrorpin.schema\n")
        assert "config.kubernetes.io/function" in text

    def test_names_what_no_rule_says(self, folder: Path) -> None:
        (folder / "r.conf").write_text(INSECURE)
        said = [it.replace("accept: [insecure-mirror]", "--accept insecure-mirror")
                for it in MISSING]  # fmt: skip
        assert command("init", "--import", "r.conf") == Ran(code=2, stdout=b"", stderr=said)

    def test_writes_what_it_is_for_and_where_else_it_is(self, folder: Path) -> None:
        mirror = IDMS.replace("[m.io/quay]", "[m.io/quay, n.io]")
        (folder / "idms.yaml").write_text(mirror)
        (folder / "certs.d/_default").mkdir()
        (folder / "certs.d/_default/hosts.toml").write_text('server = "https://n.io"\n')
        text = command("init", "--import", "certs.d", "idms.yaml").stdout.decode()
        assert (
            "  - source: quay.io\n    targets: [m.io/quay, n.io]\n    onAbsent: keep\n"
            "    only: digests\n  # idms.yaml:5:5\n  - source: quay.io\n    keep: true\n"
            "    only: tags\n"
        ) in text
        assert '  - source: "*"\n    template: "n.io/{{ repository }}"\n' in text
        (folder / "mirrorpin.yaml").write_text(text)
        ran = command(stdin=pod("quay.io/a", "ghcr.io/b"))
        assert ran.stdout.decode() == pod("quay.io/a", "n.io/b")

    def test_takes_stdin_by_its_name_alone(self) -> None:
        assert command("init", "--import", "-") == Ran(
            code=2,
            stdout=b"",
            stderr=[
                'error: "-" is not stdin here, but for manifests: expected a file (usage)',
                "  hint: /dev/stdin names it, and ./- a file of that name",
            ],
        )

    @pytest.mark.parametrize(
        ("options", "lines"),
        [
            (
                ["--registry", "m.io"],
                [
                    (
                        "error: `--import` and `--registry` are both given: expected one of them "
                        "(usage)"
                    ),
                    "  hint: the files say where the mirrors are",
                ],
            ),
            (
                ["--accept", "circles"],
                [
                    'error: `--accept` is "circles": expected one of several-mirrors, '
                    "digests-only, tags-only, insecure-mirror, every-host (usage)"
                ],
            ),
        ],
    )
    def test_takes_what_belongs_to_it(self, options: list[str], lines: list[str]) -> None:
        assert command("init", "--import", "idms.yaml", *options).stderr == lines
