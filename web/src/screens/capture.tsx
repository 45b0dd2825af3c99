import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { PieceRecord, View } from '../piece/record';
import { StoredImage } from '../parts/photo';
import { go } from '../parts/route';
import { useHint } from '../parts/hint';
import { openCamera, type Camera } from '../photo/camera';
import { lookAhead } from '../grade/judge';
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
  const video = useRef<HTMLVideoElement>(null);
  const camera = useRef<Camera | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [alarm, setAlarm] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [seeing, setSeeing] = useState(false);
  const hint = useHint(video);

  useEffect(() => {
    let open = true;
    openCamera().then(
      (opened) => {
        if (!open) return opened.close();
        camera.current = opened;
        video.current!.srcObject = opened.stream;
      },
      (error: Error) => setTrouble(error.message || error.name),
    );
    return () => {
      open = false;
      camera.current?.close();
    };
  }, []);

  const keep = async (shoot: () => Promise<Blob>): Promise<void> => {
    setBusy(true);
    setAlarm(null);
    try {
      const developed = await develop(await shoot());
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
    await amend(record.id, () => ({ ready: true }));
    go('piece', record.id, 'verdict');
  };
  const throwAway = async (): Promise<void> => {
    if (!confirm(say('capture.discard.sure'))) return;
    await discard(record.id);
    go();
  };
  const complete = products !== null && missing.length === 0 && record.photos.length > 0;
  return (
    <>
      <h1 aria-live="polite">{say('capture.title', { view: say(`view.${view}`) })}</h1>
      <p class="soft">{say('capture.progress', { n: Math.min(taken.size + 1, Math.max(asked.length, 1)), of: asked.length })}</p>
      {trouble === null ? (
        <div class="viewfinder">
          <video ref={video} autoplay muted playsInline onLoadedData={() => setSeeing(true)} aria-label={say('capture.title', { view: say(`view.${view}`) })} />
          {seeing && <p class={hint === null ? 'hint ok' : 'hint'} role="status">{say(hint === null ? 'hint.ok' : `hint.${hint}`)}</p>}
        </div>
      ) : (
        <p class="note warn">{say('capture.nocamera', { detail: trouble })}</p>
      )}
      {alarm && <p class="note bad" role="alert">{alarm}</p>}
      {complete && wanted === null ? (
        <button type="button" class="main" onClick={() => void finish()}>{say('capture.done')}</button>
      ) : (
        trouble === null && (
          <button type="button" class="main" disabled={busy || !seeing} onClick={() => void keep(() => camera.current!.shoot(video.current!))}>
            {say(busy ? 'capture.keeping' : 'capture.shoot')}
          </button>
        )
      )}
      <Gallery label={say('capture.file')} onFile={(file) => void keep(async () => file)} />
      <div class="strip">
        {record.photos.map((photo) => (
          <button type="button" key={photo.judged} aria-label={say('capture.again', { view: say(`view.${photo.view}`) })} onClick={() => setWanted(photo.view)}>
            <StoredImage record={record.id} sha256={photo.judged} alt="" />
            <span>{say(`view.${photo.view}`)}</span>
          </button>
        ))}
      </div>
      {complete && wanted === null && <button type="button" onClick={() => setWanted('closeup')}>{say('capture.closeup')}</button>}
      <button type="button" class="quiet" onClick={() => void throwAway()}>{say('capture.discard')}</button>
    </>
  );
}

function Gallery({ label, onFile }: { label: string; onFile: (file: File) => void }): VNode {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="quiet" onClick={() => input.current!.click()}>{label}</button>
      <input
        ref={input}
        type="file"
        accept="image/jpeg,image/png,image/webp"
        tabIndex={-1}
        aria-label={label}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file) onFile(file);
        }}
      />
    </>
  );
}
