import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PieceRecord } from '../piece/record';
import { amend } from '../store/pieces';
import { useSay } from '../words';
import { goAfter } from './route';

/** Ten seconds in which a decision, still on the phone, can be taken back. */
export function Undo({ record }: { record: PieceRecord }): VNode | null {
  const say = useSay();
  const [now, setNow] = useState(Date.now());
  const left = Math.ceil((record.holdUntil - now) / 1000);
  const held = record.decision !== null && left > 0 && record.state !== 'graded' && record.conflict === null;
  useEffect(() => {
    if (!held) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [held]);
  if (!held) return null;
  const undo = async (): Promise<void> => {
    const goOn = goAfter();
    // The store decides: once the time is over the decision may be on its way.
    const after = await amend(record.id, (current) =>
      current.holdUntil > Date.now() ? { decision: null, holdUntil: 0, state: current.inspection === null ? 'draft' : 'sent' } : {},
    );
    if (after?.decision === null) goOn('piece', record.id, 'verdict');
  };
  return (
    <div class="toast noprint" role="status">
      <div>
        <span>{say('decide.kept')}</span>
        <button type="button" onClick={() => void undo()}>{say('decide.undo', { seconds: left })}</button>
      </div>
    </div>
  );
}
