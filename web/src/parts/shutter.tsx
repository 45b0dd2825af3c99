import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useSay } from '../words';
import { FromGallery } from './gallery';
import { useViewfinder } from './viewfinder';

/** A live picture with a button under it, and the gallery for a phone whose camera cannot be opened. */
export function Shutter({ label, onPhoto }: { label: string; onPhoto: (shoot: () => Promise<Blob>) => Promise<void> }): VNode {
  const say = useSay();
  const { video, trouble, seeing, onLoadedData, shoot } = useViewfinder();
  const [busy, setBusy] = useState(false);
  const take = async (shooting: () => Promise<Blob>): Promise<void> => {
    setBusy(true);
    await onPhoto(shooting);
    setBusy(false);
  };
  return (
    <>
      {trouble === null ? (
        <>
          <div class="viewfinder"><video ref={video} autoplay muted playsInline onLoadedData={onLoadedData} aria-label={label} /></div>
          <button type="button" class="main" disabled={busy || !seeing} onClick={() => void take(shoot)}>{say(busy ? 'capture.keeping' : 'capture.shoot')}</button>
        </>
      ) : (
        <p class="note warn">{say('capture.nocamera', { detail: trouble })}</p>
      )}
      <FromGallery label={say('capture.file')} onFile={(file) => void take(async () => file)} />
    </>
  );
}
