/**
 * What goes to the server next, smallest first: what was taken back, decisions, what was found on a second look with its
 * photos, what the phone said; then photos on the mat, for which somebody stands waiting; then judged images, at last originals.
 */
import type { MatPhoto } from '../piece/measurement';
import { originalsWaiting, type PieceRecord } from '../piece/record';
import { photoWaiting, resultWaits, type Reinspection } from '../piece/reinspection';
import { uuid7 } from '../piece/uuid7';
import { amend } from '../store/pieces';
import { amendReinspection } from '../store/reinspections';
import type { Refused } from './http';
import { sendMatPhoto } from './measurements';
import { sendFoundPhoto, sendResult } from './reinspections';
import { sendDecision, sendInspection, sendOriginal, sendPhoneVerdict, sendRemoval } from './steps';

/** Everything on the phone that may have to be sent. */
export interface Kept {
  readonly pieces: readonly PieceRecord[];
  readonly results: readonly Reinspection[];
  readonly mat: readonly MatPhoto[];
}

/** One thing to send. */
export interface Errand {
  /** Id of the record that it is about. */
  readonly about: string;
  readonly step: () => Promise<void>;
  /** What becomes of the record when the server will not have it: a person is shown why. */
  readonly refused: (error: Refused) => Promise<unknown>;
}

/** The next errand, or null. */
export function nextErrand({ pieces, results, mat }: Kept, now: number, originals: boolean): Errand | null {
  const inOrder = [...pieces].sort((a, b) => a.order - b.order);
  const removed = inOrder.find((r) => r.state === 'sent' && r.removal !== null);
  if (removed) return ofPiece(removed, () => sendRemoval(removed));
  const decided = inOrder.find((r) => r.state === 'sent' && r.decision !== null && r.holdUntil <= now);
  if (decided) return ofPiece(decided, () => sendDecision(decided));
  const found = results.find(resultWaits);
  if (found) return ofResult(found);
  const said = inOrder.find((r) => r.inspection !== null && r.provisional !== null && !r.phoneVerdictSent && r.state !== 'conflict');
  if (said) return ofPiece(said, () => sendPhoneVerdict(said));
  const laid = mat.find((each) => each.state === 'queued');
  if (laid) return { about: laid.id, step: () => sendMatPhoto(laid), refused: () => Promise.resolve() }; // it keeps refusals itself
  const judge = inOrder.find((r) => r.inspection === null && r.ready && (r.state === 'queued' || r.state === 'draft'));
  if (judge) return ofPiece(judge, () => sendInspection(judge));
  if (!originals) return null;
  for (const record of inOrder) {
    const sha256 = originalsWaiting(record)[0];
    if (sha256 !== undefined) return ofPiece(record, () => sendOriginal(record, sha256));
  }
  return null;
}

function ofPiece(record: PieceRecord, step: () => Promise<void>): Errand {
  const refused = ({ code, message, piece }: Refused): Promise<unknown> => {
    if (code === 'tag_used' && record.appeal && piece !== null && piece !== record.piece) {
      // The weaver objects at another table: this phone never saw the piece and learns its id from the tag.
      return amend(record.id, () => ({ piece, attempt: uuid7() }));
    }
    return amend(record.id, () => ({ state: 'conflict', conflict: { code, detail: message, piece } }));
  };
  return { about: record.id, step, refused };
}

function ofResult(again: Reinspection): Errand {
  const refused = ({ code, message }: Refused): Promise<unknown> =>
    amendReinspection(again.id, () => ({ state: 'conflict', conflict: { code, detail: message } }));
  const sha256 = photoWaiting(again);
  return { about: again.id, step: () => (sha256 === null ? sendResult(again) : sendFoundPhoto(again, sha256)), refused };
}
