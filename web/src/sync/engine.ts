/**
 * What waits goes to the server, one thing after another (`next.ts` says in which order).
 * Every step may be repeated: it carries a key made when the piece was begun. Only one tab of the browser sends.
 */
import { originalsWaiting } from '../piece/record';
import { changed, onChange } from '../store/changes';
import { fact, setFact } from '../store/facts';
import { dropMatPhotos, matPhotosWaiting } from '../store/mat';
import { freePhotos, pieces } from '../store/pieces';
import { dropReinspection, reinspections } from '../store/reinspections';
import { backoff } from './backoff';
import { NoAnswer, Refused, whenSignedOut } from './http';
import { nextErrand, type Errand } from './next';

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

/** Whether originals may go now: on Wi-Fi or a cable, where the browser cannot tell, or where the inspector allows it. */
async function originalsMayGo(): Promise<boolean> {
  const connection = (navigator as { connection?: { type?: string; saveData?: boolean } }).connection;
  if (await fact('originalsOnMobileData')) return true;
  return connection?.type !== 'cellular' && connection?.saveData !== true;
}

/** Do one step. Returns milliseconds to wait before the next one, or null when nothing is to be done. */
async function advance(): Promise<number | null> {
  if (!navigator.onLine || (await fact('person')) === null || state.signedOut) return null;
  const kept = { pieces: await pieces(), results: await reinspections(), mat: await matPhotosWaiting() };
  const now = Date.now();
  const next = nextErrand(kept, now, await originalsMayGo());
  if (next === null) {
    failures = 0;
    const held = kept.pieces.filter((r) => r.state !== 'graded' && r.decision !== null && r.holdUntil > now).map((r) => r.holdUntil - now);
    return held.length === 0 ? null : Math.min(...held);
  }
  become({ sending: true });
  try {
    await next.step();
    failures = 0;
    await setFact('lastSync', new Date().toISOString());
    return 0;
  } catch (error) {
    return await afterFailure(next, error);
  }
}

async function afterFailure(errand: Errand, error: unknown): Promise<number> {
  if (error instanceof Refused && error.status === 401) return backoff(6); // the person is asked to sign in
  if (error instanceof Refused && !error.passing) {
    await errand.refused(error);
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
  whenSignedOut(() => become({ signedOut: true }));
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

/** Drop what the server has: originals it has confirmed, photos on the mat of recorded pieces, yesterday's results. */
export async function tidy(): Promise<void> {
  for (const record of await pieces()) {
    if (record.state !== 'graded' || originalsWaiting(record).length > 0) continue;
    // The judged image stays for the marked photo on the screen; it is the small one.
    const judged = new Set(record.photos.map((taken) => taken.judged));
    await dropMatPhotos(record.id);
    await freePhotos(record.id, record.photos.map((taken) => taken.original).filter((sha256) => !judged.has(sha256)));
  }  const yesterday = Date.now() - 24 * 3_600_000;
  for (const again of await reinspections()) {
    if (again.state === 'recorded' && Date.parse(again.judgedAt ?? '') < yesterday) await dropReinspection(again.id);
  }
}
