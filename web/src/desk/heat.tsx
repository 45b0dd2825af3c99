import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { askPicture } from '../sync/http';
import { useSay } from '../words';
import { hashOf, type DeskPhoto } from './ledger';

interface HeatProps {
  readonly inspection: string;
  readonly photos: readonly DeskPhoto[];
  readonly altOf: (photo: DeskPhoto) => string;
}

/** The model's own defect map laid over each judged photo: the redder, the surer; also what is too weak to count. */
export function HeatPhotos({ inspection, photos, altOf }: HeatProps): VNode {
  const say = useSay();
  return (
    <>
      <p class="soft">{say('desk.heat.note')}</p>
      <div class="photos">
        {photos.map((photo) => <HeatPhoto key={photo.judged} inspection={inspection} photo={photo} alt={altOf(photo)} />)}
      </div>
    </>
  );
}

function HeatPhoto({ inspection, photo, alt }: { inspection: string; photo: DeskPhoto; alt: string }): VNode {
  const say = useSay();
  const [heat, setHeat] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    let current = true;
    askPicture(`/v1/inspections/${inspection}/heat/${hashOf(photo.judged)}`).then(
      (picture) => {
        if (!current) return;
        made = URL.createObjectURL(picture);
        setHeat(made);
      },
      (error: Error) => current && setTrouble(error.message),
    );
    return () => {
      current = false;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [inspection, photo.judged]);
  return (
    <figure class="heat">
      <div>
        <img class="photo" src={photo.judged} alt={alt} />
        {heat !== null && <img class="over" src={heat} alt="" data-heat />}
      </div>
      {heat === null && <figcaption>{trouble === null ? say('app.loading') : say('desk.heat.none', { detail: trouble })}</figcaption>}
    </figure>
  );
}
