"""The benchmark measures what its README says."""

from __future__ import annotations

import re
import sys

import yaml

from bench import generate
from bench.process import run
from tests import oracle

TEXT = generate.stream()


def test_the_stream_is_what_the_readme_says() -> None:
    documents = TEXT.split("---\n")[1:]
    images = re.findall(r'^ +image: "?([^"\n]+)', TEXT, re.MULTILINE)
    assert len(TEXT) == 2_859_989
    assert (len(documents), len(images), len(set(images))) == (6_000, 6_000, 270)
    assert len({image.rpartition(":")[0] for image in images}) == 81
    assert sum("image" in document for document in documents) == 2_800


def test_the_lock_holds_every_image() -> None:
    lock = yaml.safe_load(generate.lock())
    assert len(lock["images"]) == 270


def test_a_resource_list_holds_the_same_documents() -> None:
    text = generate.stream(20)
    (wrapped,) = oracle.load(generate.resource_list(text))
    assert wrapped["items"] == oracle.load(text)


def test_a_process_is_measured() -> None:
    program = "import sys; print(sys.stdin.read(), end=''); sys.stderr.write('bad'); sys.exit(7)"
    done = run([sys.executable, "-c", program], b"in")
    assert (done.exit_code, done.stdout, done.stderr) == (7, b"in", "bad")
    assert 0 < done.seconds < 60
    assert 1 << 20 < done.memory < 100 << 20


def test_the_memory_of_the_caller_is_not_counted() -> None:
    large = b"x" * (150 << 20)
    done = run([sys.executable, "-c", ""])
    assert done.memory < len(large)
