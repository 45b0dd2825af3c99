"""What people said of pieces, as data to learn from: labelled snapshots, their checks, and what to label next."""
