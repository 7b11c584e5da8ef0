"""Built images: config, layers and files, read from an engine's export. Knows nothing of Dockerfiles."""
