"""The command line: the one room that touches the world for itself."""
