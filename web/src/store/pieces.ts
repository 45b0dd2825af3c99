/** Pieces and their photos. A photo and the record that names it are written in one transaction, or not at all. */
import type { PieceRecord, Taken, View } from '../piece/record';
import { uuid7 } from '../piece/uuid7';
import { changed } from './changes';
import { database, photosOf, type StoredPhoto } from './database';
import { withRoom } from './reserve';

export interface NewPiece {
  readonly tag: string;
  readonly sku: string;
  readonly makerRef: string | null;
  readonly consentedAt?: string | null;
  readonly appeal?: boolean;
  /** The piece's id, when it was here before. */
  readonly piece?: string | null;
}

/** Begin a piece: a draft that survives reload and crash from its first moment. */
export function beginPiece(piece: NewPiece): Promise<PieceRecord> {
  return withRoom(() => begin(piece));
}

async function begin(piece: NewPiece): Promise<PieceRecord> {
  const db = await database();
  const transaction = db.transaction('pieces', 'readwrite', { durability: 'strict' });
  const last = await transaction.store.index('order').openKeyCursor(null, 'prev');
  const record: PieceRecord = {
    id: uuid7(),
    piece: piece.piece ?? uuid7(),
    attempt: uuid7(),
    order: last === null ? 1 : last.key + 1,
    tag: piece.tag,
    sku: piece.sku,
    makerRef: piece.makerRef,
    consentedAt: piece.consentedAt ?? null,
    state: 'draft',
    begunAt: new Date().toISOString(),
    photos: [],
    checks: {},
    provisional: null,
    evidence: null,
    verdict: null,
    decision: null,
    ready: false,
    holdUntil: 0,
    inspection: null,
    pieceState: null,
    receipt: null,
    phoneVerdictSent: false,
    removal: null,
    disagrees: false,
    conflict: null,
    originalsSent: [],
    appeal: piece.appeal ?? false,
  };
  await transaction.store.add(record);
  await transaction.done;
  changed();
  return record;
}

export async function piece(id: string): Promise<PieceRecord | null> {
  return (await (await database()).get('pieces', id)) ?? null;
}

/** All pieces on the phone, newest first. */
export async function pieces(): Promise<PieceRecord[]> {
  return (await (await database()).getAllFromIndex('pieces', 'order')).reverse();
}

/** Pieces of this phone that carry the tag, newest first. */
export async function piecesTagged(tag: string): Promise<PieceRecord[]> {
  return (await (await database()).getAllFromIndex('pieces', 'tag', tag)).sort((a, b) => b.order - a.order);
}

/** Change a record as it stands in the store, not as some screen remembers it. Returns null when it is gone. */
export function amend(id: string, change: (now: PieceRecord) => Partial<PieceRecord>): Promise<PieceRecord | null> {
  return withRoom(() => rewrite(id, change));
}

async function rewrite(id: string, change: (now: PieceRecord) => Partial<PieceRecord>): Promise<PieceRecord | null> {
  const db = await database();
  const transaction = db.transaction('pieces', 'readwrite', { durability: 'strict' });
  const now = await transaction.store.get(id);
  const next = now === undefined ? null : { ...now, ...change(now) };
  if (next !== null) await transaction.store.put(next);
  await transaction.done;
  changed();
  return next;
}

export interface NewPhoto {
  readonly view: View;
  readonly original: { readonly sha256: string; readonly blob: Blob };
  readonly judged: { readonly sha256: string; readonly blob: Blob };
}

/** Keep a photo of a draft; a view taken again replaces the one before, whose bytes are dropped. */
export function keepPhoto(id: string, photo: NewPhoto): Promise<void> {
  return withRoom(() => enterPhoto(id, photo));
}

async function enterPhoto(id: string, photo: NewPhoto): Promise<void> {
  const db = await database();
  const transaction = db.transaction(['pieces', 'photos'], 'readwrite', { durability: 'strict' });
  const records = transaction.objectStore('pieces');
  const photos = transaction.objectStore('photos');
  const record = await records.get(id);
  if (record === undefined) throw new Error(`piece ${id} is not on this phone`);
  const replaced = photo.view === 'closeup' ? [] : record.photos.filter((taken) => taken.view === photo.view);
  const taken: Taken = {
    view: photo.view,
    original: photo.original.sha256,
    judged: photo.judged.sha256,
    takenAt: new Date().toISOString(),
  };
  const kept = record.photos.filter((each) => !replaced.includes(each));
  for (const sha256 of unused(replaced, [...kept, taken])) await photos.delete([id, sha256]);
  await photos.put({ ...photo.original, record: id });
  await photos.put({ ...photo.judged, record: id });
  await records.put({ ...unjudged(record), photos: [...kept, taken] });
  await transaction.done;
  changed();
}

/** Bytes that `gone` named and `kept` does not. */
function unused(gone: readonly Taken[], kept: readonly Taken[]): string[] {
  const needed = new Set(kept.flatMap((taken) => [taken.original, taken.judged]));
  return gone.flatMap((taken) => [taken.original, taken.judged]).filter((sha256) => !needed.has(sha256));
}

/** Other photos are another inspection: verdicts fall away, and one that the server has already keeps its own key. */
function unjudged(record: PieceRecord): PieceRecord {
  const begun: PieceRecord = { ...record, state: 'draft', ready: false, provisional: null, evidence: null, verdict: null, decision: null, phoneVerdictSent: false, disagrees: false };
  return record.inspection === null ? begun : { ...begun, attempt: uuid7(), inspection: null };
}

/** Drop one photo of a draft. */
export async function dropPhoto(id: string, taken: Taken): Promise<void> {
  const db = await database();
  const transaction = db.transaction(['pieces', 'photos'], 'readwrite');
  const record = await transaction.objectStore('pieces').get(id);
  if (record !== undefined) {
    const photos = record.photos.filter((other) => other.judged !== taken.judged);
    await transaction.objectStore('pieces').put({ ...unjudged(record), photos });
    for (const sha256 of unused([taken], photos)) await transaction.objectStore('photos').delete([id, sha256]);
  }
  await transaction.done;
  changed();
}

export async function photo(record: string, sha256: string): Promise<StoredPhoto | null> {
  return (await (await database()).get('photos', [record, sha256])) ?? null;
}

/** Remove a draft with its photos. */
export async function discard(id: string): Promise<void> {
  const db = await database();
  const transaction = db.transaction(['pieces', 'photos', 'mat'], 'readwrite');
  await transaction.objectStore('photos').delete(photosOf(id));
  for (const key of await transaction.objectStore('mat').index('record').getAllKeys(id)) await transaction.objectStore('mat').delete(key);
  await transaction.objectStore('pieces').delete(id);
  await transaction.done;
  changed();
}

/** Free bytes that the server has confirmed. The record stays for the day's list. */
export async function freePhotos(record: string, shas: readonly string[]): Promise<void> {
  const db = await database();
  const transaction = db.transaction('photos', 'readwrite');
  await Promise.all(shas.map((sha256) => transaction.store.delete([record, sha256])));
  await transaction.done;
}
