"""`jettison slim`: a finished image without its sources, made smaller and proven."""
