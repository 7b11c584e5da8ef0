"""Records to text and data."""
