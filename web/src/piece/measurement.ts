/** A size asked for with a photo on the measuring mat. The server measures; without a signal the photo waits. */
import type { Conflict } from './record';

export type SizeDecision = 'pass' | 'fail' | 'measure_by_tape';
export type Point = readonly [x: number, y: number];

export interface Size {
  readonly name: string;
  readonly value_mm: number;
  /** Expanded uncertainty, k = 2. */
  readonly u_mm: number;
  /** Where it was taken, in pixels of the photo. */
  readonly line_px: readonly [Point, Point];
}

export interface SizeCheck {
  readonly dimension: string;
  readonly nominal_mm: number;
  readonly tolerance_mm: number;
  readonly value_mm: number;
  readonly u_mm: number;
  readonly decision: SizeDecision;
}

/** What the server answers (`POST /v1/measurements`). */
export interface Measured {
  readonly measurement: {
    readonly sizes: readonly Size[];
    readonly outline_px: readonly Point[];
    readonly board_id: string;
    readonly cautions: readonly string[];
  };
  readonly checks: readonly SizeCheck[];
  readonly decision: SizeDecision | null;
}

export interface MatPhoto {
  readonly id: string;
  /** The inspection on this phone that it belongs to. */
  readonly record: string;
  readonly sku: string;
  readonly takenAt: string;
  readonly photo: Blob;
  readonly width: number;
  readonly height: number;
  /** What the mat's 100 mm bar measures with a ruler. */
  readonly barMm: number;
  /** queued: waits for a signal. measured: the server has answered. refused: it cannot be measured, or the server said no. */
  readonly state: 'queued' | 'measured' | 'refused';
  readonly measured: Measured | null;
  readonly refusal: (Conflict & { readonly reason: string | null }) | null;
}
