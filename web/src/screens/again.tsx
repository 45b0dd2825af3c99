import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Reinspection } from '../piece/reinspection';
import { go } from '../parts/route';
import { Scanner } from '../parts/scanner';
import { tagIn } from '../photo/tags';
import { useLive } from '../store/changes';
import { reinspections } from '../store/reinspections';
import { NoAnswer, Refused } from '../sync/http';
import { refreshReinspections } from '../sync/reinspections';
import { useSay } from '../words';
import { shortId } from '../words/catalogue';

/** Pieces that are to be judged again, in their order. Nothing tells how they were judged before. */
export function AgainList(): VNode {
  const say = useSay();
  const kept = useLive(reinspections);
  const [scanning, setScanning] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    refreshReinspections().catch((error: Error) => tellsItself(error) || setTrouble(error.message));
  }, []);
  const all = kept ?? [];
  const open = all.filter((again) => again.state !== 'recorded');
  const found = (text: string): void => {
    setScanning(false);
    const tag = tagIn(text);
    const again = all.find((each) => each.tag === tag && each.state === 'open');
    if (again === undefined) setTrouble(say('again.notlisted', { tag: tag ?? text }));
    else go('again', again.id);
  };
  return (
    <>
      <h1>{say('again.title')}</h1>
      <p class="note">{say('again.blind')}</p>
      {trouble !== null && <p class="note bad" role="alert">{trouble}</p>}
      {scanning && <Scanner label={say('tag.scan')} onCode={found} />}
      {open.length > 0 && <button type="button" onClick={() => (setTrouble(null), setScanning(!scanning))}>{say(scanning ? 'tag.camera.stop' : 'tag.camera.start')}</button>}
      {kept !== null && open.length === 0 && <p class="soft">{say('again.none')}</p>}
      <ul class="plain">{open.map((again) => <li key={again.id}><Row again={again} /></li>)}</ul>
      {all.length > open.length && <p class="note" role="status" id="again-done">{say('again.done', { n: all.length - open.length })}</p>}
    </>
  );
}

/** No signal and no session are said above every screen. */
function tellsItself(error: Error): boolean {
  return error instanceof NoAnswer || (error instanceof Refused && error.status === 401);
}

function Row({ again }: { again: Reinspection }): VNode {
  const say = useSay();
  return (
    <a class="row" href={`#/again/${again.id}`}>
      <span class="grow">
        <strong>{again.tag ?? shortId(again.piece)}</strong>
        <br />
        <span class="soft">{again.sku} · {say(`again.purpose.${again.purpose}`)}</span>
      </span>
      {again.state === 'queued' && <span class="badge queued">{say('state.queued')}</span>}
      {again.state === 'conflict' && <span class="badge conflict">{say('state.conflict')}</span>}
    </a>
  );
}
