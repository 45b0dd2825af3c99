"""Side-by-side measurements that anyone can repeat: ratios within one run, medians with their spread."""
