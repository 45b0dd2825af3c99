import { expect, it } from 'vitest';
import type { MatPhoto } from '../src/piece/measurement';
import { waits, type PieceRecord } from '../src/piece/record';
import { photoWaiting, type Reinspection } from '../src/piece/reinspection';
import { backoff } from '../src/sync/backoff';
import { nextErrand } from '../src/sync/next';

const record = (order: number, change: Partial<PieceRecord>): PieceRecord => ({
  id: `r${order}`, piece: `p${order}`, attempt: `a${order}`, order, tag: `T${order}`, sku: 'WB', makerRef: null, consentedAt: null,
  state: 'draft', begunAt: '2026-01-01T00:00:00Z', photos: [], checks: {}, provisional: null, evidence: null, verdict: null, decision: null, ready: false,
  holdUntil: 0, inspection: null, pieceState: null, receipt: null, phoneVerdictSent: false, removal: null, disagrees: false, conflict: null, originalsSent: [], appeal: false, ...change,
});
const decision = { outcome: 'accept', reason: null, decidedAt: '2026-01-01T00:00:00Z' } as const;
const nextStep = (pieces: PieceRecord[], now: number, originals: boolean) => nextErrand({ pieces, results: [], mat: [] }, now, originals);
const photos = [{ view: 'top', original: 'o', judged: 'j', takenAt: '' }] as const;

it('sends decisions before photos and photos before originals', () => {
  const graded = record(1, { state: 'graded', photos });
  const queued = record(2, { state: 'queued', decision, ready: true });
  const sent = record(3, { state: 'sent', decision, inspection: 'i' });
  expect(nextStep([graded, queued, sent], 1, true)?.about).toBe('r3');
  expect(nextStep([graded, queued], 1, true)?.about).toBe('r2');
  expect(nextStep([graded], 1, true)?.about).toBe('r1');
  expect(nextStep([graded], 1, false)).toBeNull();
});

it('takes back before it decides anew, and tells what the phone said before it sends more photos', () => {
  const provisional = { status: 'graded', grade: 'A', best: 'A', reasons: [], notAssessable: [], checksMissing: [], standard: 's', model: 'm', bundle: 'b', ms: 1 } as const;
  const removed = record(1, { state: 'sent', inspection: 'i', decision, removal: { reason: 'wrong', askedAt: '' } });
  const said = record(2, { state: 'graded', inspection: 'j', provisional, decision });
  const queued = record(3, { state: 'queued', decision, ready: true });
  expect(waits(removed)).toBe(true);
  expect(waits({ ...removed, decision: null })).toBe(true);
  expect(waits(said)).toBe(false);
  const order: string[] = [];
  let left = [removed, said, queued];
  for (let next = nextStep(left, 1, false); next !== null; next = nextStep(left, 1, false)) {
    const { about } = next;
    order.push(`${about} ${left.find((each) => each.id === about)!.removal === null ? 'on' : 'back'}`);
    left = left.flatMap((each) => (each.id !== about ? [each] : each.removal !== null ? [{ ...each, removal: null }] : []));
  }
  expect(order).toEqual(['r1 back', 'r1 on', 'r2 on', 'r3 on']);
});

it('holds a decision that can still be undone, and leaves conflicts to a person', () => {
  expect(nextStep([record(1, { state: 'sent', decision, inspection: 'i', holdUntil: 5 })], 4, true)).toBeNull();
  expect(nextStep([record(1, { state: 'conflict', decision, ready: true })], 4, true)).toBeNull();
  expect(nextStep([record(1, { state: 'draft' })], 4, true)).toBeNull();
});

it('waits longer after each failure, never over a minute, never in step', () => {
  expect([1, 2, 3, 20].map((n) => backoff(n, () => 1))).toEqual([1000, 2000, 4000, 60_000]);
  expect(backoff(3, () => 0)).toBe(2000);
});

it('has what somebody waits for measured before it sends photos to be judged, and results before both', () => {
  const queued = record(1, { state: 'queued', decision, ready: true });
  const mat: MatPhoto = {
    id: 'm1', record: 'r1', sku: 'WB', takenAt: '', photo: new Blob([]), width: 1, height: 1, barMm: 100, state: 'queued', measured: null, refusal: null,
  };
  const again: Reinspection = {
    id: 'x1', sequence: 1, piece: 'p9', tag: 'T9', sku: 'WB', purpose: 'sample', state: 'queued', defects: [], checks: {}, remark: '', photos: [], photosSent: [], missing: null,
    judgedAt: '', meetsStandard: null, conflict: null,
  };
  expect(nextErrand({ pieces: [queued], results: [again], mat: [mat] }, 1, true)?.about).toBe('x1');
  expect(nextErrand({ pieces: [queued], results: [{ ...again, state: 'recorded' }], mat: [mat] }, 1, true)?.about).toBe('m1');
  expect(nextErrand({ pieces: [queued], results: [{ ...again, state: 'conflict' }], mat: [{ ...mat, state: 'refused' }] }, 1, true)?.about).toBe('r1');
});

it('sends the photos of a second look before its result', () => {
  const photographed = { photos: ['s1', 's2'], photosSent: ['s1'] } as unknown as Reinspection;
  expect(photoWaiting(photographed)).toBe('s2');
  expect(photoWaiting({ ...photographed, photosSent: ['s2', 's1'] })).toBeNull();
});
