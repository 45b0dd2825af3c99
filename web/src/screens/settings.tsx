import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { waits } from '../piece/record';
import { resultWaits } from '../piece/reinspection';
import { goAfter } from '../parts/route';
import { keptTitle } from '../grade/bundle-store';
import { useLive } from '../store/changes';
import { fact, setFact } from '../store/facts';
import { pieces } from '../store/pieces';
import { reinspections } from '../store/reinspections';
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
  const waiting = (useLive(pieces) ?? []).filter(waits).length + (useLive(reinspections) ?? []).filter(resultWaits).length;
  const model = useLive(keptTitle);
  const [trouble, setTrouble] = useState<string | null>(null);
  const leave = async (): Promise<void> => {
    if (waiting > 0) return setTrouble(say('enter.logout.waiting', { n: waiting }));
    const goOn = goAfter();
    try {
      await logOut();
      goOn('enter');
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
      <p class="soft">{model === null ? say('settings.model.none') : say('settings.model', { model })}</p>
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
