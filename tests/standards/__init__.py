"""Tests of qc/standards."""
