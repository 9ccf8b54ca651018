"""Image references: their grammar, the parts they are written in, and platforms."""
