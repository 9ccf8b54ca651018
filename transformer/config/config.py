"""The configuration: one kind, as a file, a function configuration, or a ConfigMap.

    apiVersion: mirrorpin.dev/v1alpha1
    kind: ImageTransformer
    metadata: {name: images}
    spec:
      mirrors:
      - source: docker.io
        target: registry.example.com/docker.io
        pullSecrets: [registry-pull]
      digests: {mode: lock}

A key that is absent has the first of the values that it can have; the mode of `digests` is off
without any key there, and lock with one. Whatever is wrong is reported together, with its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from transformer.config.envelope import read_envelope
from transformer.config.mirrors import Rule
from transformer.config.platforms import PLATFORM as PLATFORM
from transformer.config.platforms import read_platform, read_platforms
from transformer.config.rules import read_rules, read_secret_names
from transformer.errors import Position
from transformer.places.place import Place
from transformer.records import record
from transformer.yamltext.documents import Document
from transformer.yamltext.load import Lines, read_one
from transformer.yamltext.tree import Slot
from transformer.yamltext.values import Section, Setting, raise_problems

if TYPE_CHECKING:
    from transformer.config.images import NamedImage
    from transformer.config.imports.settings import Import
    from transformer.config.layers import Load
    from transformer.config.policy import Policy

Mode: TypeAlias = "Literal['transform', 'check']"
Unmatched: TypeAlias = "Literal['fail', 'warn', 'keep']"
Strictness: TypeAlias = "Literal['fail', 'warn']"
DigestMode: TypeAlias = "Literal['off', 'require', 'lock', 'resolve']"
Unpinnable: TypeAlias = "Literal['warn', 'fail', 'info']"
ResolveFrom: TypeAlias = "Literal['mirror', 'source', 'both']"
Structure: TypeAlias = "Literal['rewrite', 'warn', 'off']"
Suspects: TypeAlias = "Literal['warn', 'fail', 'rewrite', 'ignore']"
AttachTo: TypeAlias = "Literal['pods', 'serviceAccounts', 'both', 'none']"

MODES: tuple[Mode, ...] = ("transform", "check")
UNMATCHED: tuple[Unmatched, ...] = ("fail", "warn", "keep")
VERDICTS: tuple[Strictness, ...] = ("fail", "warn")
DIGEST_MODES: tuple[DigestMode, ...] = ("off", "require", "lock", "resolve")
UNPINNABLE: tuple[Unpinnable, ...] = ("warn", "fail", "info")
RESOLVE_FROM: tuple[ResolveFrom, ...] = ("mirror", "source", "both")
STRUCTURE: tuple[Structure, ...] = ("rewrite", "warn", "off")
SUSPECTS: tuple[Suspects, ...] = ("warn", "fail", "rewrite", "ignore")
SHAPES: tuple[Literal["rewrite", "off"], ...] = ("rewrite", "off")
ATTACH_TO: tuple[AttachTo, ...] = ("pods", "serviceAccounts", "both", "none")

SPEC = ("extends", "mode", "mirrors", "mirrorsFrom", "unmatched", "invalid", "digests", "structure",
        "suspects", "pullSecrets", "images", "fields", "strings", "policy", "report")  # fmt: skip
DIGESTS = ("mode", "lockFile", "missing", "keepTag", "unpinnable", "resolveFrom", "platforms",
           "platform")  # fmt: skip
PULL_SECRETS = ("attachTo", "names", "templates")
STRINGS = ("env", "args", "shapes", "pin")
REPORT = ("originalImages",)

LOCK_FILE = "images.lock.yaml"


@record
class Digests:
    """How images are pinned. `lock_file` is a path relative to the configuration's folder.

    Of an index its own digest is written, or that of `platform` where there is one.
    """

    mode: DigestMode = "off"
    lock_file: str = LOCK_FILE
    missing: Strictness = "fail"
    keep_tag: bool = True
    unpinnable: Unpinnable = "warn"
    resolve_from: ResolveFrom = "mirror"
    platforms: tuple[str, ...] = ()
    platform: str = ""

    @property
    def required(self) -> tuple[str, ...]:
        """What every image that is locked must offer."""
        own = (self.platform,) if self.platform else ()
        return tuple(dict.fromkeys((*self.platforms, *own)))


@record
class StringRules:
    """Which strings of containers are images: globs of variables and flags, and names by shape."""

    env: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    shapes: Literal["rewrite", "off"] = "rewrite"
    pin: bool = False


@record
class PullSecrets:
    """Who gets pull secrets. `templates` are paths relative to the configuration's folder."""

    attach_to: AttachTo = "pods"
    names: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()


@record
class Config:
    """A configuration: `name` is its file's for messages, `folder` that of its relative paths.

    These must not lead out of `root`, or of the repository where that is ''. `lock` is a lock that
    was named beside it, and counts instead of its own. `positions` has those of others' paths.
    """

    name: str
    folder: str
    mode: Mode = "transform"
    rules: tuple[Rule, ...] = ()
    imports: tuple[Import, ...] = ()
    unmatched: Unmatched = "fail"
    invalid: Strictness = "fail"
    digests: Digests = Digests()
    structure: Structure = "rewrite"
    suspects: Suspects = "warn"
    pull_secrets: PullSecrets = PullSecrets()
    images: tuple[NamedImage, ...] = ()
    fields: tuple[Place, ...] = ()
    strings: StringRules = StringRules()
    policy: Policy | None = None
    original_images: bool = False
    root: str = ""
    lock: str = ""
    positions: Mapping[str, Position] = MappingProxyType({})

    @property
    def secret_names(self) -> tuple[str, ...]:
        """Every pull secret that it names, in the order of the rules, then `pullSecrets.names`."""
        names = [name for rule in self.rules for name in rule.pull_secrets]
        return tuple(dict.fromkeys((*names, *self.pull_secrets.names)))


