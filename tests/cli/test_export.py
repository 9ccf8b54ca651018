from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.helpers.command import Ran, command

HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nspec:\n  mirrors:\n"
RULES = (
    f"{HEAD}  - {{source: docker.io, target: m.io/hub}}\n  - {{source: quay.io, target: m.io}}\n"
)

HUB = 'server = "https://m.io/v2/hub"\ncapabilities = ["pull", "resolve"]\noverride_path = true\n'
QUAY = 'server = "https://m.io"\ncapabilities = ["pull", "resolve"]\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a configuration."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirrorpin.yaml").write_text(RULES)
    return tmp_path


def test_a_file_is_written_as_it_is() -> None:
    ran = command("export", "registries-conf", "--fallback")
    assert (ran.code, ran.stderr) == (0, [])
    assert ran.stdout.decode().startswith('[[registry]]\nprefix = "docker.io"\n')


def test_several_files_have_their_names_between_them() -> None:
    text = f"# --- docker.io/hosts.toml ---\n{HUB}\n# --- quay.io/hosts.toml ---\n{QUAY}"
    assert command("export", "hosts-toml") == Ran(code=0, stdout=text.encode())


def test_files_are_written_to_a_folder(folder: Path) -> None:
    for _ in range(2):
        assert command("export", "hosts-toml", "--output-dir", "certs.d") == Ran(
            code=0,
            stdout=b"",
            stderr=["certs.d/docker.io/hosts.toml", "certs.d/quay.io/hosts.toml"],
        )
        assert (folder / "certs.d/docker.io/hosts.toml").read_text() == HUB
        assert (folder / "certs.d/quay.io/hosts.toml").read_text() == QUAY


def test_a_folder_that_cannot_be_made_is_said(folder: Path) -> None:
    (folder / "certs.d").write_text("")
    assert command("export", "hosts-toml", "--output-dir", "certs.d").stderr == [
        "certs.d/docker.io: error: folder cannot be made: Not a directory (unwritable)"
    ]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("openshift", ("--fallback",)),
        ("registries-conf", ("--fallback",)),
        ("hosts-toml", ()),
        ("registries-yaml", ()),
    ],
)
def test_nothing_to_write_is_said(folder: Path, name: str, options: tuple[str, ...]) -> None:
    (folder / "mirrorpin.yaml").write_text(f"{HEAD}  - {{source: docker.io, keep: true}}\n")
    said = (
        "mirrorpin.yaml: warning: no rule is for nodes, and nothing is written: expected one with a"
        " target (nothing-to-export)"
    )
    assert command("export", name, *options) == Ran(code=0, stdout=b"", stderr=[said])


class TestWhatCannotBeSaid:
    LINES = (
        '`mirrors[0]` is for a part of a host: "docker.io/acme" (not-exportable)',
        "  hint: containerd has mirrors of hosts alone",
    )

    @pytest.fixture(autouse=True)
    def rules(self, folder: Path) -> None:
        text = "  - {source: docker.io/acme, target: m.io/a}\n  - {source: quay.io, target: m.io}\n"
        (folder / "mirrorpin.yaml").write_text(HEAD + text)

    def test_is_an_error_at_its_rule(self) -> None:
        message, hint = self.LINES
        ran = command("export", "hosts-toml")
        assert ran == Ran(
            code=2, stdout=b"", stderr=[f"mirrorpin.yaml:5:5: error: {message}", hint]
        )

    def test_is_left_out_on_request_with_a_warning(self) -> None:
        message, hint = self.LINES
        ran = command("export", "hosts-toml", "--partial")
        warning = f"mirrorpin.yaml:5:5: warning: left out: {message}"
        assert ran == Ran(code=0, stdout=QUAY.encode(), stderr=[warning, hint])

    def test_is_not_said_where_nobody_wants_to_know(self) -> None:
        assert command("export", "hosts-toml", "--partial", "-q").stderr == []


def test_a_format_may_be_called_as_people_call_it() -> None:
    ran = command("export", "vap")
    assert ran.code == 0
    assert ran == command("export", "validating-admission-policy")


def test_a_format_must_be_named() -> None:
    assert command("export", "docker").stderr == [
        'error: `export` is followed by "docker": expected openshift, icsp, registries-conf, '
        "hosts-toml, registries-yaml, validating-admission-policy, mutating-admission-policy, "
        "kyverno, gatekeeper, policy-json, vap or map (usage)"
    ]


def test_a_configuration_must_be_there(folder: Path) -> None:
    (folder / "mirrorpin.yaml").unlink()
    ran = command("export", "openshift")
    assert ran.code == 2
    assert ran.stderr[0].endswith("(no-config)")


class TestPolicyJson:
    RULE = (
        "  - {source: ghcr.io/a, target: m.io/a, signedBy: {key: a.pub, transparencyLog: ignore}}\n"
    )
    KEY = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"

    @pytest.fixture(autouse=True)
    def rules(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(HEAD + self.RULE)

    def test_has_the_key_that_a_rule_names(self, folder: Path) -> None:
        (folder / "a.pub").write_text(self.KEY)
        ran = command("export", "policy-json", "--output-dir", "out")
        assert (ran.code, ran.stderr) == (
            0, ["out/policy.json", "out/registries.d/50-mirrorpin.yaml"],
        )  # fmt: skip
        policy = json.loads((folder / "out/policy.json").read_text())
        (requirement,) = policy["transports"]["docker"]["ghcr.io/a"]
        assert base64.b64decode(requirement["keyData"]).decode() == self.KEY

    def test_has_none_where_no_rule_is_signed(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(HEAD + "  - {source: a.io, target: m.io}\n")
        ran = command("export", "policy-json")
        assert json.loads(ran.stdout) == {"default": [{"type": "insecureAcceptAnything"}]}

    def test_asks_for_no_key_that_is_no_file(self, folder: Path) -> None:
        text = self.RULE.replace("a.pub", '"k8s://a/b"')
        (folder / "mirrorpin.yaml").write_text(HEAD + text)
        ran = command("export", "policy-json")
        assert ran.code == 2
        assert "has `key`, which policy.json cannot say" in ran.stderr[0]

    def test_wants_a_public_key(self, folder: Path) -> None:
        (folder / "a.pub").write_text("nothing\n")
        ran = command("export", "policy-json")
        assert ran.code == 2
        assert "`mirrors[0].signedBy.key` is " in ran.stderr[0]
