/** Small single values: the product chosen, the language, who is signed in, the standards last heard of. */
import { changed } from './changes';
import { database } from './database';
import type { Facts } from './facts-kinds';

/** Read a fact, or null when it was never set. */
export async function fact<K extends keyof Facts>(name: K): Promise<Facts[K] | null> {
  return ((await (await database()).get('facts', name)) as Facts[K] | undefined) ?? null;
}

/** Set a fact; null forgets it. */
export async function setFact<K extends keyof Facts>(name: K, value: Facts[K] | null): Promise<void> {
  const db = await database();
  await (value === null ? db.delete('facts', name) : db.put('facts', value, name));
  changed();
}
