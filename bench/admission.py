"""Measure what a MutatingAdmissionPolicy costs on a real API server, which `make e2e` installs.

    python -m bench.admission

Pods of 20 containers under 50 rules, with a digest in the lock for each image, made in turns in a
namespace that the policy is for and in one that it is not for. And how large a pod can be before
the API server's budget for a policy is spent: 10,000,000 units, a tenth of it for an expression.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.e2e.admission import Pods, apply, exported, namespace
from tests.e2e.apiserver import Object, serve
from tests.e2e.pod_images import containers, images_of
from tests.e2e.tools import ETCD, KUBE_APISERVER, KUBECTL
from tests.helpers import runs

RULES, CONTAINERS = 50, 20
ROUNDS, TURNS = 5, 40
LOCKS = (20, 3200)
LABEL = "mirrorpin.dev/admission"
TOOLS = (ETCD, KUBE_APISERVER, KUBECTL)


def image(index: int) -> str:
    return f"registry-{index % RULES}.example.com/team/application-{index}:1.{index}"


def report(folder: Path, count: int) -> None:
    """Print the figures of a lock with so many images, with what they need in an empty folder."""
    rules = [f"- {{source: registry-{it}.example.com, target: m.io/r{it}}}" for it in range(RULES)]
    settings = runs.config("mirrors:", *rules, "digests: {mode: lock, missing: warn}")
    lock = runs.locked({image(it): f"{{digest: sha256:{it:064}}}" for it in range(count)})
    text = exported("mutating-admission-policy", settings, lock)
    # Of a namespace with a label the policy leaves the pods alone.
    selector = f"      - {{key: {LABEL}, operator: NotIn, values: ['off']}}\n"
    head, key, rest = text.rpartition("      matchExpressions:\n")
    with serve(folder) as cluster:
        apply(cluster, f"{head}{key}{selector}{rest}")
        moved, plain = (Pods(cluster, namespace(cluster)) for _ in range(2))
        done = cluster.kubectl("label", "namespace", plain.namespace, f"{LABEL}=off")
        assert done.returncode == 0, done.stderr
        _print_rates(moved, plain, count)
        taken, refused = _largest(moved, count)
    if refused:
        share = CONTAINERS / taken
        print(f"budget: {taken} containers are taken, {refused} are not, {CONTAINERS} are at most "
              f"{share:.1%} of it")  # fmt: skip


def _print_rates(moved: Pods, plain: Pods, count: int) -> None:
    spec = containers(*map(image, range(CONTAINERS)))
    while not _is_moved(moved.create(spec)) or _is_moved(plain.create(spec)):
        time.sleep(0.2)
    pairs = [(_rate(moved, spec), _rate(plain, spec)) for _ in range(ROUNDS)]
    policy, without = map(statistics.median, zip(*pairs, strict=True))
    print(f"lock of {count}: {policy:.0f} pods a second with the policy, {without:.0f} without: "
          f"{policy / without:.2f}; {1000 / policy - 1000 / without:.0f} ms a pod")  # fmt: skip


def _is_moved(answer: Object) -> bool:
    return images_of(answer.get("spec", {}))[:1] != [image(0)]


def _rate(pods: Pods, spec: Object) -> float:
    started = time.perf_counter()
    for _ in range(TURNS):
        assert pods.create(spec, is_kept=True)["kind"] == "Pod"
    return TURNS / (time.perf_counter() - started)


def _largest(pods: Pods, count: int) -> tuple[int, int]:
    # The containers that a pod may have, and of twice as many so many that it may not, 0 for none.
    taken = CONTAINERS
    while 2 * taken <= count:
        answer = pods.create(containers(*map(image, range(2 * taken))))
        if answer["kind"] != "Pod":
            assert "cost limit exceeded" in answer["message"], answer
            return taken, 2 * taken
        taken *= 2
    return taken, 0


def main() -> int:
    missing = [it.name for it in TOOLS if not it.path.exists()]
    if missing:
        print(f"not installed: {', '.join(missing)} (make e2e installs them)", file=sys.stderr)
        return 1
    for count in LOCKS:
        with tempfile.TemporaryDirectory() as folder:
            report(Path(folder), count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
