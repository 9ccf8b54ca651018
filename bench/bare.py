"""The yardstick: read a file, let libyaml produce every event of it, and keep none.

No Python program that reads YAML can be faster. It runs as a process of its own:
`python -m bench.bare FILE`.
"""

from __future__ import annotations

import sys

from yaml._yaml import CParser
from yaml.events import StreamEndEvent


def main() -> None:
    """Read the file that the command line names."""
    with open(sys.argv[1], "rb") as file:
        get_event = CParser(file.read()).get_event
    while get_event().__class__ is not StreamEndEvent:
        pass


if __name__ == "__main__":
    main()
