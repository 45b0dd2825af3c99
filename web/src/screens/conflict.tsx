import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { PieceRecord } from '../piece/record';
import { uuid7 } from '../piece/uuid7';
import { Refusal } from '../parts/refusal';
import { goAfter } from '../parts/route';
import { TAG } from '../photo/tags';
import { amend, discard } from '../store/pieces';
import { useSay } from '../words';

/** A conflict is shown, never settled in silence: another tag, another decision, once more, or discard. */
export function Settle({ record }: { record: PieceRecord }): VNode {
  const say = useSay();
  const conflict = record.conflict!;
  const tagUsed = conflict.code === 'tag_used';
  const goOn = goAfter();
  const settle = (change: (now: PieceRecord) => Partial<PieceRecord>): Promise<unknown> =>
    amend(record.id, (now) => ({ conflict: null, attempt: uuid7(), ...change(now) }));
  const unsent = (now: PieceRecord): Partial<PieceRecord> => ({ state: now.decision === null ? 'draft' : 'queued' });
  const holder = conflict.piece ?? null;
  return (
    <section class="card">
      <Refusal conflict={conflict} />
      {tagUsed && holder !== null && (
        <button type="button" onClick={() => void settle((now) => ({ ...unsent(now), piece: holder }))}>{say('piece.conflict.same')}</button>
      )}
      {tagUsed && <NewTag onTag={(tag) => void settle((now) => ({ ...unsent(now), tag }))} />}
      {!tagUsed && (
        <button
          type="button"
          onClick={() => void settle((now) => ({ decision: null, state: now.inspection === null ? 'draft' : 'sent' })).then(() => goOn('piece', record.id, 'verdict'))}
        >
          {say('piece.conflict.decide')}
        </button>
      )}
      <button type="button" class="quiet" onClick={() => void settle((now) => (now.inspection === null ? unsent(now) : { state: 'sent' }))}>{say('piece.conflict.retry')}</button>
      <button type="button" class="danger" onClick={() => confirm(say('capture.discard.sure')) && void discard(record.id).then(() => goOn())}>{say('piece.conflict.drop')}</button>
    </section>
  );
}

function NewTag({ onTag }: { onTag: (tag: string) => void }): VNode {
  const say = useSay();
  const [tag, setTag] = useState('');
  const [wrong, setWrong] = useState(false);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setWrong(!TAG.test(tag.trim()));
        if (TAG.test(tag.trim())) onTag(tag.trim());
      }}
    >
      <label>{say('piece.conflict.newtag')}<input name="newtag" autocomplete="off" autocapitalize="characters" value={tag} onInput={(e) => setTag(e.currentTarget.value)} /></label>
      {wrong && <p class="note bad" role="alert">{say(tag.trim() === '' ? 'tag.empty' : 'tag.bad')}</p>}
      <button>{say('app.save')}</button>
    </form>
  );
}
