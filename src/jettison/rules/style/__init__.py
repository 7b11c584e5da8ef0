"""Rules of the group style."""
