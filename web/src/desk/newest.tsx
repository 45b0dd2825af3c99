import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { shortId } from '../words/catalogue';
import { LanguageContext, moment, useSay, type Key } from '../words';
import { deskPieces } from './ledger';
import { usePolled } from './polled';

const SHOWN = 20;

/** The newest pieces, whatever became of them. */
export function NewestPieces(): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const { value, trouble } = usePolled(() => deskPieces(null, SHOWN));
  return (
    <section aria-labelledby="pieces-title">
      <h2 id="pieces-title">{say('desk.pieces')}</h2>
      {trouble && <p class="note bad">{say('desk.refused', { detail: trouble })}</p>}
      <div class="scroll">
      <table>
        <caption class="soft">{say('desk.pieces.shown', { n: value?.length ?? 0 })}</caption>
        <thead>
          <tr>
            <th scope="col">{say('receipt.tag')}</th>
            <th scope="col">{say('receipt.product')}</th>
            <th scope="col">{say('desk.state')}</th>
            <th scope="col">{say('desk.grade')}</th>
            <th scope="col">{say('desk.time')}</th>
          </tr>
        </thead>
        <tbody>
          {(value ?? []).map((piece) => (
            <tr key={piece.id}>
              <th scope="row"><a href={`#/desk/piece/${piece.id}`}>{piece.tag ?? shortId(piece.id)}</a></th>
              <td>{piece.sku}</td>
              <td>{say(`piecestate.${piece.state}` as Key)}</td>
              <td>{piece.grade === null ? '' : say(`verdict.${piece.grade}` as Key)}</td>
              <td>{moment(language, piece.registeredAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      </div>
    </section>
  );
}
