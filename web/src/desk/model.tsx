import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { ask, Refused } from '../sync/http';
import { LanguageContext, moment, useSay } from '../words';
import { IntervalBars } from './bars';
import type { Estimate } from './insights';
import { usePolled } from './polled';
import { Trouble } from './trouble';

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
  readonly comparisons: readonly Comparison[];
}

interface Comparison {
  readonly first_model: string;
  readonly model: string;
  readonly compared: number;
  readonly disagree: Estimate;
  readonly by_status: Estimate;
  readonly by_grade: Estimate;
  readonly by_codes: Estimate;
}

/** Which model judges; to whoever may know it, since when, by whose word, and how often its challenger differs. */
export function ModelInService(): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const ready = usePolled(() => ask<Ready>('/readyz'));
  const models = usePolled(() => ifAllowed(ask<Models>('/v1/models')));
  const shadow = usePolled(() => ifAllowed(ask<Shadow>('/v1/models/shadow?limit=1')));
  if (ready.trouble !== null) return <Trouble of={ready.trouble} />;
  if (ready.value === null) return <p class="soft">{say('app.loading')}</p>;
  const { serving, promotion, challenger } = models.value ?? { serving: null, promotion: null, challenger: null };
  const compared = shadow.value?.comparisons.find((each) => each.first_model === ready.value!.model && each.model === challenger?.model);
  return (
    <div class="models">
      <div class="card" data-model={ready.value.model}>
        <h3>{say('desk.health.model')}</h3>
        <p class="figure"><strong>{ready.value.model}</strong></p>
        {serving !== null && <p class="soft">{say('desk.health.since', { time: moment(language, serving.since) })}</p>}
        {promotion !== null && <p class="soft">{say('desk.health.by', { person: promotion.by, why: promotion.why })}</p>}
        {ready.value.refused !== null && <p class="note bad">{say('desk.health.fault', { bundle: ready.value.refused })}</p>}
      </div>
      {challenger !== null && (
        <div class="card" data-challenger={challenger.model}>
          <h3>{say('desk.health.challenger')}</h3>
          <p class="figure"><strong>{challenger.model}</strong></p>
          <p class="soft">{say('desk.health.shadow')}</p>
          {compared === undefined ? <p>{say('desk.health.notyet')}</p> : <Differences compared={compared} />}
        </div>
      )}
    </div>
  );
}

/** How often the challenger says something else, and in what. */
function Differences({ compared }: { compared: Comparison }): VNode {
  const say = useSay();
  return (
    <IntervalBars
      rows={[
        { label: say('desk.health.differs'), share: compared.disagree },
        { label: say('desk.health.differs.status'), share: compared.by_status },
        { label: say('desk.health.differs.grade'), share: compared.by_grade },
        { label: say('desk.health.differs.codes'), share: compared.by_codes },
      ]}
    />
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
