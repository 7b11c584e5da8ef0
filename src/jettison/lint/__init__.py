"""Running rules over files."""
