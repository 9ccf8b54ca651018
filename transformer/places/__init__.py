"""Where images live: the table of builtin, shipped and user-defined places."""
