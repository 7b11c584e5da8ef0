"""Findings and projects to new Dockerfiles."""
