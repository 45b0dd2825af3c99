import type { VNode } from 'preact';
import { useContext, useState } from 'preact/hooks';
import { LanguageContext, useSay, type Key } from '../words';
import { deskLots } from './insights';
import { usePolled } from './polled';

/** Lots under acceptance sampling: plan, result with its reason, and what the plan really promises, drawn. */
export function Lots(): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const { value, trouble } = usePolled(deskLots);
  const [drawn, setDrawn] = useState<string | null>(null);
  return (
    <section aria-labelledby="lots-title">
      <h2 id="lots-title">{say('desk.lots')}</h2>
      {trouble && <p class="note bad">{say('desk.refused', { detail: trouble })}</p>}
      {value?.length === 0 && <p class="soft">{say('desk.lots.empty')}</p>}
      {(value ?? []).map((lot) => (
        <div class="card" key={lot.id} data-lot={lot.number}>
          <strong>{say('desk.lot', { n: lot.number, batch: lot.batch_number })}</strong> <span class={`badge lot-${lot.state}`}>{say(`lotstate.${lot.state}` as Key)}</span>
          <p>{lot.sku}: {say('desk.lot.sample', { n: lot.plan.n, of: lot.size })}</p>
          <ul>{lot.results.map((result) => <li key={result.defect_class}>{result.words[language]}</li>)}</ul>
          <button type="button" class="link" aria-expanded={drawn === lot.id} onClick={() => setDrawn(drawn === lot.id ? null : lot.id)}>{say('desk.lot.promise')}</button>
          {drawn === lot.id && (
            <>
              {lot.promises[language].map((sentence) => <p key={sentence}>{sentence}</p>)}
              <img class="photo" src={`/v1/lots/${lot.id}/oc.svg?lang=${language}`} alt={say('desk.lot.curve')} />
            </>
          )}
        </div>
      ))}
    </section>
  );
}
