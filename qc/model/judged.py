"""The judged image: the bytes that are graded, the same on phone and server.

The phone makes it once: upright, longer side 1600 px by the one resize, JPEG quality 90. A photo that comes from
elsewhere is judged as it is where its longer side has at most 1600 px; from a larger one the judged image is made here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import simplejpeg

from qc.model.photo import Photo, PhotoLimits
from qc.model.preprocess import fit, resize

LONG_SIDE = 1600
QUALITY = 90


def judged_image(photo: Photo) -> bytes:
    """The judged image of a photo: a JPEG, upright, without EXIF. A smaller photo keeps its size."""
    height, width = photo.rgb.shape[:2]
    size = fit(photo.width, photo.height, min(LONG_SIDE, max(photo.width, photo.height)))
    rgb = photo.rgb if (width, height) == size else resize(photo.rgb, *size)
    jpeg: bytes = simplejpeg.encode_jpeg(rgb, quality=QUALITY, colorspace="RGB", colorsubsampling="420")
    return jpeg


@dataclass(frozen=True, eq=False)
class JudgedPhoto:
    """What is graded, with what it was made from.

    Attributes:
        photo: the judged pixels; its `data` and `sha256` are those of the judged bytes: the file as sent, or the judged
            image made from it.
        width: of the photo as sent, upright, in pixels. Evidence speaks in these.
        height: the same.
    """

    photo: Photo
    width: int
    height: int

    @classmethod
    def make(cls, data: bytes, limits: PhotoLimits = PhotoLimits(), reduced: bool = True) -> Self:
        """Decode a photo as sent and make the judged image where it is larger than that.

        Args:
            data: the file as sent.
            limits: what is refused unread.
            reduced: decode a JPEG at 1/2, 1/4 or 1/8 where that leaves enough pixels. Three times faster on 12 MP, and
                the golden photos are decided alike (tests/model/test_judged.py).

        Raises:
            BadPhoto: as `Photo.decode`.
        """
        sent = Photo.decode(data, limits, at_least=LONG_SIDE if reduced else None)
        if max(sent.width, sent.height) <= LONG_SIDE:
            return cls(sent, sent.width, sent.height)
        return cls(Photo.decode(judged_image(sent), PhotoLimits(min_side=1)), sent.width, sent.height)

    @classmethod
    def again(cls, data: bytes, width: int, height: int) -> Self:
        """The same judged photo from its judged bytes, which were accepted before.

        Args:
            data: the judged file.
            width: of the photo as it was sent, upright.
            height: the same.
        """
        return cls(Photo.decode(data, PhotoLimits(max_bytes=len(data), min_side=1)), width, height)
