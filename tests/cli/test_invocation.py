from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pytest

from transformer.cli.defaults import CONFIG_VARIABLE
from transformer.cli.invocation import Invocation, Job, is_legacy_plugin, prepare
from transformer.cli.shell import Shell
from transformer.errors import ConfigError, InputError, TransformError, UsageError

HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n"
LOCK = "version: 1\nimages: {}\n"
ROOT = "KUSTOMIZE_PLUGIN_CONFIG_ROOT"
STRING = "KUSTOMIZE_PLUGIN_CONFIG_STRING"


def config(target: str, *lines: str) -> str:
    """A configuration that is known by the target of its only rule."""
    rule = f"  mirrors: [{{source: docker.io, target: {target}}}]\n"
    return f"{HEAD}spec:\n{rule}" + "".join(f"  {line}\n" for line in lines)


def resource_list(function_config: str) -> str:
    body = "".join(f"  {line}\n" for line in function_config.splitlines())
    return (
        "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n"
        f"functionConfig:\n{body}"
    )


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: `mirrorpin.yaml`, `other.yaml` and a folder."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    (work / "mirrorpin.yaml").write_text(config("default.io"))
    (work / "other.yaml").write_text(config("other.io"))
    (work / "sub").mkdir()
    return work


def job(
    stdin: str | bytes = POD,
    *paths: str,
    config: str = "",
    needs_config: bool = True,
    environment: Mapping[str, str] | None = None,
) -> Job:
    data = stdin.encode() if isinstance(stdin, str) else stdin
    invocation = Invocation(paths=paths, config=config, needs_config=needs_config)
    return prepare(invocation, Shell(io.BytesIO(data), None, None, environment or {}))


def target(it: Job) -> str:
    (rule,) = it.config.rules
    assert rule.target
    return rule.target


