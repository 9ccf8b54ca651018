"""Gates: what must hold of the images that come out, and who may pass all the same."""
