"""What a user sets: files found, read, checked and applied."""
