/** A piece that is to be judged again, as the phone keeps it. Nothing here tells what was found the first time. */
import type { CheckValue, Conflict } from './record';

export const DEFECT_CLASSES = ['critical', 'major', 'minor'] as const;
export type DefectClass = (typeof DEFECT_CLASSES)[number];

export interface FoundDefect {
  readonly code: string;
  readonly defect_class: DefectClass;
}

/** Photos that the server keeps of one re-inspection. */
export const MOST_PHOTOS = 12;

/** Why a piece is judged again: drawn from a lot, sorting a rejected lot, or by chance. */
export type Purpose = 'sample' | 'screening' | 'chance';

/** open: to be judged. queued: judged, waiting for the network. recorded: the server has kept it. conflict: it refused. */
export type ReinspectionState = 'open' | 'queued' | 'recorded' | 'conflict';

export interface Reinspection {
  readonly id: string;
  /** The order in which pieces are to be judged. */
  readonly sequence: number;
  readonly piece: string;
  readonly tag: string | null;
  readonly sku: string | null;
  readonly purpose: Purpose;
  readonly state: ReinspectionState;
  readonly defects: readonly FoundDefect[];
  readonly checks: Readonly<Record<string, CheckValue>>;
  readonly remark: string;
  /** sha256 of the photos that the person took of what was found, in their order. */
  readonly photos: readonly string[];
  /** Those of them that the server has. */
  readonly photosSent: readonly string[];
  /** Why nobody can judge it: the piece is gone. */
  readonly missing: string | null;
  /** When the person was done, in device time; part of the key under which it is sent. */
  readonly judgedAt: string | null;
  readonly meetsStandard: boolean | null;
  readonly conflict: Conflict | null;
}

/** True while a result exists nowhere but on this phone. */
export function resultWaits(again: Reinspection): boolean {
  return again.state === 'queued';
}

/** A photo that the server must have before the result: it takes none afterwards. */
export function photoWaiting(again: Reinspection): string | null {
  return again.photos.find((sha256) => !again.photosSent.includes(sha256)) ?? null;
}
