import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { originalsWaiting, waits, type PieceRecord } from '../piece/record';
import { resultWaits } from '../piece/reinspection';
import { go } from '../parts/route';
import { Badge } from '../parts/badge';
import { useLive } from '../store/changes';
import { fact } from '../store/facts';
import { pieces } from '../store/pieces';
import { reinspections } from '../store/reinspections';
import { PIECES_HELD, piecesHeld } from '../store/reserve';
import { PIECES_LEFT_TO_WARN, piecesLeft, room } from '../store/room';
import { sendNow, syncState } from '../sync/engine';
import { LanguageContext, useSay, type Key, type Say } from '../words';

/** The day's pieces with their counts, and the way to the next one. */
export function Day(): VNode | null {
  const say = useSay();
  const language = useContext(LanguageContext);
  const kept = useLive(pieces);
  const all = kept ?? [];
  const today = all.filter((record) => isToday(record.begunAt));
  const older = all.filter((record) => !isToday(record.begunAt) && record.state !== 'graded');
  const sku = useLive(() => fact('product'));
  const product = useLive(() => fact('products'))?.find((p) => p.sku === sku);
  const storage = useLive(room);
  const results = useLive(reinspections) ?? [];
  const toJudgeAgain = results.filter((again) => again.state === 'open' || again.state === 'conflict').length;
  const waiting = all.filter(waits).length + results.filter(resultWaits).length;
  const originals = all.reduce((sum, record) => sum + originalsWaiting(record).length, 0);
  const held = useLive(piecesHeld);
  const guessed = storage === null ? Infinity : piecesLeft(storage);
  const left = held === null ? guessed : held < PIECES_HELD ? held : guessed;
  const counts: readonly (readonly [Key, number])[] = [
    ['day.accepted', decided(today, 'accept')],
    ['day.returned', decided(today, 'return')],
    ['day.rejected', decided(today, 'reject')],
    ['day.referred', decided(today, 'refer')],
    ['day.open', today.filter((r) => r.decision === null).length],
    ['day.conflicts', all.filter((r) => r.state === 'conflict').length],
  ];
  if (kept === null) return null; // nobody is told that everything has been sent before that is known
  return (
    <>
      <h1>{say('day.title')}</h1>
      {left < PIECES_LEFT_TO_WARN && <p class="note warn" role="alert">{say('room.low', { n: left })}</p>}
      {syncState().elsewhere && <p class="note">{say('tab.other')}</p>}
      <a class="row" href="#/product">
        <span class="grow">{product?.name[language] ?? say('product.title')}</span>
        <span class="soft">{say('product.change')}</span>
      </a>
      <button type="button" class="main" onClick={() => go(product === undefined ? 'product' : 'tag')}>{say('day.next')}</button>
      {toJudgeAgain > 0 && <a class="row" href="#/again"><span class="grow">{say('again.title')}</span><strong>{toJudgeAgain}</strong></a>}
      <h2>{say('day.summary')}</h2>
      <dl class="counts">
        {counts.map(([key, n]) => (
          <div key={key}>
            <dt>{say(key)}</dt>
            <dd>{n}</dd>
          </div>
        ))}
      </dl>
      <p class={waiting > 0 ? 'note warn' : 'note'} role="status" id="waiting">
        {waiting > 0 ? say('app.waiting', { n: waiting }) : say('app.waiting.none')}
        {originals > 0 && ` · ${say('app.originals', { n: originals })}`}
      </p>
      {(waiting > 0 || originals > 0) && <button type="button" class="quiet" onClick={sendNow}>{say('day.sync')}</button>}
      <h2>{say('day.list')}</h2>
      {today.length + older.length === 0 && <p class="soft">{say('day.empty')}</p>}
      <ul class="plain">
        {[...older, ...today].map((record) => (
          <li key={record.id}>
            <a class="row" href={`#/piece/${record.id}${record.state === 'draft' ? (record.ready ? '/verdict' : '/photos') : ''}`}>
              <span class="grow">
                <strong>{record.tag}</strong>
                <br />
                <span class="soft">{outcomeOf(record, say)}</span>
              </span>
              <Badge state={record.state} />
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What was decided; a person's own grade where they gave one. */
function outcomeOf({ decision }: PieceRecord, say: Say): string {
  if (decision === null) return say('day.continue');
  return decision.grade === undefined ? say(`decide.${decision.outcome}`) : say(`verdict.${decision.grade}`);
}

/** How many were decided so; an overruled piece counts by the grade it was given. */
function decided(records: readonly PieceRecord[], outcome: 'accept' | 'return' | 'reject' | 'refer'): number {
  const byGrade = { A: 'accept', B: 'return', rework: 'return', reject: 'reject' } as const;
  return records.filter(({ decision }) => {
    if (decision === null) return false;
    return decision.outcome === outcome || (decision.outcome === 'overrule' && byGrade[decision.grade ?? 'rework'] === outcome);
  }).length;
}

function isToday(at: string): boolean {
  return new Date(at).toDateString() === new Date().toDateString();
}
