"""What builds an image in a repository: Compose services and Bake targets."""
