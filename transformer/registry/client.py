"""Asks registries for digests: many images at once, within one deadline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from transformer.image.reference import Reference
from transformer.registry.auth.credentials import Credentials
from transformer.registry.resolver import Answer, Progress
from transformer.registry.settings import Settings

if TYPE_CHECKING:
    from transformer.registry.attached import Attached
    from transformer.registry.faults import RegistryFault
    from transformer.registry.session import Session


class Client:
    """Asks registries for digests; a context manager that keeps connections and tokens.

    Takes the settings, and the environment that proxies and, without `Settings.credentials`,
    credentials are read from. Nothing is imported, read or opened before the first question. For
    one thread; it uses threads of its own, none of which outlives a call.
    """

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        self._settings = settings
        self._environment = environment
        self._session: Session | None = None

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, and forget the tokens."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def resolve(
        self,
        references: Sequence[Reference],
        *,
        with_platforms: bool = False,
        progress: Progress | None = None,
    ) -> dict[str, Answer]:
        """Ask what each reference stands for now; one with a digest, whether that exists.

        Takes normalised references, each asked once however often it is given, and whether to look
        up the platforms of each; `progress` is called with the number of answers so far and of all.
        Returns a descriptor or a fault for each reference, under its text with the tag `latest`
        where it has neither tag nor digest, in the order given.
        """
        distinct = {str(it): it for it in (ref.with_tag_default() for ref in references)}
        if not distinct:
            return {}
        return self._started().resolve(distinct, progress, platforms=with_platforms)

    def attached(
        self, references: Sequence[Reference], progress: Progress | None = None
    ) -> dict[str, Attached | RegistryFault]:
        """Ask what belongs to the manifest of each reference, all of which have a digest.

        Takes normalised references; `progress` as for `resolve`. Returns what is there or a fault
        for each reference, under its text, in the order given.
        """
        distinct = {str(it): it for it in references}
        return self._started().attached(distinct, progress) if distinct else {}

    def created(
        self, references: Sequence[Reference], progress: Progress | None = None
    ) -> dict[str, str | RegistryFault]:
        """Ask when the image of each reference was made, all of which have a digest.

        Takes normalised references; `progress` as for `resolve`. Returns the time of the oldest
        image that each stands for, '' where none says it, or a fault, under its text.
        """
        distinct = {str(it): it for it in references}
        return self._started().created(distinct, progress) if distinct else {}

    def _started(self) -> Session:
        if self._session is None:
            # Brings urllib3 and ssl along, which a run that asks no registry must not pay for.
            from transformer.registry.session import Session

            credentials = self._settings.credentials or Credentials(self._environment)
            self._session = Session(self._settings, self._environment, credentials)
        return self._session
