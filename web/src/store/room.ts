/** How much room the phone's storage has, and asking the browser not to evict what is in it. */

export interface Room {
  readonly usedBytes: number;
  readonly freeBytes: number;
  /** Whether the browser has promised not to evict. */
  readonly kept: boolean;
}

/** A piece of three views: originals of 3 MB and judged images of half a megabyte each. */
export const BYTES_A_PIECE = 12e6;
/** Below this many pieces the inspector is told. */
export const PIECES_LEFT_TO_WARN = 20;

/** What the browser says about storage; null where it says nothing. */
export async function room(): Promise<Room | null> {
  if (!navigator.storage?.estimate) return null;
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  return { usedBytes: usage, freeBytes: Math.max(0, quota - usage), kept: (await navigator.storage.persisted?.()) ?? false };
}

/** How many pieces more the storage holds, about. */
export function piecesLeft(storage: Room): number {
  return Math.floor(storage.freeBytes / BYTES_A_PIECE);
}

/** Ask that nothing here be evicted. Browsers grant it to installed apps; a refusal changes nothing. */
export async function askToKeep(): Promise<boolean> {
  return (await navigator.storage?.persist?.()) ?? false;
}
