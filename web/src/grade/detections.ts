/** Boxes from the defect map, as `qc/model/detections.py`: from the highest level down, a place is found once. */
import { probability } from './calibration';
import { components, longestExtent } from './components';
import type { Detection } from './evidence';
import { boxToPhoto, type Placement } from './placement';
import { count, type Silhouette } from './silhouette';
import type { BundleSpec, DetectionSpec } from './spec';

const MOST = 50;

/** All places above the lowest level, most probable first. `logits` is [channels, side, side]. */
export function findDefects(logits: Float32Array, piece: Silhouette, placement: Placement, spec: BundleSpec): Detection[] {
  const { side } = piece;
  const widened = spec.detection.on_piece_only && piece.found ? widen(piece.cells, side, spec.detection.margin_cells) : null;
  const lookedAt = Uint8Array.from(piece.photo, (cell, at) => cell & (widened === null ? 1 : widened[at]!));
  const found: [Detection, number[]][] = [];
  spec.labels.channels.forEach((code, channel) => {
    const platt = spec.calibration.channels[code]!;
    const map = logits.subarray(channel * side * side, (channel + 1) * side * side);
    const probabilities = Float32Array.from(map, (logit, at) => (lookedAt[at] ? probability(logit, platt) : 0));
    for (const place of places(probabilities, side, spec.detection)) {
      const highest = place.map((at) => map[at]!).sort((a, b) => b - a).slice(0, spec.detection.top_cells);
      const certainty = probability(highest.reduce((sum, logit) => sum + logit, 0) / highest.length, platt);
      if (certainty >= spec.detection.levels.at(-1)!) found.push([detection(code, certainty, place, piece, placement), place]);
    }
  });
  found.sort(([a], [b]) => b.probability - a.probability);
  return oneNameAPlace(found).slice(0, MOST);
}

/** Drops what shares half of the smaller place with a more probable one: one fault under several names is one fault. */
function oneNameAPlace(found: readonly [Detection, number[]][]): Detection[] {
  const kept: [Detection, Set<number>][] = [];
  for (const [detection, place] of found) {
    if (kept.every(([, other]) => 2 * place.filter((at) => other.has(at)).length <= Math.min(place.length, other.size))) {
      kept.push([detection, new Set(place)]);
    }
  }
  return kept.map(([detection]) => detection);
}

/** The mask grown by an ellipse of `by` cells, drawn as OpenCV draws its elliptic kernel. */
function widen(cells: Uint8Array, side: number, by: number): Uint8Array {
  if (by === 0) return cells;
  const out = new Uint8Array(cells.length);
  const reach = Array.from({ length: 2 * by + 1 }, (_, i) => roundHalfEven(by * Math.sqrt((by * by - (i - by) ** 2) / (by * by))));
  cells.forEach((cell, at) => {
    if (!cell) return;
    const x = at % side;
    const y = (at - x) / side;
    for (let dy = -by; dy <= by; dy++) {
      if (y + dy < 0 || y + dy >= side) continue;
      const wide = reach[dy + by]!;
      out.fill(1, (y + dy) * side + Math.max(0, x - wide), (y + dy) * side + Math.min(side, x + wide + 1));
    }
  });
  return out;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Cells of each place of one code. */
function* places(probabilities: Float32Array, side: number, spec: DetectionSpec): Generator<number[]> {
  const claimed = new Uint8Array(probabilities.length);
  for (const level of spec.levels) {
    const found = components(Uint8Array.from(probabilities, (p) => (p >= level ? 1 : 0)), side);
    const taken = new Set<number>();
    found.labels.forEach((label, at) => claimed[at] && taken.add(label));
    for (let label = 1; label <= found.count; label++) {
      if (taken.has(label)) continue;
      const alone = Float32Array.from(probabilities, (p, at) => (found.labels[at] === label ? p : 0));
      alone.forEach((_, at) => found.labels[at] === label && (claimed[at] = 1));
      yield aroundThePeak(alone, side, spec.reach);
    }
  }
}

/** The cells at or above `reach` times the peak that are connected with it. */
function aroundThePeak(probabilities: Float32Array, side: number, reach: number): number[] {
  let peak = 0;
  for (let at = 1; at < probabilities.length; at++) if (probabilities[at]! > probabilities[peak]!) peak = at;
  const least = Math.max(reach * probabilities[peak]!, 1e-9);
  const { labels } = components(Uint8Array.from(probabilities, (p) => (p >= least ? 1 : 0)), side);
  const cells: number[] = [];
  labels.forEach((label, at) => label === labels[peak] && cells.push(at));
  return cells;
}

function detection(code: string, certainty: number, place: readonly number[], piece: Silhouette, placement: Placement): Detection {
  const { side } = piece;
  const columns = place.map((at) => at % side);
  const rows = place.map((at) => Math.floor(at / side));
  const cell = placement.size / side;
  const corners = place.flatMap((_, i) => [0, 1].flatMap((dx) => [0, 1].map((dy) => [columns[i]! + dx, rows[i]! + dy] as const)));
  return {
    code,
    probability: certainty,
    box: boxToPhoto(placement, Math.min(...columns) * cell, Math.min(...rows) * cell, (Math.max(...columns) + 1) * cell, (Math.max(...rows) + 1) * cell),
    area_share: Math.min(1, place.length / count(piece.cells)),
    length_share: longestExtent(corners) / piece.longestSide,
  };
}
