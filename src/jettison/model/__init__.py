"""Tree to meaning: stages, scopes, commands, package facts, build context. Read only."""
