import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { MOST_PHOTOS, type Reinspection } from '../piece/reinspection';
import { develop } from '../photo/darkroom';
import { isFull } from '../store/database';
import { dropFoundPhoto, keepFoundPhoto } from '../store/reinspections';
import { useSay } from '../words';
import { StoredImage } from './photo';
import { Shutter } from './shutter';

/** Photos of what the person found, each kept as it is taken: shown to people, judged by nothing. */
export function FoundPhotos({ again }: { again: Reinspection }): VNode {
  const say = useSay();
  const [shooting, setShooting] = useState(false);
  const [alarm, setAlarm] = useState<string | null>(null);
  const keep = async (shoot: () => Promise<Blob>): Promise<void> => {
    setAlarm(null);
    try {
      await keepFoundPhoto(again.id, (await develop(await shoot())).judged);
      setShooting(false);
    } catch (error) {
      if (isFull(error)) setAlarm(say('room.full'));
      else setAlarm((error as Error).name === 'UnreadablePhoto' ? say('capture.unreadable') : say('app.broken', { detail: (error as Error).message }));
    }
  };
  const number = (index: number): string => say('again.photo', { n: index + 1 });
  return (
    <section class="card" aria-labelledby="photos-title">
      <h2 id="photos-title">{say('again.photos')}</h2>
      {again.photos.length > 0 && (
        <ul class="plain found-photos">
          {again.photos.map((sha256, index) => (
            <li key={sha256} data-photo={sha256}>
              <StoredImage record={again.id} sha256={sha256} alt={number(index)} />
              {!again.photosSent.includes(sha256) && (
                <button type="button" class="link" aria-label={`${say('again.defects.remove')}: ${number(index)}`} onClick={() => void dropFoundPhoto(again.id, sha256)}>
                  {say('again.defects.remove')}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {alarm !== null && <p class="note bad" role="alert">{alarm}</p>}
      {shooting && <Shutter label={say('again.photos')} onPhoto={keep} />}
      {again.photos.length < MOST_PHOTOS && (
        <button type="button" class={shooting ? 'quiet' : ''} onClick={() => setShooting(!shooting)}>{say(shooting ? 'tag.camera.stop' : 'again.photo.take')}</button>
      )}
    </section>
  );
}
