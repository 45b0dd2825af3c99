"""Bulk work on a cluster: Ray Data maps the shard function of `qc.bulk`. No work is done anew."""
