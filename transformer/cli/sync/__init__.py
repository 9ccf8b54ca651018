"""The command `sync`: a plan carried out by an engine, and proved."""
