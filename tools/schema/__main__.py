"""`python -m tools.schema FOLDER` writes the JSON schemas into a folder."""

import sys

from tools.schema.write import write

write(sys.argv[1])
