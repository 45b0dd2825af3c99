import type { VNode } from 'preact';
import { usePolled } from './polled';
import { deskEvidence, type DeskPhoto } from './ledger';

/** Everything that the model saw on a judged photo, the surer the redder; also what is too weak to count. */
export function HeatPhotos({ inspection, photos, altOf }: { inspection: string; photos: readonly DeskPhoto[]; altOf: (photo: DeskPhoto) => string }): VNode {
  const { value } = usePolled(() => deskEvidence(inspection), [inspection]);
  return (
    <div class="photos">
      {photos.map((photo) => {
        const seen = value?.find((each) => photo.judged.endsWith(each.sha256));
        if (seen === undefined) return <img key={photo.judged} class="photo" src={photo.judged} alt={altOf(photo)} />;
        return (
          <svg key={photo.judged} class="photo" viewBox={`0 0 ${seen.width} ${seen.height}`} role="img" aria-label={altOf(photo)}>
            <defs>
              <radialGradient id="heat">
                <stop offset="0" stop-color="#ff1f00" stop-opacity="1" />
                <stop offset="0.6" stop-color="#ff9a00" stop-opacity="0.7" />
                <stop offset="1" stop-color="#ffd400" stop-opacity="0" />
              </radialGradient>
            </defs>
            <image href={photo.judged} width={seen.width} height={seen.height} />
            {seen.detections.map(({ box: [x0, y0, x1, y1], probability }, index) => (
              <ellipse
                key={index}
                cx={(x0 + x1) / 2}
                cy={(y0 + y1) / 2}
                rx={Math.max((x1 - x0) * 0.75, seen.width / 40)}
                ry={Math.max((y1 - y0) * 0.75, seen.width / 40)}
                fill="url(#heat)"
                opacity={0.15 + 0.7 * probability}
              />
            ))}
          </svg>
        );
      })}
    </div>
  );
}
