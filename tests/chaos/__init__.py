"""Replicas are killed, connections cut and servers taken away while clients work: what was answered is true."""
