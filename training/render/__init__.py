"""Rendered woven pieces with exact defect masks.

Geometry is numpy and lives in this process; Blender is a separate program in its own environment that reads one `.npz`
a picture and writes one PNG (`blender_scene.py`, the only file that imports bpy; nothing here imports it).
"""
