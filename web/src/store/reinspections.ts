/** Pieces to be judged again, and what was found, on this phone. */
import type { Reinspection } from '../piece/reinspection';
import { changed } from './changes';
import { database } from './database';
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

/** Forget one: it was judged by somebody else meanwhile. */
export async function dropReinspection(id: string): Promise<void> {
  await (await database()).delete('reinspections', id);
  changed();
}

/** Take over what the server has open now. What was begun or judged on this phone stays as it is. */
export function takeOver(open: readonly Reinspection[]): Promise<void> {
  return withRoom(async () => {
    const transaction = (await database()).transaction('reinspections', 'readwrite');
    const kept = new Map((await transaction.store.getAll()).map((each) => [each.id, each]));
    const listed = new Set(open.map((each) => each.id));
    for (const each of open) if (!kept.has(each.id)) await transaction.store.put(each);
    for (const each of kept.values()) if (each.state === 'open' && !listed.has(each.id)) await transaction.store.delete(each.id);
    await transaction.done;
    changed();
  });
}
