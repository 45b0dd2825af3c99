import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Outcome } from '../piece/record';
import { shortId } from '../words/catalogue';
import { useSay } from '../words';
import { deskDecide, deskPiece, deskPieces, type DeskHistory } from './ledger';
import { usePolled } from './polled';
import { Seen } from './seen';
import { Trouble, troubleWords } from './trouble';

const KEYS: Readonly<Record<string, Outcome>> = { a: 'accept', r: 'return', x: 'reject' };

/** Referred pieces, one in the light at a time: J and K move, A accepts, R returns, X rejects, H shows the heat. */
export function Queue(): VNode {
  const say = useSay();
  const queue = usePolled(() => deskPieces('referred', 50));
  const [at, setAt] = useState(0);
  const [said, setSaid] = useState<string | null>(null);
  const [heat, setHeat] = useState(false);
  const [reason, setReason] = useState('');
  const waiting = queue.value ?? [];
  const current = waiting[Math.min(at, waiting.length - 1)] ?? null;
  const piece = usePolled(async () => (current === null ? null : deskPiece(current.id)), [current?.id]);

  const decide = async (outcome: Outcome): Promise<void> => {
    const inspection = piece.value?.inspections.at(-1);
    if (current === null || inspection === undefined) return;
    try {
      await deskDecide(inspection.id, outcome, reason.trim() || null);
      setReason('');
      setSaid(say('desk.done', { tag: current.tag ?? shortId(current.id), outcome: say(`decide.${outcome}`) }));
      queue.again();
    } catch (error) {
      setSaid(troubleWords(say, error as Error));
    }
  };
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return;
      const key = event.key.toLowerCase();
      if (key === 'j') setAt((n) => Math.min(n + 1, Math.max(0, waiting.length - 1)));
      else if (key === 'k') setAt((n) => Math.max(0, n - 1));
      else if (key === 'h') setHeat((on) => !on);
      else if (KEYS[key] !== undefined) void decide(KEYS[key]);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  });
  return (
    <section aria-labelledby="queue-title">
      <h2 id="queue-title">{say('desk.queue')}{queue.value !== null && ` (${waiting.length})`}</h2>
      <Trouble of={queue.trouble} />
      <p role="status" class={said === null ? '' : 'note'}>{said}</p>
      {queue.value !== null && waiting.length === 0 && <p class="note good">{say('desk.queue.empty')}</p>}
      {waiting.length > 0 && <p class="soft keys">{say('desk.queue.keys')}</p>}
      <ul class="plain chips">
        {waiting.map((each, index) => (
          <li key={each.id}>
            <button type="button" class="quiet" aria-current={each === current} onClick={() => setAt(index)}>{each.tag ?? shortId(each.id)}</button>
          </li>
        ))}
      </ul>
      {current !== null && piece.value && <Light piece={piece.value} heat={heat} onHeat={() => setHeat(!heat)} reason={reason} onReason={setReason} onDecide={(outcome) => void decide(outcome)} />}
    </section>
  );
}

interface LightProps {
  readonly piece: DeskHistory;
  readonly heat: boolean;
  readonly onHeat: () => void;
  readonly reason: string;
  readonly onReason: (reason: string) => void;
  readonly onDecide: (outcome: Outcome) => void;
}

function Light({ piece, heat, onHeat, reason, onReason, onDecide }: LightProps): VNode | null {
  const say = useSay();
  const inspection = piece.inspections.at(-1);
  if (inspection === undefined) return null;
  return (
    <div class="card" data-piece={piece.id}>
      <div class="head">
        <h3>{say('piece.title', { tag: piece.tag ?? shortId(piece.id) })} <span class="soft">{piece.sku}</span></h3>
        <button type="button" class="quiet" aria-pressed={heat} onClick={onHeat}>{say('desk.heat')} (H)</button>
      </div>
      <Seen piece={piece} inspection={inspection} heat={heat} />
      <label>{say('desk.reason')}<input name="reason" maxLength={1000} value={reason} onInput={(event) => onReason(event.currentTarget.value)} /></label>
      <div class="three">
        <button type="button" class="main" onClick={() => onDecide('accept')}>{say('decide.accept')} (A)</button>
        <button type="button" class="amber" onClick={() => onDecide('return')}>{say('decide.return')} (R)</button>
        <button type="button" class="danger" onClick={() => onDecide('reject')}>{say('decide.reject')} (X)</button>
      </div>
    </div>
  );
}
