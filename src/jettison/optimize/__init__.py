"""From a project folder to a proven, smaller image: measure, rank, rewrite, build both, prove."""
