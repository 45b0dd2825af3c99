"""Real servers for tests: an S3 server, and a line to any server that can be cut."""
