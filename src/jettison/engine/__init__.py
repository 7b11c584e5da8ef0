"""Container engines: building, running and exporting images on Docker, Podman or Buildah."""
