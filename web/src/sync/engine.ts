/**
 * What waits goes to the server, smallest first: what was taken back, decisions, what the phone said, then inspections
 * with their judged images, then originals.
 * Every step may be repeated: it carries a key made when the piece was begun. Only one tab of the browser sends.
 */
import { originalsWaiting, type PieceRecord } from '../piece/record';
import { changed, onChange } from '../store/changes';
import { fact, setFact } from '../store/facts';
import { amend, freePhotos, pieces } from '../store/pieces';
import { backoff } from './backoff';
import { NoAnswer, Refused } from './http';
import { sendDecision, sendInspection, sendOriginal, sendPhoneVerdict, sendRemoval } from './steps';
import { uuid7 } from '../piece/uuid7';

export interface SyncState {
  readonly sending: boolean;
  /** This tab does not send: another one does. */
  readonly elsewhere: boolean;
  /** The session is over: somebody must sign in. */
  readonly signedOut: boolean;
}

let state: SyncState = { sending: false, elsewhere: true, signedOut: false };
let failures = 0;

export function syncState(): SyncState {
  return state;
}

function become(next: Partial<SyncState>): void {
  state = { ...state, ...next };
  changed();
}

type Step = () => Promise<void>;

/** The next thing to send, or null. */
export function nextStep(records: readonly PieceRecord[], now: number, originals: boolean): { record: PieceRecord; step: Step } | null {
  const inOrder = [...records].sort((a, b) => a.order - b.order);
  const removed = inOrder.find((r) => r.state === 'sent' && r.removal !== null);
  if (removed) return { record: removed, step: () => sendRemoval(removed) };
  const decided = inOrder.find((r) => r.state === 'sent' && r.decision !== null && r.holdUntil <= now);
  if (decided) return { record: decided, step: () => sendDecision(decided) };
  const said = inOrder.find((r) => r.inspection !== null && r.provisional !== null && !r.phoneVerdictSent && r.state !== 'conflict');
  if (said) return { record: said, step: () => sendPhoneVerdict(said) };
  const judge = inOrder.find((r) => r.inspection === null && r.ready && (r.state === 'queued' || r.state === 'draft'));
  if (judge) return { record: judge, step: () => sendInspection(judge) };
  if (!originals) return null;
  for (const record of inOrder) {
    const sha256 = originalsWaiting(record)[0];
    if (sha256 !== undefined) return { record, step: () => sendOriginal(record, sha256) };
  }
  return null;
}

/** Whether originals may go now: on Wi-Fi or a cable, where the browser cannot tell, or where the inspector allows it. */
async function originalsMayGo(): Promise<boolean> {
  const connection = (navigator as { connection?: { type?: string; saveData?: boolean } }).connection;
  if (await fact('originalsOnMobileData')) return true;
  return connection?.type !== 'cellular' && connection?.saveData !== true;
}

/** Do one step. Returns milliseconds to wait before the next one, or null when nothing is to be done. */
async function advance(): Promise<number | null> {
  if (!navigator.onLine || (await fact('person')) === null || state.signedOut) return null;
  const records = await pieces();
  const now = Date.now();
  const next = nextStep(records, now, await originalsMayGo());
  if (next === null) {
    failures = 0;
    const held = records.filter((r) => r.state !== 'graded' && r.decision !== null && r.holdUntil > now).map((r) => r.holdUntil - now);
    return held.length === 0 ? null : Math.min(...held);
  }
  become({ sending: true });
  try {
    await next.step();
    failures = 0;
    await setFact('lastSync', new Date().toISOString());
    return 0;
  } catch (error) {
    return await afterFailure(next.record, error);
  }
}

async function afterFailure(record: PieceRecord, error: unknown): Promise<number> {
  if (error instanceof Refused && error.status === 401) {
    become({ signedOut: true });
    return backoff(6);
  }
  if (error instanceof Refused && !error.passing) {
    if (error.code === 'tag_used' && record.appeal && error.piece !== null && error.piece !== record.piece) {
      // The weaver objects at another table: this phone never saw the piece and learns its id from the tag.
      await amend(record.id, () => ({ piece: error.piece!, attempt: uuid7() }));
      return 0;
    }
    await amend(record.id, () => ({ state: 'conflict', conflict: { code: error.code, detail: error.message, piece: error.piece } }));
    return 0;
  }
  if (!(error instanceof NoAnswer || error instanceof Refused)) console.error(error);
  failures++;
  return Math.max(error instanceof Refused ? (error.retryAfterMs ?? 0) : 0, backoff(failures));
}

let news = false; // something changed since the last step was chosen
let rouse: (() => void) | null = null;

/** Send for as long as the page lives, once this tab holds the lock. */
export function startSync(): void {
  addEventListener('online', sendNow);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && sendNow());
  onChange(() => {
    news = true;
    if (failures === 0) rouse?.();
  });
  void navigator.locks.request('anyaman-qc sends', async () => {
    become({ elsewhere: false });
    for (;;) {
      news = false;
      const rest = await advance();
      if (state.sending && rest !== 0) become({ sending: false });
      const failed = rest !== null && failures > 0;
      if (rest !== 0 && (failed || !news)) await pause(rest);
    }
  });
}

function pause(ms: number | null): Promise<void> {
  return new Promise((resolve) => {
    const timer = ms === null ? null : setTimeout(resolve, ms);
    rouse = () => {
      if (timer !== null) clearTimeout(timer);
      resolve();
    };
  });
}

/** Try at once, whatever the backoff says. */
export function sendNow(): void {
  news = true;
  rouse?.();
}

/** Somebody has signed in: go on. */
export function signedIn(): void {
  failures = 0;
  become({ signedOut: false });
  sendNow();
}

/** Drop the bytes of photos that the server has: judged images of graded pieces, originals it has confirmed. */
export async function tidy(): Promise<void> {
  for (const record of await pieces()) {
    if (record.state !== 'graded' || originalsWaiting(record).length > 0) continue;
    // The judged image stays for the marked photo on the screen; it is the small one.
    const judged = new Set(record.photos.map((taken) => taken.judged));
    await freePhotos(record.id, record.photos.map((taken) => taken.original).filter((sha256) => !judged.has(sha256)));
  }
}
