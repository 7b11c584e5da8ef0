"""What of a built image its program needs: packages, programs, libraries and the project's own files."""
