"""Work on a cluster: Ray Data maps the shard function of `qc.bulk`, Ray Train starts training. No work is done anew."""
