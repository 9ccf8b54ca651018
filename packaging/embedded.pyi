# Written by dist.py into each program: offset and size in it, and the libraries that are needed.
LIBRARIES: dict[str, tuple[int, int, tuple[str, ...]]]
EXTENSIONS: dict[str, tuple[int, int, tuple[str, ...]]]
