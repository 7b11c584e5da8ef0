"""Rules of the group policy."""
