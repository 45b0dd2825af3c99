import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PieceRecord, View } from '../piece/record';
import { FromGallery } from '../parts/gallery';
import { StoredImage } from '../parts/photo';
import { goAfter } from '../parts/route';
import { useHint } from '../parts/hint';
import { useViewfinder } from '../parts/viewfinder';
import { lookAhead, warmUp } from '../grade/judge';
import { develop } from '../photo/darkroom';
import { useLive } from '../store/changes';
import { isFull } from '../store/database';
import { fact } from '../store/facts';
import { amend, discard, keepPhoto } from '../store/pieces';
import { useSay } from '../words';

/** Take the views that the standard asks for, one after another, each kept before the next. */
export function Capture({ record }: { record: PieceRecord }): VNode {
  const say = useSay();
  const products = useLive(() => fact('products'));
  const asked: readonly View[] = products?.find((p) => p.sku === record.sku)?.views ?? [];
  const taken = new Set(record.photos.map((photo) => photo.view));
  const missing = asked.filter((view) => !taken.has(view));
  const [wanted, setWanted] = useState<View | null>(null);
  const view = wanted ?? missing[0] ?? 'closeup';
  const { video, trouble, seeing, onLoadedData, shoot } = useViewfinder();
  const [alarm, setAlarm] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const hint = useHint(video);
  useEffect(warmUp, []);

  const keep = async (shooting: () => Promise<Blob>): Promise<void> => {
    setBusy(true);
    setAlarm(null);
    try {
      const developed = await develop(await shooting());
      await keepPhoto(record.id, { view, ...developed });
      lookAhead({ view, judged: developed.judged.blob, sha256: developed.judged.sha256 });
      setWanted(null);
    } catch (error) {
      if (isFull(error)) setAlarm(say('room.full'));
      else if ((error as Error).name === 'UnreadablePhoto') setAlarm(say('capture.unreadable'));
      else setAlarm(say('app.broken', { detail: (error as Error).message }));
    } finally {
      setBusy(false);
    }
  };
  const finish = async (): Promise<void> => {
    const goOn = goAfter();
    await amend(record.id, () => ({ ready: true }));
    goOn('piece', record.id, 'verdict');
  };
  const throwAway = async (): Promise<void> => {
    if (!confirm(say('capture.discard.sure'))) return;
    const goOn = goAfter();
    await discard(record.id);
    goOn();
  };
  const complete = products !== null && missing.length === 0 && record.photos.length > 0;
  const finished = complete && wanted === null;
  return (
    <>
      <h1 aria-live="polite">{finished ? say('capture.complete') : say('capture.title', { view: say(`view.${view}`) })}</h1>
      <p class="soft">{!finished && say('capture.progress', { n: Math.min(taken.size + 1, Math.max(asked.length, 1)), of: asked.length })}</p>
      {trouble === null ? (
        <div class="viewfinder">
          <video ref={video} autoplay muted playsInline onLoadedData={onLoadedData} aria-label={say('capture.title', { view: say(`view.${view}`) })} />
          {seeing && <p class={hint === null ? 'hint ok' : 'hint'} role="status">{say(hint === null ? 'hint.ok' : `hint.${hint}`)}</p>}
        </div>
      ) : (
        <p class="note warn">{say('capture.nocamera', { detail: trouble })}</p>
      )}
      {alarm && <p class="note bad" role="alert">{alarm}</p>}
      {finished ? (
        <button type="button" class="main" onClick={() => void finish()}>{say('capture.done')}</button>
      ) : (
        trouble === null && (
          <button type="button" class="main" disabled={busy || !seeing || products === null} onClick={() => void keep(shoot)}>
            {say(busy ? 'capture.keeping' : 'capture.shoot')}
          </button>
        )
      )}
      <FromGallery label={say('capture.file')} onFile={(file) => void keep(async () => file)} />
      <div class="strip">
        {record.photos.map((photo) => (
          <button type="button" key={photo.judged} aria-label={say('capture.again', { view: say(`view.${photo.view}`) })} onClick={() => setWanted(photo.view)}>
            <StoredImage record={record.id} sha256={photo.judged} alt="" />
            <span>{say(`view.${photo.view}`)}</span>
          </button>
        ))}
      </div>
      {finished && <button type="button" onClick={() => setWanted('closeup')}>{say('capture.closeup')}</button>}
      <button type="button" class="quiet" onClick={() => void throwAway()}>{say('capture.discard')}</button>
    </>
  );
}
