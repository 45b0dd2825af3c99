"""Evaluation that anyone can repeat: real photos graded as a user would, composites made on the fly, one report."""
