/** What a phone sends, step by step. Each may be sent twice and is done once. */
import type { PieceRecord } from '../piece/record';
import { fact } from '../store/facts';
import { amend } from '../store/pieces';
import { ask, Refused } from './http';
import { photoBytes } from './photo-bytes';
import { verdictOf, type VerdictAnswer } from './verdicts';

/** Version of the consent that the app's words ask for. */
const CONSENT_VERSION = '2026-1';

interface InspectionAnswer extends VerdictAnswer {
  readonly piece_state: string;
  /** Path of the public receipt. */
  readonly receipt: string | null;
}

/** Send the judged images; the answer is the server's verdict. */
export async function sendInspection(record: PieceRecord): Promise<void> {
  const form = new FormData();
  const facts = {
    piece_id: record.piece,
    sku: record.sku,
    tag: record.tag,
    ...(record.appeal ? { appeal: true } : {}),
    ...(record.makerRef === null ? {} : { maker_ref: record.makerRef }),
    ...(record.consentedAt === null ? {} : { consent_version: CONSENT_VERSION, consented_at: record.consentedAt }),
  };
  form.append('inspection', JSON.stringify(facts));
  for (const taken of record.photos) {
    form.append('views', taken.view);
    form.append('photos', await photoBytes(record.id, taken.judged), `${taken.view}.jpg`);
  }
  const answer = await ask<InspectionAnswer>('/v1/inspections', {
    method: 'POST',
    body: form,
    idempotencyKey: `${record.attempt}:inspection`,
    patience: 180_000,
  });
  const verdict = verdictOf(answer);
  await amend(record.id, (now) =>
    now.attempt !== record.attempt
      ? {} // other photos were taken meanwhile: this answer is of the old ones
      : {
          state: 'sent',
          inspection: answer.id,
          pieceState: answer.piece_state,
          receipt: answer.receipt,
          verdict,
          disagrees: now.provisional !== null && (now.provisional.status !== verdict.status || now.provisional.grade !== verdict.grade),
        },
  );
}

/** Tell the server what the phone said of the same photos. Whatever it answers, the piece goes on. */
export async function sendPhoneVerdict(record: PieceRecord): Promise<void> {
  const { bundle, model, status, grade, ms } = record.provisional!;
  try {
    await ask(`/v1/inspections/${record.inspection}/phone-verdict`, { method: 'PUT', json: { bundle_sha256: bundle, model, status, grade, ms } });
  } catch (error) {
    if (!(error instanceof Refused) || error.passing || error.status === 401) throw error;
    console.warn(`the server does not keep the phone's verdict: ${error.message}`);
  }
  await amend(record.id, (now) => (now.attempt === record.attempt ? { phoneVerdictSent: true } : {}));
}

/** Take an acceptance back that the server has: the piece leaves its batch and waits for another decision. */
export async function sendRemoval(record: PieceRecord): Promise<void> {
  const { reason, askedAt } = record.removal!;
  await ask(`/v1/pieces/${record.piece}/removal`, {
    method: 'POST',
    json: { reason, decided_by: (await fact('person'))!.pseudonym },
    idempotencyKey: `${record.attempt}:removal:${askedAt}`,
  });
  await amend(record.id, () => ({ removal: null, pieceState: 'referred' }));
}

/** Send the decision; only the answer to it makes the piece recorded. */
export async function sendDecision(record: PieceRecord): Promise<void> {
  const { outcome, reason, grade } = record.decision!;
  const answer = await ask<InspectionAnswer>(`/v1/inspections/${record.inspection}/decision`, {
    method: 'POST',
    json: { outcome, reason, decided_by: (await fact('person'))!.pseudonym, checks: record.checks, ...(grade === undefined ? {} : { grade }) },
    idempotencyKey: `${record.attempt}:decision:${record.decision!.decidedAt}`,
  });
  await amend(record.id, () => ({ state: 'graded', pieceState: answer.piece_state, receipt: answer.receipt, verdict: verdictOf(answer) }));
}

/** Send one of the camera's own files. The address is its content, so sending it again changes nothing. */
export async function sendOriginal(record: PieceRecord, sha256: string): Promise<void> {
  const taken = record.photos.find((each) => each.original === sha256)!;
  const form = new FormData();
  form.append(taken.judged, await photoBytes(record.id, sha256), 'original.jpg');
  await ask(`/v1/inspections/${record.inspection}/originals`, { method: 'POST', body: form, patience: 600_000 });
  await amend(record.id, (now) => ({ originalsSent: [...new Set([...now.originalsSent, sha256])] }));
}
