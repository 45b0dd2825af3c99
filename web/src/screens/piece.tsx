import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { PieceRecord } from '../piece/record';
import { uuid7 } from '../piece/uuid7';
import { Badge } from '../parts/badge';
import { go } from '../parts/route';
import { Undo } from '../parts/undo';
import { VerdictCard } from '../parts/verdict-card';
import { TAG } from '../photo/tags';
import { amend, discard } from '../store/pieces';
import { useSay } from '../words';
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
        void amend(record.id, (now) =>
          now.state === 'graded' ? { state: 'sent', decision: null, removal: { reason, askedAt: new Date().toISOString() } } : {},
        ).then(() => go('piece', record.id, 'verdict'));
      }}
    >
      <p>{say('piece.takeback.note')}</p>
      <label>{say('decide.reason')}<textarea name="reason" rows={2} maxLength={1000} required /></label>
      <button class="danger">{say('piece.takeback')}</button>
    </form>
  );
}

/** A conflict is shown, never settled in silence: another tag, another decision, once more, or discard. */
function Settle({ record }: { record: PieceRecord }): VNode {
  const say = useSay();
  const [tag, setTag] = useState('');
  const conflict = record.conflict!;
  const tagUsed = conflict.code === 'tag_used';
  const again = { conflict: null, attempt: uuid7() };
  const retry = (): Promise<unknown> =>
    amend(record.id, (now) => ({ ...again, state: now.inspection === null ? (now.decision === null ? 'draft' : 'queued') : 'sent' }));
  const holder = conflict.piece ?? null;
  return (
    <section class="card">
      <p class="note bad" role="alert">{tagUsed ? say('piece.conflict.tag_used') : say('piece.conflict', { detail: conflict.detail })}</p>
      {tagUsed && holder !== null && (
        <button type="button" onClick={() => void amend(record.id, (now) => ({ ...again, piece: holder, state: now.decision === null ? 'draft' : 'queued' }))}>
          {say('piece.conflict.same')}
        </button>
      )}
      {tagUsed && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (TAG.test(tag.trim())) void amend(record.id, (now) => ({ ...again, tag: tag.trim(), state: now.decision === null ? 'draft' : 'queued' }));
          }}
        >
          <label>{say('piece.conflict.newtag')}<input name="newtag" autocomplete="off" value={tag} onInput={(e) => setTag(e.currentTarget.value)} /></label>
          <button>{say('app.save')}</button>
        </form>
      )}
      <button
        type="button"
        onClick={() =>
          void amend(record.id, (now) => ({ ...again, decision: null, state: now.inspection === null ? 'draft' : 'sent' })).then(() => go('piece', record.id, 'verdict'))
        }
      >
        {say('piece.conflict.decide')}
      </button>
      <button type="button" class="quiet" onClick={() => void retry()}>{say('piece.conflict.retry')}</button>
      <button
        type="button"
        class="danger"
        onClick={() => confirm(say('capture.discard.sure')) && void discard(record.id).then(() => go())}
      >
        {say('piece.conflict.drop')}
      </button>
    </section>
  );
}
