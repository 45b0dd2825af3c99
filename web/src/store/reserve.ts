/**
 * Room held for photos to come. Browsers no longer say how much room there is (they report a fixed quota), so a few
 * pieces' worth is filled with nothing of ours and let go, bit by bit, when a write does not fit: the inspector is told
 * while there is room for these pieces yet.
 */
import { changed } from './changes';
import { database, isFull } from './database';
import { BYTES_A_PIECE } from './room';

export const PIECES_HELD = 5;

/** Hold as much of the reserve as fits. */
export async function holdReserve(): Promise<void> {
  const db = await database();
  const held = new Set(await db.getAllKeys('reserve'));
  for (let number = 0; number < PIECES_HELD; number++) {
    if (held.has(number)) continue;
    try {
      await db.put('reserve', new Blob([new Uint8Array(BYTES_A_PIECE)]), number);
    } catch (error) {
      if (!isFull(error)) throw error;
      break;
    }
  }
  changed();
}

/** For how many pieces there is room in the reserve. */
export async function piecesHeld(): Promise<number> {
  return (await database()).count('reserve');
}

/** Let one piece's worth go; false when none is left. */
async function letGo(): Promise<boolean> {
  const db = await database();
  const last = (await db.getAllKeys('reserve')).at(-1);
  if (last === undefined) return false;
  await db.delete('reserve', last);
  changed();
  return true;
}

/** Write, with room from the reserve where it does not fit. Throws when that is used up too. */
export async function withRoom<T>(write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isFull(error) || !(await letGo())) throw error;
    }
  }
}
