/** Cells of a square map that hang together by sides or corners. */

export interface Components {
  readonly count: number;
  /** 0 outside, else 1 to count: [side, side]. */
  readonly labels: Int32Array;
}

/** Label the connected components of a mask [side, side], 8 neighbours, in reading order of their first cell. */
export function components(mask: Uint8Array, side: number): Components {
  const labels = new Int32Array(mask.length);
  const stack: number[] = [];
  let count = 0;
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start] || labels[start]) continue;
    labels[start] = ++count;
    stack.push(start);
    while (stack.length > 0) {
      const at = stack.pop()!;
      const column = at % side;
      const row = (at - column) / side;
      for (let y = Math.max(0, row - 1); y <= Math.min(side - 1, row + 1); y++) {
        for (let x = Math.max(0, column - 1); x <= Math.min(side - 1, column + 1); x++) {
          const next = y * side + x;
          if (mask[next] && !labels[next]) {
            labels[next] = count;
            stack.push(next);
          }
        }
      }
    }
  }
  return { count, labels };
}

/** The longer side of the smallest rectangle, turned any way, around points [x0, y0, x1, y1, ...]. */
export function longestExtent(points: readonly (readonly [number, number])[]): number {
  const hull = convexHull(points);
  if (hull.length === 1) return 0;
  let best = { area: Infinity, longer: 0 };
  for (let i = 0; i < hull.length; i++) {
    const [ax, ay] = hull[i]!;
    const [bx, by] = hull[(i + 1) % hull.length]!;
    const length = Math.hypot(bx - ax, by - ay);
    const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
    let [low, high, left, right] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const [x, y] of hull) {
      const along = x * ux + y * uy;
      const across = y * ux - x * uy;
      low = Math.min(low, along);
      high = Math.max(high, along);
      left = Math.min(left, across);
      right = Math.max(right, across);
    }
    const [one, other] = [high - low, right - left];
    if (one * other < best.area - 1e-9) best = { area: one * other, longer: Math.max(one, other) };
  }
  return best.longer;
}

/** Andrew's monotone chain; collinear points are left out. */
function convexHull(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (ordered: readonly (readonly [number, number])[]): (readonly [number, number])[] => {
    const chain: (readonly [number, number])[] = [];
    for (const point of ordered) {
      while (chain.length >= 2 && turn(chain[chain.length - 2]!, chain[chain.length - 1]!, point) <= 0) chain.pop();
      chain.push(point);
    }
    chain.pop();
    return chain;
  };
  const hull = [...half(sorted), ...half(sorted.toReversed())];
  return hull.length === 0 ? [sorted[0]!] : hull;
}

function turn(a: readonly [number, number], b: readonly [number, number], c: readonly [number, number]): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}
