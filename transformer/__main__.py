"""`python -m transformer` is the command `mirrorpin`."""

from transformer.cli import main

raise SystemExit(main())
