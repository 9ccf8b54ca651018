"""Programs that make the files of this project."""
