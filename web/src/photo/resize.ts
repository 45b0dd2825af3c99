/**
 * THE resize: each output pixel is the mean of the source pixels from floor(i * src / dst) up to
 * floor((i + 1) * src / dst) on either axis (at least one), in whole numbers, rounded half up. The same as
 * `qc/model/preprocess.py`, held to it through a real browser: zero difference.
 */

/** Pixels in rows, `channels` bytes a pixel: [height, width, channels]. */
export interface Pixels {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** First source index of each output index, and one more: box i covers edges[i] up to the end below. */
function boxes(source: number, target: number): { from: Int32Array; to: Int32Array } {
  const from = new Int32Array(target);
  const to = new Int32Array(target);
  for (let i = 0; i < target; i++) {
    from[i] = Math.floor((i * source) / target);
    to[i] = Math.max(Math.floor(((i + 1) * source) / target), from[i]! + 1);
  }
  return { from, to };
}

/** Resize to exactly width x height, keeping the first `keep` channels of each pixel (3 drops the alpha). */
export function boxMean(source: Pixels, width: number, height: number, keep: number = source.channels): Pixels {
  const { data, channels } = source;
  const columns = boxes(source.width, width);
  const rows = boxes(source.height, height);
  const out = new Uint8ClampedArray(width * height * keep);
  const sums = new Uint32Array(width * keep); // sums of one output row; 2^32 / 255 = 16.8 million source pixels a box
  const stride = source.width * channels;
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    const bottom = rows.to[y]!;
    for (let sourceY = rows.from[y]!; sourceY < bottom; sourceY++) {
      const line = sourceY * stride;
      for (let x = 0; x < width; x++) {
        const end = line + columns.to[x]! * channels;
        for (let at = line + columns.from[x]! * channels; at < end; at += channels) {
          for (let c = 0; c < keep; c++) sums[x * keep + c]! += data[at + c]!;
        }
      }
    }
    const tall = bottom - rows.from[y]!;
    for (let x = 0; x < width; x++) {
      const count = tall * (columns.to[x]! - columns.from[x]!);
      for (let c = 0; c < keep; c++) {
        out[(y * width + x) * keep + c] = Math.floor((2 * sums[x * keep + c]! + count) / (2 * count));
      }
    }
  }
  return { data: out, width, height, channels: keep };
}

/** The size whose long side is at most `longSide`, the shape kept, each side rounded half up and at least 1. */
export function fitted(width: number, height: number, longSide: number): { width: number; height: number } {
  const long = Math.max(width, height);
  if (long <= longSide) return { width, height };
  const side = (length: number): number => Math.max(1, Math.floor((2 * length * longSide + long) / (2 * long)));
  return { width: side(width), height: side(height) };
}
