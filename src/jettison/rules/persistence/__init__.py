"""Rules about data that must outlive a container."""
