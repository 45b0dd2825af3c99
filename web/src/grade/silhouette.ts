/** The woven piece's silhouette from the network's piece map, as `qc/model/piece.py`. */
import { sigmoid } from './calibration';
import { components } from './components';
import type { Placement } from './placement';
import type { PieceSpec } from './spec';

export interface Silhouette {
  /** Cells on the piece; all cells of the photo where no piece is found: [side, side]. */
  readonly cells: Uint8Array;
  /** Cells whose centre lies on the photo and not on the padding. */
  readonly photo: Uint8Array;
  readonly side: number;
  readonly found: boolean;
  readonly share: number;
  readonly pieces: number;
  readonly longestSide: number;
}

export function count(mask: Uint8Array): number {
  let sum = 0;
  for (const cell of mask) sum += cell;
  return sum;
}

/** Which cells of a map have their centre on the photo. */
export function photoCells({ offset, inside, size }: Placement, side: number): Uint8Array {
  const along = (axis: 0 | 1): Uint8Array => {
    const on = Uint8Array.from({ length: side }, (_, i) => {
      const centre = ((i + 0.5) * size) / side;
      return centre >= offset[axis] && centre < offset[axis] + inside[axis] ? 1 : 0;
    });
    if (count(on) === 0) on[Math.floor(side / 2)] = 1; // a sliver of a photo, thinner than a cell
    return on;
  };
  const [columns, rows] = [along(0), along(1)];
  return Uint8Array.from({ length: side * side }, (_, at) => rows[Math.floor(at / side)]! & columns[at % side]!);
}

/** Read the silhouette from the piece map's logits [side, side]. */
export function silhouette(logits: Float32Array, side: number, placement: Placement, spec: PieceSpec): Silhouette {
  const photo = photoCells(placement, side);
  const onPiece = Uint8Array.from(logits, (logit, at) => (sigmoid(logit) >= spec.threshold ? 1 : 0) & photo[at]!);
  const frame = count(photo);
  const { count: found, labels } = components(onPiece, side);
  const areas = new Float64Array(found);
  for (const label of labels) if (label > 0) areas[label - 1]!++;
  const largest = areas.indexOf(Math.max(...areas));
  if (found === 0 || areas[largest]! < spec.least_share * frame) {
    return { cells: photo, photo, side, found: false, share: 0, pieces: 0, longestSide: longestSide(photo, side) };
  }
  const considerable = Math.max(spec.least_share * frame, spec.separate_share * areas[largest]!);
  return {
    cells: onPiece,
    photo,
    side,
    found: true,
    share: count(onPiece) / frame,
    pieces: areas.filter((area) => area >= considerable).length,
    longestSide: longestSide(Uint8Array.from(labels, (label) => (label === largest + 1 ? 1 : 0)), side),
  };
}

function longestSide(mask: Uint8Array, side: number): number {
  let [left, right, top, bottom] = [side, -1, side, -1];
  mask.forEach((cell, at) => {
    if (!cell) return;
    const x = at % side;
    const y = (at - x) / side;
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  });
  return Math.max(bottom - top, right - left) + 1;
}
