"""A photo with a mat to sizes in mm, each with its uncertainty; or the reason why not."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from qc.measure.edges import sharpen
from qc.measure.light import UNEVEN, Light, light_on
from qc.measure.markers import find_mat
from qc.measure.outline import Placement, find_outline
from qc.measure.paper import bare_mat
from qc.measure.plane import Plane, fit_plane
from qc.measure.pose import Pose, find_pose
from qc.measure.rectified import rectify
from qc.measure.refusals import Refusal, refuse
from qc.measure.shape import METHODS, Shape, SizeName, classify, sizes_of
from qc.measure.sheet import print_scale_by_sheet
from qc.measure.uncertainty import contributions, expanded
from qc.standards.evidence import Frozen

MOST_TILT_DEG = 40.0
FLAT_UP_TO_MM = 10.0
"""A standard that gives a piece more height than this asks for that height with the photo."""

THICKNESS_MM = (1.5, 1.5 / np.sqrt(3))
"""Of flat goods of which nothing is said: 0 to 3 mm, so 1.5 with its standard uncertainty."""

HEIGHT_U_MM = 2.0
"""Standard uncertainty of a height that is given."""

_MOST_OF_DISTANCE = 0.5
_LEAST_SEEN = 0.6
_SCALES_DIFFER = 0.02
_PRINT_SCALES = (0.85, 1.15)


Point = tuple[float, float]
"""x, y in pixels of the upright photo."""


class Size(Frozen):
    """One size of a piece."""

    name: SizeName
    value_mm: float = Field(gt=0)
    u_mm: float = Field(gt=0, description="Expanded uncertainty, k = 2.")
    line_px: tuple[Point, Point] = Field(description="Where it was taken, in pixels of the photo.")
    method: str = Field(description="rectangle_sides_fitted, equivalent_area, feret or minimum_area_rectangle.")
    plane: str = Field(description="mat, or the height above it in which the size was taken.")
    board_id: str
    print_scale: float
    reprojection_rms_px: float
    tilt_deg: float
    contributions: dict[str, float] = Field(description="Standard uncertainties in mm, by cause.")


class Measurement(Frozen):
    """Everything read from one photo."""

    shape: Shape
    placement: Placement
    sizes: tuple[Size, ...]
    outline_px: tuple[Point, ...] = Field(description="The outline in pixels of the photo, closed.")
    board_id: str
    markers: int = Field(ge=3, le=4)
    print_scale: float
    reprojection_rms_px: float
    tilt_deg: float
    camera_mm: float = Field(description="Height of the lens above the mat.")
    lens_k1: float = Field(description="Share by which the photo's corner is displaced by the lens.")
    lens_k1_sd: float
    edge_width_mm: float
    light: Light
    cautions: tuple[str, ...] = Field(description="uneven_light, burnt_out, lens_distorted, soft_edge, beside_the_mat.")

    def size(self, name: SizeName) -> Size:
        """The size of that name.

        Raises:
            KeyError: a piece of this shape has none.
        """
        for size in self.sizes:
            if size.name == name:
                return size
        raise KeyError(f"a {self.shape} piece has {', '.join(s.name for s in self.sizes)}, no {name}")


def measure(
    photo_rgb: NDArray[np.uint8],
    print_scale: float = 1.0,
    *,
    height_mm: float | None = None,
    height_u_mm: float | None = None,
    has_height: bool = False,
    focal_35mm: float | None = None,
) -> Measurement:
    """Sizes of the one piece on the measuring mat.

    Args:
        photo_rgb: upright photo, uint8 [H, W, 3].
        print_scale: what the mat's 100 mm bar measures with a ruler, over 100.
        height_mm: of the face that is measured above the mat (the rim of a basket that stands on it); None for flat
            goods, which are taken to be up to 3 mm thick.
        height_u_mm: standard uncertainty of that height; None for one that was measured.
        has_height: the piece's standard gives it a height, so that it cannot be measured without `height_mm`.
        focal_35mm: focal length as equivalent on 35 mm film, where the photo's EXIF gives one.

    Raises:
        NotMeasurable: with the `Refusal` in `extra["reason"]`.
        ValueError: arguments that no photo could have.
    """
    if photo_rgb.ndim != 3 or photo_rgb.shape[2] != 3 or photo_rgb.dtype != np.uint8:
        raise ValueError(f"photo of shape {photo_rgb.shape}, {photo_rgb.dtype}: uint8 [H, W, 3] is wanted")
    if height_mm is not None and not 0 <= height_mm < 2000:
        raise ValueError(f"height {height_mm} mm: 0 to 2000 is wanted")
    if not _PRINT_SCALES[0] <= print_scale <= _PRINT_SCALES[1]:
        raise refuse(
            Refusal.PRINT_SCALE,
            f"print scale {print_scale}: a mat whose 100 mm bar measures {100 * print_scale:.0f} mm was printed on the "
            "wrong paper; print it again at 100 %",
        )
    if has_height and height_mm is None:
        raise refuse(
            Refusal.HEIGHT_UNKNOWN,
            "this piece stands above the mat, where everything looks larger; its height is wanted: give the height, "
            "lay the mat in the plane to be measured, or use a tape",
        )
    found = find_mat(photo_rgb)
    plane = fit_plane(found, photo_rgb.shape[:2], print_scale)
    pose = find_pose(plane, found.image_px, found.mat_mm * print_scale, focal_35mm)
    if pose.tilt_deg > MOST_TILT_DEG:
        raise refuse(
            Refusal.TILTED,
            f"the phone was tilted by {pose.tilt_deg:.0f} degrees, at most {MOST_TILT_DEG:.0f} are wanted: hold it "
            "level above the piece",
            tilt_deg=round(pose.tilt_deg, 1),
        )
    view = rectify(photo_rgb, plane, found.layout, print_scale)
    mat = bare_mat(view, found.layout, found.marker_ids)
    by_sheet = print_scale_by_sheet(view, mat, found.layout)
    if by_sheet is not None and abs(by_sheet / print_scale - 1) > _SCALES_DIFFER:
        raise refuse(
            Refusal.PRINT_SCALE,
            f"the sheet's edges say that the mat was printed at {by_sheet:.2f} of its size, not at {print_scale:g}: "
            "put a ruler on the 100 mm bar and give what it measures as the print scale, or print the mat again",
            print_scale_by_sheet=round(by_sheet, 3),
        )
    outline = find_outline(view, mat, found.layout, found.marker_ids)
    edge = sharpen(photo_rgb, plane, outline)
    light = light_on(view, mat, found.layout)

    if height_u_mm is None:
        height_u_mm = min(HEIGHT_U_MM, 0.05 * (height_mm or 0) + 0.5)
    height = THICKNESS_MM if height_mm is None else (height_mm, height_u_mm)
    _refuse_from_the_side(edge.mm, height[0], plane, pose)
    shape = classify(pose.lifted(edge.mm, height[0], plane.centre_mm))
    parts = contributions(edge, plane, pose, height, lambda points: sizes_of(points, shape))
    read = sizes_of(pose.lifted(edge.mm, height[0], plane.centre_mm), shape)
    _refuse_unseen(min(reading.seen for reading in read.values()))
    rms, tilt = round(plane.rms_px, 3), round(pose.tilt_deg, 1)
    sizes = tuple(
        Size(
            name=name,
            value_mm=round(reading.mm, 2),
            u_mm=round(expanded(parts[name]), 2),
            line_px=_on_photo(reading.line, height[0], plane, pose),
            method=METHODS[shape, name],
            plane="mat" if height_mm is None else f"{height_mm:g} mm above the mat",
            board_id=found.layout.board_id,
            print_scale=print_scale,
            reprojection_rms_px=rms,
            tilt_deg=tilt,
            contributions={cause: round(u, 3) for cause, u in parts[name].items()},
        )
        for name, reading in read.items()
    )
    k1_sd = float(np.sqrt(plane.covariance[8, 8]))
    cautions = {
        "uneven_light": light.flatness < 1 / UNEVEN,
        "burnt_out": light.clipped_share > 0.05,
        "lens_distorted": abs(plane.k1) > 0.03,
        "soft_edge": edge.width_mm > 3,
        "beside_the_mat": outline.placement == "beside",
    }
    return Measurement(
        shape=shape,
        placement=outline.placement,
        sizes=sizes,
        outline_px=tuple((round(float(x), 1), round(float(y), 1)) for x, y in plane.to_image(edge.mm)),
        board_id=found.layout.board_id,
        markers=len(found.marker_ids),
        print_scale=print_scale,
        reprojection_rms_px=rms,
        tilt_deg=tilt,
        camera_mm=round(pose.height_mm, 0),
        lens_k1=round(plane.k1, 4),
        lens_k1_sd=round(k1_sd, 4),
        edge_width_mm=round(edge.width_mm, 2),
        light=light,
        cautions=tuple(name for name, holds in cautions.items() if holds),
    )


def _refuse_unseen(share: float) -> None:
    """A side is measured where it is seen; what of it lies under no clear edge must not be guessed."""
    if share < _LEAST_SEEN:
        raise refuse(
            Refusal.OUTLINE_UNCLEAR,
            f"only {share:.0%} of one of the piece's sides can be seen clearly, {_LEAST_SEEN:.0%} is wanted: keep the "
            "side off the paper's edge and off the squares, and use more even light",
            clear=round(share, 2),
        )


def _on_photo(line: NDArray[np.float64], height_mm: float, plane: Plane, pose: Pose) -> tuple[Point, Point]:
    """A line [2, 2] in the plane at a height, in pixels of the photo."""
    (x0, y0), (x1, y1) = plane.to_image(pose.grounded(line, height_mm)).tolist()
    return (round(x0, 1), round(y0, 1)), (round(x1, 1), round(y1, 1))


def _refuse_from_the_side(points: NDArray[np.float64], height_mm: float, plane: Plane, pose: Pose) -> None:
    """A face above the mat is its own outline only from straight above, and from far enough away."""
    if height_mm <= FLAT_UP_TO_MM:
        return
    if height_mm > _MOST_OF_DISTANCE * pose.height_mm:
        raise refuse(
            Refusal.TOO_CLOSE,
            f"the phone was {pose.height_mm:.0f} mm above the mat, and the piece is {height_mm:.0f} mm high; hold the "
            f"phone at least {height_mm / _MOST_OF_DISTANCE:.0f} mm above the mat",
        )
    face = pose.lifted(points, height_mm, plane.centre_mm)
    if cv2.pointPolygonTest(face.astype(np.float32), [float(v) for v in pose.foot_mm], measureDist=False) < 0:
        raise refuse(
            Refusal.NOT_ABOVE,
            "the phone was beside the piece, so that its wall is seen as well as its rim; hold it above the middle "
            "of the piece",
        )
