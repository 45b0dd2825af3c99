"""The HTTP service. Thin: parse, authorise, call, answer."""
