import type { VNode } from 'preact';
import { useSay, type Key } from '../words';
import { deskPieces, type DeskPiece } from './ledger';
import { usePolled } from './polled';
import { Trouble } from './trouble';

const LOOKED_AT = 200; // pieces; a collection day has no more
const WAITING = new Set(['registered', 'awaiting_checks', 'referred']);
const ORDER = ['accepted', 'in_batch', 'returned', 'rejected', 'referred', 'awaiting_checks', 'registered'] as const;

/** Today's pieces by where they stand, and how many of them wait for somebody. */
export function Today(): VNode {
  const say = useSay();
  const { value, trouble } = usePolled(() => deskPieces(null, LOOKED_AT));
  const today = (value ?? []).filter((piece) => new Date(piece.registeredAt).toDateString() === new Date().toDateString());
  const count = (state: string): number => today.filter((piece: DeskPiece) => piece.state === state).length;
  const waiting = today.filter((piece) => WAITING.has(piece.state)).length;
  return (
    <section aria-labelledby="today-title">
      <h2 id="today-title">{say('desk.today')}{value !== null && `: ${say('desk.today.pieces', { n: today.length })}`}</h2>
      {value === null && trouble === null && <p class="soft">{say('app.loading')}</p>}
      <Trouble of={trouble} />
      {value !== null && <p class={waiting > 0 ? 'note warn' : 'note good'}>{waiting > 0 ? say('desk.today.waiting', { n: waiting }) : say('desk.queue.empty')}</p>}
      {value !== null && (
        <dl class="counts wide">
          {ORDER.map((state) => (
            <div key={state}>
              <dt>{say(`piecestate.${state}` as Key)}</dt>
              <dd>{count(state)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
