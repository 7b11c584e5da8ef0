"""`jettison inspect IMAGE --tui`: an interactive explorer of layers and files, for a terminal."""
