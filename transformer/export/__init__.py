"""The rules as configuration of others: of nodes, and of admission. Each format is a module."""
