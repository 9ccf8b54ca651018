"""The command `mirrorpin`, which `python -m transformer` is, too."""

import gc
import signal
import sys

# Argo CD asks these for every application that it has: nothing is loaded that they do without.
_QUESTIONS = (["cmp", "discover", "kustomize"], ["cmp", "discover", "helm"])


def main() -> int:
    """Run the command line of this process. Returns the exit code."""
    # Python would tell where it was interrupted. Until there is a shell, which tells it better, the
    # signal alone ends the process, as the others do; one that is ignored stays so.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.argv[1:] in _QUESTIONS:
        from transformer.cli.cmp.discover import discover
        from transformer.cli.shell import standard_shell
        from transformer.errors import TransformError

        try:
            return discover(sys.argv[3:], standard_shell())
        except TransformError:
            pass  # again, and reported
    # There are no cycles among what is loaded, and looking for them takes its time.
    gc.disable()
    from transformer.cli.main import main

    return main()


if __name__ == "__main__":
    raise SystemExit(main())
