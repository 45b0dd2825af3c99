import type { VNode } from 'preact';
import { useSay, type Key } from '../words';
import { deskBatches } from './ledger';
import { usePolled } from './polled';

/** How batches fill up. */
export function Batches(): VNode {
  const say = useSay();
  const { value, trouble } = usePolled(deskBatches);
  return (
    <section aria-labelledby="batches-title">
      <h2 id="batches-title">{say('desk.batches')}</h2>
      {trouble && <p class="note bad">{say('desk.refused', { detail: trouble })}</p>}
      {value?.length === 0 && <p class="soft">{say('desk.batches.empty')}</p>}
      {(value ?? []).map((batch) => (
        <div class="card" key={batch.id}>
          <strong>{batch.number}</strong> <span class="soft">{say(`batchstate.${batch.state}` as Key)}</span>
          {batch.lines.map((line) => {
            const filled = say('desk.batch.filled', { n: line.filled, of: line.quantity });
            return (
              <p key={line.sku}>
                {line.sku}: {filled}
                <meter min={0} max={line.quantity} value={line.filled} aria-label={`${line.sku}: ${filled}`} />
              </p>
            );
          })}
        </div>
      ))}
    </section>
  );
}
