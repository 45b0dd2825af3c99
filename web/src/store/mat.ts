/** Photos on the measuring mat, and what the server read from them. */
import type { MatPhoto } from '../piece/measurement';
import { changed } from './changes';
import { database } from './database';
import { withRoom } from './reserve';

/** Every photo that waits to be measured, oldest first. */
export async function matPhotosWaiting(): Promise<MatPhoto[]> {
  const all = await (await database()).getAll('mat');
  return all.filter((each) => each.state === 'queued').sort((a, b) => a.takenAt.localeCompare(b.takenAt));
}

/** The last photo on the mat of an inspection, or null. */
export async function matPhotoOf(record: string): Promise<MatPhoto | null> {
  const all = await (await database()).getAllFromIndex('mat', 'record', record);
  return all.sort((a, b) => b.takenAt.localeCompare(a.takenAt))[0] ?? null;
}

/** Keep a photo; the one of this inspection before it is dropped. */
export function keepMatPhoto(photo: MatPhoto): Promise<void> {
  return withRoom(async () => {
    const transaction = (await database()).transaction('mat', 'readwrite', { durability: 'strict' });
    for (const key of await transaction.store.index('record').getAllKeys(photo.record)) await transaction.store.delete(key);
    await transaction.store.put(photo);
    await transaction.done;
    changed();
  });
}

/** Change one as it stands in the store; nothing where it was replaced meanwhile. */
export function amendMatPhoto(id: string, change: Partial<MatPhoto>): Promise<void> {
  return withRoom(async () => {
    const transaction = (await database()).transaction('mat', 'readwrite', { durability: 'strict' });
    const now = await transaction.store.get(id);
    if (now !== undefined) await transaction.store.put({ ...now, ...change });
    await transaction.done;
    changed();
  });
}

/** Drop the photos of an inspection. */
export async function dropMatPhotos(record: string): Promise<void> {
  const transaction = (await database()).transaction('mat', 'readwrite');
  for (const key of await transaction.store.index('record').getAllKeys(record)) await transaction.store.delete(key);
  await transaction.done;
}
