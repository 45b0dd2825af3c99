/** What the desk reads from the ledger. It works online only: a supervisor decides on what the server has. */
import type { Grade, Outcome, Verdict } from '../piece/record';
import { uuid7 } from '../piece/uuid7';
import { fact } from '../store/facts';
import { ask } from '../sync/http';
import { verdictOf, type VerdictAnswer } from '../sync/verdicts';

export interface DeskPhoto {
  readonly view: string | null;
  /** Path of the very bytes that were judged. */
  readonly judged: string;
  readonly original: string;
}

export interface DeskPiece {
  readonly id: string;
  readonly tag: string | null;
  readonly sku: string | null;
  readonly state: string;
  readonly grade: string | null;
  readonly registeredAt: string;
}

export interface DeskDecision {
  readonly id: string;
  readonly outcome: Outcome;
  readonly grade: Grade | null;
  readonly reason: string | null;
  /** Null where a stated policy decided. */
  readonly decided_by: string | null;
  readonly decided_at: string;
}

export interface DeskInspection {
  readonly id: string;
  readonly verdict: Verdict;
  readonly photos: readonly DeskPhoto[];
  readonly decisions: readonly DeskDecision[];
}

/** A piece with its inspections, first to last. */
export interface DeskHistory extends DeskPiece {
  readonly inspections: readonly DeskInspection[];
}

export interface DeskBatch {
  readonly id: string;
  readonly number: string;
  readonly state: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly filled: number }[];
}

interface PieceAnswer {
  readonly id: string;
  readonly tag: string | null;
  readonly sku: string | null;
  readonly state: string;
  readonly grade: string | null;
  readonly registered_at: string;
}

const pieceOf = (answer: PieceAnswer): DeskPiece => ({ ...answer, registeredAt: answer.registered_at });

/** The newest pieces, in one state or in all. */
export async function deskPieces(state: string | null, limit: number): Promise<DeskPiece[]> {
  const query = new URLSearchParams({ limit: String(limit), ...(state === null ? {} : { state }) });
  const { items } = await ask<{ items: readonly PieceAnswer[] }>(`/v1/pieces?${query}`);
  return items.map(pieceOf);
}

interface InspectionAnswer extends VerdictAnswer {
  readonly photos: readonly DeskPhoto[];
  readonly decisions: readonly DeskDecision[];
}

/** A piece and all that was seen and decided of it. */
export async function deskPiece(id: string): Promise<DeskHistory> {
  const answer = await ask<PieceAnswer & { inspections: readonly InspectionAnswer[] }>(`/v1/pieces/${encodeURIComponent(id)}`);
  const inspections = answer.inspections.map((each) => ({ id: each.id, verdict: verdictOf(each), photos: each.photos, decisions: each.decisions }));
  return { ...pieceOf(answer), inspections };
}

/** SHA-256 of a photo that the service names by its path. */
export function hashOf(path: string): string {
  return path.split('/').at(-1)!;
}

export async function deskBatches(): Promise<readonly DeskBatch[]> {
  return (await ask<{ items: readonly DeskBatch[] }>('/v1/batches?limit=20')).items;
}

/** Decide on a referred piece. The key is made once for the press of a button. */
export async function deskDecide(inspection: string, outcome: Outcome, reason: string | null): Promise<void> {
  const decided_by = (await fact('person'))!.pseudonym;
  await ask(`/v1/inspections/${inspection}/decision`, { method: 'POST', json: { outcome, reason, decided_by }, idempotencyKey: uuid7() });
}

export interface Enrolment {
  readonly code: string;
  readonly pin: string;
  readonly minutes: number;
}

/** A one-time code and PIN with which a phone becomes a person's. */
export async function makeEnrolment(person: string): Promise<Enrolment> {
  return ask<Enrolment>('/v1/enrolments', { method: 'POST', json: { person }, idempotencyKey: uuid7() });
}
