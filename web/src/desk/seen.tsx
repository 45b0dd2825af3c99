import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { MarkedPicture, marksOn } from '../parts/marked';
import { headline } from '../parts/verdict-card';
import { otherPieceIn } from '../piece/record';
import { reasonWords } from '../words/catalogue';
import { LanguageContext, useSay, type Key } from '../words';
import { HeatPhotos } from './heat';
import { hashOf, type DeskHistory, type DeskInspection, type DeskPhoto } from './ledger';
import { LookAlike } from './look-alike';

/** What the model saw on a piece: verdict, marked photos or heat maps, reasons; look-alike photos beside each other. */
export function Seen({ piece, inspection, heat }: { piece: DeskHistory; inspection: DeskInspection; heat: boolean }): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const { verdict, photos } = inspection;
  const altOf = (photo: DeskPhoto): string => say(heat ? 'desk.heat.of' : 'verdict.marked', { view: photo.view === null ? '' : say(`view.${photo.view}` as Key) });
  const others = [...new Set(verdict.reasons.map(otherPieceIn).filter((other) => other !== null))];
  return (
    <>
      <p class={`verdict ${verdict.status === 'graded' ? (verdict.grade ?? 'referred') : verdict.status}`}><strong>{say(headline(verdict))}</strong></p>
      {heat ? (
        <HeatPhotos inspection={inspection.id} photos={photos} altOf={altOf} />
      ) : (
        <div class="photos">
          {photos.map((photo) => (
            <a key={photo.judged} href={photo.judged} target="_blank" rel="noopener">
              <MarkedPicture url={photo.judged} marks={marksOn(hashOf(photo.judged), verdict.reasons)} alt={altOf(photo)} />
            </a>
          ))}
        </div>
      )}
      <ol>{verdict.reasons.map((reason, index) => <li key={index}>{otherPieceIn(reason) === null ? reasonWords(language, reason) : say('desk.alike.below', { view: viewOf(reason.view, say) })}</li>)}</ol>
      {others.map((other) => <LookAlike key={other} piece={piece} inspection={inspection} other={other} />)}
      <p class="soft"><small>{say('verdict.model', { model: verdict.model })} · {verdict.standard}</small></p>
    </>
  );
}

function viewOf(view: string | null | undefined, say: ReturnType<typeof useSay>): string {
  return view == null ? '' : say(`view.${view}` as Key);
}
