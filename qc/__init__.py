"""Anyaman QC: quality control for handwoven export goods."""

__version__ = "0.1.0"
