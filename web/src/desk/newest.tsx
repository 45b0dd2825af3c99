import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { shortId } from '../words/catalogue';
import { LanguageContext, timeOrDay, useSay, type Key } from '../words';
import { deskPieces, type DeskPiece } from './ledger';
import { usePolled } from './polled';
import { Trouble } from './trouble';

const SHOWN = 20;

/** The newest pieces, whatever became of them. */
export function NewestPieces(): VNode {
  const say = useSay();
  const { value, trouble } = usePolled(() => deskPieces(null, SHOWN));
  return (
    <section aria-labelledby="pieces-title">
      <h2 id="pieces-title">{say('desk.pieces')}</h2>
      <Trouble of={trouble} />
      {value?.length === 0 && <p class="soft">{say('desk.pieces.empty')}</p>}
      {value !== null && value.length > 0 && <Table pieces={value} />}
    </section>
  );
}

function Table({ pieces }: { pieces: readonly DeskPiece[] }): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  return (
    <div class="scroll">
      <table>
        <caption class="soft">{say('desk.pieces.shown', { n: pieces.length })}</caption>
        <thead>
          <tr>
            <th scope="col">{say('receipt.tag')}</th>
            <th scope="col">{say('desk.state')}</th>
            <th scope="col">{say('desk.grade')}</th>
            <th scope="col">{say('desk.time')}</th>
          </tr>
        </thead>
        <tbody>
          {pieces.map((piece) => (
            <tr key={piece.id}>
              <th scope="row"><a href={`#/desk/piece/${piece.id}`}>{piece.tag ?? shortId(piece.id)}</a><br /><span class="soft">{piece.sku}</span></th>
              <td>{say(`piecestate.${piece.state}` as Key)}</td>
              <td>{piece.grade === null ? '' : say(`verdict.${piece.grade}` as Key)}</td>
              <td>{timeOrDay(language, piece.registeredAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
