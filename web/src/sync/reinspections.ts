/** Blind re-inspections: what is to be judged again is fetched beforehand, what was found is sent when there is a signal. */
import type { FoundDefect, Purpose, Reinspection } from '../piece/reinspection';
import { fact } from '../store/facts';
import { freePhotos } from '../store/pieces';
import { amendReinspection, takeOver } from '../store/reinspections';
import { ask } from './http';
import { photoBytes } from './photo-bytes';

interface Answer {
  readonly id: string;
  readonly sequence: number;
  readonly piece_id: string;
  readonly tag: string | null;
  readonly sku: string | null;
  readonly purpose: Purpose;
  readonly found: { readonly meets_standard: boolean; readonly defects: readonly FoundDefect[] } | null;
}

const MOST = 200; // a sample of the largest lots is 125 to 200 pieces

function begun(answer: Answer): Reinspection {
  return {
    id: answer.id,
    sequence: answer.sequence,
    piece: answer.piece_id,
    tag: answer.tag,
    sku: answer.sku,
    purpose: answer.purpose,
    state: 'open',
    defects: [],
    checks: {},
    remark: '',
    photos: [],
    photosSent: [],
    missing: null,
    judgedAt: null,
    meetsStandard: null,
    conflict: null,
  };
}

/** Whether somebody may judge again: whoever may is not shown first verdicts meanwhile. */
export async function judgesAgain(): Promise<boolean> {
  const role = (await fact('person'))?.role;
  return role === 'inspector' || role === 'admin';
}

/** Fetch what is to be judged again, for when there is no signal. */
export async function refreshReinspections(): Promise<void> {
  if (!(await judgesAgain())) return;
  const { items } = await ask<{ items: readonly Answer[] }>(`/v1/reinspections?limit=${MOST}`);
  await takeOver(items.map(begun));
}

/** Send what a person found, or that the piece is gone. */
export async function sendResult(again: Reinspection): Promise<void> {
  const person = (await fact('person'))!.pseudonym;
  const [step, json] =
    again.missing === null
      ? ['result', { inspected_by: person, defects: again.defects, checks: again.checks, remark: again.remark.trim() || null }]
      : ['missed', { reported_by: person, reason: again.missing }];
  const answer = await ask<Answer>(`/v1/reinspections/${again.id}/${step}`, {
    method: 'POST',
    json,
    idempotencyKey: `${again.id}:${step}:${again.judgedAt}`,
  });
  await amendReinspection(again.id, () => ({ state: 'recorded', conflict: null, meetsStandard: answer.found?.meets_standard ?? null }));
  await freePhotos(again.id, again.photos);
}

/** Send a photo of what was found; the server keeps it, once, and judges nothing by it. */
export async function sendFoundPhoto(again: Reinspection, sha256: string): Promise<void> {
  const form = new FormData();
  form.append('views', 'closeup');
  form.append('photos', await photoBytes(again.id, sha256), 'found.jpg');
  await ask(`/v1/reinspections/${again.id}/photos`, { method: 'POST', body: form, patience: 180_000 });
  await amendReinspection(again.id, (now) => ({ photosSent: [...new Set([...now.photosSent, sha256])] }));
}
