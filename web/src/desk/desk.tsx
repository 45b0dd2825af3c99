import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { useLive } from '../store/changes';
import { fact } from '../store/facts';
import { LanguageContext, useSay, type Key } from '../words';
import { Enrol } from './enrol';
import { deskBatches, deskPieces } from './ledger';
import { usePolled } from './polled';
import { Queue } from './queue';

const SHOWN = 50;

/** The supervisor's desk: what waits for a person, how batches fill, and the newest pieces. */
export function Desk(): VNode {
  const say = useSay();
  const person = useLive(() => fact('person'));
  if (person === null) return <p class="note">{say('desk.nobody')}</p>;
  return (
    <>
      <h1>{say('desk.title')}</h1>
      <div class="desk">
        <div>
          <Queue />
          <NewestPieces />
        </div>
        <div>
          <Batches />
          <Enrol />
        </div>
      </div>
    </>
  );
}

function Batches(): VNode {
  const say = useSay();
  const { value, trouble } = usePolled(deskBatches);
  return (
    <section aria-labelledby="batches-title">
      <h2 id="batches-title">{say('desk.batches')}</h2>
      {trouble && <p class="note bad">{say('desk.refused', { detail: trouble })}</p>}
      {value?.length === 0 && <p class="soft">{say('desk.batches.empty')}</p>}
      {(value ?? []).map((batch) => (
        <div class="card" key={batch.id}>
          <strong>{batch.number}</strong> <span class="soft">{batch.state}</span>
          {batch.lines.map((line) => {
            const filled = say('desk.batch.filled', { n: line.filled, of: line.quantity });
            return (
              <p key={line.sku}>
                {line.sku}: {filled}
                <meter min={0} max={line.quantity} value={line.filled} aria-label={`${line.sku}: ${filled}`} />
              </p>
            );
          })}
        </div>
      ))}
    </section>
  );
}

function NewestPieces(): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const { value, trouble } = usePolled(() => deskPieces(null, SHOWN));
  return (
    <section aria-labelledby="pieces-title">
      <h2 id="pieces-title">{say('desk.pieces')}</h2>
      {trouble && <p class="note bad">{say('desk.refused', { detail: trouble })}</p>}
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
              <th scope="row">{piece.tag ?? piece.id.slice(-8)}</th>
              <td>{piece.sku}</td>
              <td>{say(`piecestate.${piece.state}` as Key)}</td>
              <td>{piece.grade}</td>
              <td>{new Date(piece.registeredAt).toLocaleTimeString(language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
