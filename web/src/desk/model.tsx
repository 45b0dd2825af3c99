import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { ask, Refused } from '../sync/http';
import { LanguageContext, moment, useSay } from '../words';
import { inWords, type Estimate } from './insights';
import { usePolled } from './polled';

interface Ready {
  readonly model: string;
  /** A bundle that should judge and cannot. */
  readonly refused: string | null;
}

interface Models {
  readonly serving: { readonly model: string; readonly since: string };
  readonly promotion: { readonly by: string; readonly why: string } | null;
  readonly challenger: { readonly model: string } | null;
}

interface Shadow {
  readonly comparisons: readonly { readonly first_model: string; readonly model: string; readonly compared: number; readonly disagree: Estimate }[];
}

/** Which model judges; to whoever may know it, since when, by whose word, and how often its challenger differs. */
export function ModelInService(): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const ready = usePolled(() => ask<Ready>('/readyz'));
  const models = usePolled(() => ifAllowed(ask<Models>('/v1/models')));
  const shadow = usePolled(() => ifAllowed(ask<Shadow>('/v1/models/shadow?limit=1')));
  if (ready.trouble !== null) return <p class="note bad">{say('desk.refused', { detail: ready.trouble })}</p>;
  if (ready.value === null) return <p class="soft">{say('app.loading')}</p>;
  const { serving, promotion, challenger } = models.value ?? { serving: null, promotion: null, challenger: null };
  const compared = shadow.value?.comparisons.find((each) => each.first_model === ready.value!.model && each.model === challenger?.model);
  return (
    <div class="card" data-model={ready.value.model}>
      <p>{say('desk.health.model')}: <strong>{ready.value.model}</strong></p>
      {serving !== null && <p class="soft">{say('desk.health.since', { time: moment(language, serving.since) })}</p>}
      {promotion !== null && <p class="soft">{say('desk.health.by', { person: promotion.by, why: promotion.why })}</p>}
      {ready.value.refused !== null && <p class="note bad">{say('desk.health.fault', { bundle: ready.value.refused })}</p>}
      {challenger !== null && <p>{say('desk.health.challenger')}: <strong>{challenger.model}</strong></p>}
      {compared !== undefined && <p class="soft">{say('desk.health.differs', { n: compared.compared, share: inWords(compared.disagree) })}</p>}
    </div>
  );
}

/** The answer; null to somebody whose role does not give them this to read. */
async function ifAllowed<T>(asking: Promise<T>): Promise<T | null> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof Refused && error.status === 403) return null;
    throw error;
  }
}
