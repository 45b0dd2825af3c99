"""The commands of `qc`: one module each. What a command does is written below; here it is only parsed and shown."""
