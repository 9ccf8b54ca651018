"""Who holds which pull secrets when a run is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from transformer.model import Account, Grant, Pod, SecretField, Site
from transformer.pull_secrets.grants import DEFAULT_ACCOUNT


class Held:
    """Who holds which pull secrets when the run is done."""

    __slots__ = ("_accounts", "_granted")

    def __init__(self, grants: Iterable[Grant], accounts: Sequence[Account]) -> None:
        self._granted: dict[int, tuple[str, ...]] = {}
        for grant in grants:
            mine = self._granted.get(id(grant.holder), ())
            self._granted[id(grant.holder)] = (*mine, *grant.names)
        self._accounts: Mapping[tuple[str, str], Account] = {
            (it.resource.namespace, it.resource.name): it for it in accounts
        }

    def names(self, site: Site) -> tuple[str, ...]:
        """All that whoever pulls the image at a site holds."""
        holders = (site.pod, *site.pods, site.holder)
        return tuple(name for it in holders if it is not None for name in self._of(it))

    def _of(self, holder: Pod | SecretField) -> tuple[str, ...]:
        own = (*holder.secrets.names, *self._granted.get(id(holder), ()))
        if own or isinstance(holder, SecretField):
            return own
        # Admission copies the list of the account into a pod that has none.
        key = (holder.resource.namespace, holder.account or DEFAULT_ACCOUNT)
        account = self._accounts.get(key)
        if account is None:
            return ()
        return (*account.secrets.names, *self._granted.get(id(account), ()))
