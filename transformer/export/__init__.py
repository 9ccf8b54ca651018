"""The rules as configuration of others: of nodes' runtimes, so far. Each format is a module."""
