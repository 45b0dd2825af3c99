import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import type { PieceRecord, Reason, Verdict } from '../piece/record';
import { defectHint, defectName } from '../words/catalogue';
import { LanguageContext, useSay, type Key } from '../words';
import { MarkedPhoto, marksOn } from './marked';
import { Reasons } from './reasons';

/** What is said in large type: the grade where there is one, else the status. */
export function headline(verdict: Verdict): Key {
  if (verdict.status === 'graded' && verdict.grade !== null) return `verdict.${verdict.grade}`;
  return `verdict.${verdict.status === 'graded' ? 'referred' : verdict.status}`;
}

interface CardProps {
  readonly record: PieceRecord;
  readonly verdict: Verdict;
  readonly provisional: boolean;
}

/** The verdict in large type, the marked photos, the reasons, and what the weaver can do about each. */
export function VerdictCard({ record, verdict, provisional }: CardProps): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const tone = verdict.status === 'graded' ? (verdict.grade ?? 'referred') : verdict.status;
  // What is still to be checked by hand stands in the list of checks; it is no reason against the piece.
  const reasons = verdict.reasons.filter((reason) => reason.rule !== 'check.missing');
  const mend = [...new Set(reasons.flatMap((reason) => (reason.code ? [defectHint(language, reason.code)] : [])))].filter(Boolean);
  return (
    <>
      <div class={`verdict ${tone}`} role="status" data-status={verdict.status} data-grade={verdict.grade ?? ''}>
        <span class="source">{say(provisional ? 'verdict.provisional' : 'verdict.server')}</span>
        <strong>{say(headline(verdict))}</strong>
        {provisional && <p>{say('verdict.provisional.note')}</p>}
      </div>
      {record.disagrees && <p class="note warn" role="alert">{say('verdict.disagrees')}</p>}
      <MarkedPhotos record={record} reasons={reasons} />
      <h2>{say('verdict.reasons')}</h2>
      {reasons.length === 0 && <p>{say('verdict.reasons.none')}</p>}
      {reasons.length > 0 && <Reasons reasons={reasons} />}
      {mend.length > 0 && (
        <>
          <h2>{say('verdict.mend')}</h2>
          <ul>{mend.map((hint) => <li key={hint}>{hint}</li>)}</ul>
        </>
      )}
      {verdict.notAssessable.length > 0 && (
        <details>
          <summary>{say('verdict.notassessable', { n: verdict.notAssessable.length })}</summary>
          <p class="soft">{verdict.notAssessable.map((code) => defectName(language, code)).join(', ')}</p>
        </details>
      )}
      <p class="soft"><small>{say('verdict.model', { model: verdict.model })} · {verdict.standard}</small></p>
    </>
  );
}

/** The photos with something marked on them; where nothing is marked, the first as it was taken. */
function MarkedPhotos({ record, reasons }: { record: PieceRecord; reasons: readonly Reason[] }): VNode {
  const say = useSay();
  const marked = record.photos.map((photo) => ({ ...photo, marks: marksOn(photo.judged, reasons) }));
  const some = marked.filter(({ marks }) => marks.length > 0);
  return (
    <>
      {(some.length > 0 ? some : marked.slice(0, 1)).map(({ judged, marks, view }) => (
        <MarkedPhoto key={judged} record={record.id} sha256={judged} marks={marks} alt={say(marks.length > 0 ? 'verdict.marked' : 'verdict.photo', { view: say(`view.${view}`) })} />
      ))}
    </>
  );
}
