/** What the desk reads from the ledger. It works online only: a supervisor decides on what the server has. */
import type { Outcome, Verdict } from '../piece/record';
import { uuid7 } from '../piece/uuid7';
import { fact } from '../store/facts';
import { ask } from '../sync/http';
import { verdictOf, type VerdictAnswer } from '../sync/verdicts';

export interface DeskPhoto {
  readonly view: string | null;
  readonly marked: string;
  readonly judged: string;
}

export interface DeskPiece {
  readonly id: string;
  readonly tag: string | null;
  readonly sku: string | null;
  readonly state: string;
  readonly grade: string | null;
  readonly registeredAt: string;
}

export interface DeskInspection {
  readonly id: string;
  readonly verdict: Verdict;
  readonly photos: readonly DeskPhoto[];
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
  readonly photos: readonly { readonly view: string | null; readonly marked: string; readonly judged: string }[];
}

/** The last inspection of a piece, with its marked photos. */
export async function lastInspection(piece: string): Promise<DeskInspection | null> {
  const { inspections } = await ask<{ inspections: readonly InspectionAnswer[] }>(`/v1/pieces/${piece}`);
  const last = inspections.at(-1);
  return last === undefined ? null : { id: last.id, verdict: verdictOf(last), photos: last.photos };
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
