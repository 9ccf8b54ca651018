"""One rule of a configuration: what it covers, and what becomes of that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from transformer.config.scope import Scopes, Where, in_scope, scope_of
from transformer.config.templates import CompiledTemplate
from transformer.errors import Position
from transformer.image.reference import HUB, Reference
from transformer.image.repository import (
    Pattern,
    host_of_folder,
    is_canonical,
    official_name,
    parse_source,
    under,
)
from transformer.model import Resource
from transformer.records import record, replace

if TYPE_CHECKING:
    from transformer.config.signers import Signer

OnAbsent: TypeAlias = "Literal['fail', 'next', 'keep']"

# So many rules are tried faster one by one than looked up.
FEW = 8
EVERYWHERE = Where()

# Between targets, where a lock names them together.
BETWEEN = ", "


@record
class Rule:
    """One item of `mirrors`: it has a target or a template, or keeps, or blocks, what it covers.

    `target` is the first of `targets` where it has several; which of them an image is pulled from
    is noted in the lock, and `on_absent` says what becomes of one that is at none. Or it says
    `same_as` which name it is another name of. `only` is `digests` or `tags` where it
    covers images that are written with a digest, or without one, and no others. `artifacts` are
    what it is for: images, charts, or both.
    `allow_different`: its mirror may hold other bytes than the source, having built them itself.
    `signed_by` is who must have signed what it covers.
    """

    index: int
    source: str
    position: Position
    target: str = ""
    targets: tuple[str, ...] = ()
    on_absent: OnAbsent = "fail"
    same_as: str = ""
    only: str = ""
    artifacts: tuple[str, ...] = ("images",)
    template: CompiledTemplate | None = None
    keep: bool = False
    block: bool = False
    pull_secrets: tuple[str, ...] = ()
    allow_different: bool = False
    signed_by: Signer | None = None
    where: Where | None = None
    written: str = ""

    @property
    def label(self) -> str:
        """What it is called: `written`, where it is not called by its index."""
        return self.written or f"mirrors[{self.index}]"

    @property
    def path(self) -> str:
        """Where it stands in its own file, as `mirrors[0]`."""
        return self.label.partition(" ")[0]

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What the names that the rule gives lie under; nothing when it gives none."""
        if self.template is not None:
            return (self.template.prefix,)
        return self.targets or tuple(filter(None, (self.target,)))

    @property
    def chooses(self) -> bool:
        """Whether a lock must say where an image is pulled from."""
        return len(self.targets) > 1 or self.on_absent != "fail"

    @property
    def choice(self) -> str:
        """The targets as the lock names them, to note which was chosen."""
        return BETWEEN.join(self.prefixes)

    @property
    def source_length(self) -> int:
        return len(self.source)

    @property
    def unused_hint(self) -> str:
        """What the user may have meant, for a rule that no image met; '' when nothing is known."""
        official = official_name(self.source)
        path = self.source.removeprefix(f"{HUB}/")
        return f"{self.source} is all of {path}/*; the image is {official}" if official else ""

    def covers(self, reference: Reference) -> bool:
        """Whether it is for an image that its source matches, written with a digest or without."""
        return not self.only or (self.only == "digests") is bool(reference.digest)

    def source_of(self, reference: Reference) -> str | None:
        """The lock key of the image from which the rule made this one, which is under its target.

        None where that cannot be told: behind a wildcard or a template.
        """
        pattern = parse_source(self.source)
        target = next((it for it in self.prefixes if under(reference.name, it)), "")
        rest = reference.name[len(target) :]
        if (
            self.template is not None
            or not target
            or (pattern.is_wildcard and not pattern.is_everything)
        ):
            return None
        domain, _, path = f"{pattern.name}{rest}".lstrip("/").partition("/")
        if pattern.is_everything:
            domain = host_of_folder(domain)
        origin = replace(reference, domain=domain, path=path)
        return origin.key if is_canonical(origin.name) and holds(pattern, origin) else None


class Sourced:
    """The rules of one source, in the order in which they count.

    Which of them is for a place takes no more steps the more of them there are.
    """

    __slots__ = ("_scopes", "length", "pattern", "rules")

    def __init__(self, pattern: Pattern, rules: Sequence[Rule]) -> None:
        self.pattern = pattern
        self.rules = tuple(rules)
        self.length = max((it.source_length for it in rules), default=0)
        self._scopes: Scopes | None = None

    def first(
        self, reference: Reference, resource: Resource, container: str, artifact: str
    ) -> Rule | None:
        """The first rule for an image, of a source that matches it, in a container of an object."""
        for rule in self._near(resource, container):
            if artifact in rule.artifacts and rule.covers(reference):
                return rule
        return None

    def _near(self, resource: Resource, container: str) -> Iterator[Rule]:
        if len(self.rules) <= FEW:
            return (it for it in self.rules if in_scope(it.where, resource, container))
        if self._scopes is None:
            self._scopes = Scopes()
            for rule in self.rules:
                self._scopes.add(rule.where or EVERYWHERE)
        numbers = self._scopes.covering(scope_of(resource, container))
        return (self.rules[number] for number in numbers)


def holds(pattern: Pattern, reference: Reference) -> bool:
    """Whether a source's tag or digest, if it has one, is that of a reference under its name."""
    if pattern.digest:
        return reference.name == pattern.name and reference.digest == pattern.digest
    if pattern.tag:
        tag = reference.with_tag_default().tag
        return reference.name == pattern.name and tag == pattern.tag
    return True
