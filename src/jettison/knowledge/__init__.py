"""Facts about the field as data: TOML files a person can read, each fact with its source."""
