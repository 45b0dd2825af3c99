import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { otherPieceIn } from '../piece/record';
import { reasonWords, shortId } from '../words/catalogue';
import { LanguageContext, moment, useSay, type Key } from '../words';
import { deskPiece, hashOf, type DeskHistory, type DeskInspection, type DeskPhoto } from './ledger';
import { usePolled } from './polled';
import { Trouble } from './trouble';

interface Props {
  readonly piece: DeskHistory;
  readonly inspection: DeskInspection;
  /** Id of the other piece. */
  readonly other: string;
}

/** Two pieces with one photo: each pair beside each other, under the pieces' own tags, for a person to tell apart. */
export function LookAlike({ piece, inspection, other }: Props): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const known = usePolled(() => deskPiece(other), [other]);
  const tag = known.value?.tag ?? shortId(other);
  const reasons = inspection.verdict.reasons.filter((reason) => otherPieceIn(reason) === other);
  return (
    <section class="alike" data-alike={other}>
      <h4>{say('desk.alike')}</h4>
      <p>
        {say('desk.alike.other')} <a href={`#/desk/piece/${other}`}>{tag}</a>
        {known.value !== null && <span class="soft"> · {say(`piecestate.${known.value.state}` as Key)} · {moment(language, known.value.registeredAt)}</span>}
      </p>
      <Trouble of={known.trouble} />
      {reasons.map((reason, index) => {
        const mine = inspection.photos.find((photo) => hashOf(photo.judged) === reason.photo);
        const theirs = known.value === null ? undefined : counterpart(known.value, mine);
        return (
          <div key={index}>
            <p class="soft">{reasonWords(language, reason, tag)}</p>
            <div class="photos two">
              {mine !== undefined && <Beside photo={mine} caption={say('desk.alike.this', { tag: piece.tag ?? shortId(piece.id) })} />}
              {theirs !== undefined && <Beside photo={theirs} caption={tag} />}
            </div>
          </div>
        );
      })}
    </section>
  );
}

function Beside({ photo, caption }: { photo: DeskPhoto; caption: string }): VNode {
  return (
    <figure>
      <a href={photo.judged} target="_blank" rel="noopener"><img class="photo" src={photo.judged} alt={caption} /></a>
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

/** The other piece's photo that comes nearest: the same bytes, else the same view of its last inspection, else its first. */
function counterpart(other: DeskHistory, mine: DeskPhoto | undefined): DeskPhoto | undefined {
  const all = [...other.inspections].reverse().flatMap(({ photos }) => photos);
  return all.find((photo) => photo.original === mine?.original || photo.judged === mine?.judged) ?? all.find((photo) => photo.view === mine?.view) ?? all[0];
}
