"""Sizes from a photo: the printed measuring mat, and what is read from a photo of a piece on it.

>>> measurement = measure(photo.rgb, print_scale=0.996)         # doctest: +SKIP
>>> measurement.size("length").value_mm                         # doctest: +SKIP
301.2
"""

from qc.measure.measurement import Measurement, Size, measure
from qc.measure.refusals import Refusal
from qc.measure.tolerance import SizeDecision, guard_band

__all__ = ["Measurement", "Refusal", "Size", "SizeDecision", "guard_band", "measure"]
