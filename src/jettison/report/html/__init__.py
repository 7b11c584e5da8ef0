"""Self-contained HTML pages: one design, small functions that return markup, assets beside them."""
