"""Many photos: one pure function over a shard of them, processes that run it, and rows that survive a kill."""
