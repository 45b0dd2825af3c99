import type { VNode } from 'preact';
import { useSay } from '../words';
import { deskLots } from './insights';
import { LotCard } from './lot-card';
import { usePolled } from './polled';
import { Trouble } from './trouble';

/** Lots under acceptance sampling, newest first. */
export function Lots(): VNode {
  const say = useSay();
  const { value, trouble } = usePolled(deskLots);
  return (
    <section aria-labelledby="lots-title">
      <h2 id="lots-title">{say('desk.lots')}</h2>
      <Trouble of={trouble} />
      {value?.length === 0 && <p class="soft">{say('desk.lots.empty')}</p>}
      {(value ?? []).map((lot) => <LotCard key={lot.id} lot={lot} />)}
    </section>
  );
}
