/** The way from a photo to the network's square input and back, as `qc/model/preprocess.py` goes it. */
import type { Box } from '../piece/record';
import { boxMean, type Pixels } from '../photo/resize';
import type { PreprocessSpec } from './spec';

export interface Placement {
  readonly photo: readonly [number, number];
  readonly inside: readonly [number, number];
  readonly offset: readonly [number, number];
  readonly size: number;
}

/** Size with the longer side `longest` and the aspect kept: whole numbers, rounded half up, at least one pixel. */
export function fit(width: number, height: number, longest: number): readonly [number, number] {
  const longer = Math.max(width, height);
  const side = (length: number): number => Math.max(1, Math.floor((2 * length * longest + longer) / (2 * longer)));
  return [side(width), side(height)];
}

/** Photo pixels per input pixel, along the photo's longer side. */
export function scaleOf(placement: Placement): number {
  return Math.max(...placement.photo) / Math.max(...placement.inside);
}

/** The photo fitted into the square, padded and normalised: float32 [1, 3, S, S], and where the photo lies in it. */
export function prepare(photo: Pixels, spec: PreprocessSpec): { input: Float32Array; placement: Placement } {
  const { size } = spec;
  const inside = fit(photo.width, photo.height, size);
  const offset = [Math.floor((size - inside[0]) / 2), Math.floor((size - inside[1]) / 2)] as const;
  const small = boxMean(photo, inside[0], inside[1], 3);
  const table = Float32Array.from({ length: 256 }, (_, level) => (level - spec.mean) / spec.std);
  const plane = size * size;
  const input = new Float32Array(3 * plane).fill(table[spec.pad]!);
  for (let y = 0, at = 0; y < inside[1]; y++) {
    for (let x = 0; x < inside[0]; x++, at += 3) {
      const to = (y + offset[1]) * size + x + offset[0];
      for (let c = 0; c < 3; c++) input[c * plane + to] = table[small.data[at + c]!]!;
    }
  }
  return { input, placement: { photo: [photo.width, photo.height], inside, offset, size } };
}

/** The smallest box of whole photo pixels around a box of the input, clipped to the photo. */
export function boxToPhoto(placement: Placement, x0: number, y0: number, x1: number, y1: number): Box {
  const along = (axis: 0 | 1, low: number, high: number): readonly [number, number] => {
    const length = placement.photo[axis];
    const back = (at: number): number => ((at - placement.offset[axis]) * length) / placement.inside[axis];
    const first = Math.min(Math.max(Math.floor(back(low) + 1e-6), 0), length - 1);
    return [first, Math.max(Math.min(Math.ceil(back(high) - 1e-6), length), first + 1)];
  };
  const [left, right] = along(0, x0, x1);
  const [top, bottom] = along(1, y0, y1);
  return [left, top, right, bottom];
}
