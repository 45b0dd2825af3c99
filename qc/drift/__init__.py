"""Drift: whether what comes in, and what is said of it, still is as it was when the model in service began."""
