/** Steps of lot acceptance that a supervisor orders. Each is carried out once, however often the line breaks. */
import { uuid7 } from '../piece/uuid7';
import { fact } from '../store/facts';
import { ask } from '../sync/http';

/** A drawn piece, and what a second person found, once it is recorded. */
export interface Drawn {
  readonly id: string;
  readonly tag: string | null;
  readonly piece_id: string;
  readonly found: { readonly meets_standard: boolean } | null;
  /** Of what was found, each named by its path. */
  readonly photos: readonly { readonly photo: string }[];
}

const MOST = 200;

/** The pieces of a lot that are judged again: its sample, or all the others of a rejected lot. */
export async function drawnOf(lot: string, purpose: 'sample' | 'screening'): Promise<readonly Drawn[]> {
  return (await ask<{ items: readonly Drawn[] }>(`/v1/lots/${lot}/sample?purpose=${purpose}&limit=${MOST}`)).items;
}

async function step<T>(path: string, body: (person: string) => object): Promise<T> {
  const person = (await fact('person'))!.pseudonym;
  return ask<T>(path, { method: 'POST', json: body(person), idempotencyKey: uuid7() });
}

/** Freeze an open batch and draw a sample of each of its SKUs. */
export function drawSample(batch: string): Promise<unknown> {
  return step(`/v1/batches/${batch}/sampling`, (started_by) => ({ started_by }));
}

/** Undo a sampling that was begun by mistake, while nothing of it has been judged. */
export function withdrawSampling(batch: string, reason: string): Promise<unknown> {
  return step(`/v1/batches/${batch}/sampling/withdrawal`, (decided_by) => ({ decided_by, reason }));
}

/** Have every other piece of a rejected lot looked at. */
export function screenLot(lot: string): Promise<unknown> {
  return step(`/v1/lots/${lot}/screening`, (decided_by) => ({ decided_by }));
}

/** Take what was found bad out of the batch; gives how many pieces that were. */
export async function takeDefectiveOut(lot: string): Promise<number> {
  return (await step<{ pieces: readonly string[] }>(`/v1/lots/${lot}/removal`, (decided_by) => ({ decided_by }))).pieces.length;
}

/** Submit a screened lot again, under tightened inspection. */
export function resubmitLot(lot: string): Promise<unknown> {
  return step(`/v1/lots/${lot}/resubmission`, (decided_by) => ({ decided_by }));
}
