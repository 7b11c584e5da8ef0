"""Rules of the group reproducibility."""
