"""Which packages an image holds, which files are theirs, and which distribution it is."""
