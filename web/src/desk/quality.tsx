import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { defectName } from '../words/catalogue';
import { LanguageContext, useSay } from '../words';
import { deskInsights, deskRates, type Estimate, type Week } from './insights';
import { DriftPanel } from './drift';
import { ModelInService } from './model';
import { IntervalBars, IntervalPlot, type Point } from './plot';
import { usePolled } from './polled';

const SHOWN_CODES = 6;

/** Defects by code and week, the model's health, and how often first decisions are wrong. */
export function Quality(): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const { value, trouble } = usePolled(deskInsights);
  const rates = usePolled(deskRates);
  const points = (share: (week: Week) => Estimate | null): Point[] =>
    (value?.weeks ?? []).map((week) => ({ label: week.begins.slice(5).split('-').reverse().join('.'), share: share(week) }));
  return (
    <>
      {trouble && <p class="note bad">{say('desk.refused', { detail: trouble })}</p>}
      <section aria-labelledby="defects-title">
        <h2 id="defects-title">{say('desk.defects')}</h2>
        <p class="soft">{say('desk.defects.note')}</p>
        {value?.codes.length === 0 && <p class="soft">{say('desk.nothing')}</p>}
        <div class="plots">
          {(value?.codes ?? []).slice(0, SHOWN_CODES).map((code) => (
            <IntervalPlot key={code} title={defectName(language, code)} points={points((week) => week.defects[code] ?? null)} />
          ))}
        </div>
      </section>
      <section aria-labelledby="health-title">
        <h2 id="health-title">{say('desk.health')}</h2>
        <ModelInService />
        <DriftPanel />
        <div class="plots">
          <IntervalPlot title={say('desk.health.referred')} points={points((week) => week.referred)} />
          <IntervalPlot title={say('desk.health.retakes')} points={points((week) => week.retakes)} />
          <IntervalPlot title={say('desk.health.disagreed')} points={points((week) => week.phone_disagreed)} />
        </div>
      </section>
      <section aria-labelledby="rates-title">
        <h2 id="rates-title">{say('desk.rates')}</h2>
        <p class="soft">{say('desk.rates.note')}</p>
        {rates.trouble && <p class="note bad">{say('desk.refused', { detail: rates.trouble })}</p>}
        {rates.value && (
          <IntervalBars
            rows={(['escapes', 'escapes_in_lots', 'false_rejects'] as const).map((name) => ({
              label: `${say(`desk.rates.${name}`)} (${say('desk.rates.open', { n: rates.value![name].open })})`,
              share: rates.value![name].rate,
            }))}
          />
        )}
      </section>
    </>
  );
}
