"""Finding images: documents times places, every site in source order, nothing decided."""
