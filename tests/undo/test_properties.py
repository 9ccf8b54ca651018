"""What comes back: the same text where images were noted, and otherwise what transforms alike."""

from __future__ import annotations

from hypothesis import assume, given, strategies

from tests.helpers import oracle
from tests.helpers.manifests import DIGEST
from tests.helpers.runs import config
from tests.helpers.streams import Stream, streams
from transformer.config.config import Config
from transformer.config.options import Options
from transformer.image.reference import BadReference, normalize
from transformer.lock.lock import parse_lock
from transformer.pipeline import transform
from transformer.undo.restore import restore

# Sources, each with what rules of several kinds may say about it.
RULES = {
    "docker.io": ["target: m.io/hub", 'template: "m.io/t/{{ source | crc32 }}/{{ name }}"'],
    "ghcr.io": ["target: m.io/ghcr.io", "keep: true"],
    "quay.io": ["target: m.io/q/quay", "target: m.io/deep/er/quay, only: tags"],
    "localhost:5000": ["target: m.io/local", 'template: "m.io/{{ host | slug }}/{{ repository }}"'],
}
LOCKED = (
    *("docker.io/library/nginx:latest", "docker.io/library/nginx:1.27"),
    *("docker.io/library/08:30", "ghcr.io/acme/app:v1", "quay.io/a/b:2"),
)
LOCK = parse_lock(
    "images.lock.yaml",
    "version: 1\nimages:\n" + "".join(f"  {it}: {{digest: {DIGEST}}}\n" for it in LOCKED),
)


@strategies.composite
def configs(draw: strategies.DrawFn, *, with_notes: bool) -> Config:
    rules = ", ".join(
        f"{{source: {source}, {draw(strategies.sampled_from(says))}, pullSecrets: [{secret}]}}"
        for source, says in RULES.items()
        for secret in [draw(strategies.sampled_from(["", "pull", "own-pull, pull"]))]
    )
    mode = draw(strategies.sampled_from(["off", "lock"]))
    keep_tag = draw(strategies.booleans())
    attach_to = draw(strategies.sampled_from(["pods", "serviceAccounts", "both", "none"]))
    spec = (
        f"mirrors: [{rules}]",
        "unmatched: keep",
        "invalid: warn",
        f"digests: {{mode: {mode}, missing: warn, keepTag: {str(keep_tag).lower()}}}",
        f"pullSecrets: {{attachTo: {attach_to}}}",
        f"report: {{originalImages: {str(with_notes).lower()}}}",
    )
    return config(*spec)


def there(data: bytes, rules: Config) -> bytes:
    outcome = transform([("in.yaml", data)], rules, lock=LOCK)
    # Notes need a place.
    assume(not outcome.failed)
    return outcome.outputs[0]


def back(data: bytes, rules: Config) -> bytes | None:
    """What is restored, checked in full; None where names cannot be told."""
    restored = restore([("in.yaml", data)], rules, lock=LOCK, options=Options(verify="full"))
    if restored.outcome.failed:
        codes = {it.problem.code for it in restored.outcome.results}
        assert codes & {"unknown-source", "ambiguous-source", "shared-anchor"}, codes
        assert restored.outcome.outputs == (data,)
        return None
    return restored.outcome.outputs[0]


@given(streams(), configs(with_notes=False))
def test_what_is_restored_transforms_to_what_it_was(stream: Stream, rules: Config) -> None:
    mirrored = there(stream.data, rules)
    restored = back(mirrored, rules)
    if restored is not None:
        assert oracle.load(there(restored, rules).decode()) == oracle.load(mirrored.decode())


@given(streams(), configs(with_notes=False))
def test_every_image_is_the_upstream_one_again(stream: Stream, rules: Config) -> None:
    restored = back(there(stream.data, rules), rules)
    if restored is not None:
        data = oracle.load(restored.decode())
        for image in stream.images:
            now = oracle.get(data[image.document], image.path)
            assert named(now) in {named(image.value), *other_tags(image.value, rules)}


@given(streams(), configs(with_notes=True))
def test_noted_images_come_back_as_they_were_written(stream: Stream, rules: Config) -> None:
    restored = back(there(stream.data, rules), rules)
    if restored is not None:
        data = oracle.load(restored.decode())
        for image in stream.images:
            assert oracle.get(data[image.document], image.path) == image.value


def other_tags(image: str, rules: Config) -> set[tuple[str, str]]:
    """What it may come back as besides, where tags give way to digests: by its own digest, by the
    one tag that the lock has for its digest, or by the digest, where the lock has several tags for
    that or the image kept its own name."""
    if rules.digests.keep_tag:
        return set()
    try:
        reference = normalize(image)
    except BadReference:
        return set()
    by_digest = {(reference.name, "")} if reference.digest else set()
    if rules.digests.mode != "lock":
        return by_digest
    tags = [key.rpartition(":")[2] for key in LOCKED if key.startswith(f"{reference.name}:")]
    by_tag = {(reference.name, it) for it in tags if len(tags) == 1 and reference.digest == DIGEST}
    is_locked = reference.with_tag_default().tag in tags
    return by_tag | by_digest | ({(reference.name, "")} if is_locked else set())


def named(image: str) -> tuple[str, str]:
    """The name and tag of an image, whose digest the lock may bring."""
    try:
        reference = normalize(image)
    except BadReference:
        return image, ""
    return reference.name, reference.tag
