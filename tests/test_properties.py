"""The promises of the product, over generated streams of manifests that are hard to read."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, strategies

from tests.helpers import oracle
from tests.helpers.manifests import DIGEST
from tests.helpers.socket_guard import guarded
from tests.helpers.streams import Image, Stream, streams, write_stream
from transformer.config.config import Config, parse_config
from transformer.config.options import Options
from transformer.lock.lock import parse_lock
from transformer.model import Rewrite
from transformer.pipeline import Outcome, transform
from transformer.yamltext.path import field_path
from transformer.yamltext.tree import PARSERS

HOSTS = ("docker.io", "ghcr.io", "localhost:5000", "quay.io")
SECRET = "pull"


def config(*lines: str, hosts: Iterable[str] = HOSTS) -> Config:
    return parse_config("mirrorpin.yaml", oracle.config(hosts, *lines), "")


IMAGES = config()
SECRETS = config(f"pullSecrets: {{names: [{SECRET}]}}")
NOTHING = config(f"pullSecrets: {{names: [{SECRET}]}}", hosts=["nothing.example"])


# Images as they are written, and what the lock says of them.
LOCKED = {
    "nginx": "docker.io/library/nginx:latest",
    "nginx:1.27": "docker.io/library/nginx:1.27",
    "08:30": "docker.io/library/08:30",
    "ghcr.io/acme/app:v1": "ghcr.io/acme/app:v1",
    f"quay.io/a/b:2@{DIGEST}": "quay.io/a/b:2",
}
LOCK = parse_lock(
    "images.lock.yaml",
    "version: 1\nimages:\n" + "".join(f"  {it}: {{digest: {DIGEST}}}\n" for it in LOCKED.values()),
)
PINNED = config(
    f"pullSecrets: {{names: [{SECRET}]}}",
    "digests: {mode: lock, lockFile: images.lock.yaml, missing: warn}",
)


def run(data: bytes, rules: Config = IMAGES, options: Options | None = None) -> Outcome:
    return transform([("in.yaml", data)], rules, lock=LOCK, options=options or Options())


def output(data: bytes, rules: Config = IMAGES, options: Options | None = None) -> bytes:
    outcome = run(data, rules, options)
    assert not outcome.failed, outcome.results
    (written,) = outcome.outputs
    return written


def new_image(image: Image) -> str:
    return oracle.mirrored(image.value, HOSTS)


@given(streams())
def test_the_generator_says_what_it_writes(stream: Stream) -> None:
    data = oracle.load(stream.text)
    for image in stream.images:
        assert oracle.get(data[image.document], image.path) == image.value


@given(streams())
def test_every_image_is_found(stream: Stream) -> None:
    found = {
        (
            site.document.index,
            field_path((*site.resource.steps, *site.steps)),
            site.value,
            site.document.start + site.spot.start,
        )
        for site, _ in run(stream.data).decisions
    }
    assert found == {(it.document, it.path, it.value, it.start) for it in stream.images}


@given(streams())
def test_nothing_matches_nothing_changes(stream: Stream) -> None:
    assert output(stream.data, NOTHING) == stream.data


@given(streams())
def test_only_the_images_change(stream: Stream) -> None:
    after = output(stream.data).decode().removeprefix("\ufeff" if stream.has_bom else "")
    changed = [image for image in stream.images if new_image(image) != image.value]
    if stream.aliases:
        # An alias may give way to its value, where not all that share it change alike.
        spans = {(it.start, it.end) for it in changed} | set(stream.aliases)
        spans |= {it.definition for it in changed if it.definition}
        assert_kept_around(stream.text, spans, after)
    else:
        edits = [(it.start, it.end, written(stream.text, it)) for it in changed]
        assert after == oracle.spliced(stream.text, edits)


def written(text: str, image: Image) -> str:
    return oracle.written(text[image.start : image.end], image.value, new_image(image))


def assert_kept_around(before: str, spans: Iterable[tuple[int, int]], after: str) -> None:
    """Every piece of text between the spans must stand in the text after, in order."""
    pieces: list[str] = []
    at = 0
    for start, end in sorted(set(spans)):
        pieces.append(before[at:start])
        at = end
    pieces.append(before[at:])
    assert after.startswith(pieces[0])
    assert after.endswith(pieces[-1])
    place = 0
    for piece in pieces:
        place = after.find(piece, place)
        assert place >= 0, piece
        place += len(piece)


@given(streams())
def test_the_data_changes_as_planned(stream: Stream) -> None:
    expected = oracle.load(stream.text)
    pods: set[tuple[int, str]] = set()
    for image in stream.images:
        if new_image(image) != image.value:
            oracle.replace(expected[image.document], image.path, new_image(image))
            pods.add((image.document, pod_of(image.path)))
    for document, path in pods:
        pod = oracle.get(expected[document], path)
        secrets = pod.get("imagePullSecrets") or []
        if {"name": SECRET} not in secrets:
            pod["imagePullSecrets"] = [*secrets, {"name": SECRET}]
    after = output(stream.data, SECRETS).decode()
    assert oracle.load(after.removeprefix("\ufeff")) == expected


def pod_of(path: str) -> str:
    for key in (".containers[", ".initContainers[", ".ephemeralContainers[", ".volumes["):
        path = path.partition(key)[0]
    return path


@given(streams())
def test_pull_secrets_are_added_and_nothing_is_removed(stream: Stream) -> None:
    before, after = (output(stream.data, rules).decode() for rules in (IMAGES, SECRETS))
    rest = iter(after)
    # A null gives way to a list.
    kept = before.replace("null", "").replace("~", "")
    assert all(character in rest for character in kept)


@given(streams())
def test_images_are_pinned_wherever_they_lie(stream: Stream) -> None:
    decisions = run(stream.data, PINNED, Options(verify="full")).decisions
    finals = {
        (site.value, verdict.image if isinstance(verdict, Rewrite) else site.value)
        for site, verdict in decisions
    }
    assert finals == {(image.value, pinned(image)) for image in stream.images}


def pinned(image: Image) -> str:
    is_open = image.value in LOCKED and "@" not in image.value
    return new_image(image) + (f"@{DIGEST}" if is_open else "")


@pytest.mark.parametrize("rules", [SECRETS, PINNED], ids=["rewritten", "pinned"])
@given(stream=streams())
def test_twice_is_once(rules: Config, stream: Stream) -> None:
    once = output(stream.data, rules)
    again = run(once, rules)
    assert again.outputs == (once,)
    assert not any(isinstance(verdict, Rewrite) for _, verdict in again.decisions)
    assert not again.grants


@given(streams(), streams())
def test_a_stream_is_its_parts(first: Stream, second: Stream) -> None:
    parts = [first.data, b"---\n" + second.text.encode().removeprefix(b"%YAML 1.1\n")]
    written = [output(part, SECRETS) for part in parts]
    assert output(b"".join(parts), SECRETS) == b"".join(written)
    together = transform([("a.yaml", parts[0]), ("b.yaml", parts[1])], SECRETS)
    assert together.outputs == tuple(written)


@given(streams())
def test_both_agreement_checks_agree(stream: Stream) -> None:
    full = Options(verify="full", strict=True)
    assert output(stream.data, SECRETS, full) == output(stream.data, SECRETS)
    assert output(stream.data, SECRETS, Options(verify="off")) == output(stream.data, SECRETS)


@pytest.mark.skipif(len(PARSERS) == 1, reason="there is only one parser to compare")
@given(streams())
def test_both_parsers_agree(stream: Stream) -> None:
    fast, slow = (run(stream.data, SECRETS, Options(parser=it)) for it in ("libyaml", "python"))
    if stream.has_tabs and slow.failed:
        # The pure parser refuses a tab in front of a comment; it must not misread it.
        assert slow.outputs == (stream.data,)
        return
    assert (fast.outputs, fast.results) == (slow.outputs, slow.results)


@given(streams(), strategies.integers(0, 3))
def test_one_error_and_nothing_is_written(stream: Stream, place: int) -> None:
    broken = b"---\nkind: Pod\nimage: [\n"
    parts = [stream.text.encode(), b"---\nkind: Service\n", b"---\n---\n"]
    parts.insert(place, broken)
    data = b"".join(parts)
    outcome = run(data, SECRETS)
    assert outcome.failed
    assert outcome.outputs == (data,)


@given(streams())
def test_one_blocked_image_and_nothing_is_written(stream: Stream) -> None:
    rules = parse_config("mirrorpin.yaml", BLOCKED, "")
    outcome = run(stream.data, rules)
    is_blocked = any(oracle.host_of(it.value) == "quay.io" for it in stream.images)
    assert outcome.failed is is_blocked
    if is_blocked:
        assert outcome.outputs == (stream.data,)


BLOCKED = oracle.config(HOSTS).replace(
    f"source: quay.io, target: {oracle.mirror_of('quay.io')}", "source: quay.io, block: true"
)


@given(streams())
def test_the_same_input_gives_the_same_bytes(stream: Stream) -> None:
    first, second = run(stream.data, SECRETS), run(stream.data, SECRETS)
    assert (first.outputs, first.results) == (second.outputs, second.results)


@pytest.mark.slow
def test_every_process_writes_the_same_bytes(tmp_path: Path) -> None:
    texts = [write_stream(random.Random(seed), 3).text for seed in range(20)]
    source = tmp_path / "in.yaml"
    source.write_bytes("---\n".join(it.removeprefix("%YAML 1.1\n") for it in texts).encode())
    rules = tmp_path / "mirrorpin.yaml"
    rules.write_text(oracle.config(HOSTS, f"pullSecrets: {{names: [{SECRET}]}}"))
    command = [sys.executable, "-m", "transformer", "-q", "-c", str(rules), str(source)]
    written = {
        subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert written == {output(source.read_bytes(), SECRETS)}


@pytest.mark.slow
def test_no_socket_is_opened_and_no_program_started() -> None:
    with guarded() as events:
        for seed in range(100):
            run(write_stream(random.Random(seed), 3).data, SECRETS)
    assert events == []
