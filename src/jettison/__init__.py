"""Jettison makes container images small, fast to build and safe to run, and proves it."""

__version__ = "0.1.0"
