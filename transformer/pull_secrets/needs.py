"""What each namespace needs of pull secrets: their names, who brings them, what they must open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from transformer.image.reference import Reference, normalize
from transformer.model import (
    Decision,
    Grant,
    Keep,
    Pod,
    Resource,
    Rewrite,
    SecretField,
    Site,
    final_image,
)
from transformer.pull_secrets.generated import Key, by_namespace, meant_by, owners, rename
from transformer.pull_secrets.held import SECRET
from transformer.records import record, replace


@record
class Need:
    """A pull secret that pods of a namespace name.

    `held` is the kind of what brings it there, '' for nothing; `elsewhere` are other namespaces
    that have it; `images` are those that nothing else opens, without tag and digest, and `users`
    are who names it.
    """

    namespace: str
    name: str
    held: str = ""
    elsewhere: tuple[str, ...] = ()
    images: tuple[Reference, ...] = ()
    users: tuple[str, ...] = ()

    @property
    def registries(self) -> tuple[str, ...]:
        """The hosts that it must open, sorted."""
        return tuple(sorted({it.domain for it in self.images}))


class _Group:
    def __init__(self) -> None:
        self.images: dict[str, Reference] = {}
        self.users: dict[str, None] = {}


def needs(
    decisions: Iterable[Decision],
    grants: Iterable[Grant],
    order: Sequence[str],
    held: Sequence[Resource],
    namespace: str = "",
) -> list[Need]:
    """The needs of a run, sorted by namespace, those of one in the order of first use.

    Takes its decisions and grants, all names of the configuration in their order, and what brings
    pull secrets, as `held_secrets` finds it. With a namespace, which is that of objects that write
    none, only its own. What a pod names itself must open what no granted name does.
    """
    renamed = rename(list(decisions), order, (it for it in held if it.kind == SECRET))
    groups: dict[Key, _Group] = {}
    for names, who, image in (*_of_decisions(renamed.decisions), *_of_grants(grants)):
        for name in names:
            group = groups.setdefault((who.namespace or namespace, name), _Group())
            group.users.setdefault(str(who).strip())
            if image is not None:
                group.images.setdefault(image.name, image)
    there = by_namespace(replace(it, namespace=it.namespace or namespace) for it in held)
    return [
        _need(key, group, there)
        for key, group in sorted(groups.items(), key=_namespace)
        if namespace in ("", key[0])
    ]


def _namespace(item: tuple[Key, _Group]) -> str:
    return item[0][0]


def _of_decisions(
    decisions: Iterable[Decision],
) -> Iterator[tuple[Sequence[str], Resource, Reference | None]]:
    for site, verdict in decisions:
        if not isinstance(verdict, Rewrite | Keep):
            continue
        text = final_image(site, verdict)
        image = _repository(text) if site.names == "image" else None
        yield verdict.pull_secrets, site.resource, image
        for names in _own(site):
            yield names, site.resource, None if verdict.pull_secrets else image


def _own(site: Site) -> Iterator[Sequence[str]]:
    holders: tuple[Pod | SecretField | None, ...] = (site.pod, *site.pods, site.holder)
    yield from (it.secrets.names for it in holders if it is not None)


def _repository(text: str) -> Reference:
    return replace(normalize(text), original="", tag="", digest="")


def _of_grants(
    grants: Iterable[Grant],
) -> Iterator[tuple[Sequence[str], Resource, Reference | None]]:
    # What a service account has comes along.
    for grant in grants:
        yield grant.names, grant.holder.resource, None


def _need(key: Key, group: _Group, there: Mapping[str, Mapping[str, Resource]]) -> Need:
    namespace, name = key
    here = there.get(namespace, {})
    meant = meant_by(name, here)
    return Need(
        namespace=namespace,
        name=name,
        held=next((here[it].kind for it in meant if it in here), ""),
        elsewhere=tuple(owners(key, there)),
        images=tuple(group.images.values()),
        users=tuple(group.users),
    )
