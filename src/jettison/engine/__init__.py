"""Container engines behind one interface: build, run, read."""
