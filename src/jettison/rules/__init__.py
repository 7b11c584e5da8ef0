"""Rules: one module, one rule."""
