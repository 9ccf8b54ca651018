"""The questions that one image takes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from transformer.image.descriptor import Descriptor
from transformer.image.reference import Reference
from transformer.records import replace
from transformer.registry.answers import json_object, refusal_of
from transformer.registry.attached import (
    MAX_PAGES,
    NO_LIST,
    SUFFIXES,
    Attached,
    listed,
    next_page,
    no_list,
    referring,
    tag_of,
)
from transformer.registry.auth.authorization import Authorizer, Repository
from transformer.registry.auth.credential import Secrets
from transformer.registry.faults import Reason, Refusal
from transformer.registry.http.deadline import Deadline
from transformer.registry.http.exchange import AUTHORIZATION, Exchange
from transformer.registry.http.origins import Origins
from transformer.registry.http.transport import Request, Response
from transformer.registry.http.urls import Url
from transformer.registry.manifests import INDEXES, MAX_MANIFEST, described, hashed, headers
from transformer.registry.platforms import config_of, created_of, platform_name, platforms_of
from transformer.registry.settings import Settings

# Refused as a method, or for reasons that only the body of an answer to GET can tell.
NO_HEAD = frozenset({403, 405, 501})
ABSENT = 404
# How many images of an index are looked at for the oldest.
MAX_CHILDREN = 64


class Inquiry:
    """Asks for images within one exchange. Safe to share between threads."""

    def __init__(
        self,
        exchange: Exchange,
        origins: Origins,
        authorizer: Authorizer,
        secrets: Secrets,
        settings: Settings,
    ) -> None:
        self._exchange = exchange
        self._origins = origins
        self._authorizer = authorizer
        self._secrets = secrets
        self._headers = headers(settings.user_agent)
        self._absent_again = settings.absent_again

    def describe(
        self, reference: Reference, deadline: Deadline, *, with_platforms: bool
    ) -> Descriptor:
        """What a registry says of a reference's digest or, without one, tag. Raises `Refusal`."""
        origin = self._origins.of(reference.domain, deadline)
        repository = Repository(domain=reference.domain, path=reference.path, origin=origin)
        wanted = reference.digest
        name = wanted or reference.tag
        answer = self._ask(repository, "HEAD", f"manifests/{name}")
        if answer.status != 200 and not self._says_little(repository, answer):
            raise self._refusal(repository, answer)
        found = described(answer, wanted) if answer.status == 200 else None
        if found is not None and not with_platforms:
            digest, media_type, size = found
            return Descriptor(digest=digest, media_type=media_type, size=size)
        descriptor, body = self._fetch(repository, found[0] if found else name, wanted)
        if not with_platforms:
            return descriptor
        return replace(descriptor, platforms=self._platforms(repository, descriptor, body))

    def created(self, reference: Reference, deadline: Deadline) -> str:
        """When the oldest image was made that a reference's digest stands for. Raises `Refusal`.

        '' where none says it. Of an index the images for a platform count, `MAX_CHILDREN` at most.
        """
        origin = self._origins.of(reference.domain, deadline)
        repository = Repository(domain=reference.domain, path=reference.path, origin=origin)
        _, body = self._fetch(repository, reference.digest, reference.digest)
        children = sorted({*platforms_of(json_object(body) or {}).values()})[:MAX_CHILDREN]
        bodies = [self._fetch(repository, it, it)[1] for it in children] or [body]
        configs = (self._config(repository, json_object(it) or {}) for it in bodies)
        return min(filter(None, map(created_of, configs)), default="")

    def attached(self, reference: Reference, deadline: Deadline) -> Attached:
        """What belongs to the manifest of a reference's digest. Raises `Refusal`."""
        origin = self._origins.of(reference.domain, deadline)
        repository = Repository(domain=reference.domain, path=reference.path, origin=origin)
        _, body = self._fetch(repository, reference.digest, reference.digest)
        tag = tag_of(reference.digest)
        tags = {f"{tag}{it}": self._digest(reference, f"{tag}{it}", deadline) for it in SUFFIXES}
        referrers = self._referrers(repository, reference.digest)
        if referrers is None:
            tags[tag] = self._digest(reference, tag, deadline)
            found = tags[tag] and self._get(repository, f"manifests/{tags[tag]}").body
            referrers = listed(found or b"")
        known = {name: digest for name, digest in tags.items() if digest}
        return Attached(children=listed(body), referrers=referrers, tags=known)

    def _digest(self, reference: Reference, tag: str, deadline: Deadline) -> str:
        # '' for a tag that is not there.
        try:
            tagged = replace(reference, tag=tag, digest="")
            return self.describe(tagged, deadline, with_platforms=False).digest
        except Refusal as refusal:
            if refusal.reason.status == ABSENT:
                return ""
            raise

    def _referrers(self, repository: Repository, digest: str) -> tuple[str, ...] | None:
        # None where the registry knows no such list.
        found: list[str] = []
        what = f"referrers/{digest}"
        for _ in range(MAX_PAGES):
            answer = self._ask(repository, "GET", what)
            if answer.status in NO_LIST and not found:
                return None
            if answer.status != 200:
                raise self._refusal(repository, answer)
            found += referring(answer)
            what = next_page(answer, f"/v2/{repository.path}/")
            if not what:
                return tuple(dict.fromkeys(found))
        raise no_list(answer.status)

    def _says_little(self, repository: Repository, answer: Response) -> bool:
        # To ask every registry twice would cost a pull of Docker Hub for each tag that it lacks.
        names = (repository.domain, repository.origin.host, repository.origin.netloc)
        doubted = any(name in self._absent_again for name in names)
        return answer.status in NO_HEAD or (answer.status == ABSENT and doubted)

    def _fetch(self, repository: Repository, name: str, wanted: str) -> tuple[Descriptor, bytes]:
        answer = self._get(repository, f"manifests/{name}")
        wanted = wanted or (name if ":" in name else "")
        digest, media_type, body = hashed(answer, wanted)
        return Descriptor(digest=digest, media_type=media_type, size=len(body)), body

    def _platforms(
        self, repository: Repository, descriptor: Descriptor, body: bytes
    ) -> Mapping[str, str]:
        manifest = json_object(body) or {}
        if descriptor.media_type in INDEXES:
            return platforms_of(manifest)
        name = platform_name(self._config(repository, manifest))
        return {name: descriptor.digest} if name else {}

    def _config(self, repository: Repository, manifest: Mapping[str, Any]) -> dict[str, Any]:
        # Nothing of what is not an image.
        digest = config_of(manifest)
        if not digest:
            return {}
        config = self._get(repository, f"blobs/{digest}").body
        if f"sha256:{hashlib.sha256(config).hexdigest()}" != digest:
            raise Refusal(_WRONG_CONFIG)
        return json_object(config) or {}

    def _get(self, repository: Repository, what: str) -> Response:
        answer = self._ask(repository, "GET", what)
        if answer.status != 200:
            raise self._refusal(repository, answer)
        return answer

    def _ask(self, repository: Repository, method: str, what: str) -> Response:
        url = Url(origin=repository.origin, target=f"/v2/{repository.path}/{what}")
        request = Request(
            method=method,
            url=url,
            registry=repository.origin,
            headers=self._headers,
            limit=MAX_MANIFEST,
        )
        header = self._authorizer.header(repository, self._exchange)
        answer = self._exchange.ask(_with(request, header))
        # Some registries answer 403 where a token covers too little, with a challenge all the same.
        if answer.status not in (401, 403):
            return answer
        renewed = self._authorizer.renewed(repository, answer, header, self._exchange)
        return self._exchange.ask(_with(request, renewed)) if renewed else answer

    def _refusal(self, repository: Repository, answer: Response) -> Refusal:
        anonymous = self._authorizer.is_anonymous(repository)
        return refusal_of(answer, self._secrets, anonymous=anonymous)


def _with(request: Request, header: str) -> Request:
    if not header:
        return request
    return replace(request, headers={**request.headers, AUTHORIZATION: header})


_WRONG_CONFIG = Reason(
    code="registry-digest",
    state="has a configuration without the digest that its manifest gives it",
    hint="the registry, or a proxy before it, changes what it holds",
)
