/** What a small grey picture tells about the light, the focus and the piece in it. Used live, several times a second. */
import type { Pixels } from './resize';

export type Hint = 'too_dark' | 'too_bright' | 'blurred' | 'no_piece' | 'too_far';

export interface Look {
  /** Mean luminance, 0 to 1. */
  readonly exposure: number;
  /** Share of pixels that are fully white. */
  readonly burnt: number;
  /** Variance of the 4-neighbour Laplacian, in grey levels squared. */
  readonly sharpness: number;
  /** Share of the frame that the textured region's bounding box covers, 0 to 1. */
  readonly share: number;
}

/** Rec. 601 luminance of RGBA pixels: [height, width]. */
export function grey(rgba: Pixels): Uint8Array {
  const out = new Uint8Array(rgba.width * rgba.height);
  for (let i = 0, at = 0; i < out.length; i++, at += rgba.channels) {
    out[i] = (299 * rgba.data[at]! + 587 * rgba.data[at + 1]! + 114 * rgba.data[at + 2]! + 500) / 1000;
  }
  return out;
}

/** Variance of the Laplacian over the inner pixels. */
export function sharpness(levels: Uint8Array, width: number, height: number): number {
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * width + 1, end = (y + 1) * width - 1; at < end; at++) {
      const edge = levels[at - 1]! + levels[at + 1]! + levels[at - width]! + levels[at + width]! - 4 * levels[at]!;
      sum += edge;
      squares += edge * edge;
    }
  }
  const count = (width - 2) * (height - 2);
  return squares / count - (sum / count) ** 2;
}

const CELL = 8; // pixels; woven strands at the preview's 240 px are 2 to 8 px wide
const TEXTURED = 5; // mean absolute gradient in grey levels: matte mats lie near 1-2, weave above 6

/** Bounding box of the textured cells, as a share of the frame. Rows and columns with a stray cell are left out. */
export function texturedShare(levels: Uint8Array, width: number, height: number): number {
  const columns = Math.floor(width / CELL);
  const rows = Math.floor(height / CELL);
  const perRow = new Uint16Array(rows);
  const perColumn = new Uint16Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let y = row * CELL; y < (row + 1) * CELL - 1; y++) {
        for (let at = y * width + column * CELL, end = at + CELL - 1; at < end; at++) {
          sum += Math.abs(levels[at]! - levels[at + 1]!) + Math.abs(levels[at]! - levels[at + width]!);
        }
      }
      if (sum / (2 * (CELL - 1) ** 2) >= TEXTURED) {
        perRow[row]!++;
        perColumn[column]!++;
      }
    }
  }
  const extent = (counts: Uint16Array, across: number): number => counts.filter((n) => n >= across * 0.08 && n > 1).length;
  return (extent(perRow, columns) / rows) * (extent(perColumn, rows) / columns);
}

/** Read a preview picture of about 240 px. */
export function look(rgba: Pixels): Look {
  const levels = grey(rgba);
  let sum = 0;
  let white = 0;
  for (const level of levels) {
    sum += level;
    if (level >= 253) white++;
  }
  return {
    exposure: sum / levels.length / 255,
    burnt: white / levels.length,
    sharpness: sharpness(levels, rgba.width, rgba.height),
    share: texturedShare(levels, rgba.width, rgba.height),
  };
}

/** The most urgent thing to say, or null when the picture looks fit. A close-up may fill the frame and be smooth. */
export function hintFor(seen: Look): Hint | null {
  if (seen.exposure < 0.16) return 'too_dark';
  if (seen.exposure > 0.9 || seen.burnt > 0.3) return 'too_bright';
  if (seen.sharpness < 18) return 'blurred';
  if (seen.share < 0.02) return 'no_piece';
  if (seen.share < 0.12) return 'too_far';
  return null;
}
