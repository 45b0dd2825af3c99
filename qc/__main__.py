"""`python -m qc` is the `qc` command."""

from qc.cli import main

main()
