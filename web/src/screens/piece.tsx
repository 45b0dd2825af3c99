import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { PieceRecord } from '../piece/record';
import { Badge } from '../parts/badge';
import { go, goAfter } from '../parts/route';
import { Undo } from '../parts/undo';
import { VerdictCard } from '../parts/verdict-card';
import { amend } from '../store/pieces';
import { useSay } from '../words';
import { Settle } from './conflict';
import { Receipt } from './receipt';

/** One piece after its decision: the receipt, the ten seconds of undo, or the conflict that a person must settle. */
export function Piece({ record }: { record: PieceRecord }): VNode {
  const say = useSay();
  const verdict = record.verdict ?? record.provisional;
  return (
    <>
      <h1>{say('piece.title', { tag: record.tag })} <Badge state={record.state} /></h1>
      {record.conflict !== null && <Settle record={record} />}
      {record.decision === null && (
        <button type="button" class="main" onClick={() => go('piece', record.id, record.ready ? 'verdict' : 'photos')}>{say('day.continue')}</button>
      )}
      {record.decision !== null && record.conflict === null && <Receipt record={record} />}
      {verdict !== null && (record.decision !== null || !record.appeal) && (
        <div class="noprint"><VerdictCard record={record} verdict={verdict} provisional={record.verdict === null} /></div>
      )}
      {record.state === 'graded' && TAKEN.has(record.pieceState ?? '') && <TakeBack record={record} />}
      <Undo record={record} />
    </>
  );
}

const TAKEN = new Set(['accepted', 'in_batch']);

/** Take back an acceptance that the server has: the piece leaves its batch, says why, and is decided on anew. */
function TakeBack({ record }: { record: PieceRecord }): VNode {
  const say = useSay();
  const [open, setOpen] = useState(false);
  if (!open) {
    return <button type="button" class="quiet noprint" onClick={() => setOpen(true)}>{say('piece.takeback')}</button>;
  }
  return (
    <form
      class="card noprint"
      onSubmit={(event) => {
        event.preventDefault();
        const reason = String(new FormData(event.currentTarget).get('reason')).trim();
        if (reason === '') return;
        const goOn = goAfter();
        void amend(record.id, (now) =>
          now.state === 'graded' ? { state: 'sent', decision: null, removal: { reason, askedAt: new Date().toISOString() } } : {},
        ).then(() => goOn('piece', record.id, 'verdict'));
      }}
    >
      <p>{say('piece.takeback.note')}</p>
      <label>{say('decide.reason')}<textarea name="reason" rows={2} maxLength={1000} required /></label>
      <button class="danger">{say('piece.takeback')}</button>
    </form>
  );
}
