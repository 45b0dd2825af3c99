import { expect, it } from 'vitest';
import { boxMean, fitted } from '../src/photo/resize';

/** The definition, pixel by pixel, in BigInt: no shortcut that the code under test could share. */
function byDefinition(source: number[][], width: number, height: number): number[] {
  const out: number[] = [];
  const edge = (i: number, src: number, dst: number): number => Number((BigInt(i) * BigInt(src)) / BigInt(dst));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [y0, x0] = [edge(y, source.length, height), edge(x, source[0]!.length, width)];
      const [y1, x1] = [Math.max(y0 + 1, edge(y + 1, source.length, height)), Math.max(x0 + 1, edge(x + 1, source[0]!.length, width))];
      const box = source.slice(y0, y1).flatMap((row) => row.slice(x0, x1));
      const n = BigInt(box.length);
      out.push(Number((2n * box.reduce((sum, v) => sum + BigInt(v), 0n) + n) / (2n * n)));
    }
  }
  return out;
}

it.each([[7, 5, 3, 2], [10, 10, 10, 10], [13, 9, 5, 8], [3, 3, 7, 5], [64, 48, 20, 15], [1, 9, 1, 4]])(
  'is the definition for %i x %i to %i x %i',
  (sourceWidth, sourceHeight, width, height) => {
    let seed = 7;
    const random = (): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % 256;
    const rows = Array.from({ length: sourceHeight }, () => Array.from({ length: sourceWidth }, random));
    const made = boxMean({ data: Uint8Array.from(rows.flat()), width: sourceWidth, height: sourceHeight, channels: 1 }, width, height);
    expect(Array.from(made.data)).toEqual(byDefinition(rows, width, height));
  },
);

it('keeps the first channels', () => {
  const rgba = Uint8Array.from([10, 20, 30, 255, 30, 40, 50, 255]);
  expect(Array.from(boxMean({ data: rgba, width: 2, height: 1, channels: 4 }, 1, 1, 3).data)).toEqual([20, 30, 40]);
});

it('fits the long side and rounds the short one half up', () => {
  expect(fitted(4000, 3000, 1600)).toEqual({ width: 1600, height: 1200 });
  expect(fitted(3000, 1001, 1600)).toEqual({ width: 1600, height: 534 });
  expect(fitted(640, 480, 1600)).toEqual({ width: 640, height: 480 });
  expect(fitted(16000, 1, 1600)).toEqual({ width: 1600, height: 1 });
});
