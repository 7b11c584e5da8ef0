"""Rules of the group correctness."""
