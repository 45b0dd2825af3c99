import type { VNode } from 'preact';
import { useContext, useState } from 'preact/hooks';
import { shortId } from '../words/catalogue';
import { LanguageContext, moment, useSay, type Key } from '../words';
import { deskPiece, type DeskDecision } from './ledger';
import { usePolled } from './polled';
import { Seen } from './seen';
import { Trouble } from './trouble';

/** One piece with everything that was seen and decided of it, newest first. Nothing is decided here. */
export function PiecePage({ id }: { id: string }): VNode {
  const say = useSay();
  const { value, trouble } = usePolled(() => deskPiece(id), [id]);
  const [heat, setHeat] = useState(false);
  if (trouble !== null && value === null) return <Trouble of={trouble} />;
  if (value === null) return <p class="soft">{say('app.loading')}</p>;
  const count = value.inspections.length;
  return (
    <section aria-labelledby="one-piece" data-one={value.id}>
      <div class="head">
        <h2 id="one-piece">
          {say('piece.title', { tag: value.tag ?? shortId(value.id) })} <span class="badge">{say(`piecestate.${value.state}` as Key)}</span> <span class="soft">{value.sku}</span>
        </h2>
        <button type="button" class="quiet" aria-pressed={heat} onClick={() => setHeat(!heat)}>{say('desk.heat')}</button>
      </div>
      {[...value.inspections].reverse().map((inspection, index) => (
        <div class="card" key={inspection.id}>
          <h3>{say('desk.inspection', { n: count - index, of: count })}</h3>
          <Seen piece={value} inspection={inspection} heat={heat} />
          {inspection.decisions.map((decision) => <Decided key={decision.id} decision={decision} />)}
        </div>
      ))}
    </section>
  );
}

function Decided({ decision }: { decision: DeskDecision }): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const { outcome, grade, reason, decided_by: person, decided_at: at } = decision;
  return (
    <p class="note">
      <strong>{say(`decide.${outcome}`)}{grade === null ? '' : ` · ${say(`verdict.${grade}`)}`}</strong> · {person ?? say('desk.policy')} · {moment(language, at)}
      {reason !== null && <><br />{reason}</>}
    </p>
  );
}
