"""What was measured, what was compared, and the verdict for each claim. Nothing else may say that two images behave the same."""
