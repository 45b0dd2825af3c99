/** Whether a photo is fit to judge from, as `qc/model/quality.py`. */
import { boxMean, type Pixels } from '../photo/resize';
import type { Quality } from './evidence';
import { fit, scaleOf, type Placement } from './placement';
import type { Silhouette } from './silhouette';

const SIDE = 640; // longer side of the grey picture that is measured

/** OpenCV's grey of an RGB pixel: Rec. 601 in 15-bit fixed point. */
function grey({ data, width, height, channels }: Pixels): Pixels {
  const out = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < out.length; i++, at += channels) {
    out[i] = (9798 * data[at]! + 19235 * data[at + 1]! + 3735 * data[at + 2]! + 16384) >> 15;
  }
  return { data: out, width, height, channels: 1 };
}

export function measureQuality(photo: Pixels, piece: Silhouette, placement: Placement, smallestCells: number): Quality {
  const full = grey(photo);
  const { data, width, height } =
    Math.max(photo.width, photo.height) > SIDE ? boxMean(full, ...fit(photo.width, photo.height, SIDE)) : full;
  const on = spread(piece, width, height, placement);
  let [n, level, clipped, edge, edge2] = [0, 0, 0, 0, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (!on[at]) continue;
      const value = data[at]!;
      // The border is mirrored without repeating the edge itself.
      const left = data[at + (x === 0 ? (width > 1 ? 1 : 0) : -1)]!;
      const right = data[at + (x === width - 1 ? (width > 1 ? -1 : 0) : 1)]!;
      const above = data[at + (y === 0 ? (height > 1 ? width : 0) : -width)]!;
      const below = data[at + (y === height - 1 ? (height > 1 ? -width : 0) : width)]!;
      const laplacian = left + right + above + below - 4 * value;
      n++;
      level += value;
      if (value === 0 || value === 255) clipped++;
      edge += laplacian;
      edge2 += laplacian * laplacian;
    }
  }
  return {
    sharpness: edge2 / n - (edge / n) ** 2,
    exposure: level / n / 255,
    clipped_share: clipped / n,
    piece_found: piece.found,
    piece_share: piece.share,
    pieces: piece.pieces,
    smallest_defect_px: smallestCells * (placement.size / piece.side) * scaleOf(placement),
  };
}

/** A map of cells laid over a picture of the photo; all of it where no pixel falls on a cell. */
function spread(piece: Silhouette, width: number, height: number, placement: Placement): Uint8Array {
  const perPixel = piece.side / placement.size;
  const cellsAlong = (length: number, axis: 0 | 1): Int32Array =>
    Int32Array.from({ length }, (_, i) => Math.floor((((i + 0.5) * placement.inside[axis]) / length + placement.offset[axis]) * perPixel));
  const columns = cellsAlong(width, 0);
  const rows = cellsAlong(height, 1);
  const on = new Uint8Array(width * height);
  let any = false;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      on[at] = piece.cells[rows[y]! * piece.side + columns[x]!]!;
      any ||= on[at] === 1;
    }
  }
  return any ? on : on.fill(1);
}
