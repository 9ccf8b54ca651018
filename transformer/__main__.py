"""`python -m transformer` is the command `mirrorpin`."""

from transformer.cli.main import main

raise SystemExit(main())
