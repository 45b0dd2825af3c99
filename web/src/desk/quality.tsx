import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { defectName } from '../words/catalogue';
import { capital, LanguageContext, useSay } from '../words';
import { IntervalBars } from './bars';
import { DriftPanel } from './drift';
import { deskInsights, deskRates, type Estimate, type Week } from './insights';
import { ModelInService } from './model';
import { IntervalPlot, type WeekShare } from './plot';
import { usePolled } from './polled';
import { Trouble } from './trouble';

const SHOWN_CODES = 6;

/** What changed last week, defects by code and week, how often first decisions are wrong, and the model's health. */
export function Quality(): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const { value, trouble } = usePolled(deskInsights);
  const weeks = (share: (week: Week) => Estimate | null): WeekShare[] => (value?.weeks ?? []).map((week) => ({ begins: week.begins, share: share(week) }));
  return (
    <>
      <DriftPanel />
      <section aria-labelledby="defects-title">
        <h2 id="defects-title">{say('desk.defects')}</h2>
        <p class="soft">{say('desk.defects.note')}</p>
        <Trouble of={trouble} />
        {value?.codes.length === 0 && <p class="note">{say('desk.defects.none')}</p>}
        <div class="plots">
          {(value?.codes ?? []).slice(0, SHOWN_CODES).map((code) => (
            <IntervalPlot key={code} title={capital(defectName(language, code))} weeks={weeks((week) => week.defects[code] ?? null)} />
          ))}
        </div>
      </section>
      <Mistakes />
      <section aria-labelledby="health-title">
        <h2 id="health-title">{say('desk.health')}</h2>
        <ModelInService />
        <div class="plots">
          <IntervalPlot title={say('desk.health.referred')} weeks={weeks((week) => week.referred)} />
          <IntervalPlot title={say('desk.health.retakes')} weeks={weeks((week) => week.retakes)} />
          <IntervalPlot title={say('desk.health.disagreed')} weeks={weeks((week) => week.phone_disagreed)} />
        </div>
      </section>
    </>
  );
}

/** Escapes and false rejects, estimated from pieces that were judged again blind. */
function Mistakes(): VNode {
  const say = useSay();
  const { value, trouble } = usePolled(deskRates);
  return (
    <section aria-labelledby="rates-title">
      <h2 id="rates-title">{say('desk.rates')}</h2>
      <p class="soft">{say('desk.rates.note')}</p>
      <Trouble of={trouble} />
      {value && (
        <div class="card">
          <IntervalBars
            rows={(['escapes', 'escapes_in_lots', 'false_rejects'] as const).map((name) => ({
              label: say(`desk.rates.${name}`),
              share: value[name].rate,
              note: say('desk.rates.open', { n: value[name].open }),
            }))}
          />
        </div>
      )}
    </section>
  );
}
