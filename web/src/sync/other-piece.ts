/** The piece that a reason speaks of beside the one on the table: its tag, and where it can be looked at. */
import { pieces } from '../store/pieces';
import { ask } from './http';

export interface OtherPiece {
  /** Null where it bears none, or where this person may not know it now. */
  readonly tag: string | null;
  /** Address within the app. */
  readonly href: string;
}

/** The piece as this phone has it; else as the server names it, which needs a signal. */
export async function lookUpPiece(id: string): Promise<OtherPiece> {
  const here = (await pieces()).find((record) => record.piece === id);
  if (here !== undefined) return { tag: here.tag, href: `#/piece/${here.id}` };
  const href = `#/desk/piece/${id}`;
  try {
    return { tag: (await ask<{ tag: string | null }>(`/v1/pieces/${encodeURIComponent(id)}`)).tag, href };
  } catch {
    return { tag: null, href };
  }
}
