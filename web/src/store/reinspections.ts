/** Pieces to be judged again, and what was found, on this phone. */
import type { Reinspection } from '../piece/reinspection';
import { changed } from './changes';
import { database, photosOf, type StoredPhoto } from './database';
import { withRoom } from './reserve';

/** All that are kept, in the order in which they are to be judged. */
export async function reinspections(): Promise<Reinspection[]> {
  return (await (await database()).getAll('reinspections')).sort((a, b) => a.sequence - b.sequence);
}

export async function reinspection(id: string): Promise<Reinspection | null> {
  return (await (await database()).get('reinspections', id)) ?? null;
}

/** Change one as it stands in the store. Returns null when it is gone. */
export function amendReinspection(id: string, change: (now: Reinspection) => Partial<Reinspection>): Promise<Reinspection | null> {
  return withRoom(async () => {
    const transaction = (await database()).transaction('reinspections', 'readwrite', { durability: 'strict' });
    const now = await transaction.store.get(id);
    const next = now === undefined ? null : { ...now, ...change(now) };
    if (next !== null) await transaction.store.put(next);
    await transaction.done;
    changed();
    return next;
  });
}

/** Keep a photo of what was found, with the record that names it. The same photo stays once. */
export function keepFoundPhoto(id: string, { sha256, blob }: Omit<StoredPhoto, 'record'>): Promise<void> {
  return withRoom(async () => {
    const transaction = (await database()).transaction(['reinspections', 'photos'], 'readwrite', { durability: 'strict' });
    const now = await transaction.objectStore('reinspections').get(id);
    if (now !== undefined) {
      await transaction.objectStore('photos').put({ record: id, sha256, blob });
      await transaction.objectStore('reinspections').put({ ...now, photos: [...new Set([...now.photos, sha256])] });
    }
    await transaction.done;
    changed();
  });
}

/** Drop a photo that has not been sent. */
export async function dropFoundPhoto(id: string, sha256: string): Promise<void> {
  const transaction = (await database()).transaction(['reinspections', 'photos'], 'readwrite', { durability: 'strict' });
  const now = await transaction.objectStore('reinspections').get(id);
  if (now !== undefined && !now.photosSent.includes(sha256)) {
    await transaction.objectStore('photos').delete([id, sha256]);
    await transaction.objectStore('reinspections').put({ ...now, photos: now.photos.filter((each) => each !== sha256) });
  }
  await transaction.done;
  changed();
}

/** Forget one with its photos: it was judged by somebody else meanwhile, or long ago. */
export async function dropReinspection(id: string): Promise<void> {
  const transaction = (await database()).transaction(['reinspections', 'photos'], 'readwrite');
  await transaction.objectStore('photos').delete(photosOf(id));
  await transaction.objectStore('reinspections').delete(id);
  await transaction.done;
  changed();
}

/** Take over what the server has open now. What was begun or judged on this phone stays as it is. */
export function takeOver(open: readonly Reinspection[]): Promise<void> {
  return withRoom(async () => {
    const transaction = (await database()).transaction(['reinspections', 'photos'], 'readwrite');
    const store = transaction.objectStore('reinspections');
    const kept = new Map((await store.getAll()).map((each) => [each.id, each]));
    const listed = new Set(open.map((each) => each.id));
    for (const each of open) if (!kept.has(each.id)) await store.put(each);
    for (const each of kept.values()) {
      if (each.state !== 'open' || listed.has(each.id)) continue;
      await transaction.objectStore('photos').delete(photosOf(each.id));
      await store.delete(each.id);
    }
    await transaction.done;
    changed();
  });
}
