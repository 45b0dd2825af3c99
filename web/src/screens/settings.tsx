import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { waits } from '../piece/record';
import { go } from '../parts/route';
import { useLive } from '../store/changes';
import { fact, setFact } from '../store/facts';
import { pieces } from '../store/pieces';
import { room } from '../store/room';
import { logOut } from '../sync/person';
import { useSay } from '../words';

const MEGA = 1e6;

/** Storage, mobile data, who is signed in, and the way out. */
export function Settings(): VNode {
  const say = useSay();
  const storage = useLive(room);
  const person = useLive(() => fact('person'));
  const mobile = useLive(() => fact('originalsOnMobileData')) ?? false;
  const waiting = (useLive(pieces) ?? []).filter(waits).length;
  const [trouble, setTrouble] = useState<string | null>(null);
  const leave = async (): Promise<void> => {
    if (waiting > 0) return setTrouble(say('enter.logout.waiting', { n: waiting }));
    try {
      await logOut();
      go('enter');
    } catch (error) {
      setTrouble(say('app.broken', { detail: (error as Error).message }));
    }
  };
  return (
    <>
      <h1>{say('settings.title')}</h1>
      {person && <p>{say('settings.person', { person: person.pseudonym, organisation: person.organisation })}</p>}
      <label class="card tick">
        <input type="checkbox" checked={mobile} onChange={(e) => void setFact('originalsOnMobileData', e.currentTarget.checked)} />
        {say('settings.originals')}
      </label>
      {storage && (
        <div class="card">
          <p>{say('settings.room', { used: Math.round(storage.usedBytes / MEGA), free: Math.round(storage.freeBytes / MEGA) })}</p>
          <p class="soft">{say(storage.kept ? 'settings.kept' : 'settings.notkept')}</p>
        </div>
      )}
      {trouble && <p class="note bad" role="alert">{trouble}</p>}
      <button type="button" class="danger" onClick={() => void leave()}>{say('enter.logout')}</button>
    </>
  );
}
