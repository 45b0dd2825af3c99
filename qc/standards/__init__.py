"""What "good enough to export" means: taxonomy, standards, verdicts. Pure Python, no I/O beyond reading YAML."""
