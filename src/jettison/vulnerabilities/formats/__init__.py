"""Readers of published advisory data, one module for each format: `fits` by the look of it, `read` into a sink."""
