"""Past evidence judged again, a slice at a time, by a worker that may be killed."""
