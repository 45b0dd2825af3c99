/** A piece as the phone keeps it. */
import type { Evidence } from '../grade/evidence';

export const VIEWS = [
  'top', 'inside', 'side_1', 'side_2', 'base', 'front', 'back', 'corner_1', 'corner_2', 'handle', 'label', 'closeup',
] as const;
export type View = (typeof VIEWS)[number];

/** draft: on the phone, still being worked on. queued: decided, waiting for the network. sent: the server has the
 *  photos. graded: the server has answered and kept the decision. conflict: a person must look. */
export type RecordState = 'draft' | 'queued' | 'sent' | 'graded' | 'conflict';

export type Outcome = 'accept' | 'return' | 'reject' | 'refer' | 'overrule';
export type Grade = 'A' | 'B' | 'rework' | 'reject';
export type Status = 'graded' | 'awaiting_checks' | 'referred' | 'retake';

export type Box = readonly [number, number, number, number];

/** Why a verdict is what it is: a rule with parameters; the words come from the catalogues. */
export interface Reason {
  readonly rule: string;
  readonly code?: string | null;
  readonly severity?: string | null;
  readonly view?: string | null;
  /** sha256 of the judged image that it is about. */
  readonly photo?: string | null;
  readonly box?: Box | null;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** The other piece that has this photo, or nearly the same; null where the reason speaks of none. */
export function otherPieceIn({ params }: Reason): string | null {
  return typeof params?.piece === 'string' ? params.piece : null;
}

export interface Verdict {
  readonly status: Status;
  readonly grade: Grade | null;
  /** The grade if every doubt proves groundless; null for a retake. */
  readonly best: Grade | null;
  readonly reasons: readonly Reason[];
  /** Defect codes that photos cannot decide and nobody has recorded. */
  readonly notAssessable: readonly string[];
  readonly checksMissing: readonly string[];
  readonly standard: string;
  readonly model: string;
}

/** A verdict of the phone's own: shown as provisional, kept to be compared with the server's. */
export interface Provisional extends Verdict {
  /** sha256 of the bundle that judged. */
  readonly bundle: string;
  readonly ms: number;
}

export interface Taken {
  readonly view: View;
  /** sha256 of the camera's bytes, and of the judged image made from them. */
  readonly original: string;
  readonly judged: string;
  readonly takenAt: string;
}

export interface Decision {
  readonly outcome: Outcome;
  readonly grade?: Grade;
  readonly reason: string | null;
  readonly decidedAt: string;
}

export interface Conflict {
  readonly code: string;
  readonly detail: string;
  /** The piece on the server that bears the tag, where that is the trouble. */
  readonly piece?: string | null;
}

/** An acceptance that the server has and a person takes back. */
export interface Removal {
  readonly reason: string;
  readonly askedAt: string;
}

/** A value that was measured with a known uncertainty (k = 2), both in the check's unit. */
export interface MeasuredValue {
  readonly value: number;
  readonly uncertainty: number;
}

/** A value in the check's unit, with its uncertainty or without, a result, or why the check was waived. */
export type CheckValue = number | MeasuredValue | 'pass' | 'fail' | { readonly waived: string };

export interface PieceRecord {
  /** Of this inspection on this phone. */
  readonly id: string;
  /** The piece's own UUIDv7, for good: a piece that comes back keeps it. */
  readonly piece: string;
  /** Idempotency keys are made of it; other photos make another one. */
  readonly attempt: string;
  /** Counts up on this phone: the order in which pieces were begun, whatever the clock says. */
  readonly order: number;
  readonly tag: string;
  readonly sku: string;
  readonly makerRef: string | null;
  /** When the weaver consented to being recorded under this pseudonym, if that was asked just now. */
  readonly consentedAt: string | null;
  readonly state: RecordState;
  readonly begunAt: string;
  readonly photos: readonly Taken[];
  readonly checks: Readonly<Record<string, CheckValue>>;
  readonly provisional: Provisional | null;
  /** What the phone's model saw: hand checks recorded later are judged together with it. */
  readonly evidence: Evidence | null;
  readonly verdict: Verdict | null;
  readonly decision: Decision | null;
  /** All views are taken: the server may judge the photos as soon as there is a signal. */
  readonly ready: boolean;
  /** The decision leaves the phone at this time (ms), not before: until then it may be undone. */
  readonly holdUntil: number;
  /** The server's id of this inspection, once it has the photos. */
  readonly inspection: string | null;
  readonly pieceState: string | null;
  /** Path of the public receipt, once the server has given one. */
  readonly receipt: string | null;
  /** The server knows what the phone said. */
  readonly phoneVerdictSent: boolean;
  /** An acceptance to be taken back on the server, before anything else is decided. */
  readonly removal: Removal | null;
  /** Server said something else than the phone did. */
  readonly disagrees: boolean;
  readonly conflict: Conflict | null;
  /** sha256 of originals that the server has confirmed. */
  readonly originalsSent: readonly string[];
  /** The inspection appeals against an earlier one: judged without showing it. */
  readonly appeal: boolean;
}

/** True while a decision, or the photos it needs, exist nowhere but on this phone. */
export function waits(record: PieceRecord): boolean {
  return record.state === 'queued' || (record.state === 'sent' && (record.decision !== null || record.removal !== null));
}

/** Originals that only the phone has. */
export function originalsWaiting(record: PieceRecord): readonly string[] {
  return record.state === 'graded' ? record.photos.map((p) => p.original).filter((s) => !record.originalsSent.includes(s)) : [];
}
