import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useSay, type Key } from '../words';
import { deskBatches, type DeskBatch } from './ledger';
import { drawSample } from './lot-steps';
import { lookAgain, usePolled } from './polled';
import { Trouble } from './trouble';

/** How batches fill up. */
export function Batches(): VNode {
  const say = useSay();
  const { value, trouble } = usePolled(deskBatches);
  return (
    <section aria-labelledby="batches-title">
      <h2 id="batches-title">{say('desk.batches')}</h2>
      <Trouble of={trouble} />
      {value?.length === 0 && <p class="soft">{say('desk.batches.empty')}</p>}
      {(value ?? []).map((batch) => (
        <div class="card" key={batch.id}>
          <strong>{batch.number}</strong> <span class="badge">{say(`batchstate.${batch.state}` as Key)}</span>
          {batch.lines.map((line) => {
            const filled = say('desk.batch.filled', { n: line.filled, of: line.quantity });
            return (
              <div class="batch" key={line.sku}>
                <span>{line.sku}</span> <span>{filled}</span>
                <meter min={0} max={line.quantity} value={line.filled} aria-label={`${line.sku}: ${filled}`} />
              </div>
            );
          })}
          {batch.state === 'open' && batch.lines.some((line) => line.filled > 0) && <Draw batch={batch} />}
        </div>
      ))}
    </section>
  );
}

/** Begin acceptance sampling of a batch: its content is frozen, so it asks first. */
function Draw({ batch }: { batch: DeskBatch }): VNode {
  const say = useSay();
  const [trouble, setTrouble] = useState<Error | null>(null);
  const draw = (): void => {
    if (!confirm(say('desk.lot.draw.sure', { batch: batch.number }))) return;
    drawSample(batch.id).then(lookAgain, setTrouble);
  };
  return (
    <>
      <Trouble of={trouble} />
      <button type="button" onClick={draw}>{say('desk.lot.draw')}</button>
    </>
  );
}