def parse_config(
    name: str, text: str, folder: str, first_line: int = 1, load: Load | None = None
) -> Config:
    """Read a configuration.

    Takes its file name for messages, its text, the folder that relative paths start from, the
    number of the text's first line in its file, and who finds the files that it extends. Raises
    `ConfigError` with all that is wrong.
    """
    document, slot = read_one(name, text, first_line)
    return config_of(slot, document, folder, first_line, load)


def config_of(
    slot: Slot, document: Document, folder: str, first_line: int = 1, load: Load | None = None
) -> Config:
    """Read a configuration that is part of a document, as the functionConfig of a ResourceList is.

    Takes its slot in the tree of the document, in which aliases must not expand without bound (see
    `count_uses`). The rest is as for `parse_config`; paths in messages start at the slot.
    """
    spec = specification(slot, document, first_line, load)
    config = _config(spec, document.source.name, folder)
    raise_problems(spec.setting.problems)
    return config


def specification(
    slot: Slot, document: Document, first_line: int = 1, load: Load | None = None
) -> Section:
    """The `spec` of a configuration on top of those that it extends, as it is written.

    Takes what `config_of` takes. What is wrong so far is noted with its setting.
    """
    root = Setting(Lines(document, first_line), [], "", slot)
    root.check_keys()
    spec = read_envelope(root, SPEC)
    for key in ("extends", "mirrorsFrom") if load is None else ():
        setting = spec.get(key)
        if setting is not None:
            setting.fail("no-files", "is set where no files are read", at_key=True)
    if load is None or spec.get("extends") is None:
        return spec
    from transformer.config.layers import extended

    return extended(spec, SPEC, load)


def _config(spec: Section, name: str, folder: str) -> Config:
    is_layered = spec.get("extends") is not None
    digests, secrets = spec.section("digests", DIGESTS), spec.section("pullSecrets", PULL_SECRETS)
    paths = {
        "spec.digests.lockFile": digests.get("lockFile"),
        "spec.pullSecrets.templates": secrets.get("templates"),
    }
    return Config(
        name=name,
        folder=folder,
        mode=spec.choice("mode", MODES),
        rules=read_rules(spec.items("mirrors"), name if is_layered else ""),
        imports=_imports(spec.items("mirrorsFrom")),
        unmatched=spec.choice("unmatched", UNMATCHED),
        invalid=spec.choice("invalid", VERDICTS),
        digests=_digests(digests),
        structure=spec.choice("structure", STRUCTURE),
        suspects=spec.choice("suspects", SUSPECTS),
        pull_secrets=_pull_secrets(secrets),
        images=_images(spec.items("images")),
        fields=_fields(spec.items("fields")),
        strings=_strings(spec.section("strings", STRINGS)),
        policy=_policy(spec, digests),
        original_images=spec.section("report", REPORT).flag("originalImages"),
        positions=_positions(paths, name) if is_layered else {},
    )


def _positions(settings: Mapping[str, Setting | None], name: str) -> Mapping[str, Position]:
    # Of paths that another file names; all else is said of the configuration as a whole.
    written = {key: it.position for key, it in settings.items() if it is not None}
    return {key: it for key, it in written.items() if it.file != name}


def _policy(spec: Section, digests: Section) -> Policy | None:
    if (setting := spec.get("policy")) is None:
        return None
    from transformer.config.policy import read_policy

    return read_policy(setting, digests, spec.get("suspects"))


def _digests(section: Section) -> Digests:
    lock_file = section.get("lockFile")
    return Digests(
        mode=_digest_mode(section),
        lock_file=lock_file.file() if lock_file else LOCK_FILE,
        missing=section.choice("missing", VERDICTS),
        keep_tag=section.flag("keepTag", default=True),
        unpinnable=section.choice("unpinnable", UNPINNABLE),
        resolve_from=section.choice("resolveFrom", RESOLVE_FROM),
        platforms=read_platforms(section),
        platform=read_platform(section.get("platform")),
    )


def _digest_mode(section: Section) -> DigestMode:
    setting, lock_file = section.get("mode"), section.get("lockFile")
    if setting is None:
        return "lock" if section.values else "off"
    mode = setting.choice(DIGEST_MODES)
    # What another file says is not contradicted, but of no use.
    if mode == "require" and lock_file is not None and _in_one_file(setting, lock_file):
        state = "is set with `mode: require`, which looks nothing up"
        lock_file.fail("contradiction", state, "use `mode: lock`", at_key=True)
    return mode


def _in_one_file(first: Setting, second: Setting) -> bool:
    return first.position.file == second.position.file


def _pull_secrets(section: Section) -> PullSecrets:
    templates = section.texts("templates")
    for item in templates.values():
        item.file()
    return PullSecrets(
        attach_to=section.choice("attachTo", ATTACH_TO),
        names=read_secret_names(section.get("names")),
        templates=tuple(templates),
    )


def _images(settings: tuple[Setting, ...]) -> tuple[NamedImage, ...]:
    if not settings:
        return ()
    from transformer.config.images import read_images

    return read_images(settings)


def _imports(settings: tuple[Setting, ...]) -> tuple[Import, ...]:
    if not settings:
        return ()
    from transformer.config.imports.settings import read_imports

    return read_imports(settings)


def _fields(settings: tuple[Setting, ...]) -> tuple[Place, ...]:
    if not settings:
        return ()
    from transformer.config.places import read_places

    return read_places(settings)


def _strings(section: Section) -> StringRules:
    if not section.values:
        return StringRules()
    from transformer.config.strings import read_strings

    return read_strings(section)
