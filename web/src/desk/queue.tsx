import type { VNode } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Outcome } from '../piece/record';
import { headline } from '../parts/verdict-card';
import { reasonWords } from '../words/catalogue';
import { LanguageContext, useSay, type Key } from '../words';
import { HeatPhotos } from './heat';
import { deskDecide, deskPieces, lastInspection, type DeskPhoto, type DeskPiece } from './ledger';
import { usePolled } from './polled';

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
  const inspection = usePolled(async () => (current === null ? null : lastInspection(current.id)), [current?.id]);

  const decide = async (outcome: Outcome): Promise<void> => {
    if (current === null || !inspection.value) return;
    try {
      await deskDecide(inspection.value.id, outcome, reason.trim() || null);
      setReason('');
      setSaid(say('desk.done', { tag: current.tag ?? current.id.slice(-8), outcome: say(`decide.${outcome}`) }));
      queue.again();
    } catch (error) {
      setSaid(say('desk.refused', { detail: (error as Error).message }));
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
      <h2 id="queue-title">{say('desk.queue')} ({waiting.length})</h2>
      <p class="soft">{say('desk.queue.keys')}</p>
      <p role="status" class={said === null ? '' : 'note'}>{said}</p>
      {queue.trouble && <p class="note bad">{say('desk.refused', { detail: queue.trouble })}</p>}
      {queue.value !== null && waiting.length === 0 && <p class="soft">{say('desk.queue.empty')}</p>}
      <ul class="plain">
        {waiting.map((piece, index) => (
          <li key={piece.id}>
            <button type="button" class="quiet queue-piece" aria-current={piece === current} onClick={() => setAt(index)}>
              {piece.tag ?? piece.id.slice(-8)} · {piece.sku} · {say(`piecestate.${piece.state}` as Key)}
            </button>
          </li>
        ))}
      </ul>
      {current !== null && inspection.value && <Light piece={current} inspection={inspection.value} heat={heat} onHeat={() => setHeat(!heat)} reason={reason} onReason={setReason} onDecide={(o) => void decide(o)} />}
    </section>
  );
}

interface LightProps {
  readonly piece: DeskPiece;
  readonly inspection: NonNullable<Awaited<ReturnType<typeof lastInspection>>>;
  readonly heat: boolean;
  readonly onHeat: () => void;
  readonly reason: string;
  readonly onReason: (reason: string) => void;
  readonly onDecide: (outcome: Outcome) => void;
}

function Light({ piece, inspection, heat, onHeat, reason, onReason, onDecide }: LightProps): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const altOf = (photo: DeskPhoto): string => say(heat ? 'desk.heat.of' : 'verdict.marked', { view: photo.view === null ? '' : say(`view.${photo.view}` as Key) });
  return (
    <div class="card" data-piece={piece.id}>
      <h3>{say('piece.title', { tag: piece.tag ?? piece.id.slice(-8) })}: {say(headline(inspection.verdict))}</h3>
      <button type="button" class="quiet" aria-pressed={heat} onClick={onHeat}>{say('desk.heat')} (H)</button>
      {heat ? (
        <HeatPhotos inspection={inspection.id} photos={inspection.photos} altOf={altOf} />
      ) : (
        <div class="photos">
          {inspection.photos.map((photo) => <img key={photo.marked} class="photo" src={photo.marked} alt={altOf(photo)} />)}
        </div>
      )}
      <ol>{inspection.verdict.reasons.map((reason, index) => <li key={index}>{reasonWords(language, reason)}</li>)}</ol>
      <label>{say('desk.reason')}<input name="reason" maxLength={1000} value={reason} onInput={(event) => onReason(event.currentTarget.value)} /></label>
      <div class="pair">
        <button type="button" class="main" onClick={() => onDecide('accept')}>{say('decide.accept')} (A)</button>
        <button type="button" class="amber" onClick={() => onDecide('return')}>{say('decide.return')} (R)</button>
      </div>
      <button type="button" class="danger" onClick={() => onDecide('reject')}>{say('decide.reject')} (X)</button>
    </div>
  );
}