class TestConfiguration:
    """Which one counts, first to last."""

    OURS = resource_list(config("ours.io"))

    def test_config_option(self) -> None:
        assert (
            target(job(self.OURS, config="other.yaml", environment={CONFIG_VARIABLE: "no"}))
            == "other.io"
        )

    def test_function_config(self) -> None:
        assert target(job(self.OURS, environment={CONFIG_VARIABLE: "other.yaml"})) == "ours.io"

    def test_function_config_of_a_file(self, folder: Path) -> None:
        (folder / "list.yaml").write_text(self.OURS)
        assert target(job("", "list.yaml")) == "ours.io"

    def test_function_config_as_config_map(self) -> None:
        data = '{"mirrors": "[{source: docker.io, target: map.io}]"}'
        text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata: {data}\n"
        assert target(job(resource_list(text))) == "map.io"

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param(resource_list(HEAD), id="without spec"),
            pytest.param("kind: ResourceList\nitems: []\n", id="no functionConfig"),
            pytest.param("kind: ResourceList\nitems: []\nfunctionConfig:\n", id="null"),
            pytest.param(f"{OURS}---\n{OURS}", id="two lists"),
            pytest.param(POD + "# ResourceList\n", id="no list"),
        ],
    )
    def test_environment_where_the_input_brings_none(self, text: str) -> None:
        assert target(job(text, environment={CONFIG_VARIABLE: "other.yaml"})) == "other.io"

    def test_environment_where_there_is_no_other(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").unlink()
        assert target(job(environment={CONFIG_VARIABLE: "other.yaml"})) == "other.io"

    def test_of_several_files_none_brings_it(self, folder: Path) -> None:
        (folder / "list.yaml").write_text(self.OURS)
        it = job("", "list.yaml", "list.yaml")
        assert (target(it), it.envelope) == ("default.io", None)

    def test_the_file_of_the_working_directory(self) -> None:
        assert target(job()) == "default.io"

    def test_none(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").unlink()
        with pytest.raises(UsageError) as caught:
            job()
        assert str(caught.value) == (
            "error: no configuration: there is no mirrorpin.yaml in the working directory, or "
            "above it in a repository (no-config)\n  hint: mirrorpin init --registry HOST -o "
            "mirrorpin.yaml manifests/ writes one; or pass --config FILE, set MIRRORPIN_CONFIG, or "
            "hand it over as functionConfig"
        )

    def test_none_where_none_is_needed(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").unlink()
        it = job(needs_config=False)
        assert (it.config.rules, it.config.unmatched, it.config.invalid) == ((), "keep", "warn")

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            pytest.param("no.yaml", "No such file or directory", id="missing"),
            pytest.param("sub", "Is a directory", id="folder"),
        ],
    )
    def test_that_cannot_be_read(self, given: str, reason: str) -> None:
        with pytest.raises(UsageError) as caught:
            job(config=given)
        message = f"{given}: error: file cannot be read: {reason} (unreadable)"
        assert str(caught.value) == message

    def test_folder_of_files_beside_it(self, folder: Path) -> None:
        (folder / "sub/rules.yaml").write_text(config("sub.io"))
        assert job(config="sub/rules.yaml").config.folder == "sub"
        assert job().config.folder == "."
        assert job(self.OURS).config.folder == "."


class TestLegacyPlugin:
    NAME = "kust-plugin-config-1"

    @pytest.mark.parametrize(
        ("argv", "environment", "expected"),
        [
            pytest.param((NAME,), {ROOT: "."}, True, id="root"),
            pytest.param((f"/tmp/{NAME}",), {STRING: ""}, True, id="string"),
            pytest.param((NAME,), {}, False, id="no variable"),
            pytest.param(("pod.yaml",), {ROOT: "."}, False, id="another name"),
            pytest.param((), {ROOT: "."}, False, id="no argument"),
        ],
    )
    def test_is_recognised(
        self, argv: tuple[str, ...], environment: dict[str, str], expected: bool
    ) -> None:
        assert is_legacy_plugin(argv, environment) is expected

    def test_its_file_is_the_configuration_and_stdin_the_input(self, folder: Path) -> None:
        (folder / self.NAME).write_text(config("legacy.io"))
        it = job(POD, self.NAME, "arguments", "from", "kustomize", environment={ROOT: "sub"})
        assert (target(it), it.config.folder) == ("legacy.io", "sub")
        assert it.inputs == [("<stdin>", POD.encode())]

    def test_without_a_root_the_folder_is_the_working_directory(self, folder: Path) -> None:
        (folder / "sub" / self.NAME).write_text(config("legacy.io"))
        it = job(POD, f"sub/{self.NAME}", environment={STRING: "x"})
        assert (target(it), it.config.folder) == ("legacy.io", ".")

    def test_the_config_option_wins(self, folder: Path) -> None:
        (folder / self.NAME).write_text(config("legacy.io"))
        assert (
            target(job(POD, self.NAME, config="other.yaml", environment={ROOT: "."})) == "other.io"
        )


class TestInputs:
    def test_are_handed_on_as_bytes(self, folder: Path) -> None:
        (folder / "sub/a.yaml").write_bytes(b"\xff")
        assert job("", "sub", "-").inputs == [("sub/a.yaml", b"\xff"), ("<stdin>", b"")]

    def test_a_resource_list_comes_with_its_envelope(self) -> None:
        it = job(resource_list(HEAD))
        assert it.envelope is not None
        assert it.envelope.api_version == "config.kubernetes.io/v1"

    def test_a_resource_list_that_is_no_text(self) -> None:
        with pytest.raises(InputError) as caught:
            job(b"kind: ResourceList\nitems: []\n# \xff\n")
        assert str(caught.value) == "<stdin>:3:3: error: is not UTF-8: byte 0xff (not-utf8)"


LOCKED = config("m.io", "digests: {mode: lock, lockFile: LOCK}")
TEMPLATED = config("m.io", "pullSecrets: {templates: [TEMPLATE]}")


def write(text: str) -> None:
    Path("sub/rules.yaml").write_text(text)


class TestFilesBeside:
    def test_lock(self, folder: Path) -> None:
        write(LOCKED.replace("LOCK", "locks/a.yaml"))
        (folder / "sub/locks").mkdir()
        (folder / "sub/locks/a.yaml").write_text(LOCK)
        lock = job(config="sub/rules.yaml").lock
        assert lock is not None
        assert lock.name == "sub/locks/a.yaml"

    def test_lock_beside_a_configuration_of_the_working_directory(self, folder: Path) -> None:
        (folder / "mirrorpin.yaml").write_text(LOCKED.replace("LOCK", "a.yaml"))
        (folder / "a.yaml").write_text(LOCK)
        lock = job().lock
        assert lock is not None
        assert lock.name == "a.yaml"

    def test_no_lock_where_none_is_asked_for(self) -> None:
        write(config("m.io", "digests: {mode: require}"))
        assert job(config="sub/rules.yaml").lock is None

    def test_templates(self, folder: Path) -> None:
        write(TEMPLATED.replace("TEMPLATE", "a.j2, b.j2"))
        (folder / "sub/a.j2").write_text("a")
        (folder / "sub/b.j2").write_text("b")
        templates = job(config="sub/rules.yaml").templates
        assert templates == (("sub/a.j2", "a"), ("sub/b.j2", "b"))

    def test_a_link_that_stays_below(self, folder: Path) -> None:
        write(LOCKED.replace("LOCK", "link.yaml"))
        (folder / "sub/link.yaml").symlink_to("real.yaml")
        (folder / "sub/real.yaml").write_text(LOCK)
        assert job(config="sub/rules.yaml").lock is not None

    def test_a_folder_that_is_a_link_itself(self, folder: Path) -> None:
        write(LOCKED.replace("LOCK", "a.yaml"))
        (folder / "sub/a.yaml").write_text(LOCK)
        (folder / "link").symlink_to("sub")
        assert job(config="link/rules.yaml").lock is not None


LOCK_KEY = "`spec.digests.lockFile`"
TEMPLATE_KEY = "`spec.pullSecrets.templates`"


class TestBadFilesBeside:
    def fail(self, kind: type[TransformError] = ConfigError) -> str:
        with pytest.raises(kind) as caught:
            job(config="sub/rules.yaml")
        assert caught.value.exit_code == 2
        return str(caught.value)

    @pytest.mark.parametrize("to", ["../../outside", "../../work-too", "../x"])
    @pytest.mark.parametrize(
        ("text", "key", "name"),
        [
            pytest.param(LOCKED, LOCK_KEY, "LOCK", id="lock"),
            pytest.param(TEMPLATED, TEMPLATE_KEY, "TEMPLATE", id="template"),
        ],
    )
    def test_a_link_that_leads_outside(
        self, text: str, key: str, name: str, to: str, folder: Path
    ) -> None:
        write(text)
        (folder / "sub" / name).symlink_to(to)
        message = f'{key} leads out of the configuration\'s folder: "sub/{name}" (outside)'
        assert self.fail() == (
            f"sub/rules.yaml: error: {message}\n  hint: it leads to {to}; `--root` names a folder "
            "around both, where no repository does"
        )

    @pytest.mark.parametrize(
        ("text", "key", "shown"),
        [
            pytest.param(LOCKED, LOCK_KEY, "LOCK", id="lock"),
            pytest.param(TEMPLATED, TEMPLATE_KEY, "TEMPLATE", id="template"),
            pytest.param(LOCKED.replace("LOCK", r'"a\0b"'), LOCK_KEY, r"a\x00b", id="NUL"),
            pytest.param(LOCKED.replace("LOCK", r'"a\nb"'), LOCK_KEY, r"a\nb", id="line break"),
        ],
    )
    def test_missing(self, text: str, key: str, shown: str) -> None:
        write(text)
        message = f'{key} is not there: "sub/{shown}" (missing-file)'
        hint = "\n  hint: mirrorpin lock writes it" if key == LOCK_KEY else ""
        assert self.fail() == f"sub/rules.yaml: error: {message}{hint}"

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            pytest.param(LOCKED, "LOCK", id="lock"),
            pytest.param(TEMPLATED, "TEMPLATE", id="template"),
        ],
    )
    def test_no_text(self, text: str, name: str, folder: Path) -> None:
        write(text)
        file = folder / "sub" / name
        file.mkdir()
        message = f"sub/{name}: error: file cannot be read: Is a directory (unreadable)"
        assert self.fail(UsageError) == message
        file.rmdir()
        file.write_bytes(b"# caf\xe9")
        assert self.fail() == f"sub/{name}:1:6: error: is not UTF-8: byte 0xe9 (not-utf8)"

    def test_a_configuration_that_is_no_text(self, folder: Path) -> None:
        (folder / "sub/rules.yaml").write_bytes(b"\0")
        message = "sub/rules.yaml:1:1: error: holds a NUL character (nul)"
        assert self.fail() == message
