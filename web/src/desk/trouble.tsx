import type { VNode } from 'preact';
import { NoAnswer, Refused } from '../sync/http';
import { useSay, type Say } from '../words';

/** What went wrong, for a person: no answer is no refusal, and the server's own sentence is for whoever helps. */
export function troubleWords(say: Say, error: Error): string {
  if (error instanceof NoAnswer) return say('desk.noanswer');
  if (error instanceof Refused && error.status === 401) return say('enter.expired');
  if (error instanceof Refused && error.code === 'not_found') return say('piece.conflict.not_found');
  return say('desk.refused', { detail: error.message });
}

/** Nothing while there is none. */
export function Trouble({ of }: { of: Error | null }): VNode | null {
  const say = useSay();
  return of === null ? null : <p class="note bad" role="alert">{troubleWords(say, of)}</p>;
}
