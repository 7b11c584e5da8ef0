"""Images to layers to files; knows nothing of Dockerfiles."""
