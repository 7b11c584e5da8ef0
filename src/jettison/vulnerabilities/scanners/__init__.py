"""Other scanners: how each is asked, what its answer says, and how that joins what we found."""
