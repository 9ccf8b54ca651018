"""What is gathered while a document is searched: sites, pods, accounts, and what was wrong.

Whoever knows a place first has it: a later search of another kind passes over what was entered.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from transformer.errors import Problem, Severity
from transformer.find.found import Found
from transformer.find.objects import LEFT_ALONE
from transformer.find.structure import likely_images
from transformer.model import Pod, Resource, Result, Shadow, Site
from transformer.places.trie import wrong_type
from transformer.records import replace, shared
from transformer.yamltext.documents import Document, may_hold
from transformer.yamltext.edit import Anchor
from transformer.yamltext.faults import fault_problem
from transformer.yamltext.lines import content_end
from transformer.yamltext.nodes import is_null, lookup, offset_of, repeated_keys, resolve, size_of
from transformer.yamltext.path import Steps, field_path
from transformer.yamltext.spots import Spots
from transformer.yamltext.tree import (
    RENDER_HINT,
    Collection,
    Mapping,
    Sequence,
    Slot,
    SyntaxFault,
    Tree,
)

if TYPE_CHECKING:
    from transformer.places.known_strings import Strings

_STRING_TAGS = (None, "!", "tag:yaml.org,2002:str")


def _outside(mappings: Iterable[Collection], left: Iterable[Collection]) -> Iterator[Collection]:
    # Both stand in the order of the text.
    remaining = iter(left)
    nearest = next(remaining, None)
    for mapping in mappings:
        while nearest is not None and nearest.last < mapping.order:
            nearest = next(remaining, None)
        if nearest is None or mapping.order < nearest.order:
            yield mapping


class Gathering:
    """A search of one document, as far as it has come."""

    def __init__(
        self, document: Document, tree: Tree, with_pods: bool, strings: Strings | None = None
    ) -> None:
        self.document = document
        self.strings = strings
        self.tree = tree
        self.with_pods = with_pods
        self.found = Found()
        # The pods that are known in the object that is searched, also those without an image.
        self.pods: list[Pod] = []
        self.entered: set[Steps] = set()
        # Where paths of the catalogue lead on into what cannot be read, from the document.
        self.unread: set[Steps] = set()
        self.warnings: dict[int, Result] = {}
        # Of what nothing is to be said: offsets of its start and end.
        self._passed: list[tuple[int, int]] = []
        self.spots = Spots(tree)
        # Whether the whole document is only taken for one.
        self.is_guess = False
        # Without this key there is no pod spec, by whatever structure.
        self.may_hold_pods = may_hold(tree.text, ("containers",))
        # Where values stand that may be images, read from the text when it is asked for.
        self._likely: list[int] | None = None

    def has_likely_images(self, mapping: Mapping, sites: Iterable[Site]) -> bool:
        """Whether the text of a mapping may hold more images than its sites, by their keys."""
        if self.tree.aliases:
            return True
        if self._likely is None:
            self._likely = likely_images(self.tree.text)
        start, end = offset_of(mapping), content_end(mapping)
        likely = self._likely[bisect_left(self._likely, start) : bisect_left(self._likely, end)]
        if not likely:
            return False
        taken = {
            spot.start for site in sites for spot in (site.spot, *(it.spot for it in site.parts))
        }
        return not taken.issuperset(likely)

    def warn_repeated_keys(self, passed_over: Iterable[Collection] = ()) -> None:
        """Note every key that is repeated, wherever it is but in what is passed over."""
        for mapping in _outside(self.tree.mappings, passed_over):
            children = mapping.children
            size = len(children)
            if size > 2 and len({key.value for key in children[::2]}) * 2 != size:
                warnings: dict[int, Result] = {}
                for first, second in repeated_keys(mapping):
                    warnings[id(second)] = self._warn_repeated(first, second)
                    warnings.setdefault(id(first), warnings[id(second)])
                self.found.shadows += _shadows(mapping, warnings)

    def _warn_repeated(self, first: Slot, second: Slot) -> Result:
        line = self.document.position(offset_of(first)).line
        problem = Problem(
            code="repeated-key",
            message=f"key `{first.value}` is repeated: first at line {line}",
            severity="warning",
            position=self.document.position(offset_of(second)),
        )
        warning = self.warnings[offset_of(second)] = Result(problem=problem)
        return warning

    def fail(
        self,
        fault: SyntaxFault,
        resource: Resource | None,
        at: Steps = (),
        severity: Severity = "error",
    ) -> None:
        """Note what stands in the way of reading a place."""
        if severity != "error" and fault.offset in self.warnings:
            return
        # A warning about the same place says less.
        self.warnings.pop(fault.offset, None)
        if self.is_guess:
            severity = "info"
        problem = replace(fault_problem(self.document, fault), severity=severity)
        self.found.results.append(Result(problem=problem, resource=resource, field=field_path(at)))

    def pass_by(self, fault: SyntaxFault, resource: Resource, at: Steps) -> None:
        """Note what is not what structure took it for."""
        problem = Problem(
            code="no-pod-spec",
            message=f"passed by: in a pod spec, {fault.message}",
            severity="info",
            position=self.document.position(fault.offset),
        )
        self.found.results.append(Result(problem=problem, resource=resource, field=field_path(at)))

    def leave_alone(self, mapping: Mapping, resource: Resource, reason: str) -> None:
        """Note an object that is not for us."""
        problem = Problem(
            code=reason,
            message=f"left alone: {resource} {LEFT_ALONE[reason]}",
            severity="info",
            position=self.document.position(offset_of(mapping)),
        )
        self.found.results.append(Result(problem=problem, resource=resource))

    def pass_over_spec(self, mapping: Mapping) -> None:
        """Say nothing of what stands at an object's `spec`, as where it is not read."""
        slot = lookup(mapping, ("spec",), last_wins=True).get("spec")
        if slot is not None:
            self._passed.append((offset_of(slot), content_end(slot)))

    def kept_warnings(self) -> list[Result]:
        """The warnings that were noted, but for those of what was passed over."""
        if not self._passed:
            return list(self.warnings.values())
        ends = dict(sorted(self._passed))
        starts = [0, *ends]
        ends.setdefault(0, 0)
        return [
            warning
            for offset, warning in self.warnings.items()
            if offset >= ends[starts[bisect_right(starts, offset) - 1]]
        ]

    def enter(self, resource: Resource, at: Steps) -> bool:
        """Take a place, given by its steps from the resource; false where it was taken before."""
        place = (*resource.steps, *at)
        is_new = place not in self.entered
        self.entered.add(place)
        return is_new

    def items(self, slot: Slot, at: Steps) -> Iterator[tuple[int, Mapping]]:
        """The mappings of a list. Raises `SyntaxFault` where there is something else."""
        node = resolve(slot)
        if is_null(slot):
            return
        if not isinstance(node, Sequence):
            raise wrong_type(at, "a list", slot)
        for index, item in enumerate(node.children):
            entry = resolve(item)
            if isinstance(entry, Mapping):
                yield index, entry
            elif not is_null(item):
                raise wrong_type((*at, index), "a mapping", item)

    def text(self, slot: Slot, resource: Resource, at: Steps) -> str | None:
        """Take a place and return the string there: None where it is null or was taken before.

        Takes its slot, the object, and the steps from there. Raises `SyntaxFault` where it is none.
        """
        if is_null(slot) or not self.enter(resource, at):
            return None
        return string_at(slot, at)

    def image(
        self,
        parent: Collection,
        slot: Slot,
        resource: Resource,
        at: Steps,
        pod: Pod | None = None,
        container: str = "",
        by_structure: bool = False,
    ) -> None:
        """Note the image that a string is, as `text` takes it, given the collection it is in, or a
        fault where it is none."""
        place = (*resource.steps, *at)
        if is_null(slot) or place in self.entered:
            return
        self.entered.add(place)
        try:
            value = string_at(slot, at)
        except SyntaxFault as fault:
            note = self.pass_by if by_structure else self.fail
            note(fault, resource, at)
            return
        site = Site(
            document=self.document,
            resource=resource,
            steps=shared(at),
            value=shared(value),
            spot=self.spots.spot(parent, slot),
            container=shared(container),
            pod=pod,
            anchor=self.spots.anchor(slot) if self.tree.aliases else None,
            by_structure=by_structure,
        )
        self.found.sites.append(site)

    def anchor(self, slot: Slot) -> Anchor | None:
        """The anchored scalar at a place, None when nothing repeats it."""
        return self.spots.anchor(slot) if self.tree.aliases else None


def _shadows(mapping: Collection, warnings: dict[int, Result]) -> Iterator[Shadow]:
    # Of the keys that are warned of, given by `id`.
    order = mapping.order + 1
    for key, value in zip(mapping.children[::2], mapping.children[1::2], strict=True):
        last = order + size_of(value)
        if id(key) in warnings:
            yield Shadow(first=order, last=last, warning=warnings[id(key)])
        order = last + 1


def string_at(slot: Slot, at: Steps) -> str:
    """The string at a place, whoever has taken it. Raises `SyntaxFault` where it is none."""
    node = resolve(slot)
    if isinstance(node, Collection) or node.tag not in _STRING_TAGS:
        fault = wrong_type(at, "a string", slot)
        fault.hint = RENDER_HINT if isinstance(node, Collection) and node.is_flow else ""
        raise fault
    return str(node.value)


def sibling(parent: Collection, key: str) -> Slot | None:
    """The value of a key of a mapping, None where there is none, or no mapping."""
    return lookup(parent, (key,)).get(key) if isinstance(parent, Mapping) else None
